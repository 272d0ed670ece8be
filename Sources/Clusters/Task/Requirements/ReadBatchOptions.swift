import HostBook

/// An option of a batch system's own, such as `time` and `2:00:00`.
public struct BatchOption: Codable, Equatable, Sendable {
  /// As after the two dashes.
  public var name: String
  /// Empty for an option that takes none.
  public var value: String

  public init(_ name: String, _ value: String) {
    self.name = name
    self.value = value
  }
}

extension BatchOption {
  /// Reads `config`: `slurm.sbatch_options` is a mapping of sbatch's long options; the rest of `config` is for
  /// SkyPilot itself and named in a notice.
  static func read(
    _ config: YAMLValue, _ notices: inout [Notice]
  ) throws(TaskError) -> [BatchOption] {
    let slurm = try Fields(config)["slurm"]
    let rest = try Fields(config).entries.filter { $0.key != "slurm" }
    var other = rest.first?.value
    var options: [BatchOption] = []
    for entry in try slurm.map({ value throws(TaskError) in try Fields(value) })?.entries ?? [] {
      guard entry.key == "sbatch_options" else {
        other = other ?? entry.value
        continue
      }
      for option in try Fields(entry.value).entries {
        if let read = try read(option) { options.append(read) }
      }
    }
    if let other {
      notices.append(
        Notice("`\(other.path)` is left out: it configures SkyPilot itself", at: other.place))
    }
    return options
  }

  private static func read(_ option: Fields.Entry) throws(TaskError) -> BatchOption? {
    let name = option.key.replacing("_", with: "-")
    guard !name.isEmpty, name.utf8.allSatisfy({ (0x61...0x7a).contains($0) || $0 == 0x2d }),
      !name.hasPrefix("-")
    else {
      throw option.value.bad("is no long option of sbatch", advice: "Write one such as `time`.")
    }
    guard !ours.contains(name) else {
      throw option.value.bad(
        "cannot be set",
        advice: "sky needs --\(name) itself; `resources` and `num_nodes` say the rest.")
    }
    if case .bool(let isOn) = option.value.scalar { return isOn ? BatchOption(name, "") : nil }
    // As it is written: 1:00 is a time, whatever YAML thinks of it.
    if option.value.number != nil { return BatchOption(name, option.value.word) }
    return BatchOption(name, try option.value.word("a value of sbatch"))
  }

  /// By these the allocation is found, and is what the nodes need.
  private static let ours: Set<String> = [
    "array", "chdir", "error", "help", "input", "job-name", "nodes", "ntasks", "ntasks-per-node",
    "output", "parsable", "partition", "quiet", "requeue", "test-only", "usage", "version", "wait",
    "wrap",
  ]
}
