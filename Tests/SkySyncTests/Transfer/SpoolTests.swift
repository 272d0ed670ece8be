import Support
import SystemPackage
import Testing

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

@testable import SkySync

/// What does not fit into memory waits in files without names.
@Suite struct SpoolTests {
  @Test(arguments: [0, 1, 900, 1_000, 1_001, 70_000, 3_000_000])
  func `what was put in comes out`(count: Int) {
    var random = SeededRandom(7)
    let bytes = (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }
    var spool = Spool(most: 1_000)
    var rest = bytes[...]
    while !rest.isEmpty {
      let piece = rest.prefix(Int.random(in: 1...300_000, using: &random))
      spool.append(Array(piece))
      rest = rest.dropFirst(piece.count)
    }
    #expect(spool.count == count)
    // As often as it is asked for.
    for _ in 0..<2 {
      let next = spool.reader()
      var all: [UInt8] = []
      while let piece = next() { all += piece }
      #expect(all == bytes)
    }
  }

  @Test(arguments: [0, 1, 40_000])
  func `the digests that a node told are there, in order`(count: Int) throws {
    let told = (0..<count).map { number in
      let path = Array("folder/\(number)".utf8)
      return (path: path, digest: Array(SHA256.hex(path).utf8))
    }
    var digests = NodeDigests()
    for one in told { digests.append(one.digest, of: one.path) }
    for _ in 0..<2 {
      var place = 0
      try digests.forEach { path, digest in
        #expect(path == told[place].path && digest == told[place].digest[...])
        place += 1
      }
      #expect(place == count)
    }
  }

  @Test func `the first folder that can be written to is taken, and no name stays there`()
    async throws
  {
    try await withScratchFolder { folder in
      let file = try #require(SpillFile(in: ["", "/proc/sky", folder.string]))
      let place = file.append([1, 2, 3])
      #expect(place == 0 && file.read(2, at: 1) == [2, 3] && file.read(3, at: 1) == nil)
      #expect(try await run("ls", ["-A", folder.string]).text == "")
      // It is there, though: the disk is the folder's.
      let open = try await run("find", ["/proc/\(getpid())/fd", "-lname", "\(folder)/sky-*"])
      #expect(!open.text.isEmpty)
      #expect(SpillFile(in: ["/proc/sky"]) == nil)
    }
  }
}
