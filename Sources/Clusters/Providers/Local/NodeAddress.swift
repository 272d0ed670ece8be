#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Where a local node's sshd listens: a loopback address of its own, 127.42.x.y to 127.105.x.y, so that
/// nodes differ by more than a port. On Linux all of 127/8 is there without being set up.
package struct NodeAddress: Hashable, Sendable {
  package var host: String
  package var port: UInt16

  package init(host: String, port: UInt16) {
    self.host = host
    self.port = port
  }

  /// Reads what `text` wrote.
  init?(_ text: String) {
    let words = text.split(whereSeparator: \.isWhitespace)
    guard words.count == 2, let port = UInt16(words[1]) else { return nil }
    self.init(host: String(words[0]), port: port)
  }

  var text: String { "\(host) \(port)\n" }
}

extension NodeAddress {
  /// Addresses to try for the node of `rank`, best first: one network a cluster, one host a node.
  /// Clusters of different `seed` start at different places, so that they seldom meet.
  static func candidates(seed: UInt32, rank: Int) -> some Sequence<NodeAddress> {
    (0..<networks * 8).lazy.map { attempt in
      let network = (Int(seed % UInt32(networks)) + rank / hosts + attempt) % networks
      return NodeAddress(
        host: "127.\(42 + network / 254).\(network % 254 + 1).\(rank % hosts + 1)",
        port: firstPort + UInt16(attempt / networks))
    }
  }

  /// Many, so that clusters of several homes, stopped ones too, seldom want the same.
  private static let networks = 64 * 254
  private static let hosts = 250
  private static let firstPort: UInt16 = 22022

  /// FNV-1a: the same for the same text on every run, as Hasher is not.
  static func seed(_ text: String) -> UInt32 {
    text.utf8.reduce(2_166_136_261) { ($0 ^ UInt32($1)) &* 16_777_619 }
  }

  /// Whether nobody listens there now, as bind(2) says.
  func isFree() -> Bool {
    guard let socket = Self.openSocket() else { return false }
    defer { close(socket) }
    var yes: Int32 = 1
    // As sshd does: connections of a former life that are still closing do not count.
    setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
    return withAddress { bind(socket, $0, $1) == 0 } ?? false
  }

  /// A new non-blocking TCP socket, the caller's to close.
  static func openSocket() -> Int32? {
    #if canImport(Glibc)
      let flags = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
      let descriptor = socket(AF_INET, flags, 0)
    #else
      let descriptor = socket(AF_INET, SOCK_STREAM, 0)
    #endif
    guard descriptor >= 0 else { return nil }
    _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK)
    return descriptor
  }

  /// Calls `body` with this address as connect(2) wants it.
  func withAddress<Result>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Result) -> Result? {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    guard inet_pton(AF_INET, host, &address.sin_addr) == 1 else { return nil }
    return withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
  }
}
