import SkySync

/// What an allocation has of one node, as `scontrol show job -d` says it; nil where it does not say.
struct SlurmShare: Equatable {
  var cpus: Int?
  var memoryMiB: Int64?
  var gpus: Int?

  /// `CPU_IDs=0-1,4 Mem=1000 GRES=gpu:a100:2(IDX:0-1)`
  init(words: some Sequence<String>) {
    for word in words {
      let parts = word.split(separator: "=", maxSplits: 1).map(String.init)
      guard parts.count == 2 else { continue }
      switch parts[0] {
      case "CPU_IDs": cpus = Self.count(parts[1])
      // Where memory is nobody's own, Slurm says 0.
      case "Mem": memoryMiB = Int64(parts[1]).flatMap { $0 > 0 ? $0 : nil }
      case "GRES": gpus = Self.gpus(parts[1])
      default: break
      }
    }
  }

  /// No more than the share of what the machine has.
  func of(_ machine: Probe) -> Probe {
    var probe = machine
    probe.cpus = [machine.cpus, cpus].compactMap(\.self).min()
    probe.memoryBytes = [machine.memoryBytes, memoryMiB.map { $0 << 20 }].compactMap(\.self).min()
    if let gpus { probe.gpus = Array(machine.gpus.prefix(gpus)) }
    return probe
  }

  /// `0-1,4` are three.
  private static func count(_ ranges: String) -> Int? {
    var count = 0
    for range in ranges.split(separator: ",") {
      let ends = range.split(separator: "-").map { Int($0) }
      guard let low = ends.first ?? nil, let high = ends.last ?? nil, low <= high else {
        return nil
      }
      count += high - low + 1
    }
    return count > 0 ? count : nil
  }

  /// `gpu:a100:2(IDX:0-1)` are two.
  private static func gpus(_ text: String) -> Int? {
    let words = text.matches(of: /gpu(?::[^:,()]+)?:([0-9]+)/)
    return words.isEmpty ? nil : words.reduce(0) { $0 + (Int($1.1) ?? 0) }
  }
}
