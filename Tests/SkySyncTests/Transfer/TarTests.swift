import Support
import SystemPackage
import Testing

@testable import SkySync

/// The tar that is written is what GNU tar reads, and the other way round.
@Suite struct TarTests {
  private func headers() -> [TarHeader] {
    let long = [UInt8](repeating: UInt8(ascii: "n"), count: 250)
    return [
      TarHeader(name: Array("plain".utf8), kind: .file, mode: 0o4755, mtime: 1_000_000_000),
      TarHeader(name: [0xff, 0x0a, 0x27], kind: .file, mode: 0o600, mtime: 1_123_456_789),
      TarHeader(name: long, kind: .file, mode: 0o644, mtime: -1_500_000_000),
      TarHeader(
        name: Array("link".utf8), kind: .link, mode: 0o777, mtime: 7, linkTarget: long + [0xfe]),
      TarHeader(
        name: Array("dir".utf8), kind: .folder, mode: 0o1777, mtime: 8_589_934_592_123_456_789),
    ]
  }

  private func read(_ bytes: [UInt8], step: Int) throws -> [TarReader.Member] {
    var rest = bytes[...]
    var held: [UInt8] = []
    var reader = TarReader {
      held = Array(rest.prefix(step))
      rest = rest.dropFirst(step)
      // `held` lives until the next call replaces it.
      return held.isEmpty ? nil : held.withUnsafeBytes { $0 }
    }
    var members: [TarReader.Member] = []
    while let member = try reader.next() { members.append(member) }
    return members
  }

  @Test(arguments: [1, 511, 512, 100_000])
  func `what was written is read back, in pieces of any size`(step: Int) throws {
    let bytes = headers().flatMap(\.blocks) + TarHeader.end
    let members = try read(bytes, step: step)
    #expect(members.map(\.name) == headers().map(\.name))
    #expect(members.map(\.mtime) == headers().map(\.mtime))
    #expect(members.map(\.mode) == headers().map(\.mode))
    #expect(members.map(\.linkTarget) == headers().map(\.linkTarget))
  }

  @Test func `GNU tar writes what we read`() async throws {
    try await withScratchFolder { folder in
      let script = """
        mkdir in; cd in; echo 12345 >small; : >"$(printf '%0200d' 1)"; ln -s "$(printf '%0150d' 2)" l; ln small hard
        touch -d '1960-01-01 00:00:00.25 UTC' small; tar --format=pax -cf ../a.tar *; tar --format=gnu -cf ../b.tar *
        """
      _ = try await run("sh", ["-ec", script], in: folder)
      for (name, time) in [
        ("a.tar", Int64(-315_619_199_750_000_000)), ("b.tar", -315_619_200_000_000_000),
      ] {
        let bytes = try await run("cat", [folder.appending(name).string]).output
        let members = try read(bytes, step: 700)
        #expect(members.count == 4)
        #expect(members.contains { $0.type == UInt8(ascii: "1") })
        #expect(members.contains { $0.linkTarget.count == 150 })
        #expect(members.contains { $0.name.count == 200 })
        #expect(
          members.contains { $0.mtime == time || $0.mtime == time + 250_000_000 }, "\(members)")
      }
    }
  }

  @Test func `damaged streams are errors, never traps`() throws {
    let seed = UInt64.random(in: 0 ... .max)
    var random = SeededRandom(seed)
    let good = headers().flatMap(\.blocks) + TarHeader.end
    for _ in 0..<2_000 {
      var bytes = good
      for _ in 0..<Int.random(in: 1...8, using: &random) {
        bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(
          in: 0...255, using: &random)
      }
      if Bool.random(using: &random) { bytes.removeLast(Int.random(in: 1...2_000, using: &random)) }
      do {
        _ = try read(bytes, step: 777)
      } catch is TarError {
      } catch {
        Issue.record("seed \(seed): \(error)")
      }
    }
  }

  @Test func `damaged listings are errors, never traps`() throws {
    let seed = UInt64.random(in: 0 ... .max)
    var random = SeededRandom(seed)
    let text = """
      T 0 folder 12\0/x\0\0d 755 4096 1.0000000000 .\0\0f 644 3 -2.5000000000 ./a\0\0\
      l 777 1 1.5 ./l\0/y\0s 644 0 1.0 ./socket\0\0E 0 0\0\0\
      T 1 folder 1\0/y\0n\0N\0\0.\0./b\0./c\0\0" + "41ed 9 1\n81a4 3 1\na1ff 1 1\n\0./c\0t\0\0E 1 0\0\0
      """
    let good = Array(text.utf8)
    for _ in 0..<3_000 {
      var bytes = good
      for _ in 0..<Int.random(in: 1...6, using: &random) {
        bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(
          in: 0...127, using: &random)
      }
      if Bool.random(using: &random) {
        bytes.removeLast(Int.random(in: 1..<bytes.count, using: &random))
      }
      do {
        for target in try NodeListing.targets(in: Spool(bytes), from: "node") {
          #expect(target.entries.allSatisfy { $0.path.isPlainRelativePath }, "seed \(seed)")
        }
      } catch {
        #expect(error.code == .badAnswer, "seed \(seed)")
      }
    }
  }

  @Test func `the digest is what sha256sum says`() async throws {
    for count in [0, 1, 55, 56, 63, 64, 65, 1_000, 100_000] {
      let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31) }
      let expected = try await run("sha256sum", [], input: bytes).text.prefix(64)
      #expect(SHA256.hex(bytes) == expected)
    }
  }

  @Test(arguments: ["bash", "dash", "zsh", "fish", "tcsh", "csh", "ksh", "mksh"])
  func `a script reaches sh unchanged through every login shell that is here`(shell: String)
    async throws
  {
    guard try await run("sh", ["-c", "command -v \(shell)"]).status == 0 else { return }
    let script = #"""
      # left out
      a='it!s' b="x\ny$1"
        printf '%s|%b|%s' "$a" "$b" "$2" | tr a-c \\n
      """#
    let odd = [UInt8](1...255)
    let line = ShellCommand.line(
      script: script + "\nprintf %b \"$3\" | sha256sum",
      arguments: ["one", "t wo", ShellCommand.escape(odd)])
    let result = try await run(shell, ["-c", line])
    #expect(
      result.text == "it!s|x\nyone|t wo".map { "abc".contains($0) ? "\\" : String($0) }.joined()
        + SHA256.hex(odd) + "  -\n")
  }
}

/// Random numbers that a seed repeats.
struct SeededRandom: RandomNumberGenerator {
  private var state: UInt64
  init(_ seed: UInt64) { state = seed }

  /// SplitMix64.
  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
    return mixed ^ (mixed >> 31)
  }
}
