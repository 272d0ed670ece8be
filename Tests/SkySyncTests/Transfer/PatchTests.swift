import Support
import SystemPackage
import Testing

@testable import SkySync

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Large files that changed: only blocks travel.
@Suite(.timeLimit(.minutes(20))) struct PatchTests {
  static let edits = [
    "head -c 1000000 /dev/urandom >>big", "printf x | dd of=big bs=1 seek=3000000 conv=notrunc",
    "head -c 4096 /dev/urandom | dd of=big bs=4096 seek=700 conv=notrunc",
    "truncate -s 6000001 big", "truncate -s 6553600 big", "truncate -s +2000000 big",
    "truncate -s 5000000 big; head -c 2000000 /dev/zero >>big",
    "for i in $(seq 0 7 90); do printf $i | dd of=big bs=65536 seek=$i conv=notrunc; done",
    "cp big new; printf y | dd of=new bs=1 seek=99 conv=notrunc; mv new big",
    "printf z >>big; chmod 4751 big; touch -d '1999-12-31 23:59:59.123456789' big",
    "printf z >>big; chmod 444 big; echo 1 >other; mkdir -p d; echo 2 >d/x", ": >>big; touch big",
  ]
  static let big = "head -c 7000000 /dev/urandom >big"

  @Test("only blocks travel, and the files are equal", arguments: edits)
  func patched(edit: String) async throws {
    try await withPlace { place in
      try await place.sh(Self.big)
      _ = try await place.push()
      let before = try await run("stat", ["-c", "%i", place.target.appending("big").string]).text
      try await place.sh("{ \(edit); } 2>/dev/null")
      let report = try await place.push()
      #expect(report.problems == [] && report.notices == [])
      #expect(report.bytesWireOut < 2_500_000, "\(report)")
      try await place.expectEqual()
      let after = try await run("stat", ["-c", "%i", place.target.appending("big").string]).text
      #expect(before != after, "a reader of the old file must not see it change")
      #expect(try await place.push().roundTrips == 1)
    }
  }

  @Test(
    "patched under every shell, again and again",
    arguments: ["/bin/sh", "/bin/bash", "/bin/zsh", "/usr/bin/fish", "/bin/tcsh", "/bin/mksh"])
  func shells(shell: String) async throws {
    guard try await run("test", ["-x", shell]).status == 0 else { return }
    try await withPlace { place in
      var node = place.node
      node.shell = [shell, "-c"]
      let name = "$'sp ace\\n\\xff%0'"
      try await place.sh("mkdir d; \(Self.big); mv big d/\(name); cp d/\(name) two")
      _ = try await place.push(to: node)
      for round in 1...3 {
        try await place.sh("echo \(round) >>d/\(name); echo \(round) >>two")
        let report = try await place.push(to: node)
        #expect(report.problems == [] && report.filesSent == 2)
        #expect(report.bytesWireOut < 400_000, "\(report)")
        try await place.expectEqual()
      }
    }
  }

  @Test func `busybox alone can patch`() async throws {
    try await withPlace { place in
      let tools = try await busyboxFolder(place.node.home)
      var node = place.node
      node.shell = ["\(tools)/sh", "-c"]
      node.path = tools
      try await place.sh(Self.big)
      _ = try await place.push(to: node)
      for edit in Self.edits.prefix(6) {
        try await place.sh("{ \(edit); } 2>/dev/null")
        let report = try await place.push(to: node)
        #expect(report.problems == [] && report.bytesWireOut < 2_500_000, "\(edit): \(report)")
        try await place.expectEqual(seconds: true)
      }
    }
  }

  @Test(
    "what does not fit is sent whole",
    arguments: [
      // Other content behind the same size and time.
      "printf q | dd of=work/big bs=1 seek=77 conv=notrunc; touch -d @1000000000.5 work/big",
      "rm -r work; mkdir work",
    ])
  func other(onNode: String) async throws {
    try await withPlace { place in
      try await place.sh("\(Self.big); touch -d @1000000000.5 big; echo small >small")
      _ = try await place.push()
      try await place.onNode("{ \(onNode); } 2>/dev/null")
      try await place.sh("echo more >>big; echo more >>small")
      let report = try await place.push()
      #expect(report.problems == [] && report.filesSent == 2, "\(report)")
      #expect(report.bytesWireOut > 7_000_000)
      try await place.expectEqual()
      try await place.sh("echo again >>big")
      #expect(try await place.push().bytesWireOut < 400_000)
      try await place.expectEqual()
    }
  }

  @Test(
    "without a tool that patching needs, the file is sent whole",
    arguments: ["touch", "cksum", "dd"])
  func tools(broken: String) async throws {
    try await withPlace { place in
      try await place.sh(Self.big)
      _ = try await place.push()
      let tools = place.node.home.appending("tools")
      try await place.onNode("mkdir tools; printf '#!/bin/sh\\nexit 1\\n' >tools/\(broken)")
      try await place.onNode("chmod +x tools/*")
      var node = place.node
      node.path = "\(tools):/usr/bin:/bin"
      try await place.sh("echo more >>big")
      let report = try await place.push(to: node)
      #expect(report.problems == [] && report.filesSent == 1, "\(report)")
      try await place.expectEqual()
      let left = try await run("find", [place.node.home.string, "-name", ".sky-staging*"])
      #expect(left.text == "")
    }
  }

  @Test func `content that moved, much that changed, and links are sent whole`() async throws {
    try await withPlace { place in
      try await place.sh("\(Self.big); cp big half; cp big hard; ln hard hard2")
      _ = try await place.push()
      try await place.sh(
        """
        { echo x; cat big; } >new; mv new big; head -c 4000000 /dev/urandom | dd of=half conv=notrunc
        echo x >>hard
        """)
      let report = try await place.push()
      #expect(report.problems == [] && report.filesSent == 4)
      #expect(report.bytesWireOut > 21_000_000)
      try await place.expectEqual()
    }
  }

  @Test func `a dry run says what would be patched`() async throws {
    try await withPlace { place in
      try await place.sh("\(Self.big); echo 1 >small")
      _ = try await place.push()
      try await place.sh("echo x >>big; echo 22 >small")
      var options = PushOptions()
      options.dryRun = true
      let plan = try #require(try await place.push(options).plan)
      let kinds = plan.filter { !$0.path.isEmpty }.map(\.kind)
      #expect(kinds.contains(.patch) && kinds.contains(.put), "\(plan)")
    }
  }

  @Test func `several nodes share one stream of patches`() async throws {
    try await withPlace { place in
      try await withPlace { other in
        let source = place.source
        try await place.sh(Self.big)
        let nodes = [(place.node, place.manifest), (other.node, other.manifest)].map {
          node, manifest in
          (
            host: node as any CommandHost,
            pairs: [
              SyncPair(source: source, target: Array("~/work".utf8), manifest: manifest) {
                walkedTree(source)
              }
            ]
          )
        }
        _ = await Push.run(nodes)
        try await other.onNode("printf q | dd of=work/big bs=1 conv=notrunc 2>/dev/null")
        try await other.onNode("touch -r \(source.appending("big")) work/big")
        try await place.sh("echo x >>big")
        for result in await Push.run(nodes) {
          let report = try result.get()
          #expect(report.problems == [] && report.filesSent == 1, "\(report)")
        }
        for node in [place.node, other.node] {
          let target = node.home.appending("work")
          #expect(try await rsyncDifferences(from: source, to: target) == "")
        }
      }
    }
  }

  /// `SKY_SEED=N` repeats one run, `SKY_ROUNDS=N` makes more of them.
  @Test func `whatever changes and wherever it is cut, the next push makes it equal`()
    async throws
  {
    let first = number("SKY_SEED") ?? UInt64.random(in: 0 ... .max)
    for round in 0..<(number("SKY_ROUNDS") ?? 3) {
      let seed = first &+ round
      do {
        try await withPlace { place in try await live(place, seed) }
      } catch {
        Issue.record("SKY_SEED=\(seed): \(error)")
      }
    }
  }

  private func live(_ place: Place, _ seed: UInt64) async throws {
    var random = SeededRandom(seed)
    try await place.sh("for f in a b c; do head -c 5000000 /dev/urandom >$f; done")
    for step in 0..<5 {
      var script = "exec 2>/dev/null\n"
      for _ in 0..<Int.random(in: 1...4, using: &random) {
        let name = ["a", "b", "c"].randomElement(using: &random) ?? "a"
        let place = Int.random(in: 0..<9_000_000, using: &random)
        let size = [1, 4_096, 65_536, 900_000].randomElement(using: &random) ?? 1
        let lines = [
          "head -c \(size) /dev/urandom | dd of=\(name) bs=1M seek=\(place) oflag=seek_bytes conv=notrunc",
          "head -c \(size) /dev/zero | dd of=\(name) bs=1M seek=\(place) oflag=seek_bytes conv=notrunc",
          "head -c \(size) /dev/urandom >>\(name)", "truncate -s \(place) \(name)",
          "echo \(size) >small",
        ]
        script += (lines.randomElement(using: &random) ?? "") + "\n"
      }
      try await place.sh(script)
      if Bool.random(using: &random) {
        let way: CutHost.Way = Bool.random(using: &random) ? .kill : .connection
        let limit = Int.random(in: 1...300_000, using: &random)
        _ = try? await place.push(to: CutHost(place.node, after: limit, way))
      }
      let report = try await place.push()
      #expect(report.problems == [], "SKY_SEED=\(seed) step \(step)")
      let left = try await rsyncDifferences(from: place.source, to: place.target)
      #expect(left == "", "SKY_SEED=\(seed) step \(step)")
    }
  }

  private func number(_ variable: String) -> UInt64? {
    getenv(variable).flatMap { UInt64(String(cString: $0)) }
  }
}

