import SkySync
import Support
import SystemPackage
import Testing

/// A pull from nodes that lie or die, and into places that cannot be written to.
@Suite(.timeLimit(.minutes(20))) struct PullTroubleTests {
  private static let lies: [Lie] = [
    Lie(Lie.listing(#"T 0 absent 0\0/x\0\0E 0 0\0\0"#), .noSource),
    Lie(
      Lie.listing(#"T 0 folder 0\0/x\0\0f 644 2 1.0 ./a\0\0E 0 0\0\0"#)
        .replacing("cat >", with: "head -c 9 >"), .connectionLost),
  ]

  @Test("what no node should answer is an error of a pull, too", arguments: Lie.toAll + lies)
  func nonsense(lie: Lie) async throws {
    try await withPlace { place in
      var node = place.node
      node.shell = ["/bin/sh", "-c", lie.script]
      let error = await #expect(throws: SyncError.self) {
        _ = try await Pull.run(
          [Array("x/".utf8)], from: node,
          to: PullDestination(place.source.appending("here"), isFolder: true))
      }
      #expect(error?.code == lie.code, "\(String(describing: error))")
      try await place.sh("test -z \"$(find . -type f)\"")
    }
  }

  @Test func `a place that cannot be written to is an error`() async throws {
    try await withPlace { place in
      try await place.onNode("mkdir work; echo 1 >work/a")
      let error = await #expect(throws: SyncError.self) {
        _ = try await Pull.run(
          [Array("work/".utf8)], from: place.node,
          to: PullDestination("/proc/sky/target", isFolder: true))
      }
      #expect(error?.code == .cannotWrite)
    }
  }
}
