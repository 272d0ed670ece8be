import Support
import SystemPackage
import Testing

/// `--infra slurm/…` against a real Slurm on this machine.
@Suite(
  .serialized, .timeLimit(.minutes(20)),
  .enabled(if: SlurmCluster.missing == nil, "\(SlurmCluster.missing ?? "")"))
struct SlurmTests {
  private func withRoom(
    ownHomes: Bool = false, _ body: (SkyRoom, SlurmCluster) async throws -> Void
  ) async throws {
    try await withSlurm(ownHomes: ownHomes) { slurm in
      try await withSkyRoom { room in
        _ = try await room.good("mkdir -m 700 .slurm .ssh")
        try writeFile(room.folder.appending(".slurm/config"), Array(slurm.config("hpc").utf8))
        try await body(room, slurm)
      }
    }
  }

  @Test func `three nodes are launched, reached by every ssh program, and given back`()
    async throws
  {
    try await withRoom { room, slurm in
      try await room.good(
        "mkdir work && echo code >work/file && head -c 200000 /dev/urandom >work/big")
      let launched = try await room.script(
        """
        TOKEN=$(echo hidden-w)ord; export TOKEN
        sky launch -y -c exp --infra slurm/hpc --num-nodes 3 --workdir work --secret TOKEN \\
          'echo "$SKYPILOT_NODE_RANK $SLURM_PROCID $SLURMD_NODENAME $SLURM_JOB_NUM_NODES $SLURM_NTASKS"
           echo "$SKYPILOT_NODE_IPS" | wc -l; [ ${#TOKEN} = 11 ] && cat file
           grep -ls "hidden-w[o]rd" /proc/[0-9]*/cmdline; true'
        """)
      let story = launched.text + launched.errorText
      for rank in 0..<3 {
        #expect(
          launched.text.contains("rank=\(rank)) \(rank) \(rank) c\(rank + 1) 3 3\n"), "\(story)")
        #expect(launched.text.contains("rank=\(rank)) 3\n"), "\(story)")
        #expect(launched.text.contains("rank=\(rank)) code\n"), "\(story)")
      }
      #expect(!launched.text.contains("cmdline"), "\(story)")
      #expect(
        launched.errorText.contains("syncing to exp\n"), "a shared home is synced once: \(story)")
      #expect(try await slurm.run("squeue", "-h", "-o", "%D %T").text == "3 RUNNING\n")
      try await room.good(
        """
        mkdir got && rsync -Pavz "exp-worker1:$1/sky_workdir/" got/ && cmp got/big work/big
        [ "$(ssh exp-worker2 'cat ~/sky_workdir/file')" = code ]
        scp -q "exp:$1/sky_workdir/file" copied && cmp copied work/file
        """, [slurm.home.string])
      let jobs = try await room.script(
        """
        sky exec exp --num-nodes 2 'exit $((SLURM_PROCID + 40))'; echo "ended with $?"
        sky exec -d exp 'touch $HOME/there; sleep 612.5'; until ssh exp 'test -e ~/there'; do sleep 0.1; done
        sky cancel exp; sky queue exp
        ps ax -o args | grep -c '^sleep 612.5'
        """)
      #expect(
        jobs.text.contains("ended with 40\n") || jobs.text.contains("ended with 41\n"),
        "\(jobs.text)\(jobs.errorText)")
      #expect(jobs.text.contains("CANCELLED") && jobs.text.contains("FAILED"), "\(jobs.text)")
      #expect(jobs.text.hasSuffix("\n0\n"), "\(jobs.text)\(jobs.errorText)")
      try await room.good("sky down -y exp")
      #expect(try await slurm.run("squeue", "-h").text == "")
      let left = try await room.good("grep -c '^Host' .sky/ssh_config; true")
      #expect(left == "0\n")
      let home = try await run(
        "sh", ["-c", "cat .ssh/authorized_keys; ls -A .sky_node"], in: slurm.home)
      #expect(home.text == "", "\(home.text)")
    }
  }

  @Test func `what a request waits for is shown, and an end from outside is seen`() async throws {
    try await withRoom { room, slurm in
      let held = try await slurm.run(
        "sbatch", "--parsable", "--output=/dev/null", "-N3", "--exclusive", "--wrap=sleep 600")
      let number = String(held.text.dropLast())
      #expect(held.status == 0, "\(held.errorText)")
      let started = try await room.script(
        """
        sky launch -y -c late --infra slurm/hpc/all --num-nodes 2 2>err & sky=$!
        until grep -q 'PENDING: Resources' err; do sleep 0.1; kill -0 $sky || break; done
        kill -9 $sky
        cat err; grep -c PENDING err
        """)
      #expect(started.text.contains("is PENDING: Resources"), "\(started.text)\(started.errorText)")
      // The first one is gone; what it submitted is found again, not submitted twice.
      let again = try await room.script(
        """
        SLURM_CONF=$1 scancel $2
        sky launch -y -c late --infra slurm/hpc/all --num-nodes 2 && sky status -r --json
        """, [slurm.folder.appending("slurm.conf").string, number])
      #expect(again.status == 0, "\(again.text)\(again.errorText)")
      #expect(again.text.contains(#""state" : "UP""#), "\(again.text)")
      let queue = try await slurm.run("squeue", "-h", "-t", "PD,R", "-o", "%D %T")
      #expect(queue.text == "2 RUNNING\n", "\(queue.text)")

      let ended = try await room.script(
        """
        sky exec -d late 'touch $HOME/there; sleep 600'; until ssh late 'test -e ~/there'; do sleep 0.1; done
        SLURM_CONF=$1 scancel -u "$(id -un)"
        until [ -z "$(SLURM_CONF=$1 squeue -h)" ]; do sleep 0.2; done
        sky status -r --json; sky queue late; sky down -y late; echo "down $?"
        """, [slurm.folder.appending("slurm.conf").string])
      let story = ended.text + ended.errorText
      #expect(ended.text.contains(#""state" : "STOPPED""#), "\(story)")
      #expect(ended.text.contains("FAILED") && !ended.text.contains("RUNNING"), "\(story)")
      #expect(ended.text.hasSuffix("down 0\n"), "\(story)")
    }
  }

  @Test func `a user's alias names the login node, and nonsense is refused with reasons`()
    async throws
  {
    try await withRoom { room, slurm in
      try await room.good("mv .slurm/config .ssh/config && chmod 600 .ssh/config")
      let launched = try await room.script(
        """
        sky launch -y -c small --infra slurm/hpc/one 'echo $SLURM_JOB_PARTITION' && sky hosts show small
        """)
      #expect(launched.text.hasPrefix("one\n"), "\(launched.text)\(launched.errorText)")
      #expect(launched.text.lowercased().contains("proxyjump hpc"), "\(launched.text)")
      let wrong = try await room.script(
        """
        sky launch -y -c a --infra slurm/hpc/none true; echo $?
        printf 'resources: {cpus: 400}\\nconfig: {slurm: {sbatch_options: {time: 1:00}}}\\n' >big.yaml; sky launch -y -c b --infra slurm/hpc big.yaml; echo $?
        sky launch -y -c c --infra slurm/nobody true; echo $?
        sky stop -y small; echo $?; sky status
        """)
      let story = wrong.text + wrong.errorText
      #expect(wrong.text.hasPrefix("68\n69\n68\n1\n"), "\(story)")
      #expect(wrong.errorText.contains("There are: all, one"), "\(story)")
      #expect(wrong.errorText.contains("did not take the request"), "\(story)")
      #expect(wrong.errorText.contains("--cpus-per-task=400 --time=1:00"), "\(story)")
      #expect(!wrong.text.contains("INIT"), "what was refused is no cluster: \(story)")
    }
  }

  /// In a shared home each rank sees the others' files, with homes of their own none does.
  @Test(arguments: [false, true])
  func `a rank that fails ends the others without us, and homes are told apart`(
    ownHomes: Bool
  ) async throws {
    try await withRoom(ownHomes: ownHomes) { room, slurm in
      let conf = slurm.folder.appending("slurm.conf").string
      let result = try await room.script(
        """
        mkdir work && echo code >work/file
        sky launch -y -c gang --infra slurm/hpc --num-nodes 3 --workdir work 'cat file' 2>err || cat err
        grep -o 'syncing to .*' err
        sky exec -d gang --num-nodes 3 \\
          'echo rank $SKYPILOT_NODE_RANK; [ $SKYPILOT_NODE_RANK = 1 ] && sleep 1 && exit 7; sleep 613.5' || exit 9
        until [ -z "$(SLURM_CONF=$1 squeue -h -s | grep -v batch)" ]; do sleep 0.2; done
        ps ax -o args | grep -c '^sleep 613.5'
        sky queue gang --json | tr -d ' \\n' | grep -o '"exit_codes":[^]]*]'
        sky logs gang 2>err; echo "ended with $?"; cat err
        """, [conf])
      let story = result.text + result.errorText
      let targets = ownHomes ? "gang, gang-worker1, gang-worker2" : "gang"
      #expect(result.text.contains("syncing to \(targets)\n0\n"), "\(story)")
      #expect(result.text.contains("\"exit_codes\":[143,7,143]"), "\(story)")
      #expect(result.text.contains("ended with 7\n"), "\(story)")
      #expect(result.text.contains("gang-worker1 failed: exit code 7"), "\(story)")
      try await room.good("sky down -y gang")
      let homes = ownHomes ? ["c1", "c2", "c3"].map(slurm.home(of:)) : [slurm.home]
      for home in homes {
        let left = try await run(
          "sh", ["-c", "cat .ssh/authorized_keys; ls -A .sky_node"], in: home)
        #expect(left.text == "", "\(home): \(left.text)")
      }
    }
  }

  @Test func `an idle allocation is given back, and a start asks for the same again`() async throws
  {
    try await withRoom { room, slurm in
      let conf = slurm.folder.appending("slurm.conf").string
      try room.write(
        """
        num_nodes: 2
        resources:
          infra: slurm/hpc
          cpus: 1
          autostop: {idle_minutes: 0, down: true, wait_for: jobs}
        config: {slurm: {sbatch_options: {time: "47", comment: mine}}}
        run: '[ $SKYPILOT_NODE_RANK = 0 ] || until [ -e $HOME/go ]; do sleep 0.1; done'
        """, to: "task.yaml")
      let result = try await room.script(
        """
        SLURM_CONF=$1; export SLURM_CONF
        sky launch -y -d -c auto task.yaml || exit 9
        until [ -e "$2/.sky_node/jobs/auto/1/0/exit" ]; do sleep 0.1; done
        sleep 5; squeue -h -o '%D %T %l %k'
        touch "$2/go"
        until [ -z "$(squeue -h)" ]; do sleep 0.2; done
        sky status auto --json | grep -o '"state" : .*'
        sky start -y auto; squeue -h -o '%D %T %l %k'
        sky down -y auto
        printf 'resources: {infra: slurm/hpc, autostop: 10}\\nrun: echo ran\\n' >stop.yaml
        sky launch -y -c no stop.yaml; echo "refused with $?"; sky status --json
        """, [conf, slurm.home.string])
      let story = result.text + result.errorText
      let asked = "2 RUNNING 47:00 mine\n"
      #expect(result.text.hasPrefix(asked), "rank 1 works still: \(story)")
      #expect(result.text.contains("\"state\" : \"STOPPED\",\n" + asked), "\(story)")
      #expect(result.text.contains("refused with 64\n["), "\(story)")
      #expect(!result.text.contains("ran\n") && !result.text.contains("\"no\""), "\(story)")
      #expect(result.errorText.contains("down: true"), "\(story)")
    }
  }

  @Test func `a wish that Slurm grants is taken, and more than the allocation has is refused`()
    async throws
  {
    try await withRoom { room, slurm in
      try room.write(
        """
        resources: {ordered: [{infra: slurm/hpc, cpus: 400}, {infra: slurm/hpc/one, cpus: 1}]}
        run: echo in $SLURM_JOB_PARTITION
        """, to: "ordered.yaml")
      let launched = try await room.sky("launch", "-y", "-c", "s", "ordered.yaml")
      #expect(launched.text.contains("in one"), "\(launched.text)\(launched.errorText)")
      // The machine has more, the allocation has one.
      try room.write("resources: {cpus: 2}\nrun: echo started\n", to: "more.yaml")
      let refused = try await room.sky("launch", "-y", "-c", "s", "more.yaml")
      #expect(refused.status == 69, "\(refused.text)\(refused.errorText)")
      #expect(refused.errorText.contains("s: has 1 cpus, 2 are asked for"), "\(refused.errorText)")
      #expect(try await slurm.run("squeue", "-h", "-o", "%T").text == "RUNNING\n")
    }
  }
}
