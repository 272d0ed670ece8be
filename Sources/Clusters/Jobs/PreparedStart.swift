import SkySync

/// A job that one node has all files of and waits to start.
struct PreparedStart: Sendable {
  private let job: JobSpec
  private let script: NodeScript
  private let conversation: NodeConversation

  static func prepare(
    _ job: JobSpec, on node: RankedHost
  ) async throws(SyncError) -> PreparedStart {
    let settings =
      JobPlace.settings(job.reference, rank: node.rank) + [
        ("T", ShellText.quoted(job.taskID)), ("C", job.ownCopy ? "1" : "0"),
      ]
    let begin = job.spread == nil ? JobScripts.begin : JobScripts.beginSpread
    let body = JobScripts.prepare + files(job, rank: node.rank) + begin
    let script = try await NodeScript.start(body, settings: settings, on: node.host)
    let start = PreparedStart(
      job: job, script: script, conversation: NodeConversation(script))
    do {
      try await start.expect("ready")
    } catch {
      await script.command.abandon()
      throw error
    }
    return start
  }

  /// Starts it, and returns when its runner is registered on the node.
  func go() async throws(SyncError) {
    try await script.command.write(Array("go\n".utf8))
    try await expect("started")
    try await script.command.finishInput()
    _ = try await script.command.outcome()
  }

  /// Leaves the node as it was before `prepare`, when it was not told to go.
  func giveUp() async {
    try? await script.command.finishInput()
    _ = try? await script.command.outcome()
    await script.command.abandon()
  }

  private func expect(_ word: String) async throws(SyncError) {
    let answer = try await conversation.next()
    if answer == [word] { return }
    let name = script.host.name
    if answer == ["taken"] {
      throw SyncError(
        .badAnswer, name, "another job \(job.reference.id) of \(job.reference.cluster) runs there",
        advice: "end it first: sky cancel \(job.reference.cluster) \(job.reference.id)")
    }
    let words = await conversation.complaints()
    throw SyncError(
      .cannotWrite, name,
      "cannot start job \(job.reference.id)" + (words.isEmpty ? "" : ": \(words)"))
  }

  private static func files(_ job: JobSpec, rank: Int) -> String {
    let variables = JobEnvironment.variables(job, rank: rank)
    let exports = variables.map { "export \($0.name)=\(ShellText.quoted($0.value))" }
    var files = [
      ("env", exports.joined(separator: "\n")),
      ("runner", JobScripts.common + TurnScript.text + JobScripts.runner),
    ]
    if job.claim != JobClaim() { files.append(("claim", job.claim.words)) }
    if job.nodeIPs.count > 1 { files.append(("ranks", "\(job.nodeIPs.count)")) }
    if let spread = job.spread {
      if rank == 0 { files.append(("spread", spread.script)) }
      if job.nodeIPs.count > 1 {
        files += [("others", spread.toOthers), ("ending", JobScripts.ending)]
      }
    }
    if let setup = job.setup { files.append(("setup", setup)) }
    if let run = job.run { files.append(("run", run)) }
    return files.map { name, text in
      ShellText.writing(text, to: "\"$J.new/\(name)\"", or: "exit 1")
    }.joined()
  }
}

/// Where a job's files are, as the scripts are told.
enum JobPlace {
  static func settings(_ job: JobReference, rank: Int) -> [(String, String)] {
    [
      ("J", folder(job.cluster) + ShellText.quoted("/\(job.id)/\(rank)")), ("K", String(rank)),
    ]
  }

  /// As a shell expression.
  static func folder(_ cluster: String) -> String {
    "\"$HOME\"" + ShellText.quoted("/.sky_node/jobs/\(cluster)")
  }
}
