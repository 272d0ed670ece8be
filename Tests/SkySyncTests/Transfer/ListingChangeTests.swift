import Support
import SystemPackage
import Testing

@testable import SkySync

/// What a push changed is kept beside the listing, so that the next look finds nothing new.
@Suite(.timeLimit(.minutes(20))) struct ListingChangeTests {
  private let sample =
    "mkdir -p a/b c; for i in $(seq 300); do echo $i >a/b/file-$i; done; ln -s a l; echo 1 >c/x"

  private func settled(_ place: Place, _ sample: String) async throws {
    try await place.sh(sample)
    _ = try await place.push()
    for command in place.node.started.all { _ = try await command.outcome() }
    _ = try await place.push()
  }

  static let edits = [
    "echo more >>a/b/file-7", "echo 1 >a/b/new; mkdir -p d/e; echo 2 >d/e/f", "rm a/b/file-8 l",
    "mv a/b a/z; mkdir a/b", "mv a/b/file-9 moved; mv c a/c", "chmod 600 a/b/file-1; chmod 700 c",
    "rm l; mkdir l; echo 1 >l/x", "rm -r c; ln -s a c", "ln -sfn elsewhere l",
    "touch -d '1999-12-31 23:59:59.123456789' a/b/file-3 c .", "mv a aa; mv aa/b a; echo 2 >aa/y",
    "for i in $(seq 50); do echo $i >>a/b/file-$i; done", "ln a/b/file-1 hard",
    "mkdir $'a/\\xff*?['; echo 1 >$'a/\\xff*?[/-x.y '",
  ]

  @Test("after a push neither side has to write the listing again", arguments: edits)
  func quiet(edit: String) async throws {
    try await withPlace { place in
      try await settled(place, sample)
      let before = try await listings(place)
      for again in [
        edit, "mkdir -p a/b; echo more >>a/always; rm -f a/b/file-20; echo 2 >a/b/file-21",
      ] {
        try await place.sh("\(again); true")
        #expect(try await place.push().problems == [])
        try await place.expectEqual()
        for _ in 0..<2 {
          let quiet = try await place.push()
          #expect(quiet.bytesWireIn < 300 && quiet.roundTrips == 1, "\(again): \(quiet)")
        }
        #expect(try await listings(place) == before)
      }
    }
  }

  /// The inodes of the listings, here and there.
  private func listings(_ place: Place) async throws -> String {
    try await run(
      "bash",
      [
        "-c", "stat -c %i sync/manifest.node home/.sky_node/sync/*",
      ], in: place.source.removingLastComponent()
    ).text.split(separator: "\n").prefix(2).joined(separator: " ")
  }

  @Test(
    "whatever else happens on the node after an edit is seen",
    arguments: [
      "touch work/a/b/file-7", "rm work/a/b/file-7", "rm work/a/b/file-2", "echo 1 >work/theirs",
      "rm -r work/a", "mv work/a/b/file-7 work/a/b/file-0", "rm -r work", "chmod 600 work/a/b/new",
    ],
    [
      ":", "rm home/.sky_node/sync/*+*.n", "truncate -s -9 home/.sky_node/sync/*+*",
      "sed -i s/file-7/file-x/ home/.sky_node/sync/*+*", "rm home/.sky_node/sync/*-*",
      "truncate -s -9 sync/manifest.node+", "sed -i s/file-7/file-x/ sync/manifest.node+",
      ": >sync/manifest.node+",
    ])
  func seen(onNode: String, damage: String) async throws {
    var mirror = PushOptions()
    mirror.mirror = true
    try await withPlace { place in
      try await settled(place, sample)
      try await place.sh("echo more >>a/b/file-7; echo 1 >a/b/new")
      _ = try await place.push()
      try await place.onNode("exec 2>/dev/null; \(onNode); cd ..; \(damage)\ntrue")
      try await place.sh("echo again >>a/b/file-7; rm a/b/file-4")
      _ = try? await place.push(mirror)
      let report = try await place.push(mirror)
      #expect(report.problems == [])
      try await place.expectEqual()
      for _ in 0..<2 { _ = try await place.push(mirror) }
      #expect(try await place.push(mirror).bytesWireIn < 300)
    }
  }

  @Test func `without grep or perl, and with names of several lines, it works as well`()
    async throws
  {
    for broken in ["grep", "perl", "comm", "cmp", "wc", "dd"] {
      try await withPlace { place in
        var node = place.node
        let tools = node.home.appending("tools")
        try await place.onNode("mkdir tools; printf '#!/bin/sh\\nexit 1\\n' >tools/\(broken)")
        try await place.onNode("chmod +x tools/*")
        node.path = "\(tools):/usr/bin:/bin"
        try await place.sh("\(sample); mkdir $'n\\nl'; echo 1 >$'n\\nl/x'")
        for round in 0..<3 {
          try await place.sh("echo \(round) >>a/b/file-7; echo \(round) >$'n\\nl/y\\n'")
          let report = try await place.push(to: node)
          #expect(report.problems == [], "\(broken)")
          try await place.expectEqual()
          try await place.sh(
            "echo \(round) >>a/b/file-8; mv a/b/file-9 a/b/file-9x; mv a/b/file-9x a/b/file-9")
          #expect(try await place.push(to: node).problems == [], "\(broken)")
          try await place.expectEqual()
        }
      }
    }
  }

  @Test func `a change is what makes the new listing of the old one, and two are as one`() throws {
    let seed = UInt64.random(in: 0 ... .max)
    var random = SeededRandom(seed)
    for round in 0..<300 {
      let all = (0..<12).map { Array("./n\($0 / 2)//f 644 \($0) 1.0 ".utf8) }
      let lists = (0..<3).map { _ in
        Set(all.filter { _ in Bool.random(using: &random) })
      }
      let changes = [(0, 1), (1, 2)].map { from, to in
        ListingChange(
          gone: Array(lists[from].subtracting(lists[to])),
          new: Array(lists[to].subtracting(lists[from])))
      }
      let note: Comment = "seed \(seed) round \(round)"
      if let first = changes[0] { #expect(try applied(first, to: lists[0]) == lists[1], note) }
      guard let second = changes[1] else { continue }
      let both = second.after(changes[0])
      #expect(try both.map { try applied($0, to: lists[0]) } ?? lists[0] == lists[2], note)
    }
  }

  private func applied(_ change: ListingChange, to list: Set<[UInt8]>) throws -> Set<[UInt8]> {
    let sorted = list.sorted { $0.precedes($1) }
    var reader = change.applied(to: RecordReader(Array(sorted.map { $0 + [0] }.joined())))
    var records: [[UInt8]] = []
    while let record = try reader.next() { records.append(Array(record)) }
    #expect(records == records.sorted { $0.precedes($1) })
    return Set(records)
  }

  @Test func `a change is kept for its listing only, and half of one is none`() async throws {
    let change = try #require(ListingChange(gone: [[1, 2]], new: [[3], [4, 5]]))
    #expect(ListingChange(gone: [], new: []) == nil)
    #expect(ListingChange(gone: [], new: [[65, 10, 66]]) == nil)
    try await withScratchFolder { folder in
      let file = folder.appending("change")
      let digest = SHA256.hex([7])
      try change.save(file, of: digest)
      #expect(ListingChange.load(file, of: digest) == change)
      #expect(ListingChange.load(file, of: SHA256.hex([8])) == nil)
      let bytes = try #require(WholeFile.read(file))
      for count in 0..<bytes.count {
        try WholeFile.replace(file, with: Array(bytes[..<count]))
        #expect(ListingChange.load(file, of: digest) == nil)
      }
    }
  }
}
