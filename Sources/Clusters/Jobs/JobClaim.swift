/// What a job takes of each of its nodes. What is zero it shares with everybody.
public struct JobClaim: Equatable, Sendable {
  public var cpus = 0
  public var memoryMiB = 0
  /// Whole ones: a job that asks for a part of one has it alone.
  public var gpus = 0

  public init(cpus: Int = 0, memoryMiB: Int = 0, gpus: Int = 0) {
    self.cpus = cpus
    self.memoryMiB = memoryMiB
    self.gpus = gpus
  }

  /// What a task asks for: its first alternative, as those that follow are second choices.
  public init(_ resources: Resources) {
    guard let wanted = resources.alternatives.first else { return }
    let cpuCount = wanted.cpus?.amount ?? 0
    cpus = Self.whole(cpuCount)
    if let memory = wanted.memory {
      let gibibytes = memory.perCPU ? memory.amount * cpuCount : memory.amount
      memoryMiB = Self.whole(gibibytes * 1024)
    }
    gpus = wanted.accelerators.first.map { Self.whole($0.count) } ?? 0
  }

  /// Rounded up; a number that no machine has counts as the most that a script can reckon with.
  private static func whole(_ amount: Double) -> Int {
    Int(min(max(0, amount).rounded(.up), 1_073_741_824))
  }

  /// As the runner reads it.
  var words: String { "\(cpus) \(memoryMiB) \(gpus)" }
}
