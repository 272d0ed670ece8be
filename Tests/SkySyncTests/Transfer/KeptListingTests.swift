import Support
import SystemPackage
import Testing

@testable import SkySync

/// What both sides keep of the last look, so that the next one answers differences only.
@Suite struct KeptListingTests {
  private let sample =
    "mkdir -p a/b; for i in $(seq 1500); do echo $i >a/b/file-$i; done; ln -s a l"
  private let mirror: PushOptions = {
    var options = PushOptions()
    options.mirror = true
    return options
  }()

  @Test func `several looks at once see what one sees`() async throws {
    var options = PushOptions()
    options.manyFiles = 0
    try await withPlace { place in
      try await place.sh(
        "mkdir -p top/middle; cd top/middle; \(PushShellTests.names); cd ../..; cp -a top other;"
          + "cp -a top/middle/folder .; echo 1 >file; ln -s folder top/link; mkdir -p empty/empty")
      #expect(try await place.push(options).problems == [])
      try await place.expectEqual()
      for command in place.node.started.all { _ = try await command.outcome() }
      for _ in 0..<3 {
        let again = try await place.push(options)
        #expect(again.bytesWireIn < 300 && again.roundTrips == 1)
      }
      try await place.sh("echo more >>top/middle/folder/below/new; rm -r other; echo x >folder/x")
      #expect(try await place.push(options).problems == [])
      #expect(try await place.push().roundTrips == 1)
      try await place.expectEqual()
    }
  }

  @Test func `an unchanged tree costs a few bytes, files made by the node or not`() async throws {
    try await withPlace { place in
      try await place.sh(sample)
      _ = try await place.push()
      // The node keeps what it has while nobody waits for it.
      for command in place.node.started.all { _ = try await command.outcome() }
      #expect(try await place.push().bytesWireIn < 300)
      #expect(try await place.push().bytesWireIn < 300)
      try await place.onNode(
        "mkdir work/run; for i in 1 2 3; do echo $i >work/run/checkpoint-$i; done")
      let changed = try await place.push()
      #expect(changed.bytesWireIn < 600 && changed.filesDeleted == 0)
      #expect(try await place.push().bytesWireIn < 300)
      try await place.sh("echo edited >>a/b/file-7; rm a/b/file-8")
      let edited = try await place.push()
      #expect(edited.bytesWireIn < 600 && edited.filesSent == 1 && edited.filesDeleted == 1)
      #expect(try await place.push(mirror).filesDeleted == 3)
      try await place.expectEqual()
    }
  }

  @Test(
    "whatever changes on the node is seen, by one look or several at once",
    arguments: [0, 16_000],
    [
      "touch work/a/b/file-1", "rm work/a/b/file-2", "chmod 600 work/a/b/file-3", "rm -r work/a",
      "echo x >work/a/b/file-4", "ln -sf elsewhere work/l", "rm work/l; mkdir work/l",
      "echo x >$'work/a\nb'; ln -s $'x//y\n' work/l2",
      "mkdir $'work/\\tE 0 0'; : >$'work/\\tE 0 0/\\xff'", "rm -r work",
      "mv work/a/b work/b", "rm -r work/a; ln -s / work/a", "mkfifo work/a/fifo",
      "touch work/a work", "mv work/a/b/file-5 work/a/b/file-0", "mkdir work/a/c; : >work/a/c/d",
    ])
  func changes(manyFiles: Int, script: String) async throws {
    var mirror = mirror
    mirror.manyFiles = manyFiles
    try await withPlace { place in
      try await place.sh(
        "mkdir -p a/b a/-b/$'\\n'; for i in 1 2 3 4 5; do echo $i >a/b/file-$i; done; ln -s a l")
      for _ in 0..<4 { _ = try await place.push(mirror) }
      try await place.onNode(script)
      #expect(try await place.push(mirror).problems == [])
      try await place.expectEqual()
      let again = try await place.push(mirror)
      #expect(again.roundTrips == 1 && again.filesDeleted == 0, "\(again)")
    }
  }

