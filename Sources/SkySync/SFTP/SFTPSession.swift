/// One talk with an SFTP server (version 3, as OpenSSH has it): requests go out in the order in which they are
/// made, any number of them before the first answer.
///
/// Our own, not libssh2's: that has one request under way at a time, and waits for its answer.
actor SFTPSession {
  /// The answer to one request, to be waited for once.
  struct Ticket: Sendable { fileprivate let id: UInt32 }

  nonisolated let host: String
  nonisolated let command: WatchedCommand
  /// What the server can do beyond the draft, such as `posix-rename@openssh.com`.
  nonisolated let extensions: Set<String>
  private var lastID: UInt32 = 0
  private var waiting: [UInt32: CheckedContinuation<Result<SFTPReply, SyncError>, Never>] = [:]
  private var answered: [UInt32: SFTPReply] = [:]
  private var inFlight: Set<UInt32> = []
  private var failure: SyncError?
  private var outgoing: [UInt8] = []
  private var isWriting = false
  private var turns: [CheckedContinuation<Void, Never>] = []
  /// How often this side was left with nothing to do but wait.
  private(set) var roundTrips = 1
  private(set) var bytesIn: Int64 = 0

  /// Requests that may be under way: 2 MiB of content, which is a channel's window.
  private static let mostInFlight = 64
  /// OpenSSH's own limit is 256 KiB.
  static let largestPacket = 512 << 10

  private init(_ command: WatchedCommand, host: String, extensions: Set<String>) {
    self.command = command
    self.host = host
    self.extensions = extensions
  }

  /// Greets the server at the other end of `command`.
  static func start(
    _ command: WatchedCommand, host: String
  ) async throws(SyncError) -> SFTPSession {
    try await command.write([0, 0, 0, 5, 1, 0, 0, 0, 3])
    var buffer = SFTPBuffer()
    while true {
      if let packet = try buffer.next(host) {
        guard let extensions = SFTPGreeting.extensions(in: packet) else {
          throw SyncError(.badAnswer, host, "there is no SFTP server of version 3 or later")
        }
        let session = SFTPSession(command, host: host, extensions: extensions)
        Task { await session.listen(buffer) }
        return session
      }
      guard let bytes = try await command.read() else {
        throw SyncError(.badAnswer, host, "the node has no SFTP server")
      }
      buffer.add(bytes)
    }
  }

  /// Sends a request; waits only while too many are under way.
  /// - Parameter fields: what follows the id.
  func send(_ type: UInt8, _ fields: @Sendable (inout SFTPWriter) -> Void) async -> Ticket {
    while inFlight.count >= Self.mostInFlight, failure == nil {
      await withCheckedContinuation { turns.append($0) }
    }
    if inFlight.isEmpty { roundTrips += 1 }
    lastID &+= 1
    let id = lastID
    inFlight.insert(id)
    var writer = SFTPWriter()
    writer.byte(type)
    writer.number(id)
    fields(&writer)
    var head = SFTPWriter()
    head.number(UInt32(writer.bytes.count))
    outgoing += head.bytes + writer.bytes
    writeSoon()
    return Ticket(id: id)
  }

  /// The answer to a request.
  func answer(_ ticket: Ticket) async throws(SFTPFault) -> SFTPReply {
    if let reply = answered.removeValue(forKey: ticket.id) { return reply }
    if let failure { throw .lost(failure) }
    let result = await withCheckedContinuation { waiting[ticket.id] = $0 }
    do { return try result.get() } catch { throw .lost(error) }
  }

  private func writeSoon() {
    guard !isWriting else { return }
    isWriting = true
    Task { await writeAll() }
  }

  private func writeAll() async {
    while !outgoing.isEmpty, failure == nil {
      let bytes = outgoing
      outgoing = []
      do { try await command.write(bytes) } catch { fail(error) }
    }
    isWriting = false
  }

  private func listen(_ first: SFTPBuffer) async {
    var buffer = first
    do throws(SyncError) {
      while true {
        while let packet = try buffer.next(host) { try take(packet) }
        guard let bytes = try await command.read() else {
          throw SyncError(.connectionLost, host, "the node's SFTP server ended")
        }
        bytesIn += Int64(bytes.count)
        buffer.add(bytes)
      }
    } catch {
      fail(error)
    }
  }

  private func take(_ packet: ArraySlice<UInt8>) throws(SyncError) {
    var reader = SFTPReader(packet)
    guard let type = reader.byte(), let id = reader.number(), inFlight.remove(id) != nil,
      let reply = SFTPReply(type: type, reader.rest)
    else { throw SyncError(.badAnswer, host, "what the SFTP server says makes no sense") }
    if let waiter = waiting.removeValue(forKey: id) {
      waiter.resume(returning: .success(reply))
    } else {
      answered[id] = reply
    }
    if !turns.isEmpty { turns.removeFirst().resume() }
  }

  private func fail(_ error: SyncError) {
    guard failure == nil else { return }
    failure = error
    for waiter in waiting.values { waiter.resume(returning: .failure(error)) }
    waiting = [:]
    for turn in turns { turn.resume() }
    turns = []
  }
}

/// Cuts what arrives into packets.
struct SFTPBuffer {
  private var bytes: [UInt8] = []
  private var start = 0

  mutating func add(_ more: [UInt8]) {
    if start > 0 { bytes.removeFirst(start) }
    start = 0
    bytes += more
  }

  /// The next whole packet without its length; nil when more has to arrive.
  mutating func next(_ host: String) throws(SyncError) -> ArraySlice<UInt8>? {
    var reader = SFTPReader(bytes[start...])
    guard let length = reader.number() else { return nil }
    guard length > 0, Int(length) <= SFTPSession.largestPacket else {
      throw SyncError(.badAnswer, host, "the node does not speak SFTP")
    }
    guard reader.rest.count >= Int(length) else { return nil }
    start += 4 + Int(length)
    return reader.rest.prefix(Int(length))
  }
}

/// The server's first packet.
enum SFTPGreeting {
  /// The names of its extensions; nil when it is no greeting of version 3 or later.
  static func extensions(in packet: ArraySlice<UInt8>) -> Set<String>? {
    var reader = SFTPReader(packet)
    guard reader.byte() == 2, let version = reader.number(), version >= 3 else { return nil }
    var names: Set<String> = []
    while let name = reader.string(), reader.string() != nil {
      names.insert(String(decoding: name, as: UTF8.self))
    }
    return names
  }
}
