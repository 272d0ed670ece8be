#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A client of ssh-agent (draft-miller-ssh-agent). Every call makes its own connection and blocks.
struct Agent: Sendable, Equatable {
  /// The path of its unix socket.
  let socket: String

  struct Key: Sendable, Equatable {
    let publicKey: [UInt8]
    let comment: String
  }

  private enum Number {
    static let requestIdentities: UInt8 = 11
    static let identitiesAnswer: UInt8 = 12
    static let signRequest: UInt8 = 13
    static let signResponse: UInt8 = 14
    static let rsaSHA256 = 2
    static let rsaSHA512 = 4
  }

  func keys() throws(KeyProblem) -> [Key] {
    var answer = SSHReader(try ask([Number.requestIdentities], patience: 10))
    guard answer.byte() == Number.identitiesAnswer, let count = answer.uint32() else {
      throw KeyProblem("the agent did not list its keys")
    }
    var keys: [Key] = []
    for _ in 0..<count {
      guard let key = answer.string(), let comment = answer.text() else {
        throw KeyProblem("the agent's list of keys cannot be read")
      }
      keys.append(Key(publicKey: key, comment: comment))
    }
    return keys
  }

  /// Waits for a person who has to confirm. The signature comes without its name in front.
  func sign(_ data: [UInt8], with key: [UInt8], algorithm: String) throws(KeyProblem) -> [UInt8] {
    let flags =
      switch algorithm {
      case "rsa-sha2-512": Number.rsaSHA512
      case "rsa-sha2-256": Number.rsaSHA256
      default: 0
      }
    let request =
      [Number.signRequest] + SSHFields.string(key) + SSHFields.string(data)
      + SSHFields.uint32(flags)
    var answer = SSHReader(try ask(request, patience: 120))
    guard answer.byte() == Number.signResponse, let blob = answer.string() else {
      throw KeyProblem("the agent refused to sign with it")
    }
    var signature = SSHReader(blob)
    guard let name = signature.text(), name == algorithm, let bytes = signature.string() else {
      throw KeyProblem("the agent made a signature of another kind than \(algorithm)")
    }
    return bytes
  }

  private func ask(_ message: [UInt8], patience: Int) throws(KeyProblem) -> [UInt8] {
    let descriptor = try connection(patience: patience)
    defer { close(descriptor) }
    let request = SSHFields.string(message)
    var sent = 0
    while sent < request.count {
      let count = send(descriptor, Array(request[sent...]), request.count - sent, noSignal)
      guard count > 0 else { throw failure("cannot be written to") }
      sent += count
    }
    var header = SSHReader(try receive(4, from: descriptor))
    guard let size = header.uint32(), size <= 16 << 20 else { throw failure("answers too much") }
    return try receive(Int(size), from: descriptor)
  }

  private func receive(_ count: Int, from descriptor: Int32) throws(KeyProblem) -> [UInt8] {
    var bytes: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: min(count, 64 << 10))
    while bytes.count < count {
      let got = recv(descriptor, &piece, min(piece.count, count - bytes.count), 0)
      guard got > 0 else {
        throw got == 0
          ? KeyProblem("the agent at \(socket) hung up") : failure("does not answer")
      }
      bytes += piece[..<got]
    }
    return bytes
  }

  private func connection(patience: Int) throws(KeyProblem) -> Int32 {
    let descriptor = Self.openSocket()
    guard descriptor >= 0 else { throw failure("cannot be reached") }
    _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    var limit = timeval(tv_sec: patience, tv_usec: 0)
    setsockopt(
      descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    var name = sockaddr_un()
    name.sun_family = sa_family_t(AF_UNIX)
    let path = Array(socket.utf8)
    let fits = withUnsafeMutableBytes(of: &name.sun_path) { space in
      guard path.count < space.count else { return false }
      space.copyBytes(from: path)
      return true
    }
    let connected = withUnsafePointer(to: &name) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        fits && connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) == 0
      }
    }
    guard connected else {
      let error = fits ? failure("cannot be reached") : KeyProblem("the agent's path is too long")
      close(descriptor)
      throw error
    }
    return descriptor
  }

  private static func openSocket() -> Int32 {
    #if canImport(Glibc)
      Glibc.socket(AF_UNIX, closedOnExec, 0)
    #else
      Darwin.socket(AF_UNIX, closedOnExec, 0)
    #endif
  }

  private func failure(_ what: String) -> KeyProblem {
    KeyProblem("the agent at \(socket) \(what): \(systemMessage(errno))")
  }
}
