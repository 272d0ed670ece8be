import Support
import SystemPackage
import Testing

/// What goes wrong on the way: nodes that die, disks that are full, programs that are killed, crowds.
@Suite(.timeLimit(.minutes(20))) struct FaultTests {
  /// Ends all processes in a node's pid namespace, from outside, as a power cut would.
  static let killNode = """
    kill_node() {
      space=$(ssh "$1" readlink /proc/1/ns/pid)
      for p in /proc/[0-9]*; do
        [ "$(readlink $p/ns/pid 2>/dev/null)" != "$space" ] || kill -9 ${p#/proc/} 2>/dev/null
      done
      while ssh -o ConnectTimeout=1 "$1" true 2>/dev/null; do sleep 0.1; done
    }
    # Waits until that file is there, on that node.
    await_file() { until ssh "$1" test -e "$2"; do sleep 0.1; done; }

    """

  @Test(arguments: [("setup", "true"), ("true", "run")])
  func `a node that dies fails the job, ends the other ranks, and the follower says which`(
    setup: String, run: String
  ) async throws {
    try await withSkyRoom { room in
      let wait = "touch ~/there; sleep 600"
      try writeFile(
        room.folder.appending("task.yaml"),
        Array(
          """
          num_nodes: 2
          setup: "\(setup == "setup" ? wait : "true")"
          run: "\(run == "run" ? wait : "true")"
          """.utf8))
      let result = try await room.script(
        Self.killNode + """
          sky launch -y -c dead task.yaml >out 2>err & sky=$!
          until grep -q Host .sky/ssh_config 2>/dev/null; do sleep 0.1; done
          await_file dead-worker1 there && await_file dead there
          kill_node dead-worker1
          wait $sky; echo "ended with $?"; cat out err
          ssh dead 'ps ax -o args' | grep -c '[s]leep 600'
          """)
      #expect(result.text.contains("ended with 1\n"), "\(result.text)\(result.errorText)")
      #expect(result.text.contains("dead-worker1 lost its job"), "\(result.text)")
      #expect(result.text.hasSuffix("\n0\n"), "rank 0 goes on: \(result.text)")
      let queue = try await room.good("sky queue dead --json")
      #expect(queue.contains(#""state" : "FAILED""#), "\(queue)")
    }
  }

  @Test
  func `a job that nobody followed is FAILED after its node went down, and its other ranks end`()
    async throws
  {
    try await withSkyRoom { room in
      let result = try await room.script(
        Self.killNode + """
          sky launch -y -d -c lost --num-nodes 2 'touch ~/there; sleep 600' || exit 9
          await_file lost-worker1 there && await_file lost there
          kill_node lost-worker1
          sky queue lost --json
          ssh lost 'ps ax -o args' | grep -c '[s]leep 600'
          sky start -y lost; sky queue lost
          """)
      #expect(result.text.contains(#""state" : "FAILED""#), "\(result.text)\(result.errorText)")
      #expect(result.text.contains("]\n0\n"), "\(result.text)")
      #expect(!result.text.contains("RUNNING"), "\(result.text)")
    }
  }

  /// Nodes of this kind cannot reach each other: whoever looks first does it.
  @Test(arguments: ["queue", "status -r", "logs --no-follow", "logs --tail 1", "exec", "cancel"])
  func `a rank that failed while nobody watched ends the others at the first look`(
    look: String
  ) async throws {
    try await withSkyRoom { room in
      let result = try await room.script(
        """
        sky launch -y -d -c gang --num-nodes 2 \
          '[ $SKYPILOT_NODE_RANK = 0 ] || exit 7; touch ~/there; sleep 600' || exit 9
        until ssh gang test -e there; do sleep 0.1; done
        until ssh gang-worker1 test -e .sky_node/jobs/gang/1/1/exit; do sleep 0.1; done
        case $1 in
          exec) sky exec gang true;;
          *) set -- $1; verb=$1; shift; sky $verb gang "$@" >out 2>err </dev/null || cat out err;;
        esac
        ssh gang 'ps ax -o args' | grep -c '[s]leep 600'
        sky queue gang --json
        """, [look])
      let story = result.text + result.errorText
      #expect(result.text.contains("0\n[\n"), "\(story)")
      #expect(result.text.contains(#""state" : "FAILED""#), "\(story)")
    }
  }

  @Test func `a disk that is full on one of three nodes is named, and the others are done`()
    async throws
  {
    try await withSkyRoom { room in
      let result = try await room.script(
        """
        sky launch -y -c full --num-nodes 3 || exit 9
        ssh full-worker1 'mkdir -p sky_workdir && mount -t tmpfs -o size=1m none sky_workdir' || exit 8
        mkdir work; head -c 3000000 /dev/urandom >work/big; echo small >work/small
        sky exec full --workdir work 'touch ~/started'; echo "ended with $?"
        for node in full full-worker2; do ssh $node cat sky_workdir/big | cmp - work/big || echo differs; done
        ssh full ls started
        ssh full-worker1 umount sky_workdir
        sky exec full --workdir work 'cmp -s big big && echo well'; echo "then $?"
        """)
      let story = result.text + result.errorText
      if result.status == 8 { return }
      #expect(result.text.contains("ended with 3\n"), "\(story)")
      #expect(result.errorText.contains("full-worker1"), "\(story)")
      #expect(result.errorText.lowercased().contains("full-worker1 ("), "\(story)")
      #expect(!result.text.contains("differs") && !result.text.contains("started\n"), "\(story)")
      #expect(result.text.contains("then 0\n"), "\(story)")
    }
  }

  @Test func `twenty at once start in order, and each gets its own output and exit code`()
    async throws
  {
    try await withSkyRoom { room in
      let result = try await room.script(
        """
        sky launch -y -c many || exit 9
        mkdir work && echo x >work/file
        for n in $(seq 20); do
          (sky exec many --workdir work "echo mine $n; exit $n" >out.$n 2>err.$n; echo $? >code.$n) &
        done
        wait
        for n in $(seq 20); do
          [ "$(cat out.$n)" = "mine $n" ] && [ "$(cat code.$n)" = $n ] || cat out.$n err.$n code.$n
        done
        sky queue many --json
        """)
      #expect(result.text.hasPrefix("[\n"), "\(result.text)\(result.errorText)")
      for id in 1...20 { #expect(result.text.contains("\"id\" : \(id),"), "\(id)") }
    }
  }

  /// Each stage of a launch by what it says, and a moment after it.
  @Test(arguments: ["bringing up", "syncing", "sent", "began"], [0, 60])
  func `a launch killed at any stage is finished by the next, and down leaves nothing`(
    stage: String, milliseconds: Int
  ) async throws {
    try await withSkyRoom { room in
      let result = try await room.script(
        """
        mkdir work && head -c 500000 /dev/urandom >work/big && echo x >work/file
        task='echo began; sleep 0.2; cmp big big'
        killed() {
          : >err; sky launch -y -c cut --num-nodes 2 --workdir work "$task" >err 2>&1 & sky=$!
          until grep -q "$1" err || ! kill -0 $sky 2>/dev/null; do sleep 0.01; done
          sleep 0.0$2; kill -9 $sky 2>/dev/null; wait $sky 2>/dev/null
        }
        killed "$1" "$2"
        sky launch -y -c cut --num-nodes 2 --workdir work "$task" >out 2>err || { cat err; exit 1; }
        grep -c began out; sky queue cut; ssh cut-worker1 cat sky_workdir/big | cmp - work/big || exit 1
        sky down -y cut || exit 1
        killed "$1" "$2"
        sky status; sky down -y -a || exit 1
        ls -A .sky/nodes .sky/keys .sky/s; grep -c '^Host' .sky/ssh_config; cat .sky/known_hosts
        sky status --json
        """, [stage, "\(milliseconds)"])
      let story = result.text + result.errorText
      #expect(result.status == 0, "\(story)")
      #expect(result.text.hasPrefix("2\n"), "\(story)")
      #expect(
        result.text.hasSuffix("\n0\n[\n\n]\n") || result.text.hasSuffix("\n0\n[]\n"), "\(story)")
      #expect(!result.text.contains("RUNNING"), "\(story)")
    }
  }
}

/// Nodes that end themselves.
@Suite(.timeLimit(.minutes(20))) struct AutostopTests {
  @Test func `idle nodes stop by themselves, busy ones do not, and their files stay`() async throws
  {
    try await withSkyRoom { room in
      let result = try await room.script(
        """
        sky launch -y -d -c idle --num-nodes 2 'until [ -e ~/go ]; do sleep 0.1; done' || exit 9
        ssh idle-worker1 'echo kept >file'
        sky autostop idle -i 0 && sleep 4
        sky status -r idle --json | grep -o '"state" : .*'
        for node in idle idle-worker1; do ssh $node touch go; done
        until sky status idle --json 2>/dev/null | grep -q STOPPED; do sleep 0.3; done
        sky start -y idle && ssh idle-worker1 cat file && sleep 4 && sky status -r idle
        sky autostop idle -i 0 --down; echo "down $?"
        """)
      let story = result.text + result.errorText
      #expect(result.text.hasPrefix("\"state\" : \"UP\""), "\(story)")
      #expect(result.text.contains("kept\n"), "\(story)")
      #expect(result.text.contains("idle  UP"), "it holds until they are stopped: \(story)")
      #expect(result.text.hasSuffix("down 64\n"), "\(story)")
    }
  }
}
