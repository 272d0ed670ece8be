#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A socket address as the system's resolver gave it.
struct Address: Sendable, Equatable {
  var family: Int32
  var bytes: [UInt8]

  /// As a number, for messages.
  var text: String {
    var text = [CChar](repeating: 0, count: 256)
    let status = bytes.withUnsafeBytes { bytes in
      guard let base = bytes.baseAddress else { return EAI_FAIL }
      return getnameinfo(
        base.assumingMemoryBound(to: sockaddr.self), socklen_t(bytes.count), &text, 256, nil, 0,
        NI_NUMERICHOST)
    }
    let characters = text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:))
    return status == 0 ? String(decoding: characters, as: UTF8.self) : "?"
  }

  /// All addresses of `host`, in the order in which they should be tried. Blocks, unless `numeric`.
  /// - Parameter family: The value of AddressFamily: any, inet or inet6.
  static func lookUp(
    _ host: String, port: UInt16, family: String, numeric: Bool
  ) -> Result<[Address], SyncError> {
    var hints = addrinfo()
    hints.ai_family = family == "inet" ? AF_INET : family == "inet6" ? AF_INET6 : AF_UNSPEC
    hints.ai_socktype = streamType
    hints.ai_flags = AI_NUMERICSERV | (numeric ? AI_NUMERICHOST : 0)
    var list: UnsafeMutablePointer<addrinfo>?
    let status = getaddrinfo(host, "\(port)", &hints, &list)
    guard status == 0 else {
      let why = status == EAI_SYSTEM ? systemMessage(errno) : String(cString: gai_strerror(status))
      // Without a name service a name with dots may well be somebody's.
      let isUnknown = status != EAI_SYSTEM && !(status == EAI_AGAIN && host.contains("."))
      return .failure(
        SyncError(
          isUnknown ? .unknownHost : .unreachable, host,
          "cannot find the address of “\(host)”: \(why)",
          advice: "check the spelling of the host name and the network's name service"))
    }
    defer { freeaddrinfo(list) }
    var found: [Address] = []
    var next = list
    while let entry = next?.pointee {
      let bytes = UnsafeRawBufferPointer(start: entry.ai_addr, count: Int(entry.ai_addrlen))
      found.append(Address(family: entry.ai_family, bytes: Array(bytes)))
      next = entry.ai_next
    }
    return .success(found)
  }
}

#if canImport(Glibc)
  let streamType = Int32(SOCK_STREAM.rawValue)
  /// For sockets of our own: no program that another thread starts at that moment inherits one.
  let closedOnExec = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
#else
  let streamType = SOCK_STREAM
  let closedOnExec = SOCK_STREAM
#endif
