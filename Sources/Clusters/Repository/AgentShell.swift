import HostBook
import SkySync
import Subprocess
import SystemPackage

/// Runs a script on a node through stock ssh with the user's agent lent to it: for as long as the script runs.
struct AgentShell: Sendable {
  let home: SkyHome
  let environment: [String: String]

  /// Returns what the script said.
  ///
  /// - Parameter keys: files whose keys are lent, from an agent of that moment, when no agent is there.
  func run(
    _ script: [UInt8], on alias: String, keys: [String]
  ) async throws(WorkflowError) -> [NodeAnswer.Line] {
    let options = [
      "ForwardAgent=yes", "IdentityAgent=SSH_AUTH_SOCK", "BatchMode=yes", "ControlMaster=no",
      "ControlPath=none",
    ]
    let ssh =
      ["ssh"] + sshArguments + options.flatMap { ["-o", $0] } + [alias, "exec /bin/sh -s"]
    let words = ["-c", Self.lending, "sh", "\(keys.count)"] + keys + ssh
    do {
      let result = try await Subprocess.run(
        .path("/bin/sh"), arguments: Arguments(words),
        environment: ProgramEnvironment.exactly(environment), input: .array(script),
        output: .bytes(limit: 4 << 20), error: .bytes(limit: 1 << 20))
      let lines = String(decoding: result.standardOutput, as: UTF8.self).split(separator: "\n")
        .compactMap { NodeAnswer.Line($0) }
      guard lines.isEmpty else { return lines }
      let said = LogText.lastLine(of: String(decoding: result.standardError, as: UTF8.self))
      throw WorkflowError(
        .notUp, alias, "ssh with your agent gave no answer: \(said)",
        advice: "See what `ssh -A \(alias) true` says.")
    } catch let error as WorkflowError {
      throw error
    } catch {
      throw WorkflowError(.toolFailed, "ssh", "cannot be run: \(error)")
    }
  }

  /// The user's own configuration where it knows the alias, else the book itself.
  private var sshArguments: [String] {
    switch try? IncludeLine(home).status() {
    case .installed, .slipped, .inline: home.sshArguments
    case .absent, nil: ["-F", home.book.string]
    }
  }

  /// ssh-add(1) ends with 0 when the agent has keys; 1 when it has none, 2 when there is no agent.
  private static let lending = #"""
    n=$1; shift
    if [ "$n" -gt 0 ] && ! ssh-add -l >/dev/null 2>&1 </dev/null; then
      exec ssh-agent /bin/sh -c '
        n=$1; shift
        while [ $n -gt 0 ]; do ssh-add -q -- "$1" </dev/null 2>/dev/null; shift; n=$((n - 1)); done
        exec "$@"' sh "$n" "$@"
    fi
    shift $n
    exec "$@"
    """#
}
