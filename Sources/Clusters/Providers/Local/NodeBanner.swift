import SystemPackage

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// What answers at an address: the first line that an ssh server sends (RFC 4253, section 4.2).
enum NodeBanner {
  enum Answer: Equatable {
    /// Nobody listens there.
    case refused
    /// Somebody does, and said this (without the line end; empty when it said nothing in time).
    case line(String)
  }

  /// Asks once. Never blocks the thread; throws when the task is cancelled.
  static func ask(
    _ address: NodeAddress, patience: Duration
  ) async throws(CancellationError) -> Answer {
    guard let socket = NodeAddress.openSocket() else { return .refused }
    defer { close(socket) }
    let deadline = ContinuousClock.now + patience
    let status = address.withAddress { connect(socket, $0, $1) } ?? -1
    guard status == 0 || errno == EINPROGRESS || errno == EAGAIN else { return .refused }
    var line: [UInt8] = []
    while ContinuousClock.now < deadline, line.count < 255 {
      switch receive(socket) {
      case .nothingYet: try await pause(.milliseconds(5))
      case .end: return line.isEmpty ? .refused : .line(text(line))
      case .bytes(let bytes):
        line += bytes
        if line.contains(UInt8(ascii: "\n")) { return .line(text(line)) }
      }
    }
    return .line(text(line))
  }

  private enum Received {
    case bytes([UInt8])
    case nothingYet
    case end
  }

  private static func receive(_ socket: Int32) -> Received {
    var buffer = [UInt8](repeating: 0, count: 256)
    let count = recv(socket, &buffer, buffer.count, 0)
    if count > 0 { return .bytes(Array(buffer.prefix(count))) }
    let waiting = count < 0 && [EAGAIN, EINTR, ENOTCONN].contains(errno)
    return waiting ? .nothingYet : .end
  }

  private static func text(_ line: [UInt8]) -> String {
    let first = line.prefix { $0 != UInt8(ascii: "\r") && $0 != UInt8(ascii: "\n") }
    return String(decoding: first, as: UTF8.self)
  }
}

/// Waits; the only way in which that fails is that the task was cancelled.
func pause(_ time: Duration) async throws(CancellationError) {
  do { try await Task.sleep(for: time) } catch { throw CancellationError() }
}
