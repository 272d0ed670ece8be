import Clusters
import Testing

@Suite("Times are written as ISO 8601 in UTC")
struct TimestampTests {
  @Test(
    "as date(1) writes them",
    arguments: [
      (0, "1970-01-01T00:00:00Z"), (951_782_400, "2000-02-29T00:00:00Z"),
      (1_795_435_200, "2026-11-23T12:00:00Z"), (-1, "1969-12-31T23:59:59Z"),
      (4_102_444_799, "2099-12-31T23:59:59Z"),
    ] as [(Int64, String)])
  func bothWays(_ seconds: Int64, _ text: String) {
    #expect(Timestamp(seconds: seconds).description == text)
    #expect(Timestamp(text) == Timestamp(seconds: seconds))
  }

  @Test(
    "anything else is refused",
    arguments: [
      "", "2026-11-23", "2026-11-23T12:00:00", "2026-11-23T12:00:00+01:00", "2026-13-01T00:00:00Z",
      "2026-11-31T00:00:00Z", "2026-11-23 12:00:00Z", "x026-11-23T12:00:00Z",
    ])
  func refused(_ text: String) {
    #expect(Timestamp(text) == nil)
  }
}
