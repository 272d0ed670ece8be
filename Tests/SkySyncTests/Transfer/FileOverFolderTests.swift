import SkySync
import Support
import SystemPackage
import Testing

/// A file whose place on the node is taken by a folder.
@Suite(.timeLimit(.minutes(20))) struct FileOverFolderTests {
  private func push(_ place: Place, to node: LocalShell) async throws -> SyncReport {
    let file = place.source.appending("config")
    let pair = SyncPair(
      source: file, target: Array("~/conf".utf8), shape: .file, manifest: place.manifest
    ) {
      FileTree(entries: walkedTree(place.source).entries.filter { $0.path == Array("config".utf8) })
    }
    return try await Push.run([pair], to: node)
  }

  @Test("others' files stay, and it is said what is in the way", arguments: [true, false])
  func full(isGNU: Bool) async throws {
    try await withPlace { place in
      try await place.sh("echo ours >config")
      try await place.onNode("mkdir -p conf/below; echo theirs >conf/.hidden")
      var node = place.node
      if !isGNU {
        let tools = try await busyboxFolder(place.node.home)
        (node.shell, node.path) = (["\(tools)/sh", "-c"], tools)
      }
      let report = try await push(place, to: node)
      #expect(report.problems.map(\.path) == [Array("conf".utf8)])
      let reason = try #require(report.problems.first?.reason)
      #expect(reason.contains("stands there on the node; move them away"), "\(reason)")
      try await place.onNode("test \"$(cat conf/.hidden)\" = theirs; test -d conf/below")
      try await place.onNode("rm -r conf")
      #expect(try await push(place, to: node).problems == [])
      try await place.onNode("test \"$(cat conf)\" = ours")
    }
  }

  @Test func `an empty folder makes way`() async throws {
    try await withPlace { place in
      try await place.sh("echo ours >config")
      try await place.onNode("mkdir conf")
      #expect(try await push(place, to: place.node).problems == [])
      try await place.onNode("test \"$(cat conf)\" = ours")
    }
  }
}
