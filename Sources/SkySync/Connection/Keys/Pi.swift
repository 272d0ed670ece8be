/// The binary digits of pi behind the point: the constants with which Blowfish begins.
enum Pi {
  /// The first `count` words of 32 bits, by Machin's formula pi = 16 atan(1/5) - 4 atan(1/239).
  static func words(_ count: Int) -> [UInt32] {
    // Word 0 stands before the point; two more than asked for take the rounding errors.
    var sum = [UInt32](repeating: 0, count: count + 3)
    sum.withUnsafeMutableBufferPointer { sum in
      addArcTangent(16, 5, to: sum, negative: false)
      addArcTangent(4, 239, to: sum, negative: true)
    }
    return Array(sum[1...count])
  }

  /// Adds `factor` atan(1/`x`) = factor (1/x - 1/3x³ + 1/5x⁵ …).
  private static func addArcTangent(
    _ factor: UInt32, _ x: UInt64, to sum: UnsafeMutableBufferPointer<UInt32>, negative: Bool
  ) {
    withUnsafeTemporaryAllocation(of: UInt32.self, capacity: 2 * sum.count) { space in
      space.initialize(repeating: 0)
      let power = UnsafeMutableBufferPointer(rebasing: space[..<sum.count])
      let term = UnsafeMutableBufferPointer(rebasing: space[sum.count...])
      power[0] = factor
      divide(power, by: x, into: power, from: 0)
      var (first, divisor, subtract) = (0, UInt64(1), negative)
      while first < power.count {
        divide(power, by: divisor, into: term, from: first)
        accumulate(term, from: first, into: sum, subtract: subtract)
        divide(power, by: x * x, into: power, from: first)
        while first < power.count && power[first] == 0 { first += 1 }
        divisor += 2
        subtract.toggle()
      }
    }
  }

  private static func divide(
    _ number: UnsafeMutableBufferPointer<UInt32>, by divisor: UInt64,
    into result: UnsafeMutableBufferPointer<UInt32>, from first: Int
  ) {
    var remainder: UInt64 = 0
    for place in first..<number.count {
      let value = remainder << 32 | UInt64(number[place])
      result[place] = UInt32(truncatingIfNeeded: value / divisor)
      remainder = value % divisor
    }
  }

  private static func accumulate(
    _ term: UnsafeMutableBufferPointer<UInt32>, from first: Int,
    into sum: UnsafeMutableBufferPointer<UInt32>, subtract: Bool
  ) {
    var carry: Int64 = 0
    var place = sum.count - 1
    while place >= 0 && (place >= first || carry != 0) {
      let value = place >= first ? Int64(term[place]) : 0
      let total = Int64(sum[place]) + (subtract ? -value : value) + carry
      sum[place] = UInt32(truncatingIfNeeded: total)
      carry = total >> 32
      place -= 1
    }
  }
}
