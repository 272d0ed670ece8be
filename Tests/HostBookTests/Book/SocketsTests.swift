import HostBook
import Support
import SystemPackage
import Testing

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

@Suite struct SocketsTests {
  @Test func `dead sockets go, live ones and plain files stay`() async throws {
    try await withScratchHome { home in
      let folder = SocketPath.folder(home)
      try makeFolders(folder)
      let live = folder.appending("live")
      let dead = folder.appending("dead")
      let listener = try listen(live)
      defer { close(listener) }
      close(try listen(dead))
      try writeFile(folder.appending("file"), "")
      #expect(Sockets.isLive(live) && !Sockets.isLive(dead))
      #expect(Sockets(home).sweep() == [dead])
      #expect(try FileSystem.list(folder).map(\.string) == ["file", "live"])
    }
  }

  @Test func `closing takes the sockets of these entries only`() async throws {
    try await withScratchHome { home in
      try makeFolders(SocketPath.folder(home))
      let mine = try #require(SocketPath.path(Sample.manual(), home))
      let other = try #require(SocketPath.path(Sample.manual("other"), home))
      for socket in [mine, other] { close(try listen(socket)) }
      #expect(Sockets(home).close([Sample.manual()]) == [mine])
      #expect(try FileSystem.status(other) != nil)
    }
  }

  private func listen(_ path: FilePath) throws -> Int32 {
    #if canImport(Glibc)
      let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    #else
      let descriptor = socket(AF_UNIX, SOCK_STREAM, 0)
    #endif
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.string.utf8) }
    let status = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    guard status == 0, startListening(descriptor) == 0 else { throw Errno(rawValue: errno) }
    return descriptor
  }
}

private func startListening(_ descriptor: Int32) -> Int32 { listen(descriptor, 4) }
