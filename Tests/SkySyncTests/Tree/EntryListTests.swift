import Support
import SystemPackage
import Testing

@testable import SkySync

/// Lists in few bytes against plain arrays.
@Suite struct EntryListTests {
  private func entries(_ count: Int, _ random: inout SeededRandom) -> [FileEntry] {
    let letters: [UInt8] = [1, 0x2d, 0x2e, 0x2f, 0x30, 0x61, 0x62, 0xff]
    var found: [[UInt8]: FileEntry] = [:]
    for _ in 0..<count {
      let length = Int.random(in: 1...(Bool.random(using: &random) ? 6 : 300), using: &random)
      let path = (0..<length).map { _ in letters.randomElement(using: &random) ?? 1 }
      guard path.isPlainRelativePath else { continue }
      found[path] = entry(path, &random)
    }
    return found.values.sorted { $0.path.precedes($1.path) }
  }

  private func entry(_ path: [UInt8], _ random: inout SeededRandom) -> FileEntry {
    let kind = [FileEntry.Kind.file, .file, .folder, .link].randomElement(using: &random) ?? .file
    var entry = FileEntry(
      path: path, kind: kind, mode: .random(in: 0...0o7777, using: &random),
      size: [0, -1, 5, .max, .min].randomElement(using: &random) ?? 0,
      mtime: Bool.random(using: &random) ? .random(in: .min ... .max, using: &random) : 9)
    if kind == .link { entry.linkTarget = Array(repeating: 7, count: Int(path.count) % 200) }
    guard Bool.random(using: &random) else { return entry }
    entry.identity = FileEntry.Identity(
      device: .random(in: 1...2, using: &random), inode: .random(in: 0 ... .max, using: &random),
      links: .random(in: 0...2, using: &random), ctime: .random(in: .min ... .max, using: &random))
    return entry
  }

  @Test(arguments: [0, 1, 31, 32, 33, 900, 9_000])
  func `a list holds what an array does`(count: Int) {
    let seed = UInt64.random(in: 0 ... .max)
    var random = SeededRandom(seed)
    let plain = entries(count, &random)
    let list = EntryList(plain)
    #expect(Array(list) == plain, "seed \(seed)")
    #expect(list == EntryList(Array(list)), "seed \(seed)")
    for _ in 0..<min(50, plain.count) {
      let index = Int.random(in: 0..<plain.count, using: &random)
      #expect(list[index] == plain[index], "seed \(seed)")
      let path = plain[index].path
      #expect(list.entry(at: path) == plain[index], "seed \(seed)")
      #expect(list.entry(at: path + [0x2f]) == nil, "seed \(seed)")
      let below = plain.filter { $0.path.isIn(path) && $0.path != path }
      #expect(Array(list.below(path)) == below, "seed \(seed)")
    }
    #expect(Set(list.parents) == Set(plain.map(\.path.parentPath)), "seed \(seed)")
    #expect(!list.contains([0xff, 0xff, 0xff]))
  }

  @Test func `two lists become one in order`() {
    let seed = UInt64.random(in: 0 ... .max)
    var random = SeededRandom(seed)
    let all = entries(5_000, &random)
    let (one, other) = (all.filter { $0.mtime == 9 }, all.filter { $0.mtime != 9 })
    #expect(Array(EntryList(one).merged(with: other)) == all, "seed \(seed)")
    #expect(Array(EntryList(other).merged(with: EntryList(one))) == all, "seed \(seed)")
  }

  @Test(arguments: [0, 10, 3_000, 80_000])
  func `whatever the order, the sorter's list is sorted`(count: Int) {
    let seed = UInt64.random(in: 0 ... .max)
    var random = SeededRandom(seed)
    let all = entries(count, &random)
    for order in [all, all.reversed(), all.shuffled(using: &random)] {
      var sorter = EntrySorter()
      for entry in order { sorter.append(entry) }
      #expect(Array(sorter.finish()) == all, "seed \(seed)")
      #expect(sorter.isEmpty)
    }
  }

  @Test func `records are sorted as sort does, in memory and beyond it`() async throws {
    let seed = UInt64.random(in: 0 ... .max)
    var random = SeededRandom(seed)
    var records: [[UInt8]] = []
    for _ in 0..<3_000 {
      let count = Int.random(in: 0...40, using: &random)
      records.append((0..<count).map { _ in UInt8.random(in: 1...255, using: &random) })
    }
    let input = Array(records.map { $0 + [0] }.joined())
    let expected = try await run("env", ["LC_ALL=C", "sort", "-z"], input: input).output
    for most in [1 << 20, 5_000] {
      var sorter = RecordSorter(most: most)
      for record in records { sorter.append(record) }
      var output: [UInt8] = []
      sorter.finish { output += $0 }
      #expect(output == expected, "seed \(seed)")
    }
  }

  @Test func `a manifest is read as it was written, a damaged one not at all`() async throws {
    let seed = UInt64.random(in: 0 ... .max)
    var random = SeededRandom(seed)
    try await withScratchFolder { folder in
      let path = folder.appending("manifest")
      let manifest = Manifest(entries: EntryList(entries(5_000, &random)))
      try ManifestFile.save(manifest, to: path, source: "/here", target: [1, 2])
      #expect(ManifestFile.load(path, source: "/here", target: [1, 2]) == manifest)
      #expect(ManifestFile.load(path, source: nil, target: [1, 2]) == manifest)
      #expect(ManifestFile.load(path, source: "/there", target: [1, 2]) == nil)
      let good = try #require(WholeFile.read(path))
      for _ in 0..<200 {
        var bad = good
        for _ in 0..<Int.random(in: 1...4, using: &random) {
          bad[Int.random(in: 0..<bad.count, using: &random)] ^= UInt8.random(
            in: 1...255, using: &random)
        }
        if Bool.random(using: &random) {
          bad.removeLast(Int.random(in: 1..<bad.count, using: &random))
        }
        try WholeFile.replace(path, with: bad)
        // Some damage looks like other files: what matters is that paths stay plain and in order.
        let read = ManifestFile.load(path, source: nil, target: [1, 2])?.entries ?? []
        #expect(read.allSatisfy { $0.path.isPlainRelativePath }, "seed \(seed)")
      }
    }
  }

  @Test func `the listing of a new target is what find and sort make of it`() async throws {
    let seed = UInt64.random(in: 0 ... .max)
    var random = SeededRandom(seed)
    try await withScratchFolder { folder in
      let names = ["a", "a-b", "a.", "a!", "b", ".h", "-x", "a b", "A", "a0", "z"]
      for _ in 0..<300 {
        let depth = Int.random(in: 1...4, using: &random)
        let path = (0..<depth).map { _ in names.randomElement(using: &random) ?? "a" }
          .joined(separator: "/")
        _ = try? await run("mkdir", ["-p", "--", folder.appending(path).string])
      }
      let file = folder.removingLastComponent().appending("listing-\(seed)")
      let expected = try await run(
        "/bin/sh",
        [
          "-c",
          #"cd "$1"; LC_ALL=C; export LC_ALL; find . -printf '%p//%y %m 0 %T@ \0' | sort -z"#,
          "sh", folder.string,
        ]
      ).output
      let root = try SourceFolder(folder).root
      let writer = try #require(ListingWriter(besides: file))
      KeptListing.write(root: root, entries: try await scan(folder).tree.entries, to: writer)
      let listing = try #require(writer.finish())
      var reader = listing.reader
      var output: [UInt8] = []
      while let record = try reader.next() { output += record + [0] }
      #expect(output == expected, "seed \(seed)")
      #expect(listing.digest == SHA256.hex(expected))
    }
  }
}
