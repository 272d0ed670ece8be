import Support
import SystemPackage
import Testing

/// `sky storage` and `sky check` with the real program and a real S3 server.
@Suite(.timeLimit(.minutes(20))) struct StorageCommandTests {
  @Test func `buckets are listed for people and programs, with what is known of them`() async throws
  {
    try await withStore { room, store in
      try await expect(
        room, store,
        [
          ScriptStep("sky storage ls", prints: "", complains: ["No buckets."]),
          ScriptStep("sky storage ls --json", prints: "[\n\n]\n"),
          ScriptStep("sky launch -y -c c t.yaml"),
          ScriptStep(
            """
            sky storage ls --json | python3 -c '
            import json, sys
            for one in json.load(sys.stdin):
                assert one.pop("created_at").endswith("Z")
                print(one)'
            """,
            prints: """
              {'clusters': ['c'], 'exists': True, 'made_by_sky': True, 'mode': 'COPY', 'name': 'sky-mine', \
              'objects': 2, 'persistent': True, 'region': None, 'size': 4, 'source': './up', 'store': 's3'}
              {'clusters': ['c'], 'exists': True, 'made_by_sky': False, 'mode': 'COPY', 'name': 'theirs', \
              'objects': 1, 'persistent': True, 'region': None, 'size': 5, 'source': 's3://theirs/set', 'store': 's3'}

              """),
          ScriptStep(
            "sky storage ls | sed 's/[0-9-]*T[0-9:]*Z/WHEN/' | tr -s ' '",
            prints: """
              NAME STORE SOURCE MODE CLUSTERS CREATED MADE BY SIZE
              sky-mine S3 ./up COPY c WHEN sky 4 B
              theirs S3 s3://theirs/set COPY c WHEN - 5 B

              """),
          // A terminal gets the same table, its head in bold; NO_COLOR is honoured.
          ScriptStep(
            """
            pty() { TERM=xterm python3 -c 'import pty; pty.spawn(["sky", "storage", "ls"])' | tr -d '\\r'; }
            unset NO_COLOR; pty | tr '\\033' @ | grep -cF '@[1mNAME'; pty | grep -c 'sky-mine *S3'
            NO_COLOR=1; export NO_COLOR; pty | tr '\\033' @ | grep -c '^NAME'
            """, prints: "1\n1\n1\n"),
        ])
      // A bucket that was deleted past sky, and a store that does not answer.
      try await store.rclone(["purge", "s:sky-mine"])
      try await expect(
        room, store,
        [
          ScriptStep("sky storage ls | grep -c 'sky-mine.*deleted'", prints: "1\n"),
          ScriptStep("sky storage ls --json | grep -c '\"exists\" : false'", prints: "1\n"),
          ScriptStep(
            "AWS_ENDPOINT_URL_S3=http://127.0.0.1:9 sky storage ls --json | grep -c '\"size\" : null'",
            prints: "2\n"),
        ])
    }
  }

  @Test func `only buckets of sky's own are deleted, by name and after a question`() async throws {
    try await withStore { room, store in
      try await expect(
        room, store,
        [
          ScriptStep("sky launch -y -c c t.yaml"),
          ScriptStep("sky storage delete", status: 64),
          ScriptStep("sky storage delete -a sky-mine", status: 64),
          ScriptStep(
            "sky storage delete -y theirs", status: 1,
            complains: ["s3://theirs: was not made by sky, so sky does not delete it"]),
          ScriptStep(
            "sky storage delete -y sky-mine", status: 1,
            complains: ["s3://sky-mine: is in use by c", "sky down c"]),
          ScriptStep(
            "sky storage delete -y sky-mime", status: 68, complains: ["did you mean sky-mine?"]),
          // One name that is wrong deletes none.
          ScriptStep("sky down -y c"),
          ScriptStep("sky storage delete -y sky-mine nobodys", status: 68),
          ScriptStep(
            "sky storage delete sky-mine </dev/null", status: 1,
            complains: ["nothing was deleted; -y deletes without asking"]),
          ScriptStep(
            "printf 'n\\n' | script -qec 'sky storage delete sky-mine' /dev/null", status: 1,
            says: ["Delete s3://sky-mine with all objects? [Y/n]", "nothing was deleted"]),
          ScriptStep("sky storage ls --json | grep -c '\"exists\" : true'", prints: "1\n"),
          // The same name at another address is another bucket.
          ScriptStep(
            "AWS_ENDPOINT_URL_S3=http://127.0.0.1:9 sky storage delete -y sky-mine", status: 1,
            complains: ["sky-mine"]),
          ScriptStep(
            "printf 'y\\n' | script -qec 'sky storage delete s3://sky-mine' /dev/null",
            says: ["deleted s3://sky-mine"]),
          ScriptStep("sky storage ls --json", prints: "[\n\n]\n"),
          ScriptStep("sky storage delete -a -y", complains: ["No bucket to delete."]),
        ])
      #expect(try await store.rclone(["lsd", "s:sky-mine"]).status != 0)
      #expect(try await store.rclone(["cat", "s:theirs/set/a"]).text == "their")
    }
  }

  @Test func `check says which stores are usable and why not, and shows no key`() async throws {
    try await withStore { room, store in
      let list = """
        | python3 -c '
        import json, sys
        for one in json.load(sys.stdin):
            assert sorted(one) == ["advice", "detail", "kind", "name", "usable"], one
            print(one["kind"], one["name"], one["usable"], one["detail"])'
        """
      try await expect(
        room, store,
        [
          ScriptStep(
            "sky check --json 2>/dev/null \(list)",
            prints: """
              infra local True None
              store s3 True keys from AWS_ACCESS_KEY_ID
              store gcs False no keys were found; public buckets can be used
              store r2 False Cloudflare R2: no keys were found: ~/.cloudflare/r2.credentials does not exist
              store ibm False IBM Cloud Object Storage: no keys were found: ~/.ibm/credentials.yaml does not exist

              """),
          ScriptStep(
            "sky check", says: ["NAME", "USABLE", "keys from"],
            complains: ["gcs: Run `gcloud auth application-default login`."]),
          ScriptStep(
            "AWS_SECRET_ACCESS_KEY=wrong-key-of-mine sky check 2>&1 | tee out | grep -c '^s3  *store  *no .*SignatureDoesNotMatch'; grep -c wrong-key out",
            status: 1, prints: "1\n0\n"),
          ScriptStep(
            "env -u AWS_ACCESS_KEY_ID -u AWS_SECRET_ACCESS_KEY sky check --json \(list) | grep ' s3 '",
            prints: "store s3 False no keys were found; public buckets can be used\n"),
          ScriptStep(
            "AWS_ENDPOINT_URL_S3=http://127.0.0.1:9 sky check --json \(list) | grep -c ' s3 False .*refused'",
            prints: "1\n"),
          ScriptStep(
            "{ sky check; sky check --json; } 2>&1 | grep -cF '\(store.owner.secret)'", status: 1,
            prints: "0\n"),
        ])
    }
  }

  @Test(.enabled(if: BucketTests.canMount, "needs /dev/fuse"))
  func `keys of a session work with their token, here and on a node`() async throws {
    try await withStore { room, store in
      var session = try await store.session()
      let task = """
        file_mounts:
          ~/set: s3://theirs/set
          /tmp/out: {source: s3://theirs/out, mode: MOUNT}
        run: cat ~/set/a >/tmp/out/b
        """
      _ = try await room.run("sh", ["-c", "cat >s.yaml"], input: Array(task.utf8))
      session["AWS_ENDPOINT_URL_S3"] = store.endpoint
      let launched = try await room.sky("launch", "-y", "-c", "s", "s.yaml", environment: session)
      #expect(launched.status == 0, "\(launched.errorText)")
      #expect(try await store.rclone(["cat", "s:theirs/out/b"]).text == "their")
      let down = try await room.sky("down", "-y", "s", environment: session)
      #expect(down.status == 0, "\(down.errorText)")

      // The server does check the token.
      session["AWS_SESSION_TOKEN"] = ""
      let refused = try await room.sky("launch", "-y", "-c", "s", "s.yaml", environment: session)
      #expect(refused.status == 77, "\(refused.errorText)")
      #expect(try await room.sky("status", "--json").text == "[\n\n]\n")
    }
  }

  private func withStore(
    _ body: @Sendable (SkyRoom, ObjectStoreServer) async throws -> Void
  ) async throws {
    try await ObjectStoreServer.run { store in
      try await store.rclone(["mkdir", "s:theirs"])
      try await store.rclone(["rcat", "s:theirs/set/a"], input: Array("their".utf8))
      try await withSkyRoom { room in
        try await room.good(
          """
          mkdir up && echo 1 >up/a && echo 2 >up/b
          printf 'file_mounts:\\n  ~/mine: {name: sky-mine, source: ./up, mode: COPY}\\n  ~/set: s3://theirs/set\\n' >t.yaml
          """)
        try await body(room, store)
      }
    }
  }

  private func expect(
    _ room: SkyRoom, _ store: ObjectStoreServer, _ steps: [ScriptStep]
  ) async throws {
    try await room.expect(steps, environment: store.environment)
  }
}