@Suite struct SumTests {
  @Test(
    "the sum is what cksum says",
    arguments: [0, 1, 3, 15, 16, 17, 31, 255, 256, 65_535, 65_537, 300_001])
  func posix(size: Int) async throws {
    try await withScratchFolder { folder in
      let file = folder.appending("file")
      _ = try await run("sh", ["-c", "head -c \(size) /dev/urandom >\(file)"])
      let bytes = try #require(WholeFile.read(file))
      var whole = PosixSum()
      bytes.withUnsafeBytes { whole.update($0) }
      var pieces = PosixSum()
      for start in stride(from: 0, to: size, by: 1_000) {
        bytes[start..<min(start + 1_000, size)].withUnsafeBytes { pieces.update($0) }
      }
      var joined = PosixSum()
      for start in stride(from: 0, to: size, by: 700) {
        let end = min(start + 700, size)
        var part = PosixSum()
        bytes[start..<end].withUnsafeBytes { part.update($0) }
        joined.append(part.remainder, length: Int64(end - start))
      }
      #expect(joined.value == whole.value)
      let said = try await run("cksum", [file.string]).text.split(separator: " ")[0]
      #expect(String(whole.value) == said && String(pieces.value) == said)
    }
  }

  @Test func `sums are kept, and half a file of them is none`() async throws {
    try await withScratchFolder { folder in
      let manifest = folder.appending("manifest")
      var summer = BlockSummer(size: 200_000)
      [UInt8](repeating: 7, count: 200_000).withUnsafeBytes { summer.update($0) }
      let sums = summer.finish()
      #expect(sums.blocks.count == 4 * BlockMAC.size && sums.segments.count == 1)
      let identity = FileEntry.Identity(device: 1, inode: .max, links: 1, ctime: 5)
      let entry = FileEntry(
        path: [65], kind: .file, mode: 0o644, size: 200_000, mtime: -5, identity: identity)
      let key = try #require(SumsFile.Key(entry))
      SumsFile.save([key: sums], besides: manifest)
      #expect(SumsFile.load(besides: manifest) == [key: sums])
      let file = FilePath("\(manifest).blocks")
      let bytes = try #require(WholeFile.read(file))
      for count in stride(from: 0, to: bytes.count, by: 7) {
        try WholeFile.replace(file, with: Array(bytes[..<count]))
        #expect(SumsFile.load(besides: manifest) == [:])
      }
    }
  }
}
