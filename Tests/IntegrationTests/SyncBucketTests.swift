import Support
import SystemPackage
import Testing

/// `sky sync` and `sky launch` with buckets of a real S3 server in real local nodes: what is brought again,
/// and what becomes of an entry that was taken out.
@Suite(.timeLimit(.minutes(20))) struct SyncBucketTests {
  @Test(.enabled(if: BucketTests.canMount, "needs /dev/fuse"))
  func `buckets come again as a launch brings them, and go when they were taken out`() async throws
  {
    try await withBuckets { room, store in
      try await room.good(
        """
        mkdir up && echo 1 >up/f && git init -q && echo /up/ >.gitignore
        cat >task.yaml <<'E'
        num_nodes: 2
        file_mounts:
          ~/keep: ./up
          ~/set: s3://data/set
          ~/files/one.bin: s3://data/set/a
          ~/filled: {name: sky-filled-here, source: ./up, mode: COPY}
          /tmp/out: {source: s3://data/out, mode: MOUNT}
        E
        """)
      try await good(room, store, "sky launch -y -c b task.yaml")
      #expect(try await room.good("ssh b-worker1 'cd && cat set/deep/b filled/f'") == "B1\n")

      // What is new in a bucket and here comes to all nodes, a mount that died is made again.
      try await store.rclone(["rcat", "s:data/set/c"], input: Array("C".utf8))
      try await room.good("echo 2 >up/g; ssh b-worker1 fusermount3 -uz /tmp/out")
      try await good(room, store, "cd / && sky sync b")
      for node in ["b", "b-worker1"] {
        #expect(try await room.good("ssh \(node) 'cd && cat set/c filled/g'") == "C2\n")
        try await room.good("ssh \(node) 'echo \(node) >/tmp/out/\(node)'")
      }
      #expect(try await store.rclone(["cat", "s:sky-filled-here/g"]).text == "2\n")

      let watched = try await script(
        room, store,
        """
        sky sync b --watch 2>watch.log & pid=$!
        n=0; until grep -q Ctrl-C watch.log; do n=$((n + 1)); [ $n -lt 600 ] || exit 1; sleep 0.1; done
        kill -INT $pid; wait $pid; cat watch.log
        """)
      #expect(watched.text.contains("buckets are not watched; `sky sync b`"), "\(watched.text)")

      // Taken out: said, then removed, except what was changed on a node or has never been ours.
      try await room.good(
        """
        sed -i -e '/s3:/d' -e '/sky-filled/d' task.yaml
        ssh b 'cd && echo changed >set/a && echo mine >set/deep/mine && chmod 600 files/one.bin'
        """)
      let left = try await script(room, store, "sky launch -y -c b task.yaml 2>&1")
      for target in ["~/set", "~/files/one.bin", "~/filled", "/tmp/out"] {
        #expect(left.text.contains("\(target) is not in the task's file_mounts"), "\(left.text)")
      }
      try await good(room, store, "sky sync b")
      #expect(try await room.good("ssh b-worker1 'cat ~/set/a /tmp/out/b'") == "Ab\n")
      try await room.good("ssh b 'echo late >/tmp/out/late'")
      let gone = try await script(room, store, "sky sync b --delete 2>&1")
      #expect(gone.status == 0, "\(gone.text)")
      #expect(gone.text.contains("b: ~/set/a was changed there and stays"), "\(gone.text)")
      #expect(gone.text.contains("/tmp/out was removed from b, b-worker1"), "\(gone.text)")
      let find =
        "'cd && find set files filled keep /tmp/out -type f 2>/dev/null | sort; mount | grep -c rclone'"
      #expect(
        try await room.script("ssh b \(find)").text
          == "keep/f\nkeep/g\nset/a\nset/deep/mine\n0\n")
      #expect(try await room.script("ssh b-worker1 \(find)").text == "keep/f\nkeep/g\n0\n")
      #expect(try await room.script("ssh b-worker1 'ls -d set filled /tmp/out'").text == "")
      #expect(try await store.rclone(["cat", "s:data/out/late"]).text == "late\n")

      // Nothing uses the buckets any more.
      try await good(
        room, store,
        """
        sky storage ls --json | grep -q '"name" : "data"' && exit 1
        sky storage delete -y sky-filled-here
        """)
    }
  }

  @Test(.enabled(if: BucketTests.canMount, "needs /dev/fuse"))
  func `a machine of a pool is given back without anything of the buckets`() async throws {
    try await ObjectStoreServer.run { store in
      try await store.rclone(["mkdir", "s:data"])
      try await store.rclone(["rcat", "s:data/set/a"], input: Array("A".utf8))
      try await withPool(count: 1) { room, servers in
        try room.write(
          """
          resources: {infra: ssh/mine}
          file_mounts:
            ~/set: s3://data/set
            ~/out: {source: s3://data/out, mode: MOUNT}
          run: cp ~/set/a ~/out/b
          """, to: "t.yaml")
        try await good(room, store, "sky launch -y -c p t.yaml")
        try await good(room, store, "sky sync p && sky down -y p")
        let left = try await servers[0].left()
        #expect(left == "")
        #expect(try await store.rclone(["cat", "s:data/out/b"]).text == "A")
      }
    }
  }

  @Test func `what a copy brought before it failed goes too, whatever its name`() async throws {
    try await withBuckets { room, store in
      for name in ["a b", "q\"u'o$te`x`", "é/-dash", "odd", "odd/in"] {
        try await store.rclone(["rcat", "s:data/names/\(name)"], input: Array(name.utf8))
      }
      try await room.good(
        "printf 'file_mounts: {\"~/od d\": s3://data/names}\\n' >t.yaml; mkdir w; echo 1 >w/f")
      // An object and a prefix of one name cannot both be on a disk.
      let failed = try await script(room, store, "sky launch -y -c f t.yaml 2>&1")
      #expect(failed.status == 1 && failed.text.contains("object odd"), "\(failed.text)")
      let came = try await room.good("ssh f 'cd od*; find . -type f | LC_ALL=C sort'")
      #expect(came.contains("./q\"u'o$te`x`\n./é/-dash\n"), "\(came)")
      try await room.good(
        "ssh f 'cd od* && echo mine >mine'; printf 'file_mounts: {~/w: w}\\n' >t.yaml")
      try await good(room, store, "sky launch -y -c f t.yaml && sky sync f --delete")
      let left = try await room.good("ssh f 'cd od*; find . | LC_ALL=C sort'")
      #expect(left == ".\n./mine\n")
    }
  }

  @Test(.enabled(if: BucketTests.canMount, "needs /dev/fuse"))
  func `files of this machine that take the place of a mount do not end up in its bucket`()
    async throws
  {
    try await withBuckets { room, store in
      try await room.good(
        """
        mkdir here && echo 1 >here/mine
        printf 'file_mounts: {~/out: {source: s3://data/out, mode: MOUNT}}\\n' >mount.yaml
        printf 'file_mounts: {~/out: ./here}\\n' >files.yaml
        """)
      try await good(room, store, "sky launch -y -c m mount.yaml && ssh m 'echo 1 >out/kept'")
      try await good(room, store, "sky launch -y -c m files.yaml")
      #expect(try await room.good("ssh m 'ls out; mount | grep -c rclone; true'") == "mine\n0\n")
      #expect(try await store.rclone(["lsf", "s:data/out"]).text == "kept\n")
    }
  }

  @Test func `a large source of a bucket is said before the bucket is made`() async throws {
    try await withBuckets { room, store in
      try await room.good(
        """
        mkdir -p big/raw && head -c 2000000 /dev/zero >big/raw/one && echo 1 >big/a
        printf 'file_mounts: {~/x: {name: sky-large-here, source: ./big, mode: COPY}}\\n' >t.yaml
        """)
      let no = try await script(
        room, store,
        "printf 'n\\n' | SKY_LARGE_SOURCE=1M script -qec 'sky launch -c l t.yaml' /dev/null")
      #expect(no.status == 1)
      #expect(no.text.contains("\(room.home)/big is large: 2.0 MB in 2 files"), "\(no.text)")
      #expect(no.text.contains("    /raw/"), "\(no.text)")
      #expect(no.text.contains("Nothing was created."), "\(no.text)")
      #expect(try await store.rclone(["lsd", "s:sky-large-here"]).status != 0)
      try await good(room, store, "SKY_LARGE_SOURCE=1M sky launch -y -c l t.yaml")
      let again = try await script(
        room, store, "SKY_LARGE_SOURCE=1M sky launch -y -c l t.yaml 2>&1")
      #expect(again.status == 0 && !again.text.contains("is large"), "\(again.text)")
    }
  }

  private func withBuckets(
    _ body: @Sendable (SkyRoom, ObjectStoreServer) async throws -> Void
  ) async throws {
    try await ObjectStoreServer.run { store in
      try await store.rclone(["mkdir", "s:data"])
      for (name, text) in [("set/a", "A"), ("set/deep/b", "B")] {
        try await store.rclone(["rcat", "s:data/\(name)"], input: Array(text.utf8))
      }
      try await withSkyRoom { room in try await body(room, store) }
    }
  }

  private func good(
    _ room: SkyRoom, _ store: ObjectStoreServer, _ text: String
  ) async throws {
    let result = try await script(room, store, text)
    try #require(result.status == 0, "\(text)\n\(result.text)\(result.errorText)")
  }

  private func script(
    _ room: SkyRoom, _ store: ObjectStoreServer, _ text: String
  ) async throws -> ProgramResult {
    try await room.script(text, environment: store.environment)
  }
}
