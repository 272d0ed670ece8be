extension Quantity {
  /// `4`, `0.5` or `4+`.
  static func readCPUs(_ value: YAMLValue) throws(TaskError) -> Quantity {
    let form = "a number such as 4, or 4+ for four or more"
    guard let match = try word(value, form).wholeMatch(of: /([0-9]+(?:\.[0-9]+)?)(\+?)/),
      let amount = Double(match.1), amount > 0
    else { throw value.bad("is \"\(value.word)\"", advice: "Write \(form).") }
    return Quantity(amount, orMore: !match.2.isEmpty)
  }

  /// GiB: `16`, `16+`, `16GB`, `512MB+`; `4x` for four on each cpu.
  static func readMemory(_ value: YAMLValue) throws(TaskError) -> Quantity {
    let form = "GiB such as 16, 16+ for that or more, or a size such as 512MB"
    let pattern = /([0-9]+(?:\.[0-9]+)?)\s*([a-zA-Z]*?)([+x]?)/
    guard let match = try word(value, form).wholeMatch(of: pattern),
      let amount = Double(match.1), amount > 0, let unit = gibibytes(String(match.2))
    else { throw value.bad("is \"\(value.word)\"", advice: "Write \(form).") }
    return Quantity(amount * unit, orMore: match.3 == "+", perCPU: match.3 == "x")
  }

  private static func word(_ value: YAMLValue, _ form: String) throws(TaskError) -> String {
    guard value.number != nil || value.scalar == .text else { throw value.mustBe(form) }
    return value.word
  }

  /// Powers of 1024 under both names, as SkyPilot has it.
  private static func gibibytes(_ unit: String) -> Double? {
    switch unit.lowercased() {
    case "", "g", "gb", "gi", "gib": 1
    case "k", "kb", "ki", "kib": 1 / 1_048_576
    case "m", "mb", "mi", "mib": 1 / 1024
    case "t", "tb", "ti", "tib": 1024
    default: nil
    }
  }
}
