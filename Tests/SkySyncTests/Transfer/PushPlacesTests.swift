import SkySync
import Support
import SystemPackage
import Testing

/// Single files, several targets, targets that are not what one hoped.
@Suite struct PushPlacesTests {
  private func file(_ path: FilePath, to target: String, _ shape: SyncPair.Shape) -> SyncPair {
    SyncPair(source: path, target: Array(target.utf8), shape: shape) {
      walkedTree(path.removingLastComponent())
        .only(path.lastComponent.map { Array($0.string.utf8) } ?? [])
    }
  }

  @Test func `a file goes to the name it is given, among others that are left alone`() async throws
  {
    try await withPlace { place in
      try await place.sh("echo secret >netrc; chmod 600 netrc; echo 2 >other")
      try await place.onNode("echo old >.netrc; echo theirs >.theirs")
      let pair = file(place.source.appending("netrc"), to: "~/.netrc", .file)
      let report = try await Push.run([pair], to: place.node)
      #expect(report.filesSent == 1 && report.problems == [])
      try await place.onNode(
        "grep -q secret .netrc; test $(stat -c %a .netrc) = 600; test -f .theirs; test $(ls -A | wc -l) = 2"
      )
      #expect(try await Push.run([pair], to: place.node).filesSent == 0)
    }
  }

  @Test func `a file goes into an existing folder, or makes the missing ones`() async throws {
    try await withPlace { place in
      try await place.sh("echo 1 >one")
      try await place.onNode("mkdir there")
      let source = place.source.appending("one")
      for target in ["~/there", "new/er/name"] {
        _ = try await Push.run([file(source, to: target, .fileOrInto)], to: place.node)
      }
      try await place.onNode(
        """
        grep -q 1 there/one; grep -q 1 new/er/name
        mkdir usual; test $(stat -c %a new) = $(stat -c %a usual)
        """)
    }
  }

  @Test func `several targets travel together`() async throws {
    try await withPlace { place in
      try await place.sh("mkdir a b; echo 1 >a/x; echo 2 >b/y; echo 3 >f")
      let pairs = ["a", "b"].map { name in
        SyncPair(source: place.source.appending(name), target: Array("~/to/\(name)".utf8)) {
          walkedTree(place.source.appending(name))
        }
      }
      let all =
        pairs + [file(place.source.appending("f"), to: "/\(place.node.home.string)/g", .file)]
      let report = try await Push.run(all, to: place.node)
      #expect(report.filesSent == 3 && report.roundTrips == 2, "\(report)")
      for name in ["a", "b"] {
        let target = place.node.home.appending("to").appending(name)
        let source = place.source.appending(name)
        #expect(try await rsyncDifferences(from: source, to: target) == "")
      }
      try await place.onNode("grep -q 3 g; test -z \"$(find . -name '.sky-staging*')\"")
      let again = try await Push.run(all, to: place.node)
      #expect(again.filesSent == 0 && again.filesUnchanged == 3)
    }
  }

  @Test func `a target on another file system is written too`() async throws {
    try await withPlace { place in
      let shm = "/dev/shm/sky-test-\(UInt32.random(in: 0 ... .max))"
      _ = try await run("mkdir", ["-p", "\(shm)/old"])
      try await place.sh("mkdir a b; echo 1 >a/x; echo 2 >b/y")
      try await place.onNode("mkdir work; echo 0 >work/old")
      var pairs: [SyncPair] = []
      for (name, target) in [("a", "~/work"), ("b", shm + "/old"), ("b", shm + "/new/er")] {
        pairs.append(
          SyncPair(source: place.source.appending(name), target: Array(target.utf8)) {
            walkedTree(place.source.appending(name))
          })
      }
      let report = try await Push.run(pairs, to: place.node)
      #expect(report.filesSent == 3 && report.problems == [], "\(report)")
      for target in ["old", "new/er"] {
        let there = FilePath("\(shm)/\(target)")
        #expect(try await rsyncDifferences(from: place.source.appending("b"), to: there) == "")
      }
      let left = try await run("find", [shm, place.node.home.string, "-name", ".sky-staging*"])
      #expect(left.text == "")
      _ = try await run("rm", ["-r", shm])
    }
  }

  @Test func `one bad target does not stop the others`() async throws {
    try await withPlace { place in
      try await place.sh("mkdir a; echo 1 >a/x")
      try await place.onNode("echo file >blocked")
      let pairs = ["blocked", "good", "blocked/below"].map { name in
        SyncPair(source: place.source.appending("a"), target: Array("~/\(name)".utf8)) {
          walkedTree(place.source.appending("a"))
        }
      }
      let report = try await Push.run(pairs, to: place.node)
      #expect(report.problems.count == 2)
      try await place.onNode(
        "test -f good/x; grep -q file blocked; test -z \"$(find . -name '.sky-staging*')\"")
      await #expect(throws: SyncError.self) {
        _ = try await Push.run([pairs[0]], to: place.node)
      }
    }
  }

  @Test func `a target that is a link to a folder is followed, a planted link inside is not`()
    async throws
  {
    try await withPlace { place in
      try await place.sh("mkdir -p a/b; echo 1 >a/b/x; echo 2 >top")
      try await place.onNode("mkdir real outside; echo keep >outside/x; ln -s real work")
      #expect(try await place.push().problems == [])
      try await place.expectEqual()
      try await place.onNode("test -L work; rm -r real/a; ln -s ../outside real/a")
      try await place.sh("mkdir a/c; echo 3 >a/c/y; echo 4 >>a/b/x")
      #expect(try await place.push().problems == [])
      try await place.expectEqual()
      try await place.onNode(
        "test ! -L real/a; grep -q keep outside/x; test $(ls outside | wc -l) = 1")
    }
  }

  @Test func `a read-only target is an error and nothing is left behind`() async throws {
    try await withPlace { place in
      try await place.sh("echo 1 >a")
      let pair = SyncPair(source: place.source, target: Array("/proc/sky/target".utf8)) {
        walkedTree(place.source)
      }
      let error = await #expect(throws: SyncError.self) {
        _ = try await Push.run([pair], to: place.node)
      }
      #expect(error?.code == .cannotWrite)
    }
  }
}

extension FileTree {
  func only(_ path: [UInt8]) -> FileTree {
    FileTree(entries: entries.filter { $0.path == path })
  }
}
