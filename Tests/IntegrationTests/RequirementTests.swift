import Support
import SystemPackage
import Testing

/// What a task asks of its nodes, with real sshds and real local nodes: where it goes, and what is refused.
@Suite(.timeLimit(.minutes(20))) struct RequirementTests {
  @Test func `the first place that has what the task asks for is taken, or each is named`()
    async throws
  {
    try await withPool { room, servers in
      func launch(_ name: String, _ resources: String, _ options: String = "") async throws
        -> ProgramResult
      {
        try room.write("resources: \(resources)\nrun: echo on $HOME\n", to: "t.yaml")
        return try await room.script("sky launch -y -c \(name) \(options) t.yaml")
      }
      let first = try await launch(
        "one",
        "{ordered: [{infra: local, cpus: 4000+}, {infra: ssh/nobody}, {infra: ssh/mine, cpus: 1+}]}"
      )
      #expect(first.text.contains("on \(servers[0].home)"), "\(first.text)\(first.errorText)")
      #expect(
        try await launch("two", "{any_of: [{infra: ssh/mine}, {infra: aws}, {infra: local}]}")
          .status == 0)
      #expect(
        try await room.good("sky status two --json | grep infra") == "    \"infra\" : \"local\",\n")
      #expect(
        try await launch("three", "{any_of: [{infra: local}, {cpus: 1}]}", "--infra ssh/mine").text
          .contains("on \(servers[1].home)"))

      let none = try await launch(
        "four", "{any_of: [{infra: ssh/mine, cpus: 5000}, {infra: local, cpus: 4000}]}")
      #expect(none.status == 69)
      for words in [
        "resources.any_of: none of the 2 places can be had:", "    local: this machine has",
        "4000 are asked for", "    ssh/mine: 1 node is asked for", "p1: cluster one has it",
      ] { #expect(none.errorText.contains(words), "\(none.errorText)") }
      #expect(try await room.sky("status", "four").status == 68)

      // A cluster that is there has what it has.
      for options in ["", "--fast"] {
        let more = try await launch("one", "{infra: ssh/mine, cpus: 4000+}", options)
        #expect(more.status == 69, "\(more.text)\(more.errorText)")
        #expect(
          more.errorText.contains("one: its nodes are not what the task asks for:\n    one: has"),
          "\(more.errorText)")
      }
      #expect(try await launch("two", "{cpus: 4000+}").status == 69)
      let elsewhere = try await launch("one", "{any_of: [{infra: local}, {infra: slurm/x}]}")
      #expect(elsewhere.status == 64)
      #expect(
        elsewhere.errorText.contains("this cluster is on ssh/mine, not on local or slurm/x"))
      #expect(try await room.good("sky queue one --json | grep -c '\"id\"'") == "1\n")
    }
  }

  @Test func `a port that is taken is said before anything is started`() async throws {
    try await withPool { room, _ in
      let listener = """
        import socket, sys, time
        s = socket.socket(); s.bind((sys.argv[1], 0)); s.listen()
        open("port", "w").write(str(s.getsockname()[1])); time.sleep(600)
        """
      try room.write(listener, to: "listener.py")
      let story = try await room.script(
        """
        begin() { rm -f port; python3 listener.py $1 & pid=$!; until [ -s port ]; do sleep 0.1; done
        printf "resources: {infra: $2, ports: [22, $(cat port)]}\nrun: echo started\n" >t.yaml; }
        end() { kill $pid; wait $pid 2>/dev/null; }

        begin 127.0.0.1 ssh/mine; port=$(cat port)
        printf "resources: {infra: ssh/mine, ports: $port}\nrun: echo started\n" >t.yaml
        sky launch -y -c p t.yaml 2>&1 | sed "s/$port/PORT/g" | grep taken; sky status p --json >/dev/null 2>&1; echo $?
        end; sky launch -y -c p t.yaml 2>/dev/null

        sky launch -y -c l 2>/dev/null
        ip=$(sky status l --ip); begin $ip local; port=$(cat port)
        printf "resources: {ports: $port-$port}\nrun: echo started\n" >t.yaml
        sky launch -y -c l t.yaml 2>&1 | sed "s/$port/PORT/g" | grep taken
        end; sky launch -y -c l t.yaml 2>&1 | grep -cE 'started|nothing to open'

        printf 'import socket, time\ns = socket.socket(); s.bind(("'$ip'", '$port')); s.listen()\nopen("up", "w"); time.sleep(600)\n' >w.py
        mkdir w && mv w.py w && sky launch -y -d -c l --workdir w 'python3 w.py' 2>/dev/null
        until ssh l test -e sky_workdir/up; do sleep 0.1; done
        sky launch -y -c l t.yaml 2>&1 | sed "s/$port/PORT/g" | grep -E 'taken|started'
        """)
      #expect(
        story.text == """
              p1: port PORT is taken
              p2: port PORT is taken
          68
          started
              l: port PORT is taken
          2
          sky: l: port PORT is taken, by job 2 perhaps; `sky cancel l 2` frees it
          started

          """, "\(story.text)\(story.errorText)")
    }
  }
}
