import Support
import SystemPackage
import Testing

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// `sky sync`, file mounts and large sources with the real program and real nodes.
@Suite(.timeLimit(.minutes(20))) struct SyncCommandTests {
  @Test func `the last task's workdir and mounts come again, and what was taken out is removed`()
    async throws
  {
    try await withSkyRoom { room in
      try await room.good(
        """
        mkdir -p code data/deep && echo 1 >code/a && echo 1 >data/deep/b && echo secret >key
        chmod 600 key && ln -s deep data/link && echo gone >data/ignored.tmp && echo '*.tmp' >data/.gitignore
        cat >task.yaml <<'E'
        workdir: code
        num_nodes: 2
        file_mounts:
          ~/data: ./data
          /opt/made/here: data/
          ~/.keys/key: ~/key
        run: cat ~/.keys/key
        E
        sky launch -y -c s task.yaml
        """)
      try await room.expect([
        ScriptStep(
          "ssh s-worker1 'stat -c %a .keys/key; ls -A data /opt/made/here; readlink data/link'",
          prints: """
            600
            /opt/made/here:
            .gitignore
            deep
            link

            data:
            .gitignore
            deep
            link
            deep

            """),
        // Types change, an edit follows; the task is not started again.
        "rm data/link && mkdir data/link && echo f >data/link/f && rm -r code/a && mkdir code/a && echo 2 >code/a/a",
        ScriptStep("sky sync s", complains: ["s: 3 sent", "s-worker1: 3 sent"]),
        ScriptStep(
          "ssh s 'cat data/link/f sky_workdir/a/a /opt/made/here/link/f'", prints: "f\n2\nf\n"),
        ScriptStep("sky queue s --json | grep -c '\"id\"'", prints: "1\n"),
        ScriptStep(
          "cd / && sky sync s --json | python3 -c 'import json, sys; print([r[\"files_sent\"] for r in json.load(sys.stdin)])'",
          prints: "[0, 0]\n"),

        // An entry is taken out: said at launch and by sync, removed with --delete.
        ScriptStep("ssh s 'echo mine >data/made-there; echo changed >>data/deep/b'"),
        "sed -i -e '/data: .\\/data/d' -e '/made\\/here/d' task.yaml",
        ScriptStep(
          "sky launch -y -c s task.yaml",
          complains: [
            "~/data is not in the task's file_mounts any more and stays on the nodes; `sky sync s --delete`",
            "/opt/made/here is not in",
          ]),
        ScriptStep("sky sync s", complains: ["~/data is in the task no more"]),
        ScriptStep("ssh s-worker1 'ls data/deep'", prints: "b\n"),
        ScriptStep(
          "sky sync s --delete",
          complains: [
            "deep/b: is gone here but was changed on the node",
            "~/data was removed from s, s-worker1",
          ]),
        ScriptStep(
          "ssh s 'cd data && find . -type f | sort; ls -d /opt/made/*'; ssh s-worker1 'ls -d data; cat .keys/key'",
          prints: "./deep/b\n./made-there\nsecret\n"),
        ScriptStep("sky sync s --delete", complains: ["s: 0 sent"]),
        ScriptStep(
          "rm key && sky sync s", status: 66,
          complains: ["~/.keys/key: ", "does not exist any more"]),
        ScriptStep("sky sync nobody", status: 68),
      ])
    }
  }

  @Test func `a mount inside the workdir is there at the first launch already`() async throws {
    try await withSkyRoom { room in
      try await room.good(
        """
        mkdir -p w/both d && echo 1 >w/a && echo w >w/both/w && echo 2 >d/b
        printf 'workdir: w\nnum_nodes: 2\nfile_mounts: {sub/dir: d, both: d, ~/sky_workdir/file: d/b, ~/x: d}\n' >t.yaml
        """)
      try await room.expect([
        "sky launch -y -c i t.yaml",
        ScriptStep(
          "ssh i-worker1 'cd sky_workdir && find . ../x -type f | LC_ALL=C sort'",
          prints: "../x/b\n./a\n./both/b\n./both/w\n./file\n./sub/dir/b\n"),
        ScriptStep(
          "echo 3 >d/b; sky sync i --json | python3 -c 'import json, sys; print([r[\"files_sent\"] for r in json.load(sys.stdin)])'",
          prints: "[4, 4]\n"),
      ])
    }
  }

  @Test
  func `a target with a slash takes a file under its own name, and a home goes without ~/.sky`()
    async throws
  {
    try await withSkyRoom { room in
      try await room.good(
        """
        mkdir -p w && echo 1 >w/a && echo 2 >w/b
        printf 'workdir: .\nfile_mounts: {~/new/: w/a, ~/old/in/: w/b}\n' >t.yaml
        """)
      try await room.expect([
        "sky launch -y -c h && ssh h mkdir -p old/in && sky launch -y -c h t.yaml",
        ScriptStep(
          "ssh h 'cat new/a old/in/b; ls -A sky_workdir'", prints: "1\n2\n.ssh\nt.yaml\nw\n"),
        ScriptStep("sky files --explain .sky/state.db", says: ["sky's own folder"]),
        ScriptStep("sky launch -y -c a/b true", status: 64),
        ScriptStep("sed -i '/workdir/d; s/, .*/}/' t.yaml; sky launch -y -c h t.yaml"),
        ScriptStep("sky sync h --delete && ssh h 'ls new old/in'", prints: "new:\na\n\nold/in:\n"),
      ])
    }
  }

  @Test func `a source that turns from a folder into a file and back takes its target along`()
    async throws
  {
    try await withSkyRoom { room in
      try await room.good(
        """
        mkdir -p src/deep other && echo 1 >src/deep/f && echo 2 >other/g
        printf 'file_mounts: {~/m: src}\\n' >t.yaml && sky launch -y -c k t.yaml
        """)
      let look = "ssh k 'cd && find m | sort && find m -type f -exec cat {} +'"
      try await room.expect([
        "rm -r src && echo file >src && sky launch -y -c k t.yaml",
        ScriptStep(look, prints: "m\nfile\n"),
        "rm src && mkdir src && echo 3 >src/h && sky launch -y -c k t.yaml",
        ScriptStep(look, prints: "m\nm/h\n3\n"),
        "rm -r src && ln -s other src && sky launch -y -c k t.yaml",
        ScriptStep(look, prints: "m\nm/g\n2\n"),
        "rm src && echo again >src && sky launch -y -c k t.yaml",
        ScriptStep(look, prints: "m\nagain\n"),
        ScriptStep("sky sync k --json | grep -c '\"files_sent\" : 0'", prints: "1\n"),
      ])
    }
  }

  @Test func `watching sends each edit, and ends with Ctrl-C`() async throws {
    try await withSkyRoom { room in
      try await room.good(
        """
        mkdir -p code/sub && echo 1 >code/a && echo x >file && echo out >code/.gitignore
        printf 'workdir: code\\nfile_mounts: {~/file: file}\\n' >t.yaml && sky launch -y -c w t.yaml
        """)
      let story = try await room.script(
        """
        :>watch.log; sky sync w --watch 2>watch.log & pid=$!
        await() { n=0; until eval "$1"; do n=$((n + 1)); [ $n -lt 600 ] || exit 1; sleep 0.1; done; }
        await 'grep -q watching watch.log'
        echo 2 >code/sub/b; await 'ssh w cat sky_workdir/sub/b 2>/dev/null | grep -q 2'
        mkdir -p code/new/deeper; sleep 0.3; echo 3 >code/new/deeper/c
        await 'ssh w cat sky_workdir/new/deeper/c 2>/dev/null | grep -q 3'
        echo y >file.new && mv file.new file; await 'ssh w cat file | grep -q y'
        rm code/a; await '! ssh w test -e sky_workdir/a'
        mv code elsewhere; await 'grep -q "does not exist" watch.log'
        mv elsewhere code; echo 4 >code/d; await 'ssh w test -e sky_workdir/d'
        kill -INT $pid; wait $pid; echo "ended $?"
        """)
      let log = try await room.script("cat watch.log")
      #expect(story.text == "ended 130\n", "\(story.errorText)\(log.text)")
      #expect(log.text.contains("sky: interrupted"), "\(log.text)")
    }
  }

  @Test(.enabled(if: geteuid() == 0, "a limit of its own needs a namespace of root's"))
  func `where the kernel has no watches left, watching goes on by looking`() async throws {
    try await withSkyRoom { room in
      try await room.good(
        "mkdir -p code/sub && echo 1 >code/a && sky launch -y -c n --workdir code")
      let story = try await room.script(
        """
        await() { n=0; until eval "$1"; do n=$((n + 1)); [ $n -lt 600 ] || exit 1; sleep 0.1; done; }
        for limit in max_inotify_watches max_inotify_instances; do
          unshare -U -r sh -c "echo 0 >/proc/sys/user/$limit && exec sky sync n --watch" 2>watch.log & pid=$!
          await 'grep -q Ctrl-C watch.log'
          mkdir code/$limit && echo $limit >code/$limit/f
          await "ssh n cat sky_workdir/$limit/f 2>/dev/null | grep -q $limit"
          kill -INT $pid; wait $pid; echo "ended $?"; grep -c 'looked at once a second' watch.log
        done
        """)
      #expect(story.text == "ended 130\n1\nended 130\n1\n", "\(story.errorText)")
    }
  }

  @Test func `a large source is said before anything is created`() async throws {
    try await withSkyRoom { room in
      try await room.good(
        """
        mkdir -p big/data/raw/x big/src && head -c 3000000 /dev/zero >big/data/raw/x/one
        head -c 900000 /dev/zero >'big/we[i]rd.bin' && echo 1 >big/src/a
        """)
      let launched = try await room.sky(
        "launch", "-y", "-c", "l", "--workdir", "big", environment: ["SKY_LARGE_SOURCE": "1M"])
      #expect(launched.status == 0)
      let words = """
        sky: \(room.home)/big is large: 3.9 MB in 3 files
          3.0 MB  data/raw/x/
          900 kB  we[i]rd.bin
          to leave out what the nodes do not need, add to \(room.home)/big/.gitignore:
            /data/raw/x/
            /we\\[i]rd.bin

        """
      #expect(launched.errorText.hasPrefix(words), "\(launched.errorText)")
      let again = try await room.sky(
        "launch", "-y", "-c", "l", "--workdir", "big", environment: ["SKY_LARGE_SOURCE": "1M"])
      #expect(!again.errorText.contains("is large"), "it is there: \(again.errorText)")
      let bad = try await room.sky(
        "launch", "-y", "-c", "m", "--workdir", "big", environment: ["SKY_LARGE_SOURCE": "much"])
      #expect(bad.status == 64)
      // On a terminal it is asked; no creates nothing.
      try await room.expect([
        ScriptStep(
          "printf 'n\\n' | SKY_LARGE_SOURCE=1M script -qec 'sky launch -c asked --workdir big' /dev/null",
          status: 1, says: ["Send it to the nodes?", "Nothing was created"]),
        ScriptStep("sky status --json | grep -c asked", status: 1, prints: "0\n"),
        ScriptStep(
          "printf '/data\\n*.bin\\n' >big/.gitignore; SKY_LARGE_SOURCE=1M sky launch -y -c m --workdir big 2>&1 | grep -c large",
          status: 1, prints: "0\n"),
      ])
    }
  }

  @Test func `three small mounts cost what one costs`() async throws {
    try await withSkyRoom { room in
      try await room.good(
        """
        for n in 1 2 3; do head -c 1000 /dev/urandom >f$n; done
        printf 'file_mounts: {~/m1: f1}\\n' >one.yaml
        printf 'file_mounts: {~/m1: f1, ~/m2/f: f2, /srv/m3: f3}\\n' >three.yaml
        """)
      try await room.good("sky launch -y -c c one.yaml && echo 1 >>f1")
      let trips = "python3 -c 'import json, sys; print(json.load(sys.stdin)[\"round_trips\"])'"
      let one = try await room.good("sky sync c --json | \(trips)")
      try await room.good(
        "sky launch -y -c c three.yaml && for n in 1 2 3; do echo 2 >>f$n; done")
      let three = try await room.good("sky sync c --json | \(trips)")
      #expect(one == three)
    }
  }

  @Test func `what this machine lacks is said, and nothing is made`() async throws {
    try await withSkyRoom { room in
      try await room.expect([
        ScriptStep(
          "printf 'resources: {cpus: 4096+, accelerators: H100:8}\\nrun: uname\\n' >t.yaml && sky launch -y -c big t.yaml",
          status: 69,
          complains: [
            "local: this machine has ", " cpus, 4096 are asked for", "H100:8 is asked for",
          ]),
        ScriptStep("sky status --json", prints: "[\n\n]\n"),
        ScriptStep(
          "printf 'resources: {any_of: [{cpus: 4096+}, {cpus: 1+, memory: 0.1+}]}\\nrun: uname\\n' >t.yaml && sky launch -y -c small t.yaml"
        ),
      ])
    }
  }

  @Test(.enabled(if: BucketTests.canMount, "needs /dev/fuse"))
  func `down refuses to lose a file that is not in its bucket yet, and brings it there later`()
    async throws
  {
    try await ObjectStoreServer.run { store in
      try await withScratchFolder { folder in
        let front = try await StoreFront(to: (store.address, store.port), in: folder)
        try await store.rclone(["mkdir", "s:kept"])
        try await withSkyRoom { room in
          var environment = store.environment
          environment["AWS_ENDPOINT_URL_S3"] = front.endpoint
          try await room.good(
            """
            sky launch -y -c k && ssh k mkdir -p .sky_node/bin
            scp -q '\(ObjectStoreTools.folder)/rclone' k:.sky_node/bin/
            printf 'file_mounts: {/out: {source: s3://kept, mode: MOUNT}}\n' >t.yaml
            """)
          try await front.open {
            let launched = try await room.sky(
              "launch", "-y", "-c", "k", "t.yaml", environment: environment)
            try #require(launched.status == 0, "\(launched.errorText)")
            // What a mount knows of the bucket's names it knows for ten seconds.
            try await room.good("ssh k ls /out")
          }
          _ = try await room.script("ssh k 'echo precious >/out/precious'")
          let down = try await room.sky("down", "-y", "k", environment: environment)
          #expect(down.status == 1)
          #expect(
            down.errorText.contains("k: s3://kept: 1 file (kept/precious) written to the mount"),
            "\(down.errorText)")
          #expect(down.errorText.contains("They are safe on the node."))
          try await front.open {
            let again = try await room.sky("down", "-y", "k", environment: environment)
            #expect(again.status == 0, "\(again.errorText)")
          }
          #expect(try await store.rclone(["cat", "s:kept/precious"]).text == "precious\n")
        }
      }
    }
  }
}
