import SkySync
import Support
import SystemPackage
import Testing

/// A source folder and a node's home, both new.
struct Place {
  let source: FilePath
  let node: LocalShell
  let manifest: FilePath

  var target: FilePath { node.home.appending("work") }

  func push(_ options: PushOptions = PushOptions()) async throws -> SyncReport {
    try await push(to: node, options)
  }

  func push(
    to host: any CommandHost, _ options: PushOptions = PushOptions()
  ) async throws -> SyncReport {
    let source = source
    let pair = SyncPair(source: source, target: Array("~/work".utf8), manifest: manifest) {
      walkedTree(source)
    }
    return try await Push.run([pair], to: host, options: options)
  }

  /// Expects that rsync would have nothing to do.
  func expectEqual(
    seconds: Bool = false, location: SourceLocation = #_sourceLocation
  ) async throws {
    let left = try await rsyncDifferences(from: source, to: target, seconds: seconds)
    #expect(left == "", sourceLocation: location)
  }

  func sh(_ script: String) async throws {
    let result = try await run("/bin/bash", ["-ec", script], in: source)
    #expect(result.status == 0, "\(script): \(result.errorText)")
  }

  func onNode(_ script: String) async throws {
    let result = try await run("/bin/bash", ["-ec", script], in: node.home)
    #expect(result.status == 0, "\(script): \(result.errorText)")
  }
}

func withPlace<Result>(_ body: (Place) async throws -> Result) async throws -> Result {
  try await withScratchFolder { folder in
    let source = folder.appending("source")
    let home = folder.appending("home")
    _ = try await run("mkdir", [source.string, home.string])
    return try await body(
      Place(
        source: source, node: LocalShell(home: home),
        manifest: folder.appending("sync").appending("manifest")))
  }
}

@Suite struct PushTests {
  private let sample = #"""
    mkdir -p a/b/c empty 'sp ace' deep/er
    echo one >a/one; echo two >a/b/two; echo three >a/b/c/three; : >zero
    printf '#!/bin/sh\n' >run; chmod 755 run; echo s >a/secret; chmod 600 a/secret
    ln -s a/one link; ln -s /nowhere dangling; ln -s ../a deep/up
    echo x >'sp ace/fi le'; echo dash >-dash; echo star >'*'; echo tick >"it's"; echo back >'b\s'
    echo nl >$'new\nline'; echo bad >$'inv\xff\x81alid'; echo tilde >'~'; echo hidden >.hidden; echo dots >..dots
    touch -d '1969-12-31 23:59:58.5 UTC' a/old; touch -d '2242-03-16 12:56:32.123456789 UTC' a/b/new
    touch -d '2001-02-03 04:05:06.789 UTC' a/b; chmod 700 a/b/c; chmod 1777 empty
    """#

  @Test func `a first push makes the node equal and the second sends nothing`() async throws {
    try await withPlace { place in
      try await place.sh(sample)
      let first = try await place.push()
      #expect(first.problems == [])
      try await place.expectEqual()
      let second = try await place.push()
      #expect(second.filesSent == 0)
      #expect(second.roundTrips == 1)
      #expect(second.filesUnchanged == first.filesSent)
      try await place.expectEqual()
    }
  }

  @Test(
    "an edit is all that travels, and the trees are equal again",
    arguments: [
      ("echo more >>a/one", 1), ("chmod 4711 a/one", 0), ("touch a/one", 1), ("rm a/one", 0),
      ("rm -r a", 0), ("mkdir -p n/e/w && echo n >n/e/w/file", 1),
      ("rm run && mkdir run && echo x >run/x", 1),
      ("rm -r a && echo file >a", 1), ("rm link && echo file >link", 1),
      ("rm zero && ln -s a zero", 1),
      ("ln -sf elsewhere link", 1), ("rmdir empty", 0), ("echo y >a/b/y && chmod 555 a/b", 1),
      ("mv a/one a/uno", 0), ("mv a anew", 0), ("mv a anew && echo z >anew/z && rm anew/one", 1),
      ("mkdir q && mv a/one q/uno", 0), ("rm *", 0), ("touch -d @0 a", 0),
      ("chmod 000 a/b/c; chmod 755 a/b/c", 0),
    ])
  func edits(script: String, sent: Int) async throws {
    try await withPlace { place in
      try await place.sh(sample)
      _ = try await place.push()
      try await place.sh(
        "shopt -s nullglob; " + script.replacing("rm *", with: "rm -f -- * 2>/dev/null || true"))
      let report = try await place.push()
      #expect(report.problems == [])
      #expect(report.filesSent == sent)
      try await place.expectEqual()
      let again = try await place.push()
      #expect(again.roundTrips == 1, "\(again)")
    }
  }
}
