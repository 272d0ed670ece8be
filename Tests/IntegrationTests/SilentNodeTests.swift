import Support
import SystemPackage
import Testing

/// One machine of a pool that lets nobody in any more, while the others do.
@Suite(.timeLimit(.minutes(20))) struct SilentNodeTests {
  @Test func `what can be shown and ended is, what cannot is named, and later it is known`()
    async throws
  {
    try await withPool { room, servers in
      try await room.good(
        "sky launch -y -d -c half --infra ssh/mine --num-nodes 2 "
          + "'echo hello $SKYPILOT_NODE_RANK; sleep 614.5'")
      try await room.good("until sky logs half --no-follow | grep -q 'hello 1'; do sleep 0.2; done")
      let keys = servers[1].folder.appending("authorized_keys")
      let good = try readFile(keys)
      try writeFile(keys, [])
      let shown = try await room.script("sky logs half --no-follow")
      #expect(shown.text.contains("hello 0") && shown.status == 3, "\(shown.errorText)")
      #expect(shown.errorText.contains("half-worker1"), "\(shown.errorText)")
      let one = try await room.script("sky logs half -w 0 --no-follow")
      #expect(one.text == "hello 0\n" && one.status == 0, "\(one.text)\(one.errorText)")
      #expect(try await room.script("sky logs half").status == 77)
      let cancelled = try await room.script("sky cancel half")
      #expect(cancelled.status == 3, "\(cancelled.errorText)")
      #expect(cancelled.errorText.contains("not on half-worker1"), "\(cancelled.errorText)")
      #expect(try await room.script("sky down -y half").status != 0)
      try writeFile(keys, good)
      // The first machine was given back, with all that it knew of the job: that rank is no pending one.
      let queue = try await room.good("sky queue half")
      #expect(!queue.contains("PENDING") && !queue.contains("RUNNING"), "\(queue)")
      try await room.good("sky down -y half")
      for server in servers { #expect(try await server.left() == "") }
      #expect(try await room.script("pgrep -f 'slee[p] 614.5'").text == "")
    }
  }
}
