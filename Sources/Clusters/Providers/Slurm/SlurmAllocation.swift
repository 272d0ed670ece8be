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
    let request = try await request()
    let answer = try await ask(SlurmScripts.submit, request)
    guard answer.count > 1, answer[0] == "job" else { throw refusal(answer, request) }
    return answer[1]
  }

  /// Why Slurm would never grant it; nil when it would, be it later.
  func shortage() async throws(ProviderError) -> ProviderError? {
    let request = try await request()
    let answer = try await ask(SlurmScripts.tryOut, request)
    return answer.first == "fits" ? nil : refusal(answer, request)
  }

  private func ask(
    _ body: String, _ request: SlurmRequest
  ) async throws(ProviderError) -> [String] {
    let words = request.words.map(ShellText.quoted).joined(separator: " ")
    let answers = try await provider.ask(
      body,
      [
        ("N", ShellText.quoted(request.jobName)), ("S", ShellText.quoted(words)),
        ("E", "\"${TMPDIR:-/tmp}/\(request.jobName).$$\""),
      ])
    return answers.last ?? []
  }

  private func request() async throws(ProviderError) -> SlurmRequest {
    var request = SlurmRequest(
      jobName: SlurmProvider.jobName(spec), numNodes: spec.numNodes,
      partition: provider.partition, requirements: spec.requirements.first)
    request.options = spec.options
    if request.requirements?.accelerators.isEmpty == false {
      let answers = try await provider.ask(
        SlurmScripts.gres, [("P", ShellText.quoted(provider.partition ?? ""))])
      request.gres = answers.first.map { Array($0.dropFirst()) } ?? []
    }
    return request
  }

  private func refusal(_ answer: [String], _ request: SlurmRequest) -> ProviderError {
    let reason = answer.dropFirst().joined(separator: " ")
    var error = ProviderError(
      .tooFew, provider.infra, "Slurm did not take the request: \(reason)",
      advice: "asked for: \(request.words.joined(separator: " "))")
    error.leavesNothing = answer.first == "refused"
    return error
  }
}
