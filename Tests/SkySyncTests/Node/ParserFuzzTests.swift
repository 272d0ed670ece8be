import Support
import Synchronization
import SystemPackage
import Testing

@testable import SkySync

/// Whatever a node says: an error or an answer, never a trap and never for ever. Seeds are printed.
@Suite(.timeLimit(.minutes(20))) struct ParserFuzzTests {
  private func damaged(_ good: [UInt8], _ random: inout SeededRandom) -> [UInt8] {
    var bytes = good
    for _ in 0..<Int.random(in: 1...6, using: &random) {
      guard !bytes.isEmpty else { break }
      let place = Int.random(in: 0..<bytes.count, using: &random)
      switch Int.random(in: 0..<4, using: &random) {
      case 0: bytes[place] = .random(in: 0...255, using: &random)
      case 1: bytes.remove(at: place)
      case 2: bytes.insert(contentsOf: bytes[place...].prefix(20), at: place)
      default: bytes.removeLast(min(bytes.count, Int.random(in: 0...30, using: &random)))
      }
    }
    return bytes
  }

  @Test func `frames`() async throws {
    let seed = UInt64.random(in: 0 ... .max)
    var random = SeededRandom(seed)
    let mark = "sky-0123456789abcdef"
    let good = Array(
      "noise\n\n\(mark) hello 1 1 1 1 Linux 1\n\n\(mark) scan\nabc\u{0}\n\n\(mark) stream\nxyz\n\n\(mark) done 0\nwords\n\n\(mark) bye\n\n\(mark) .\n"
        .utf8)
    for _ in 0..<1_500 {
      let said = Said(damaged(good, &random), &random)
      var frames = FrameReader(said, mark: mark, host: "node")
      do throws(SyncError) {
        if Bool.random(using: &random) {
          try await frames.begin("stream")
          while try await frames.piece() != nil {}
        }
        while try await frames.next() != nil {}
      } catch {
        #expect([.badAnswer, .connectionLost].contains(error.code), "seed \(seed)")
      }
    }
  }

  @Test func `the answer to a probe`() {
    let seed = UInt64.random(in: 0 ... .max)
    var random = SeededRandom(seed)
    let good = Array(
      """
      os Linux
      arch x86_64
      cpus 8
      memory 16777216
      disk 99999999999
      inodes 5
      home /home/me
      clock 1700000000
      folds case
      tool tar tar (GNU tar) 1.34
      tool rclone rclone v1.60.1
      gpu 81920, NVIDIA A100
      """.utf8)
    for _ in 0..<3_000 {
      let probe = Probe(answer: damaged(good, &random))
      #expect(probe.gpus.count < 10 && probe.tools.count < 20, "seed \(seed)")
    }
    #expect(
      Probe(answer: Array("clock 9223372036854775807\ngpu 9223372036854775807, x".utf8)).os == "")
  }

  @Test func `what comm says of a kept listing`() throws {
    let seed = UInt64.random(in: 0 ... .max)
    var random = SeededRandom(seed)
    let records = Array("d 755 0 1.0 .//\u{0}f 644 3 1.0 ./a//\u{0}f 644 3 1.0 ./b//\u{0}".utf8)
    let changes = Array("f 644 3 1.0 ./a//\u{0}\tf 644 4 2.0 ./a//\u{0}".utf8)
    for _ in 0..<3_000 {
      let kept = KeptListing(damaged(records, &random))
      var reader = RecordReader(damaged(changes, &random))
      var merge = try ListingChanges(of: kept) { _ in }
      while let change = try reader.next(), try merge.apply(change) {}
      try merge.finish()
    }
  }

  @Test func `compressed listings`() throws {
    let seed = UInt64.random(in: 0 ... .max)
    var random = SeededRandom(seed)
    var good: [UInt8] = []
    let writer = try ZstdWriter(level: 1, threads: 0) { good += $0 }
    try [UInt8](repeating: 7, count: 5_000).withUnsafeBytes { try writer.write($0) }
    try writer.finish()
    for _ in 0..<1_000 {
      do throws(SyncError) {
        _ = try NodeListing.targets(
          in: Spool(damaged(good, &random)), isCompressed: true, from: "node")
      } catch {
        #expect(error.code == .badAnswer, "seed \(seed)")
      }
    }
  }
}

/// Says some bytes, in pieces of any size.
private final class Said: RemoteCommand {
  private let pieces: Mutex<[[UInt8]]>

  init(_ bytes: [UInt8], _ random: inout SeededRandom) {
    var rest = bytes[...]
    var pieces: [[UInt8]] = []
    while !rest.isEmpty {
      let piece = rest.prefix(Int.random(in: 1...40, using: &random))
      pieces.append(Array(piece))
      rest = rest.dropFirst(piece.count)
    }
    self.pieces = Mutex(pieces)
  }

  func read() async throws(SyncError) -> [UInt8]? {
    pieces.withLock { $0.isEmpty ? nil : $0.removeFirst() }
  }

  func write(_ bytes: [UInt8]) async throws(SyncError) {}
  func finishInput() async throws(SyncError) {}
  func readError() async throws(SyncError) -> [UInt8]? { nil }
  func outcome() async throws(SyncError) -> RemoteOutcome { .exited(0) }
  func abandon() async {}
}
