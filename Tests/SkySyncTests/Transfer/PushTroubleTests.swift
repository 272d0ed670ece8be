import SkySync
import Support
import SystemPackage
import Testing

/// Nodes that lie, die or hang, and connections that break.
@Suite struct PushTroubleTests {
  private static let lies: [Lie] = [
    Lie(
      Lie.listing(#"T 0 folder 0\0/x\0\0f 644 1 1.0 ./../x\0\0E 0 0\0\0"#), .badAnswer),
    Lie(
      Lie.listing(#"T 0 folder 0\0/x\0\0f 644 1 1.0 /etc/passwd\0\0E 0 0\0\0"#), .badAnswer),
    Lie(Lie.listing(#"T 0 folder 0\0/x\0\0f 9 9 9 ./x\0\0E 0 0\0\0"#), .badAnswer),
    Lie(Lie.listing(#"T 1 folder 0\0/x\0\0E 0 0\0\0"#), .badAnswer),
    Lie(
      Lie.listing(#"T 0 absent 0\0/x\0\0E 0 0\0\0"#).replacing("cat >", with: "true >"),
      .connectionLost),
  ]

  @Test("what no node should answer is an error, at once", arguments: Lie.toAll + lies)
  func nonsense(lie: Lie) async throws {
    try await withPlace { place in
      try await place.sh("echo 1 >a")
      var node = place.node
      node.shell = ["/bin/sh", "-c", lie.script]
      let error = await #expect(throws: SyncError.self) { _ = try await place.push(to: node) }
      #expect(error?.code == lie.code, "\(String(describing: error))")
    }
  }

  @Test func `a node that says nothing is given up`() async throws {
    try await withPlace { place in
      try await place.sh("echo 1 >a")
      var node = place.node
      node.shell = ["/bin/sh", "-c", "cat >/dev/null"]
      var options = PushOptions()
      options.patience = .milliseconds(300)
      let error = await #expect(throws: SyncError.self) {
        _ = try await place.push(to: node, options)
      }
      #expect(error?.code == .timeout)
    }
  }

  @Test func `a cancelled push ends`() async throws {
    try await withPlace { place in
      try await place.sh("echo 1 >a")
      var node = place.node
      node.shell = ["/bin/sh", "-c", "cat >/dev/null"]
      let hanging = node
      let task = Task { try await place.push(to: hanging) }
      try await Task.sleep(for: .milliseconds(100))
      task.cancel()
      let error = await #expect(throws: SyncError.self) { _ = try await task.value }
      #expect(error?.code == .cancelled)
    }
  }

  @Test(
    "after a cut the node has old or new, and the next push completes",
    arguments: [10, 700, 20_000, 400_000], [CutHost.Way.connection, .kill])
  func cut(after limit: Int, way: CutHost.Way) async throws {
    try await withPlace { place in
      try await place.sh(
        "mkdir -p a/b; for i in $(seq 40); do head -c 20000 /dev/urandom >a/b/$i; done")
      let cut = CutHost(place.node, after: limit, way)
      await #expect(throws: SyncError.self) { _ = try await place.push(to: cut) }
      try await place.onNode("test ! -e work")
      #expect(try await place.push().problems == [])
      try await place.expectEqual()
      try await place.sh(
        "for i in $(seq 30); do head -c 20000 /dev/urandom >a/b/$i; done; echo n >n")
      let old = try await run("sh", ["-c", "cd \(place.target); cat a/b/*|cksum"]).text
      await #expect(throws: SyncError.self) { _ = try await place.push(to: cut) }
      #expect(try await run("sh", ["-c", "cd \(place.target); cat a/b/*|cksum"]).text == old)
      #expect(try await place.push().problems == [])
      try await place.expectEqual()
      for command in place.node.started.all { _ = try await command.outcome() }
      try await place.onNode("test -z \"$(find . -name '.sky-staging*')\"")
    }
  }

  @Test func `a file that is cut short while it is read never arrives as zeros`() async throws {
    try await withPlace { place in
      try await place.sh("echo 1 >a; head -c 5000000 /dev/urandom >big; echo 2 >c")
      let source = place.source
      let pair = SyncPair(source: source, target: Array("~/work".utf8), manifest: place.manifest) {
        walkedTree(source)
      }
      let big = source.appending("big").string
      let growing = Task {
        while !Task.isCancelled {
          _ = try await run("sh", ["-c", "head -c 4000000 /dev/urandom >\(big)"])
        }
      }
      let report = try await Push.run([pair], to: place.node)
      growing.cancel()
      _ = await growing.result
      if report.problems.isEmpty {
        // It may have been looked at, and sent, at its shortest.
        try await place.onNode(
          "test ! -s work/big || test $(tr -d '\\000' <work/big | wc -c) -gt 0")
      } else {
        #expect(report.problems.map(\.path) == [Array("big".utf8)])
        try await place.onNode("test ! -e work/big; test -f work/a; test -f work/c")
      }
      #expect(try await place.push().problems == [])
      try await place.expectEqual()
    }
  }

  @Test func `a file that is gone or became something else is a problem, the rest arrives`()
    async throws
  {
    try await withPlace { place in
      try await place.sh("echo 1 >a; echo 2 >b; mkdir c")
      let source = place.source
      let pair = SyncPair(source: source, target: Array("~/work".utf8)) {
        var tree = walkedTree(source)
        tree.entries[2] = FileEntry(
          path: Array("c".utf8), kind: .file, mode: 0o644, size: 9, mtime: 1)
        tree.entries.append(
          FileEntry(path: Array("d".utf8), kind: .file, mode: 0o644, size: 9, mtime: 1))
        return tree
      }
      let report = try await Push.run([pair], to: place.node)
      #expect(report.problems.map(\.path) == [Array("c".utf8), Array("d".utf8)])
      try await place.onNode("test -f work/a; test -f work/b; test ! -e work/c; test ! -e work/d")
    }
  }

  @Test func `an ordinary user's closed folders are synced too`() async throws {
    guard try await run("id", ["-u"]).text == "0\n" else { return }
    try await withPlace { place in
      var node = place.node
      node.shell = [
        "/usr/bin/setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "/bin/sh", "-c",
      ]
      _ = try await run("chmod", ["755", place.node.home.removingLastComponent().string])
      _ = try await run("chown", ["65534:65534", place.node.home.string])
      try await place.sh("mkdir -p a/b c; echo 1 >a/b/f; echo 2 >a/f; chmod 555 a/b a; chmod 500 c")
      #expect(try await place.push(to: node).problems == [])
      try await place.expectEqual()
      try await place.sh(
        "chmod 755 a/b; echo 3 >>a/b/f; rm a/f; mkdir a/n; echo x >a/n/x; chmod 555 a/b a/n")
      let report = try await place.push(to: node)
      #expect(report.problems == [])
      try await place.expectEqual()
      try await place.sh("rm -r a; echo f >a")
      #expect(try await place.push(to: node).problems == [])
      try await place.expectEqual()
      try await place.onNode("chown 0:0 work; chmod 755 work .")
      try await place.sh("echo 4 >new")
      let error = await #expect(throws: SyncError.self) { _ = try await place.push(to: node) }
      #expect(error?.code == .cannotWrite)
    }
  }
}
