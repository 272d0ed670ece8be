/// Finds the allocation of a cluster, or submits it.
struct SlurmAllocation {
  let provider: SlurmProvider
  let spec: ClusterSpec

  init(_ provider: SlurmProvider, _ spec: ClusterSpec) {
    self.provider = provider
    self.spec = spec
  }

  /// Its number.
  func submitted() async throws(ProviderError) -> String {
    var request = SlurmRequest(
      jobName: SlurmProvider.jobName(spec), numNodes: spec.numNodes,
      partition: provider.partition, requirements: spec.requirements.first)
    request.options = spec.options
    if request.requirements?.accelerators.isEmpty == false {
      let answers = try await provider.ask(
        SlurmScripts.gres, [("P", ShellText.quoted(provider.partition ?? ""))])
      request.gres = answers.first.map { Array($0.dropFirst()) } ?? []
    }
    let words = request.words.map(ShellText.quoted).joined(separator: " ")
    let answers = try await provider.ask(
      SlurmScripts.submit,
      [
        ("N", ShellText.quoted(request.jobName)), ("S", ShellText.quoted(words)),
        ("E", "\"${TMPDIR:-/tmp}/\(request.jobName).$$\""),
      ])
    guard let answer = answers.last, answer.count > 1, answer[0] == "job" else {
      let reason = answers.last?.dropFirst().joined(separator: " ") ?? ""
      var error = ProviderError(
        .tooFew, provider.infra, "Slurm did not take the request: \(reason)",
        advice: "asked for: \(request.words.joined(separator: " "))")
      error.leavesNothing = answers.last?.first == "refused"
      throw error
    }
    return answer[1]
  }
}
