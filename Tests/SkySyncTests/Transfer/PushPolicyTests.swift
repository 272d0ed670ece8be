import SkySync
import Support
import SystemPackage
import Testing

/// What a push keeps its hands off.
@Suite struct PushPolicyTests {
  @Test func `files of the node's own are kept`() async throws {
    try await withPlace { place in
      try await place.sh("mkdir a; echo 1 >a/ours; echo 2 >b")
      _ = try await place.push()
      try await place.onNode("echo theirs >work/a/theirs; mkdir work/out; echo 3 >work/out/log")
      try await place.sh("rm -r a")
      let report = try await place.push()
      #expect(report.filesDeleted == 1)
      #expect(report.problems == [])
      try await place.onNode("test -f work/a/theirs; test -f work/out/log; test ! -e work/a/ours")
    }
  }

  @Test func `a file that was changed on the node is not deleted but named`() async throws {
    try await withPlace { place in
      try await place.sh("echo 1 >a; echo 2 >b")
      _ = try await place.push()
      try await place.onNode("echo edited >>work/a")
      try await place.sh("rm a")
      let report = try await place.push()
      #expect(report.filesDeleted == 0)
      #expect(report.notices.map(\.path) == [Array("a".utf8)])
      try await place.onNode("grep -q edited work/a")
      #expect(try await place.push().notices == [], "it is the node's own from now on")
    }
  }

  @Test("a folder that became a link is replaced", arguments: ["./data", "../elsewhere", "gone"])
  func folderBecameLink(leading destination: String) async throws {
    try await withPlace { place in
      try await place.sh("mkdir -p data/deep; echo 1 >data/a; echo 2 >data/deep/b; echo 3 >c")
      _ = try await place.push()
      try await place.sh("mv data ../elsewhere; ln -s \(destination) data")
      let report = try await place.push()
      #expect(report.problems == [])
      #expect(report.filesDeleted == 2)
      try await place.expectEqual()
    }
  }

  @Test func `our version of a file replaces the node's and that is said`() async throws {
    try await withPlace { place in
      try await place.sh("echo 1 >a")
      _ = try await place.push()
      try await place.onNode("echo edited >>work/a")
      let report = try await place.push()
      #expect(report.filesSent == 1)
      #expect(report.notices.map(\.path) == [Array("a".utf8)])
      try await place.expectEqual()
    }
  }

  @Test func `without a memory nothing is deleted`() async throws {
    try await withPlace { place in
      try await place.sh("echo 1 >a; echo 2 >b")
      _ = try await place.push()
      _ = try await run("rm", [place.manifest.string])
      try await place.sh("rm a")
      #expect(try await place.push().filesDeleted == 0)
    }
  }

  @Test func `an emptied source empties nothing, even when mirroring`() async throws {
    try await withPlace { place in
      try await place.sh("echo 1 >a; echo 2 >b")
      _ = try await place.push()
      try await place.sh("rm a b")
      var options = PushOptions()
      for mirror in [false, true] {
        options.mirror = mirror
        let report = try await place.push(options)
        #expect(report.filesDeleted == 0)
        #expect(report.notices.count == 1)
      }
      try await place.onNode("test -f work/a; test -f work/b")
    }
  }

  @Test func `mirroring deletes all that is not here but what the rules protect`() async throws {
    try await withPlace { place in
      try await place.sh("echo 1 >a")
      try await place.onNode(
        "mkdir -p work/x/y; echo 2 >work/x/y/z; echo 3 >work/keep.log; mkfifo work/p")
      var options = PushOptions()
      options.mirror = true
      options.protects = { _, path, _ in path == Array("keep.log".utf8) }
      let report = try await place.push(options)
      #expect(report.filesDeleted == 2)
      try await place.onNode("test -f work/keep.log; test ! -e work/x; test ! -e work/p")
    }
  }

  @Test func `what the scan could not read is not deleted on the node`() async throws {
    try await withPlace { place in
      try await place.sh("mkdir a; echo 1 >a/b; echo 2 >c")
      _ = try await place.push()
      let source = place.source
      let pair = SyncPair(source: source, target: Array("~/work".utf8), manifest: place.manifest) {
        var tree = walkedTree(source)
        tree.entries.removeAll { $0.path.starts(with: Array("a/".utf8)) }
        tree.problems = [Problem(path: Array("a".utf8), reason: "Permission denied")]
        return tree
      }
      let report = try await Push.run([pair], to: place.node)
      #expect(report.filesDeleted == 0 && report.problems.count == 1)
      try await place.onNode("test -f work/a/b")
    }
  }

  @Test func `a file that is merely ignored by now stays on the node`() async throws {
    try await withPlace { place in
      try await place.sh("echo 1 >a; echo 2 >b")
      _ = try await place.push()
      let source = place.source
      let pair = SyncPair(source: source, target: Array("~/work".utf8), manifest: place.manifest) {
        var tree = walkedTree(source)
        tree.entries.removeAll { $0.path == Array("a".utf8) }
        return tree
      }
      #expect(try await Push.run([pair], to: place.node).filesDeleted == 0)
      try await place.sh("rm a")
      #expect(try await Push.run([pair], to: place.node).filesDeleted == 1)
    }
  }

  @Test func `a dry run changes nothing and says what it would do`() async throws {
    try await withPlace { place in
      try await place.sh("mkdir d; echo 1 >d/a; ln -s a d/l; echo 22 >b; echo 3 >gone; echo 4 >m")
      _ = try await place.push()
      try await place.sh("rm gone; mv d e; echo 333 >b; chmod 600 m; mkdir n; ln -s x n/l")
      let before = try await run("find", [place.node.home.string, "-printf", "%p %T@ %i\n"]).text
      var options = PushOptions()
      options.dryRun = true
      let report = try await place.push(options)
      #expect(report.filesSent == 0 && report.filesDeleted == 0)
      let lines = try #require(report.plan).map {
        "\($0.kind.rawValue) \(String(decoding: $0.path, as: UTF8.self)) \($0.bytes)"
      }
      #expect(
        lines == ["move e 0", "delete gone 0", "mkdir n 0", "put b 4", "link n/l 0", "mode m 0"])
      let after = try await run("find", [place.node.home.string, "-printf", "%p %T@ %i\n"]).text
      #expect(before == after)
    }
  }

  @Test func `checksums find what size and time do not tell`() async throws {
    try await withPlace { place in
      try await place.sh("echo one >a; echo two >b; echo same >$'c\\nd'; touch -d @1000 *")
      _ = try await place.push()
      try await place.sh("echo eno >a; touch -d @1000 a")
      #expect(try await place.push().filesSent == 0)
      var options = PushOptions()
      options.checksum = true
      #expect(try await place.push(options).filesSent == 1)
      try await place.expectEqual()
    }
  }

  @Test func `hard links within a push stay hard links`() async throws {
    try await withPlace { place in
      try await place.sh("echo 1 >a; ln a b; mkdir d; ln a d/c; head -c 3000000 /dev/zero >z")
      #expect(try await place.push().problems == [])
      try await place.expectEqual()
      try await place.onNode("test work/a -ef work/b; test work/a -ef work/d/c")
    }
  }
}
