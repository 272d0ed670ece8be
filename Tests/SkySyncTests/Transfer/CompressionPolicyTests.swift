import Support
import Testing

@testable import SkySync

@Suite struct CompressionPolicyTests {
  private typealias Mode = CompressionPolicy.Mode
  private typealias Stretch = CompressionPolicy.Stretch

  @Test(
    "looking far has to be worth its time",
    arguments: [
      // Milliseconds and megabytes that come out of 8 MB, looking near and far.
      (30, 3.0, 45, 2.9, false), (30, 2.7, 30, 1.3, true), (20, 8.0, 30, 8.0, false),
      (30, 3.0, 40, 1.5, true),
    ])
  func trial(nearTime: Int, near: Double, farTime: Int, far: Double, isFarSighted: Bool) {
    var policy = CompressionPolicy()
    #expect(policy.isTrying && policy.mode == Mode())
    policy.note(trial(nearTime, near))
    #expect(policy.isTrying && policy.mode == Mode(isFarSighted: true))
    policy.note(trial(farTime, far))
    #expect(!policy.isTrying && policy.mode == Mode(isFarSighted: isFarSighted))
  }

  private func trial(_ time: Int, _ bytesOut: Double) -> Stretch {
    Stretch(
      bytesIn: 8_000_000, bytesOut: Int(bytesOut * 1e6), processorTime: .milliseconds(time))
  }

  /// A stretch of 4 MB: milliseconds in all, and of these how many the path was waited for.
  struct Course: Sendable, CustomTestStringConvertible {
    var time: Int
    var waited: Int
    var testDescription: String { "4 MB in \(time) ms, \(waited) of them waiting" }
  }

  private static let fast = Course(time: 15, waited: 0)
  private static let busyNode = Course(time: 40, waited: 30)
  private static let slow = Course(time: 130, waited: 100)
  private static let verySlow = Course(time: 1000, waited: 950)
  private static let steady = Course(time: 100, waited: 40)
  private static let busyHere = Course(time: 200, waited: 10)

  @Test(
    "the level follows what is waited for",
    arguments: [
      ([], 1), ([fast], 1), ([busyNode, busyNode], 1), ([slow], 3), ([verySlow], 6),
      ([slow, steady], 3), ([verySlow, busyHere], 3), ([verySlow, busyHere, busyHere], 1),
      ([slow, busyNode], 1), ([verySlow, slow], 3), ([busyHere], 1),
    ])
  func level(courses: [Course], level: Int) {
    var policy = CompressionPolicy()
    policy.note(trial(30, 3.0))
    policy.note(trial(45, 2.9))
    for course in courses {
      policy.note(
        Stretch(
          bytesIn: 4_000_000, time: .milliseconds(course.time),
          waited: .milliseconds(course.waited)))
    }
    #expect(policy.mode == Mode(level: level, isFarSighted: level > 1))
  }

  @Test func `the quick modes are compared again after half a gigabyte`() {
    var policy = CompressionPolicy()
    policy.note(trial(30, 3.0))
    policy.note(trial(45, 2.9))
    policy.note(Stretch(bytesIn: 500 << 20, time: .seconds(1)))
    #expect(!policy.isTrying)
    policy.note(Stretch(bytesIn: 20 << 20, time: .seconds(1)))
    #expect(policy.isTrying && policy.mode == Mode())
    policy.note(trial(30, 3.0))
    policy.note(trial(30, 1.0))
    #expect(policy.mode == Mode(isFarSighted: true))
  }

  @Test func `a frame stays whole while its level changes`() throws {
    var compressed: [UInt8] = []
    let writer = try ZstdWriter(level: 1, threads: 2, isFarSighted: true) { compressed += $0 }
    var plain: [UInt8] = []
    let lines = (0..<5000).map { "line \($0 / 3) of \($0 % 7)\n" }.joined()
    for level in [1, 3, 6, 3, 1] {
      writer.change(level: level)
      let part = Array(String(repeating: "\(level) \(lines)", count: 40).utf8)
      try part.withUnsafeBytes { try writer.write($0) }
      plain += part
    }
    try writer.finish()
    var whole: [UInt8]? = compressed
    let pieces = try Zstd.pieces(
      of: {
        defer { whole = nil }; return whole
      }, limit: plain.count)
    var back: [UInt8] = []
    while let piece = try pieces() { back += piece }
    #expect(back == plain && compressed.count < plain.count / 4)
  }

  @Test func `a long stream arrives whole, whatever mode it goes on with`() async throws {
    try await withPlace { place in
      try await place.sh("for i in 1 2 3 4; do seq -f '%020.0f' ${i}000000 ${i}999999 >$i; done")
      let report = try await place.push()
      #expect(report.problems == [] && report.filesSent == 4)
      try await place.expectEqual()
    }
  }
}
