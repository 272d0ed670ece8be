import Support
import Testing

@testable import SkySync

@Suite struct ZstdLevelTests {
  private typealias Trial = ZstdSink.Trial

  @Test(
    "a level has to be worth its time",
    arguments: [
      // Milliseconds and megabytes that come out of 8 MB, at level 1 and at level 3.
      (37, 3.4, 57, 3.0, 1), (30, 2.8, 20, 1.3, 3), (40, 8.0, 40, 8.0, 1), (30, 3.4, 45, 0.1, 3),
    ])
  func choice(lowTime: Int, low: Double, highTime: Int, high: Double, level: Int) {
    func trial(_ level: Int, _ time: Int, _ size: Double) -> Trial {
      Trial(
        level: level, bytesIn: 8_000_000, bytesOut: Int(size * 1e6), nanoseconds: time * 1_000_000)
    }
    #expect(ZstdSink.best(of: [trial(1, lowTime, low), trial(3, highTime, high)]) == level)
  }

  @Test func `a long stream arrives whole, whatever level it goes on with`() async throws {
    try await withPlace { place in
      try await place.sh("for i in 1 2 3 4; do seq -f '%020.0f' ${i}000000 ${i}999999 >$i; done")
      let report = try await place.push()
      #expect(report.problems == [] && report.filesSent == 4)
      try await place.expectEqual()
    }
  }
}
