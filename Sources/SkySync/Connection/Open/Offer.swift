import HostBook
import Synchronization

/// One key being offered on one connection.
struct Offer: Sendable {
  let identity: Identity
  let options: ConnectionOptions
  let interrupt: Interrupt

  /// - Returns: nil when the server let us in, else why this key did not help.
  func make(
    on connection: SSHConnection, user: String, tried: [String]
  ) async throws(SyncError) -> String? {
    var publicKey = identity.publicKey
    if publicKey == nil {
      switch await signingKey() {
      case .success(let key): publicKey = key.publicKey
      case .failure(let problem): return problem.reason
      }
    }
    guard let publicKey else { return "its public half cannot be read" }
    let problem = Mutex<KeyProblem?>(nil)
    let accepted: Bool
    do {
      accepted = try await connection.authenticate(
        user: user, publicKey: Self.offered(publicKey)
      ) { (data: [UInt8]) async throws(SyncError) -> [UInt8]? in
        switch await sign(data, publicKey) {
        case .success(let signature): return signature
        case .failure(let reason):
          problem.withLock { $0 = reason }
          return nil
        }
      }
    } catch {
      guard error.code == .authentication else { throw error }
      throw Self.endedEarly(error, tried + ["\(identity.label): the connection was closed"])
    }
    if accepted { return nil }
    return problem.withLock { $0?.reason } ?? "refused by the server"
  }

  /// libssh2 before 1.11 takes the signature's name from the key: an RSA key that calls itself by the name
  /// of its SHA-2 signature is understood by OpenSSH, and gets one.
  private static func offered(_ publicKey: [UInt8]) -> [UInt8] {
    guard !libraryKnowsRSASHA2, KnownHosts.keyType(publicKey) == "ssh-rsa" else { return publicKey }
    return SSHFields.string("rsa-sha2-512") + publicKey.dropFirst(4 + "ssh-rsa".utf8.count)
  }

  private func sign(
    _ data: [UInt8], _ publicKey: [UInt8]
  ) async -> Result<[UInt8], KeyProblem> {
    guard let algorithm = Self.algorithm(in: data) else {
      return .failure(KeyProblem("libssh2 asked for an unknown kind of signature"))
    }
    switch identity.source {
    case .agent(let agent):
      return await offThread { () throws(KeyProblem) -> [UInt8] in
        try agent.sign(data, with: publicKey, algorithm: algorithm)
      }
    case .file:
      switch await signingKey() {
      case .success(let key):
        return await offThread { () throws(KeyProblem) -> [UInt8] in
          try key.sign(data, algorithm: algorithm)
        }
      case .failure(let problem): return .failure(problem)
      }
    }
  }

  private func signingKey() async -> Result<SigningKey, KeyProblem> {
    guard case .file(let file) = identity.source else {
      return .failure(KeyProblem("the agent does not give its keys away"))
    }
    guard file.isEncrypted else { return await options.keyRing.unlock(file, ask: nil) }
    // A person types more slowly than a network answers.
    interrupt.stopClock()
    defer { interrupt.resumeClock(on: EventLoop.all[0]) }
    return await options.keyRing.unlock(file, ask: options.passphrase)
  }

  /// The algorithm named in what is signed (RFC 4252 section 7).
  private static func algorithm(in data: [UInt8]) -> String? {
    var reader = SSHReader(data)
    guard reader.string() != nil, reader.byte() != nil, reader.string() != nil,
      reader.string() != nil, reader.string() != nil, reader.byte() != nil
    else { return nil }
    return reader.text()
  }

  private static func endedEarly(_ error: SyncError, _ tried: [String]) -> SyncError {
    SyncError(
      .authentication, error.subject, "\(error.reason) after \(tried.joined(separator: "; "))",
      advice:
        "servers allow few tries (MaxAuthTries): name the right key with IdentityFile and set "
        + "IdentitiesOnly yes")
  }
}
