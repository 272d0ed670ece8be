import SystemPackage

/// Starts a prepared node and waits until its own sshd answers.
struct NodeStart {
  var machine: LocalMachine
  /// How long a node may take from its start to its first word; on an idle machine it needs 0.3 s.
  var patience: Duration = .seconds(60)

  func start(
    _ folder: NodeFolder, at address: NodeAddress, hostKey: String
  ) async throws(ProviderError) {
    try await LocalProgram.need(
      "/bin/sh", ["-c", NodeStart.script, "sh"] + words(folder), for: folder.path,
      code: .nodeFailed, "cannot start the node")
    do {
      try await awaitAnswer(folder, address, token: NodePreparation.token(hostKey))
    } catch {
      try? await NodeEnd.end([folder])
      throw error
    }
  }

  /// What the script gets: the log, then the command.
  func words(_ folder: NodeFolder) -> [String] {
    [folder.log.string, machine.programs.setsid.string, "-f"]
      + SandboxCommand.arguments(machine: machine, folder: folder)
  }

  /// Nothing of the starting process stays with the node: not its session, umask or open files.
  static let script = """
    umask 022
    log=$1
    shift
    exec "$@" </dev/null >"$log" 2>&1
    """

  private func awaitAnswer(
    _ folder: NodeFolder, _ address: NodeAddress, token: String
  ) async throws(ProviderError) {
    let deadline = ContinuousClock.now + patience
    do {
      var attempt = 0
      while ContinuousClock.now < deadline {
        let answer = try await NodeBanner.ask(address, patience: .seconds(5))
        if case .line(let line) = answer, line.hasSuffix(token) { return }
        // A look at all processes costs more than asking again.
        if attempt % 16 == 0, ProcessTable.now().all(of: folder).isEmpty {
          throw await failure(folder, "ended while starting")
        }
        attempt += 1
        try await pause(.milliseconds(10))
      }
    } catch let error as ProviderError {
      throw error
    } catch {
      throw .cancelled(folder.hostName)
    }
    throw await failure(folder, "did not answer at \(address.host):\(address.port) in \(patience)")
  }

  private func failure(_ folder: NodeFolder, _ what: String) async -> ProviderError {
    if let cause = await SandboxCheck.problem(machine) { return cause }
    let log = LocalProgram.lastLines(of: LocalFiles.read(folder.log) ?? "", 3)
    return ProviderError(
      .nodeFailed, folder.hostName, log.isEmpty ? what : "\(what): \(log)",
      advice: "its log is \(folder.log)")
  }
}
