import Support
import SystemPackage
import Testing

@testable import SkySync

/// Holes stay holes, in both directions.
@Suite(.timeLimit(.minutes(20))) struct HoleTests {
  private let sample = #"""
    truncate -s 200M all; truncate -s 50M $'od\xffd\nname'; printf end | dd of=$'od\xffd\nname' bs=1 seek=30000001 conv=notrunc status=none
    for i in 3 70 199; do head -c 70000 /dev/urandom | dd of=some bs=4096 seek=$((i*256)) conv=notrunc status=none; done
    printf x >tail; truncate -s 300001 tail; printf y >>tail; echo none >plain; : >zero
    mkdir "$(printf '%0150d' 1)"; cp --sparse=always some "$(printf '%0150d' 1)/copy"; ln some linked
    """#

  private func kibibytes(_ folder: FilePath) async throws -> Int {
    Int(try await run("du", ["-sk", folder.string]).text.prefix { $0.isNumber }) ?? 0
  }

  @Test func `a push keeps them, new and changed`() async throws {
    try await withPlace { place in
      try await place.sh(sample)
      let report = try await place.push()
      #expect(report.problems == [] && report.bytesContent < 4_000_000, "\(report)")
      try await place.expectEqual()
      let (here, there) = (try await kibibytes(place.source), try await kibibytes(place.target))
      #expect(abs(here - there) < 100, "\(here) \(there)")
      try await place.sh("printf new | dd of=all bs=1 seek=100000000 conv=notrunc status=none")
      #expect(try await place.push().filesSent == 1)
      try await place.expectEqual()
      #expect(try await kibibytes(place.target) - there < 100)
      try await place.onNode("test work/some -ef work/linked")
    }
  }

  @Test func `a pull keeps them`() async throws {
    try await withPlace { place in
      try await place.onNode("mkdir work; cd work; " + sample)
      let here = place.source.appending("here")
      let report = try await Pull.run(
        [Array("work/".utf8)], from: place.node, to: PullDestination(here, isFolder: true))
      #expect(report.problems == [] && report.bytesContent < 4_000_000, "\(report)")
      #expect(try await rsyncDifferences(from: place.target, to: here) == "")
      let (ours, theirs) = (try await kibibytes(here), try await kibibytes(place.target))
      #expect(abs(ours - theirs) < 100, "\(ours) \(theirs)")
    }
  }

  @Test
  func `a file larger than a tar header can say travels as what it holds`()
    async throws
  {
    try await withPlace { place in
      try await place.sh(
        "truncate -s 9G huge; printf end | dd of=huge bs=1 seek=9663676000 conv=notrunc status=none"
      )
      let same = "test $(stat -c %s huge) = 9663676416; test $(du -k huge | cut -f1) -lt 100; "
      let end = "dd if=huge bs=1 skip=9663676000 count=3 status=none | grep -qx end"
      #expect(try await place.push().bytesContent < 100_000)
      try await place.onNode("cd work; " + same + end)
      let back = place.source.appending("back")
      let report = try await Pull.run(
        [Array("work/".utf8)], from: place.node, to: PullDestination(back, isFolder: true))
      #expect(report.problems == [] && report.bytesContent < 100_000)
      try await place.sh("cd back; " + same + end)
    }
  }

  @Test func `a new name of a file that is there makes one file there too`() async throws {
    try await withPlace { place in
      try await place.sh("mkdir d; echo 1 >a; ln a d/b; echo 2 >other")
      _ = try await place.push()
      try await place.sh("ln a d/c; ln other also")
      #expect(try await place.push().filesSent == 5)
      try await place.expectEqual()
      try await place.onNode(
        "cd work; test a -ef d/b; test a -ef d/c; test other -ef also; test $(stat -c %h a) = 3")
      #expect(try await place.push().roundTrips == 1)
      try await place.sh("cp a n; mv n d/b; echo more >>a")
      _ = try await place.push()
      try await place.expectEqual()
      try await place.onNode("cd work; test ! a -ef d/b; test a -ef d/c")
    }
  }

  @Test func `a node whose tar knows none gets the zeros`() async throws {
    try await withPlace { place in
      let tools = try await busyboxFolder(place.node.home)
      var node = place.node
      node.shell = ["\(tools)/sh", "-c"]
      node.path = tools
      try await place.sh("truncate -s 2M a; printf x >>a")
      #expect(try await place.push(to: node).problems == [])
      try await place.expectEqual(seconds: true)
    }
  }

  private func tar(map: String, realSize: String, stored: Int) -> [UInt8] {
    func record(_ text: String) -> String {
      var length = text.utf8.count + 3
      while "\(length) \(text)\n".utf8.count != length { length += 1 }
      return "\(length) \(text)\n"
    }
    let records =
      record("GNU.sparse.major=1") + record("GNU.sparse.minor=0") + record("GNU.sparse.name=n")
      + record("GNU.sparse.realsize=\(realSize)")
    var bytes = TarHeader(
      name: Array("x".utf8), kind: .file, mode: 0o600, size: Int64(records.utf8.count), mtime: 0
    ).blocks
    bytes[156] = UInt8(ascii: "x")
    bytes[148..<156] = Array("        ".utf8)[...]
    let sum = bytes[..<512].reduce(0) { $0 + Int($1) }
    let digits = String(sum, radix: 8)
    let text = String(repeating: "0", count: 6 - digits.count) + digits + "\0 "
    bytes[148..<156] = Array(text.utf8)[...]
    func padded(_ bytes: [UInt8]) -> [UInt8] {
      bytes + [UInt8](repeating: 0, count: TarHeader.padding(after: Int64(bytes.count)))
    }
    bytes += padded(Array(records.utf8))
    let content = padded(Array(map.utf8)) + [UInt8](repeating: 1, count: stored)
    bytes +=
      TarHeader(
        name: Array("x".utf8), kind: .file, mode: 0o600, size: Int64(content.count), mtime: 0
      ).blocks
    return bytes + padded(content) + TarHeader.end
  }

  private func read(_ bytes: [UInt8]) throws -> [TarReader.Member] {
    try bytes.withUnsafeBytes { bytes in
      var isOver = false
      var reader = TarReader {
        defer { isOver = true }
        return isOver ? nil : bytes
      }
      var members: [TarReader.Member] = []
      while let member = try reader.next() { members.append(member) }
      return members
    }
  }

  @Test func `a map is read`() throws {
    let members = try read(tar(map: "2\n512\n5\n9000\n0\n", realSize: "9000", stored: 5))
    #expect(members.map(\.name) == [Array("n".utf8)])
    #expect(
      members.first?.holes
        == HoleMap(segments: [HoleMap.Segment(offset: 512, count: 5)], size: 9000))
    #expect(members.first?.size == 9000)
  }

  @Test(
    "a map that makes no sense is an error",
    arguments: [
      "", "x", "1\n0\n", "1\n0\n9001\n", "1\n9000\n1\n", "2\n0\n512\n0\n512\n", "1\n-1\n5\n",
      "99999999999999999999999\n", "2\n0\n5\n600\n5\n", "1\n0\n4\n",
      "1\n9223372036854775807\n5\n",
    ])
  func odd(map: String) {
    #expect(throws: TarError.self) {
      _ = try read(tar(map: map, realSize: "9000", stored: 5))
    }
  }

  @Test func `damaged maps are errors, never traps`() {
    let seed = UInt64.random(in: 0 ... .max)
    var random = SeededRandom(seed)
    let good = tar(map: "3\n0\n512\n1024\n512\n9000\n0\n", realSize: "9000", stored: 1024)
    for _ in 0..<2_000 {
      var bytes = good
      for _ in 0..<Int.random(in: 1...4, using: &random) {
        bytes[Int.random(in: 512..<bytes.count - 1024, using: &random)] = .random(
          in: 10...57, using: &random)
      }
      do {
        for member in try read(bytes) {
          if let holes = member.holes {
            #expect(holes.segments.allSatisfy { $0.offset >= 0 && $0.end <= holes.size }, "\(seed)")
          }
        }
      } catch is TarError {
      } catch {
        Issue.record("seed \(seed): \(error)")
      }
    }
  }
}
