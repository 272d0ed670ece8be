import SystemPackage
import Templates

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Makes a node's folder, or finishes one that was half made; what is right already stays as it is.
struct NodePreparation {
  var machine: LocalMachine
  /// Who may log in: a line as in `authorized_keys`.
  var publicKey: String

  /// Returns the node's public host key, as `ssh-ed25519 AAAA…`.
  func prepare(
    _ folder: NodeFolder, at address: NodeAddress
  ) async throws(ProviderError) -> String {
    try makeFolders(folder)
    try writeAccounts(folder)
    let key = try await makeHostKey(folder)
    try LocalFiles.write(publicKey, to: folder.authorizedKeys, mode: 0o600)
    try LocalFiles.write(
      sshdConfig(address, token: NodePreparation.token(key)), to: folder.sshdConfig, mode: 0o600)
    return key
  }

  /// What the node's sshd says in its first line, so that nobody else's is taken for it.
  static func token(_ hostKey: String) -> String {
    "sky-" + String(NodeAddress.seed(hostKey), radix: 16)
  }

  private func makeFolders(_ folder: NodeFolder) throws(ProviderError) {
    try LocalFiles.makeFolder(folder.path, mode: 0o700)
    for part in [folder.root, folder.etc, folder.run] {
      try LocalFiles.makeFolder(part, mode: 0o755)
    }
    for (name, mode) in NodePreparation.tree {
      try LocalFiles.makeFolder(folder.root.appending(name), mode: mode)
    }
    for (name, target) in [("var/run", "/run"), ("var/lock", "/run/lock")] {
      try LocalFiles.makeLink(folder.root.appending(name), to: target)
    }
    for system in machine.systemFolders {
      guard let target = system.target else { continue }
      try LocalFiles.makeLink(folder.root.appending(system.name), to: target)
    }
    // Where they are missing, sshd complains on the terminal of every login.
    for name in ["var/log/lastlog", "var/log/wtmp"] {
      let file = folder.root.appending(name)
      if LocalFiles.read(file) == nil { try LocalFiles.write("", to: file, mode: 0o664) }
    }
    let home = folder.inside(machine.login.home)
    if ProcessTable.FileIdentity(home.string) == nil {
      try LocalFiles.makeFolder(home, mode: 0o700)
    }
  }

  /// The folders that a fresh machine has, parents first, with their modes.
  private static let tree: [(String, mode_t)] = [
    ("usr", 0o755), ("etc", 0o755), ("proc", 0o555), ("sys", 0o555), ("dev", 0o755),
    ("run", 0o755), ("tmp", 0o1777), ("home", 0o755), ("mnt", 0o755), ("media", 0o755),
    ("opt", 0o755), ("srv", 0o755), ("var", 0o755), ("var/tmp", 0o1777), ("var/log", 0o755),
    ("var/lib", 0o755), ("var/cache", 0o755),
  ]

  private func writeAccounts(_ folder: NodeFolder) throws(ProviderError) {
    let passwd = AccountFiles.passwd(
      host: LocalFiles.read("/etc/passwd") ?? "", login: machine.login)
    let group = AccountFiles.group(host: LocalFiles.read("/etc/group") ?? "", login: machine.login)
    let texts: [(String, String, CInterop.Mode)] = [
      ("passwd", passwd, 0o644), ("group", group, 0o644),
      ("shadow", AccountFiles.shadow(login: machine.login), 0o600),
      ("hostname", folder.hostName + "\n", 0o644),
    ]
    for (name, text, mode) in texts {
      try LocalFiles.writeInPlace(text, to: folder.etc.appending(name), mode: mode)
    }
    let hosts = folder.etc.appending("hosts")
    if LocalFiles.read(hosts) == nil {
      try LocalFiles.writeInPlace(AccountFiles.hosts(nodes: []), to: hosts, mode: 0o644)
    }
  }

  /// The pair is made once and kept as long as the folder is; half a pair is made anew.
  private func makeHostKey(_ folder: NodeFolder) async throws(ProviderError) -> String {
    if LocalFiles.read(folder.hostKey) == nil || LocalFiles.read(folder.hostKeyPublic) == nil {
      let fresh = FilePath(folder.hostKey.string + ".new")
      for old in [fresh.string, fresh.string + ".pub"] { _ = unlink(old) }
      try await LocalProgram.need(
        machine.programs.sshKeygen,
        ["-q", "-t", "ed25519", "-N", "", "-C", "", "-f", fresh.string],
        for: folder.hostKey, code: .cannotWrite, "cannot make the host key")
      guard rename(fresh.string + ".pub", folder.hostKeyPublic.string) == 0,
        rename(fresh.string, folder.hostKey.string) == 0
      else { throw LocalFiles.cannotWrite(folder.hostKey, "cannot put the host key in place") }
    }
    let words = (LocalFiles.read(folder.hostKeyPublic) ?? "").split(whereSeparator: \.isWhitespace)
    guard words.count >= 2 else {
      throw ProviderError(
        .nodeFailed, folder.hostKeyPublic.string, "holds no public key",
        advice: "remove the file: the next start makes a new pair")
    }
    return words.prefix(2).joined(separator: " ")
  }

  private func sshdConfig(
    _ address: NodeAddress, token: String
  ) throws(ProviderError) -> String {
    do {
      return try TemplateName.nodeSSHDConfig.render([
        "port": String(address.port), "address": address.host, "token": token,
      ])
    } catch {
      throw ProviderError(.nodeFailed, "sshd_config", "cannot be rendered: \(error)")
    }
  }
}
