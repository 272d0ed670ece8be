import HostBook
import SystemPackage

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// What this side knows about a host's keys, and what is to be done about an unknown one.
struct HostTrust: Sendable {
  enum Policy: Sendable, Equatable { case refuse, ask, learn }

  let host: ResolvedHost
  let known: KnownHosts
  let policy: Policy
  /// Where a new key is written: the user's first file.
  let book: FilePath?

  /// Reads the known-hosts files; blocks. Keeps only what is about `host`.
  static func read(_ host: ResolvedHost, _ user: LocalUser) -> Result<HostTrust, SyncError> {
    let paths = PathExpansion(host: host, user: user)
    do throws(SyncError) {
      var known = KnownHosts()
      var book: FilePath?
      for name in host.userKnownHostsFiles + host.globalKnownHostsFiles where name != "none" {
        let path = try paths.path(name)
        if book == nil && host.userKnownHostsFiles.contains(name) { book = path }
        known = known + KnownHosts(parsing: readWhole(path) ?? [], file: path.string)
      }
      return .success(HostTrust(host: host, known: known, policy: policy(host), book: book))
    } catch {
      return .failure(error)
    }
  }

  /// Both spellings: the file's and that of `ssh -G`.
  private static func policy(_ host: ResolvedHost) -> Policy {
    switch host.strictHostKeyChecking {
    case "yes", "true": .refuse
    case "no", "off", "false", "accept-new": .learn
    default: .ask
    }
  }

  /// The types to ask the server for, the best first.
  var preferredTypes: [String] {
    let types = known.keyTypes(
      host: host.hostname, port: host.port, alias: host.hostKeyAlias)
    let order = [
      "ssh-ed25519", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521",
    ]
    let rsa = types.contains("ssh-rsa") ? ["rsa-sha2-512", "rsa-sha2-256", "ssh-rsa"] : []
    return order.filter(types.contains) + rsa
  }

  /// What to do about the key that the server showed; nothing was sent to it yet but the key exchange.
  /// A changed key is refused even where StrictHostKeyChecking is "no", which ssh would only warn about.
  /// - Returns: nil when it is pinned, else the question whether it may be learned.
  func judge(_ key: [UInt8]) throws(SyncError) -> HostKeyQuestion? {
    let type = KnownHosts.keyType(key) ?? "unknown"
    let fingerprint = Self.fingerprint(key)
    switch known.verdict(
      host: host.hostname, port: host.port, alias: host.hostKeyAlias, key: key)
    {
    case .known: return nil
    case .revoked(let entry):
      throw SyncError(
        .hostKey, host.name, "its host key (\(type) \(fingerprint)) is revoked in \(place(entry))",
        advice: "do not use this machine before its owner has said why")
    case .changed(let entries):
      throw SyncError(
        .hostKey, host.name,
        "its host key is \(type) \(fingerprint), which is not the one in \(place(entries[0]))",
        advice: "somebody may be listening, or the machine was set up anew: if that is certain, "
          + "remove the line (ssh-keygen -R '\(lookupName)')")
    case .unknown:
      let question = HostKeyQuestion(host: lookupName, keyType: type, fingerprint: fingerprint)
      if policy == .refuse { throw refusal(question) }
      return question
    }
  }

  func refusal(_ question: HostKeyQuestion) -> SyncError {
    let byAuthority = known.entries(for: lookupName).contains { $0.marker == .authority }
    var error = SyncError(
      .hostKey, host.name,
      "its host key (\(question.keyType) \(question.fingerprint)) is not in the known-hosts files"
        + (byAuthority ? "; they name a certificate authority, which is not supported here" : ""),
      advice: "compare the fingerprint with the one the machine's owner gives, then connect once "
        + "with ssh, or set StrictHostKeyChecking to accept-new")
    error.isForOpenSSH = byAuthority
    return error
  }

  /// The keys by which the host is known, each as `TYPE BASE64`.
  var knownKeys: [String] {
    known.entries(for: lookupName).filter { $0.marker == .none }.map { entry in
      "\(entry.keyType) \(Base64.encode(entry.key))"
    }
  }

  var lookupName: String {
    KnownHosts.lookupName(host: host.hostname, port: host.port, alias: host.hostKeyAlias)
  }

  private func place(_ entry: KnownHosts.Entry) -> String { "\(entry.file):\(entry.line)" }

  static func fingerprint(_ key: [UInt8]) -> String {
    "SHA256:" + Base64.encode(Crypto.hash("SHA256", key), padding: false)
  }

  /// Adds the key to the user's file; blocks.
  /// - Returns: What to tell the person.
  func learn(_ key: [UInt8]) -> String {
    let salt = host.first("hashknownhosts") == "yes" ? Crypto.randomBytes(20) : nil
    guard let book, let line = KnownHosts.line(name: lookupName, key: key, salt: salt) else {
      return "the host key of \(host.name) was accepted; there is no file to keep it in"
    }
    do {
      mkdir(book.removingLastComponent().string, 0o700)
      let file = try FileDescriptor.open(
        book, .writeOnly, options: [.create, .append, .closeOnExec],
        permissions: .ownerReadWrite)
      try file.closeAfter { _ = try file.writeAll(Array(line.utf8)) }
      return "the host key of \(host.name) (\(Self.fingerprint(key))) was added to \(book)"
    } catch {
      return "the host key of \(host.name) was accepted but not kept: \(book): \(error)"
    }
  }
}

private func readWhole(_ path: FilePath) -> [UInt8]? {
  guard let file = try? FileDescriptor.open(path, .readOnly, options: .closeOnExec) else {
    return nil
  }
  return try? file.closeAfter {
    var bytes: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 64 << 10)
    while true {
      let count = try piece.withUnsafeMutableBytes { try file.read(into: $0) }
      if count == 0 { return bytes }
      bytes += piece[..<count]
    }
  }
}
