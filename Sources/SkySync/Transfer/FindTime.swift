/// A time as GNU find's `%T@` prints it: seconds rounded down, a fraction of ten digits.
enum FindTime {
  static func text(_ nanoseconds: Int64) -> String {
    var fraction = nanoseconds % 1_000_000_000
    if fraction < 0 { fraction += 1_000_000_000 }
    let digits = String(fraction)
    let zeros = String(repeating: "0", count: 9 - digits.count)
    return "\((nanoseconds - fraction) / 1_000_000_000).\(zeros)\(digits)0"
  }
}
