#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif
import SystemPackage

/// An address of this test's own (127.x.y.z where the system answers on all of them) and a free port.
public func freeLoopbackAddress() throws -> (address: String, port: UInt16) {
  let listener = try LoopbackListener()
  defer { listener.close() }
  return (listener.address, listener.port)
}

/// A listening TCP socket on loopback.
public struct LoopbackListener: Sendable {
  public let descriptor: FileDescriptor
  public let address: String
  public let port: UInt16

  public init() throws {
    #if os(Linux)
      let low = (UInt32.random(in: 1...250), UInt32.random(in: 0...255), UInt32.random(in: 2...250))
      let number: UInt32 = 0x7f00_0000 | low.0 << 16 | low.1 << 8 | low.2
      let stream = Int32(SOCK_STREAM.rawValue)
      address = "127.\(low.0).\(low.1).\(low.2)"
    #else
      let number: UInt32 = 0x7f00_0001
      let stream = SOCK_STREAM
      address = "127.0.0.1"
    #endif
    let socket = socket(AF_INET, stream, 0)
    guard socket >= 0 else { throw Errno(rawValue: errno) }
    _ = fcntl(socket, F_SETFD, FD_CLOEXEC)
    var name = sockaddr_in()
    name.sin_family = sa_family_t(AF_INET)
    name.sin_addr.s_addr = number.bigEndian
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let bound = withUnsafeMutablePointer(to: &name) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
        bind(socket, pointer, size) == 0 && listen(socket, 128) == 0
          && getsockname(socket, pointer, &size) == 0
      }
    }
    guard bound else {
      let error = Errno(rawValue: errno)
      _ = closeDescriptor(socket)
      throw error
    }
    descriptor = FileDescriptor(rawValue: socket)
    port = UInt16(bigEndian: name.sin_port)
  }

  public func close() {
    _ = closeDescriptor(descriptor.rawValue)
  }
}

private func closeDescriptor(_ number: Int32) -> Int32 { close(number) }