  @Test(
    "a kept listing that is damaged on either side costs a full one",
    arguments: [
      "rm home/.sky_node/sync/*", "truncate -s -9 home/.sky_node/sync/*",
      "sed -i s/file-1/file-x/ home/.sky_node/sync/*", ": >sync/manifest.node",
      "truncate -s -9 sync/manifest.node", "sed -i s/file-1/file-x/ sync/manifest.node",
      "rm sync/manifest.node", "rm sync/manifest", "rm -r home/.sky_node; : >home/.sky_node",
      "chmod 0 home/.sky_node/sync/*", "rm -r home/.sky_node/sync; mkfifo home/.sky_node/sync",
    ])
  func damage(script: String) async throws {
    try await withPlace { place in
      try await place.sh(sample)
      for _ in 0..<2 { _ = try await place.push() }
      try await place.sh("cd ..; \(script)")
      try await place.sh("rm a/b/file-11; echo more >a/b/file-12")
      try await place.onNode("rm work/a/b/file-13; echo other >work/a/b/file-14")
      for _ in 0..<3 { _ = try? await place.push(mirror) }
      let last = try await place.push(mirror)
      #expect(last.problems == [] && last.roundTrips == 1, "\(last)")
      try await place.expectEqual()
    }
  }

  @Test func `a target that holds our own files is listed as ever`() async throws {
    try await withPlace { place in
      try await place.sh(sample)
      let source = place.source
      let pair = SyncPair(source: source, target: Array("~".utf8), manifest: place.manifest) {
        walkedTree(source)
      }
      for _ in 0..<3 { _ = try await Push.run([pair], to: place.node) }
      #expect(try await Push.run([pair], to: place.node).roundTrips == 1)
      try await place.onNode("test ! -e .sky_node")
    }
  }

  @Test(
    "changes of another listing are no answer, and the next look is a full one",
    arguments: [
      #"C\0\0./zz//f 644 1 1.0 \0"#, #"C\0\0\tnonsense\0"#, #"C\0\0\t/x//f 644 1 1.0 \0"#,
    ])
  func lies(records: String) async throws {
    try await withPlace { place in
      try await place.sh(sample)
      for _ in 0..<2 { _ = try await place.push() }
      var liar = place.node
      let mark = #"M=$(printf %s "$0" | grep -o 'sky-[0-9a-f]\{16\}' | head -n 1); "#
      liar.shell = [
        "/bin/sh", "-c",
        mark + #"printf '\n%s hello 1 0 1 1 Linux\n\n%s scan\n' $M $M; "#
          + #"printf 'T 0 folder 0\0/x\0\0\#(records)E 0 0\0\0'; printf '\n%s ready\n\n%s .\n' $M $M"#,
      ]
      let error = await #expect(throws: SyncError.self) { _ = try await place.push(to: liar) }
      #expect(error?.code == .badAnswer)
      #expect(try await place.push().bytesWireIn > 2_000)
      try await place.expectEqual()
    }
  }

  @Test func `what comm says makes the new listing of the old one`() async throws {
    let seed = UInt64.random(in: 0 ... .max)
    var random = SeededRandom(seed)
    try await withScratchFolder { folder in
      for round in 0..<20 {
        let old = listing(&random)
        let new = round == 0 ? old : listing(&random)
        let (left, right) = (folder.appending("old"), folder.appending("new"))
        try WholeFile.replace(left, with: old)
        try WholeFile.replace(right, with: new)
        let changes = try await run(
          "env", ["LC_ALL=C", "comm", "-z", "-3", left.string, right.string])
        let merged = try applied(changes.output, to: old)
        #expect(merged == new, "seed \(seed) round \(round)")
      }
    }
  }

  private func applied(_ changes: [UInt8], to old: [UInt8]) throws -> [UInt8]? {
    var result: [UInt8] = []
    var merge = try ListingChanges(of: KeptListing(old)) { result += $0 + [0] }
    var reader = RecordReader(changes)
    while let change = try reader.next() {
      guard try merge.apply(change) else { return nil }
    }
    try merge.finish()
    return result
  }

  private func listing(_ random: inout SeededRandom) -> [UInt8] {
    let names: [[UInt8]] = (0..<40).map { Array("./n\($0 % 7)\t\n//f 644 \($0) 1.0 ".utf8) + [0] }
    return names.filter { _ in Bool.random(using: &random) }.sorted { $0.precedes($1) }
      .flatMap { $0 }
  }
}
