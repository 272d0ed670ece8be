import Foundation
import Support
import SystemPackage
import Testing

@testable import HostBook

/// Real configurations with one mistake in them, as torn writes, editors and copying make them.
@Suite struct CorpusMutationTests {
  @Test(.enabled(if: Corpus.folder != nil, "no corpus: set SKY_TEST_DATA"))
  func `the installed ssh agrees on damaged configurations`() async throws {
    let folder = try #require(Corpus.folder)
    let cases = max(1, FuzzTests.cases / 4)
    print("damaged configurations: \(cases) cases, SKY_FUZZ_SEED=\(FuzzTests.seed)")
    for index in 0..<cases {
      let seed = FuzzTests.seed &+ UInt64(index)
      var dice = SeededGenerator(seed: seed)
      let name = dice.pick(Corpus.files)
      var bytes = try Array(Data(contentsOf: URL(fileURLWithPath: folder.appending(name).string)))
      // A damaged comment could become a command to run.
      guard !bytes.text.lowercased().contains("exec") else { continue }
      let host = dice.pick(Corpus.hosts(in: bytes))
      Self.damage(&bytes, &dice)
      try await ResolveLab.with { lab in
        try lab.write(bytes, to: lab.config)
        let difference = try await lab.disagreement(host)
        #expect(difference == nil, "SKY_FUZZ_CASES=1 SKY_FUZZ_SEED=\(seed): \(name), host \(host)")
      }
    }
  }

  private static func damage(_ bytes: inout [UInt8], _ dice: inout SeededGenerator) {
    guard !bytes.isEmpty else { return }
    let place = dice.roll(0...(bytes.count - 1))
    switch dice.roll(1...8) {
    case 1: bytes[place] ^= UInt8(1 << dice.roll(0...7))
    case 2: bytes = Array(bytes[..<place])
    case 3: bytes.insert(dice.pick([0, 0x0c, 0x0d, 0x22, 0x27, 0x3d, 0x5c, 0xff]), at: place)
    case 4: bytes.insert(contentsOf: [0xef, 0xbb, 0xbf], at: 0)
    default:
      var lines = ConfigFile.parse(bytes, path: "c").lines.map(\.raw)
      let first = dice.roll(0...(lines.count - 1))
      let second = dice.roll(0...(lines.count - 1))
      switch dice.roll(1...4) {
      case 1: lines.remove(at: first)
      case 2: lines.insert(lines[first], at: second)
      case 3: lines.swapAt(first, second)
      default: lines[first] = lines[first].map { dice.chance(50) ? $0 : $0.lowercased }[...]
      }
      bytes = Array(lines.joined())
    }
  }
}
