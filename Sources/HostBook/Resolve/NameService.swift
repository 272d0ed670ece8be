import Synchronization

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Names and addresses as the C library knows them.
enum NameService {
  private typealias Family = ResolverEnvironment.AddressFamily
  /// getservbyname(3) hands out shared storage.
  private static let lock = Mutex(())

  static func port(_ service: String) -> Int? {
    guard !service.isEmpty else { return nil }
    return lock.withLock { _ in
      getservbyname(service, "tcp").map {
        Int(UInt16(truncatingIfNeeded: $0.pointee.s_port).bigEndian)
      }
    }
  }

  /// The usual spelling of an address; nil unless `name` is exactly one.
  static func numericAddress(
    _ name: String, _ family: ResolverEnvironment.AddressFamily
  ) -> String? {
    query(name, family, flags: AI_NUMERICHOST | AI_NUMERICSERV) { first in
      guard first.pointee.ai_next == nil else { return nil }
      var text = [CChar](repeating: 0, count: 1025)
      let status = getnameinfo(
        first.pointee.ai_addr, first.pointee.ai_addrlen, &text, socklen_t(text.count), nil, 0,
        NI_NUMERICHOST)
      guard status == 0 else { return nil }
      return String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
  }

  static func lookUp(
    _ name: String, _ family: ResolverEnvironment.AddressFamily
  ) -> ResolverEnvironment.Lookup? {
    query(name, family, flags: AI_CANONNAME) { first in
      .init(canonicalName: first.pointee.ai_canonname.map { String(cString: $0) })
    }
  }

  private static func query<Answer>(
    _ name: String, _ family: ResolverEnvironment.AddressFamily, flags: Int32,
    _ body: (UnsafeMutablePointer<addrinfo>) -> Answer?
  ) -> Answer? {
    var hints = addrinfo()
    hints.ai_flags = flags
    hints.ai_family =
      switch family {
      case .any: AF_UNSPEC
      case .inet: AF_INET
      case .inet6: AF_INET6
      }
    #if canImport(Glibc)
      hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    #else
      hints.ai_socktype = SOCK_STREAM
    #endif
    var found: UnsafeMutablePointer<addrinfo>?
    guard getaddrinfo(name, "22", &hints, &found) == 0, let found else { return nil }
    defer { freeaddrinfo(found) }
    return body(found)
  }
}
