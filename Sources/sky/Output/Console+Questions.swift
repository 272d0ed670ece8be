import SkySync

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

extension Console {
  /// How a connection asks: passphrases and unknown host keys on the terminal, nothing elsewhere.
  var connectionOptions: ConnectionOptions {
    var options = ConnectionOptions()
    options.notice = { words in note("sky: \(words)") }
    guard interactive else { return options }
    options.passphrase = { key, _ in
      // getpass(3) reads from the terminal itself, unseen.
      guard let text = getpass("Passphrase of \(key): ") else { return nil }
      defer { memset(text, 0, strlen(text)) }
      return Array(UnsafeRawBufferPointer(start: text, count: strlen(text)))
    }
    options.password = { host, _ in
      guard let text = getpass("Password of \(host.user)@\(host.hostname): ") else { return nil }
      defer { memset(text, 0, strlen(text)) }
      return Array(UnsafeRawBufferPointer(start: text, count: strlen(text)))
    }
    options.acceptHostKey = { question in
      note("The host \(question.host) is not known. Its \(question.keyType) key is")
      note("  \(question.fingerprint)")
      note("Is that the right host (yes/no)?")
      return readLine() == "yes"
    }
    return options
  }
}
