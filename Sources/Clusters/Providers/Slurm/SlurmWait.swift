import SkySync

/// Waits for an allocation to start, and says what it waits for.
struct SlurmWait {
  let provider: SlurmProvider

  init(_ provider: SlurmProvider) { self.provider = provider }

  /// Returns when it runs. Cancelled, it leaves the request in the queue: the same call waits on.
  func awaitRunning(_ number: String) async throws(ProviderError) {
    let report = provider.support.report
    let end = try await provider.login().visit { host throws(SyncError) in
      let script = try await NodeScript.start(
        SlurmScripts.path + SlurmScripts.wait, settings: [("A", ShellText.quoted(number))],
        on: host)
      let conversation = NodeConversation(script)
      do throws(SyncError) {
        try await script.command.finishInput()
        var last: [String] = []
        while let answer = try await conversation.next() {
          guard answer.first == "waits" else { return answer }
          guard answer != last, answer.count > 2 else { continue }
          last = answer
          let why = answer.dropFirst(2).joined(separator: " ")
          report(.notice("Slurm job \(number) is \(answer[1]): \(why)"))
        }
        throw await conversation.noAnswer()
      } catch {
        await script.command.abandon()
        throw error
      }
    }
    guard end.first == "running" else {
      let words = end.dropFirst().joined(separator: " ")
      throw ProviderError(
        .nodeFailed, provider.infra,
        "the allocation \(number) ended before it ran" + (words.isEmpty ? "" : ": \(words)"),
        advice:
          "see what `ssh \(provider.cluster) scontrol show job \(number)` says, then launch again")
    }
  }
}
