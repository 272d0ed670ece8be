import SystemPackage

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The multiplexing sockets that ssh keeps for our aliases in `~/.sky/s`.
///
/// A socket is judged by dialling it: a file that exists proves nothing.
public struct Sockets: Sendable {
  let home: SkyHome
  let ssh: String

  public init(_ home: SkyHome, ssh: String = "ssh") {
    self.home = home
    self.ssh = ssh
  }

  /// Asks the masters of these entries to end (`ssh -O exit`), and removes their sockets when dead.
  ///
  /// For `down`, and before an alias gets another address. Sessions that go through them end. Returns
  /// the sockets that are gone.
  @discardableResult
  public func close(_ entries: [AliasEntry]) -> [FilePath] {
    let stems = Set(entries.map(SocketPath.stem))
    return all().filter { socket in
      guard let name = socket.lastComponent?.string, stems.contains(String(name.prefix(11))) else {
        return false
      }
      if Self.isLive(socket) {
        _ = try? Program.run(
          [ssh, "-F", "/dev/null", "-O", "exit", "-S", socket.string, "sky"],
          patience: .seconds(5))
        // The master takes its socket away itself, a moment after it has answered.
        for _ in 0..<100 {
          if (try? FileSystem.status(socket)) == .some(nil) { break }
          usleep(10000)
        }
      }
      return removeDead(socket)
    }
  }

  /// Removes the sockets that nobody listens on; live ones stay. Returns those that are gone.
  @discardableResult
  public func sweep() -> [FilePath] { all().filter(removeDead) }

  /// Whether something accepts connections at `socket`. A listener too busy to accept is live.
  public static func isLive(_ socket: FilePath) -> Bool {
    let descriptor = makeSocket()
    guard descriptor >= 0 else { return true }
    defer { closeDescriptor(descriptor) }
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let bytes = Array(socket.string.utf8)
    guard bytes.count < MemoryLayout.size(ofValue: address.sun_path) else { return false }
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
    let status = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    return status == 0 || (errno != ECONNREFUSED && errno != ENOENT)
  }

  private func all() -> [FilePath] {
    let folder = SocketPath.folder(home)
    return ((try? FileSystem.list(folder)) ?? []).map { folder.appending($0) }
  }

  /// True when there is nothing at the path any more.
  private func removeDead(_ socket: FilePath) -> Bool {
    guard let before = try? FileSystem.status(socket, followLinks: false) else { return true }
    guard before.kind == .socket, !Self.isLive(socket) else { return false }
    // A master that came up since has made a new socket of its own.
    guard (try? FileSystem.status(socket, followLinks: false)) == before else { return false }
    return (try? FileSystem.unlink(socket)) != nil
  }

  private static func makeSocket() -> Int32 {
    #if canImport(Glibc)
      return socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue), 0)
    #else
      let descriptor = socket(AF_UNIX, SOCK_STREAM, 0)
      _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
      return descriptor
    #endif
  }
}

// `close` is also a method above.
private func closeDescriptor(_ descriptor: Int32) { close(descriptor) }
