/// How a long stream is compressed: what costs least as long as the path takes all that comes, more thoroughly once
/// it does not. Told of one stretch of the stream after the other.
struct CompressionPolicy: Equatable, Sendable {
  struct Mode: Equatable, Sendable {
    var level = 1
    /// Whether what comes again is found at a great distance: makes many trees much smaller, and some none.
    var isFarSighted = false
  }

  /// What became of a stretch of the stream in the current mode.
  struct Stretch {
    var bytesIn = 0
    var bytesOut = 0
    /// What it took in all, of which for `waited` nobody took what was ready.
    var time = Duration.zero
    var waited = Duration.zero
    /// Of the compressing thread, while `isTrying`.
    var processorTime = Duration.zero

    /// Nanoseconds for each byte that goes in: here, and what a byte that comes out costs both sides.
    fileprivate var cost: Double {
      (processorTime / .nanoseconds(1) + Double(bytesOut) * CompressionPolicy.byteCost)
        / Double(max(1, bytesIn))
    }
  }

  /// The first stretches try these, in this order, and so do others from time to time.
  private static let quick = [Mode(), Mode(isFarSighted: true)]
  /// What a slow path has the time for, and below how many bytes a second that go in: about half of what a processor
  /// manages.
  private static let slower = [
    (mode: Mode(level: 6, isFarSighted: true), rate: 15e6),
    (mode: Mode(level: 3, isFarSighted: true), rate: 50e6),
  ]
  /// Nanoseconds for encrypting, sending, decrypting and handing on a byte: about as many as at 130 MB a second.
  private static let byteCost = 8.0

  /// After how many bytes in one of the quick modes they are compared again: the rest of a tree may be another kind.
  private static let memory = 512 << 20

  private(set) var mode = Self.quick[0]
  private var costs: [Double] = []
  private var bytesSinceTrial = 0

  /// Whether the quick modes are compared; meanwhile one thread does it all, so that its time tells.
  var isTrying: Bool { costs.count < Self.quick.count }

  /// The cheapest of the quick modes.
  private var quickest: Mode {
    zip(costs, Self.quick).min { $0.0 < $1.0 }?.1 ?? Self.quick[0]
  }

  mutating func note(_ stretch: Stretch) {
    if isTrying {
      costs.append(stretch.cost)
      mode = isTrying ? Self.quick[costs.count] : quickest
      bytesSinceTrial = 0
      return
    }
    bytesSinceTrial += stretch.bytesIn
    if stretch.waited < stretch.time / 4 {
      // The compressor, or what reads the files, is what all wait for.
      mode = Self.slower.first { $0.mode.level < mode.level }?.mode ?? quickest
    } else if stretch.waited > stretch.time / 2 {
      // That it is the node which is slow is known by the rate: no mode would get the stream there much sooner.
      let rate = Double(stretch.bytesIn) / (stretch.time / .seconds(1))
      mode = Self.slower.first { rate < $0.rate }?.mode ?? quickest
    }
    if mode.level == 1, bytesSinceTrial >= Self.memory { (costs, mode) = ([], Self.quick[0]) }
  }
}
