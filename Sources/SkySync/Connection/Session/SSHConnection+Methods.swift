import CLibSSH2
import HostBook

/// The algorithms that the configuration allows, as far as libssh2 has them.
extension SSHConnection {
  /// Sets what is proposed to the server; to be called before the key exchange.
  ///
  /// - Parameter known: the types of the keys by which the host is known, the best first.
  /// - Throws: `unsupported` when libssh2 has none of what is allowed.
  func propose(_ host: ResolvedHost, hostKeyTypes known: [String]) throws(SyncError) {
    let hostKeys = try allowed("HostKeyAlgorithms", LIBSSH2_METHOD_HOSTKEY, host)
      // A certificate would be taken for a key that nobody knows.
      .filter { !$0.contains("-cert-v01@") }
    let proven = known.filter(hostKeys.contains)
    if proven.isEmpty, let type = known.first {
      throw unsupported("the host is known by its \(type) key only, which libssh2 cannot check")
    }
    if hostKeys.isEmpty { throw unsupported("libssh2 has none of its HostKeyAlgorithms") }
    prefer(LIBSSH2_METHOD_HOSTKEY, proven + hostKeys.filter { !proven.contains($0) })
    let others = [
      ("KexAlgorithms", [LIBSSH2_METHOD_KEX]),
      ("Ciphers", [LIBSSH2_METHOD_CRYPT_CS, LIBSSH2_METHOD_CRYPT_SC]),
      ("MACs", [LIBSSH2_METHOD_MAC_CS, LIBSSH2_METHOD_MAC_SC]),
    ]
    for (keyword, methods) in others {
      for method in methods {
        let names = try allowed(keyword, method, host)
        if names.isEmpty { throw unsupported("libssh2 has none of its \(keyword)") }
        prefer(method, names)
      }
    }
  }

  /// In the order of the configuration; all that libssh2 has when that says nothing.
  private func allowed(
    _ keyword: String, _ method: Int32, _ host: ResolvedHost
  ) throws(SyncError) -> [String] {
    var list: UnsafeMutablePointer<UnsafePointer<CChar>?>?
    let count = libssh2_session_supported_algs(wire.session, method, &list)
    guard count > 0, let list else { return [] }
    defer { libssh2_free(wire.session, list) }
    let supported = (0..<Int(count)).compactMap { list[$0].map { String(cString: $0) } }
    guard let value = host.first(keyword.lowercased()) else { return supported }
    return value.split(separator: ",").map(String.init).filter(supported.contains)
  }

  /// libssh2 1.10 copies wrongly when it is given a name that it does not know.
  private func prefer(_ method: Int32, _ names: [String]) {
    libssh2_session_method_pref(wire.session, method, names.joined(separator: ","))
  }

  private func unsupported(_ reason: String) -> SyncError {
    var error = SyncError(
      .unsupported, name, reason,
      advice: "OpenSSH's ssh may manage it: see what `ssh \(name) true` says")
    error.isForOpenSSH = true
    return error
  }
}
