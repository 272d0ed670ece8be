/// What an allocation asks for, as words of sbatch(1). Pure.
struct SlurmRequest: Equatable {
  /// `sky-CLUSTER-INCARNATION`: by it the allocation is found again, whatever happened in between.
  var jobName: String
  var numNodes: Int
  var partition: String?
  /// What each node has to have; the first of several alternatives.
  var requirements: Requirements?
  /// What the partition's nodes call their GPUs, as `sinfo -o %G` lists them.
  var gres: [String] = []
  /// Further options by their long names.
  var options: [BatchOption] = []

  var words: [String] {
    var words = [
      "--parsable", "--job-name=\(jobName)", "--nodes=\(numNodes)", "--ntasks-per-node=1",
      "--no-requeue", "--wait-all-nodes=1", "--output=/dev/null", "--error=/dev/null",
    ]
    if let partition { words.append("--partition=\(partition)") }
    if let wanted = requirements {
      let cpus = wanted.cpus.map { Int($0.amount.rounded(.up)) }
      if let cpus { words.append("--cpus-per-task=\(cpus)") }
      if let memory = wanted.memory {
        let amount = memory.perCPU ? memory.amount * Double(cpus ?? 1) : memory.amount
        words.append("--mem=\(Int((amount * 1024).rounded(.up)))M")
      }
      if let gpu = wanted.accelerators.first { words.append("--gres=\(gresWord(gpu))") }
    }
    return words + options.map { $0.value.isEmpty ? "--\($0.name)" : "--\($0.name)=\($0.value)" }
  }

  /// By the cluster's own spelling; without a type where it gives its GPUs none.
  private func gresWord(_ gpu: Accelerator) -> String {
    let count = Int(gpu.count.rounded(.up))
    let types = gres.flatMap { $0.split(separator: ",") }.compactMap { word -> String? in
      let parts = word.split(separator: "(")[0].split(separator: ":").map(String.init)
      guard parts.first == "gpu", parts.count > 2 else { return nil }
      return parts[1]
    }
    if let type = types.first(where: { $0.lowercased() == gpu.name.lowercased() }) {
      return "gpu:\(type):\(count)"
    }
    return types.isEmpty && !gres.isEmpty
      ? "gpu:\(count)" : "gpu:\(gpu.name.lowercased()):\(count)"
  }
}
