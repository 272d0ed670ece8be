/// Sizes as people read them: decimal units, as `ls --si` and disks have them.
enum ByteCount {
  static func words(_ bytes: Int64) -> String {
    let units = ["B", "kB", "MB", "GB", "TB", "PB"]
    var value = Double(bytes)
    var unit = 0
    while value >= 999.5, unit < units.count - 1 {
      value /= 1000
      unit += 1
    }
    return unit == 0 || value >= 99.5
      ? "\(Int(value.rounded())) \(units[unit])"
      : "\((value * 10).rounded() / 10) \(units[unit])"
  }
}

/// Spans of time as people read them.
enum Seconds {
  static func words(_ seconds: Double) -> String {
    if seconds < 10 { return "\((seconds * 100).rounded() / 100) s" }
    if seconds < 120 { return "\(Int(seconds.rounded())) s" }
    return "\(Int(seconds) / 60) min \(Int(seconds) % 60) s"
  }
}
