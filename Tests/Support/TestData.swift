import SystemPackage

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Test data that is too large, or not ours, to be kept in the repository.
public enum TestData {
  /// `$SKY_TEST_DATA`, else `shared/data` beside the checkout; nil when there is none.
  public static let root: FilePath? = {
    if let path = getenv("SKY_TEST_DATA") { return FilePath(platformString: path) }
    var checkout = FilePath(#filePath)
    for _ in 0..<4 { checkout.removeLastComponent() }
    let beside = checkout.appending("shared").appending("data")
    return access(beside.string, R_OK) == 0 ? beside : nil
  }()
}

/// A generator with a seed that a test prints, so that a failure can be run again (SplitMix64).
public struct SeededGenerator: RandomNumberGenerator, Sendable {
  private var state: UInt64

  public init(seed: UInt64) { state = seed }

  public mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }
}
