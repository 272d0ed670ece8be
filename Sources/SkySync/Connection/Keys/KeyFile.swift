import HostBook
import SystemPackage

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A private key file, as far as it can be read without its passphrase.
struct KeyFile: Sendable {
  enum Content: Sendable {
    case openSSH(OpenSSHKey)
    case pem([UInt8], isEncrypted: Bool)
  }

  let path: FilePath
  let content: Content
  /// nil when it takes the passphrase to know.
  let publicKey: [UInt8]?

  var isEncrypted: Bool {
    switch content {
    case .openSSH(let key): key.isEncrypted
    case .pem(_, let isEncrypted): isEncrypted
    }
  }

  /// nil when there is no such file.
  init?(_ path: FilePath) throws(KeyProblem) {
    guard let bytes = try readIfPresent(path, isSecret: true) else { return nil }
    self.path = path
    if let key = try OpenSSHKey(file: bytes) {
      content = .openSSH(key)
      publicKey = key.publicKey
      return
    }
    guard bytes.starts(with: Array("-----BEGIN ".utf8)) else {
      throw KeyProblem("it is not a private key")
    }
    let text = String(decoding: bytes.prefix(4096), as: UTF8.self)
    let isEncrypted = text.contains("ENCRYPTED")
    content = .pem(bytes, isEncrypted: isEncrypted)
    publicKey =
      isEncrypted
      ? try Self.publicKey(beside: path)
      : try SigningKey(pem: bytes, passphrase: []).publicKey
  }

  /// Blocks, long for an encrypted key.
  func unlock(_ passphrase: [UInt8]) throws(KeyProblem) -> SigningKey {
    switch content {
    case .openSSH(let key): try key.unlock(passphrase)
    case .pem(let bytes, _): try SigningKey(pem: bytes, passphrase: passphrase)
    }
  }

  /// The key in `path.pub`, or in `path` itself when that is a public key; nil when there is none.
  static func publicKey(beside path: FilePath) throws(KeyProblem) -> [UInt8]? {
    for candidate in [FilePath(path.string + ".pub"), path] {
      guard let bytes = try readIfPresent(candidate, isSecret: false) else { continue }
      let words = String(decoding: bytes, as: UTF8.self).split { " \t\n".contains($0) }
      if words.count >= 2, let key = Base64.decode(String(words[1])),
        KnownHosts.keyType(key) == String(words[0])
      {
        return key
      }
    }
    return nil
  }
}

/// nil when there is no such file. As ssh does, refuses a secret that others may read.
private func readIfPresent(_ path: FilePath, isSecret: Bool) throws(KeyProblem) -> [UInt8]? {
  let descriptor = open(path.string, O_RDONLY | O_CLOEXEC)
  if descriptor < 0 {
    if errno == ENOENT || errno == ENOTDIR { return nil }
    throw KeyProblem("it cannot be read: \(systemMessage(errno))")
  }
  defer { close(descriptor) }
  var status = stat()
  fstat(descriptor, &status)
  if isSecret, status.st_uid == getuid(), status.st_mode & 0o077 != 0 {
    let mode = String(status.st_mode & 0o777, radix: 8)
    throw KeyProblem("others may read it (mode \(mode)), so ssh would refuse it; chmod 600 helps")
  }
  var bytes = [UInt8](repeating: 0, count: 1 << 20)
  let count = read(descriptor, &bytes, bytes.count)
  guard count >= 0 else { throw KeyProblem("it cannot be read: \(systemMessage(errno))") }
  return Array(bytes.prefix(count))
}
