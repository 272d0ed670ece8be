import HostBook
import SystemPackage

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A connection that the user's own ssh keeps (a ControlMaster, ssh_config(5)): each command is one `ssh`
/// that hands its streams to it.
///
/// The connection may be one that the user has open already, or one of ours. Ours ends when it is closed;
/// one for which somebody had to type stays for ten idle minutes, so that nobody is asked again at once.
public final class OpenSSHConnection: NodeConnection {
  public let name: String
  private let host: ResolvedHost
  private let options: ConnectionOptions
  /// `ssh` and what tells it which connection to use.
  private let words: [String]
  /// Whether `close` ends the shared connection.
  private let isOurs: Bool

  private init(
    _ host: ResolvedHost, _ options: ConnectionOptions, words: [String], isOurs: Bool
  ) {
    name = host.name
    self.host = host
    self.options = options
    self.words = words
    self.isOurs = isOurs
  }

  /// The connection that we started lately and that is still there; nil for none. Starts nothing.
  static func kept(
    _ host: ResolvedHost, _ use: OpenSSHUse, _ options: ConnectionOptions
  ) -> OpenSSHConnection? {
    let plain = words(host, use)
    let socket = socket(host, use)
    guard access(socket.string, F_OK) == 0, Sockets.isLive(socket) else { return nil }
    return OpenSSHConnection(host, options, words: plain + ["-S", socket.string], isOurs: false)
  }

  /// One for all names of a login by the same way with the same keys: who typed a code for the machine is not
  /// asked again for the alias that was made of it, which is stricter about host keys.
  private static func socket(_ host: ResolvedHost, _ use: OpenSSHUse) -> FilePath {
    var login = [host.user, host.hostname, "\(host.port)"] + host.identityFiles
    login += [host.proxyJump, host.proxyCommand].map { $0 == "none" ? "" : $0 ?? "" }
    // It may lead elsewhere for each name.
    if host.proxyCommand?.contains("%") == true { login.append(host.name) }
    return use.sockets.appending("o" + hash(login))
  }

  /// Joins the shared connection there is, or starts one.
  ///
  /// - Parameter reason: why libssh2 could not, for the error when ssh cannot either.
  static func open(
    _ host: ResolvedHost, _ use: OpenSSHUse, _ options: ConnectionOptions, because reason: SyncError
  ) async throws(SyncError) -> OpenSSHConnection {
    let plain = Self.words(host, use)
    let socket = Self.socket(host, use)
    let own = plain + ["-S", socket.string]
    // The user's own first, for it may have cost a second factor.
    for words in [plain, own] where await run(words + ["-O", "check", "--", host.name]) == nil {
      return OpenSSHConnection(host, options, words: words, isOurs: false)
    }
    mkdir(use.sockets.string, 0o700)
    unlink(socket.string)
    let patience = host.connectTimeout ?? options.connect
    var start = own + ["-M", "-N", "-f", "-o", "ControlMaster=yes"]
    start += ["-o", "ControlPersist=\(use.mayAsk ? 600 : 5)"]
    start += ["-o", "BatchMode=\(use.mayAsk ? "no" : "yes")"]
    start += ["-o", "ConnectTimeout=\(max(1, patience.components.seconds))", "--", host.name]
    // A person at the terminal needs time.
    let limit = use.mayAsk ? Duration.seconds(300) : patience + .seconds(10)
    if let words = await run(start, patience: limit) {
      var error = reason
      error.reason += "; OpenSSH's ssh could not either: \(words)"
      throw error
    }
    return OpenSSHConnection(host, options, words: own, isOurs: !use.mayAsk)
  }

  public func start(_ command: String) async throws(SyncError) -> any RemoteCommand {
    try OpenSSHCommand(
      words + ["-o", "ControlMaster=no", "-o", "BatchMode=yes", "-T", "--", name, command],
      host: name)
  }

  public func close() async {
    if isOurs { _ = await Self.run(words + ["-O", "exit", "--", name]) }
  }

  /// Those of the known-hosts files, for ssh has compared; of a host that is known by an authority only,
  /// those that it says it has, over the connection that the authority vouches for.
  public func hostKeys() async throws(SyncError) -> [String] {
    let (host, user) = (host, options.user)
    let trust = await withCheckedContinuation { continuation in
      BlockingThreads.shared.submit { continuation.resume(returning: HostTrust.read(host, user)) }
    }
    let known = try trust.get().knownKeys
    if !known.isEmpty { return known }
    let script = "cat /etc/ssh/ssh_host_*_key.pub 2>/dev/null"
    let command = try await start("exec /bin/sh -c '\(script)'")
    try await command.finishInput()
    var bytes: [UInt8] = []
    while let piece = try await command.read() { bytes += piece }
    let keys = String(decoding: bytes, as: UTF8.self).split(separator: "\n").compactMap {
      line -> String? in
      let words = line.split(separator: " ")
      guard words.count >= 2, words[0].hasPrefix("ssh-") || words[0].hasPrefix("ecdsa-") else {
        return nil
      }
      return "\(words[0]) \(words[1])"
    }
    guard !keys.isEmpty else {
      throw SyncError(
        .hostKey, name, "its host key is vouched for by an authority, and it does not tell the key",
        advice: "add the key itself to your known_hosts")
    }
    return keys
  }
}

extension OpenSSHConnection {
  /// What goes before the resolved settings is named again: it may have stood on a command line.
  private static func words(_ host: ResolvedHost, _ use: OpenSSHUse) -> [String] {
    var words = [use.program]
    if let config = use.config { words += ["-F", config.string] }
    words += ["-l", host.user, "-p", "\(host.port)"]
    for file in host.identityFiles { words += ["-o", "IdentityFile=\"\(file)\""] }
    words += ["-o", "StrictHostKeyChecking=\(host.strictHostKeyChecking)"]
    return words + ["-o", "HostName=\(host.hostname)"]
  }

  /// 16 letters that tell a connection from others (FNV-1a).
  private static func hash(_ words: [String]) -> String {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in words.joined(separator: "\n").utf8 {
      hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3
    }
    return String(hash, radix: 36)
  }

  /// nil when it ended well, else its last words.
  private static func run(_ words: [String], patience: Duration = .seconds(10)) async -> String? {
    await withCheckedContinuation { continuation in
      BlockingThreads.shared.submit {
        do throws(Errno) {
          let result = try Program.run(words, patience: patience)
          let text = String(decoding: result.errorOutput, as: UTF8.self)
            .split(whereSeparator: \.isNewline).suffix(2).joined(separator: "; ")
          continuation.resume(returning: result.status == 0 ? nil : text)
        } catch {
          continuation.resume(returning: "\(words[0]): \(error)")
        }
      }
    }
  }
}
