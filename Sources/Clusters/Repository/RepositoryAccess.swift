import HostBook
import SkySync
import Subprocess
import SystemPackage

/// What this machine lends a node for the time of a clone: known hosts, and a token or the agent.
struct RepositoryAccess: Sendable {
  let home: SkyHome
  let environment: [String: String]

  /// The script's variables for ssh to `address`, and the keys to lend when there is no agent.
  func ssh(to address: RepositoryAddress) async -> (values: [String: MaskedText], keys: [String]) {
    let settings = await settings(of: address)
    func value(_ key: String) -> String? { settings.first { $0.key == key }?.value }
    let host = value("hostname") ?? address.host
    let port = value("port") ?? address.port.map(String.init) ?? "22"
    let known = value("hostkeyalias") ?? (port == "22" ? host : "[\(host)]:\(port)")
    var lines = ["Host \(address.host)", "  HostName \(host)", "  Port \(port)"]
    if let user = value("user"), address.user == nil { lines.append("  User \(user)") }
    if let alias = value("hostkeyalias") { lines.append("  HostKeyAlias \(alias)") }
    let isPlain = (lines + [known]).allSatisfy { line in
      !line.contains { $0.isNewline || $0 == "\"" }
    }
    let files = settings.filter { $0.key.hasSuffix("knownhostsfile") }
      .flatMap { $0.value.split(separator: " ").map(String.init) }
    let values: [String: MaskedText] = [
      "ssh_settings": MaskedText(isPlain ? lines.joined(separator: "\n") : ""),
      "known": MaskedText(await knownLines(known, in: files)),
    ]
    let keys = settings.filter { $0.key == "identityfile" }.map { home.expand($0.value) }
    return (values, keys.filter { (try? FileSystem.status(FilePath($0))) != nil })
  }

  /// The script's variables for a token.
  func web(_ address: RepositoryAddress, _ login: RepositoryLogin?) -> [String: MaskedText] {
    guard let login else { return [:] }
    return [
      "origin": MaskedText(address.origin), "token_user": MaskedText(login.user),
      "token": login.token,
    ]
  }

  /// The login that the task or its user's environment names; nil when there is none.
  func givenLogin(_ address: RepositoryAddress, _ task: ClusterTask) -> RepositoryLogin? {
    if let login = address.login { return login }
    let named = task.variables.last { $0.name == "GIT_TOKEN" }?.value.value
    guard let token = named ?? environment["GIT_TOKEN"], !token.isEmpty else { return nil }
    return RepositoryLogin(user: RepositoryLogin.tokenUser, token: token)
  }

  /// The login that git's own credential helpers know here; asks nobody.
  func knownLogin(_ address: RepositoryAddress) async -> RepositoryLogin? {
    guard address.transport == .web else { return nil }
    var variables = environment
    variables["GIT_TERMINAL_PROMPT"] = "0"
    variables["GIT_ASKPASS"] = "/bin/false"
    variables["SSH_ASKPASS"] = nil
    let answer = await output(
      "git", ["credential", "fill"], input: "url=\(address.plain.value)\n\n", variables)
    var fields: [Substring: Substring] = [:]
    for line in answer.split(separator: "\n") {
      let parts = line.split(separator: "=", maxSplits: 1)
      if parts.count == 2 { fields[parts[0]] = parts[1] }
    }
    guard let user = fields["username"], let token = fields["password"] else { return nil }
    return RepositoryLogin(user: String(user), token: String(token))
  }

  /// What stock ssh would use for the server.
  private func settings(of address: RepositoryAddress) async -> [(key: String, value: String)] {
    guard !address.host.hasPrefix("-") else { return [] }
    var arguments = home.sshArguments + ["-G"]
    if let port = address.port { arguments += ["-p", "\(port)"] }
    let answer = await output("ssh", arguments + [address.host], input: "", environment)
    return answer.split(separator: "\n").compactMap { line in
      let parts = line.split(separator: " ", maxSplits: 1).map(String.init)
      return parts.count == 2 ? (parts[0], parts[1]) : nil
    }
  }

  /// The lines of `name`, hashed ones too; ssh-keygen(1) -F.
  private func knownLines(_ name: String, in files: [String]) async -> String {
    var lines: [Substring] = []
    for file in files where file != "none" {
      let answer = await output(
        "ssh-keygen", ["-F", name, "-f", home.expand(file)], input: "", environment)
      lines += answer.split(separator: "\n").filter { !$0.hasPrefix("#") }
    }
    return lines.joined(separator: "\n")
  }

  /// What a program printed; nothing when it failed or is not there.
  private func output(
    _ program: String, _ arguments: [String], input: String, _ variables: [String: String]
  ) async -> String {
    let result = try? await Subprocess.run(
      .name(program), arguments: Arguments(arguments),
      environment: ProgramEnvironment.exactly(variables), input: .string(input),
      output: .bytes(limit: 4 << 20), error: .discarded)
    guard let result, result.terminationStatus.isSuccess else { return "" }
    return String(decoding: result.standardOutput, as: UTF8.self)
  }
}

extension SkyHome {
  /// What stock ssh has to be told to read the configuration of this home.
  var sshArguments: [String] {
    guard userConfig != passwdHome.appending(".ssh").appending("config"),
      (try? FileSystem.status(userConfig)) != nil
    else { return [] }
    return ["-F", userConfig.string]
  }

  /// ssh takes `~` from the passwd entry.
  func expand(_ path: String) -> String {
    path.hasPrefix("~/") ? passwdHome.appending(String(path.dropFirst(2))).string : path
  }
}
