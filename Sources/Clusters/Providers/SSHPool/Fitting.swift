import SkySync

/// Whether a machine is what a task asks for.
enum Fitting {
  /// What the machine lacks for every one of the alternatives, in words; nil when it meets one.
  static func lack(_ probe: Probe, _ alternatives: [Requirements]) -> String? {
    var lacks: [String] = []
    for requirement in alternatives {
      let lack = lack(probe, requirement)
      if lack.isEmpty { return nil }
      let words = lack.joined(separator: ", ")
      if !lacks.contains(words) { lacks.append(words) }
    }
    return lacks.isEmpty ? nil : lacks.joined(separator: "; or ")
  }

  private static func lack(_ probe: Probe, _ wanted: Requirements) -> [String] {
    var lacks: [String] = []
    if let cpus = wanted.cpus, Double(probe.cpus ?? 0) < cpus.amount {
      lacks.append("has \(probe.cpus ?? 0) cpus, \(number(cpus.amount)) are asked for")
    }
    if let memory = wanted.memory {
      let amount = memory.amount * (memory.perCPU ? Double(probe.cpus ?? 1) : 1)
      let gibibytes = Double(probe.memoryBytes ?? 0) / 1_073_741_824
      // A machine sold with 64 GiB shows 62: its kernel keeps some.
      if gibibytes < amount * 0.95 {
        let has = (gibibytes * 10).rounded(.down) / 10
        lacks.append("has \(number(has)) GiB of memory, \(number(amount)) are asked for")
      }
    }
    if !wanted.accelerators.isEmpty, !wanted.accelerators.contains(where: { has(probe, $0) }) {
      let names = wanted.accelerators.map { "\($0.name):\(number($0.count))" }
      let there = probe.gpus.isEmpty ? "no GPU" : probe.gpus.map(\.name).joined(separator: ", ")
      lacks.append("has \(there), \(names.joined(separator: " or ")) is asked for")
    }
    return lacks
  }

  private static func has(_ probe: Probe, _ accelerator: Accelerator) -> Bool {
    let fitting = probe.gpus.count { isNamed($0.name, accelerator.name) }
    return Double(fitting) >= accelerator.count
  }

  /// Whether the card that calls itself `card` (`NVIDIA A100-SXM4-80GB`, `NVIDIA GeForce RTX 4090`) is
  /// what a task calls `name` (`A100`, `A100-80GB`, `RTX4090`): each part of the name is a word of the
  /// card's, or several words put together.
  static func isNamed(_ card: String, _ name: String) -> Bool {
    let words = parts(card)
    var joined = Set(words)
    for start in words.indices {
      for end in words.indices where end >= start {
        joined.insert(words[start...end].joined())
      }
    }
    return parts(name).allSatisfy(joined.contains)
  }

  private static func parts(_ text: String) -> [String] {
    text.lowercased().split { !$0.isLetter && !$0.isNumber }.map(String.init)
  }

  private static func number(_ value: Double) -> String {
    value == value.rounded() ? String(Int(value)) : String(value)
  }
}
