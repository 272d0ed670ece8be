/// What can be asked of a server, one method a request. Paths are bytes, absolute.
extension SFTPSession {
  /// An answer without content.
  private func done(_ ticket: Ticket) async throws(SFTPFault) {
    let reply = try await answer(ticket)
    guard case .status(SFTPReply.ok, _) = reply else { throw reply.fault(host) }
  }

  private func path(_ type: UInt8, _ path: [UInt8]) async -> Ticket {
    await send(type) { $0.string(path) }
  }

  // MARK: one path

  func realPath(_ name: [UInt8]) async throws(SFTPFault) -> [UInt8] {
    let reply = try await answer(await path(16, name))
    guard case .names(let names) = reply, let first = names.first else { throw reply.fault(host) }
    guard first.name.first == .slash, !first.name.contains(0) else {
      throw .lost(SyncError(.badAnswer, host, "the SFTP server named no absolute path"))
    }
    return first.name
  }

  /// - Parameter follows: whether a link stands for what it points to.
  func attributes(
    _ name: [UInt8], follows: Bool = false
  ) async throws(SFTPFault) -> SFTPAttributes {
    let reply = try await answer(await path(follows ? 17 : 7, name))
    guard case .attributes(let attributes) = reply else { throw reply.fault(host) }
    return attributes
  }

  func linkTarget(_ name: [UInt8]) async throws(SFTPFault) -> [UInt8] {
    let reply = try await answer(await path(19, name))
    guard case .names(let names) = reply, let first = names.first else { throw reply.fault(host) }
    return first.name
  }

  func remove(_ name: [UInt8]) async throws(SFTPFault) { try await done(await path(13, name)) }

  func removeFolder(_ name: [UInt8]) async throws(SFTPFault) {
    try await done(await path(15, name))
  }

  func makeFolder(_ name: [UInt8], mode: UInt32?) async throws(SFTPFault) {
    try await done(
      await send(14) {
        $0.string(name)
        SFTPAttributes(mode: mode).write(to: &$0)
      })
  }

  func set(_ name: [UInt8], _ attributes: SFTPAttributes) async throws(SFTPFault) {
    try await done(
      await send(9) {
        $0.string(name)
        attributes.write(to: &$0)
      })
  }

  /// Sets the time of a link itself; nothing happens where the server cannot.
  func setLinkTime(_ name: [UInt8], _ mtime: UInt32) async throws(SFTPFault) {
    let extended = "lsetstat@openssh.com"
    guard extensions.contains(extended) else { return }
    try await done(
      await send(200) {
        $0.string(extended.utf8)
        $0.string(name)
        SFTPAttributes(mtime: mtime).write(to: &$0)
      })
  }

  // MARK: two paths

  /// Fails when something stands at `to`.
  func rename(_ from: [UInt8], to: [UInt8]) async throws(SFTPFault) {
    try await done(
      await send(18) {
        $0.string(from)
        $0.string(to)
      })
  }

  /// Puts `from` in the place of what stands at `to`: at once where the server can, else after removing that.
  func replace(_ to: [UInt8], with from: [UInt8]) async throws(SFTPFault) {
    guard try await extended("posix-rename@openssh.com", from, to) == false else { return }
    do { try await remove(to) } catch {
      guard error.reason != nil else { throw error }
    }
    try await rename(from, to: to)
  }

  /// Another name for the file `from`; false where the server cannot.
  func hardLink(_ from: [UInt8], to: [UInt8]) async throws(SFTPFault) -> Bool {
    try await extended("hardlink@openssh.com", from, to)
  }

  private func extended(
    _ name: String, _ first: [UInt8], _ second: [UInt8]
  ) async throws(SFTPFault) -> Bool {
    guard extensions.contains(name) else { return false }
    try await done(
      await send(200) {
        $0.string(name.utf8)
        $0.string(first)
        $0.string(second)
      })
    return true
  }

  /// The draft and OpenSSH disagree about the order; others follow OpenSSH.
  func makeLink(_ name: [UInt8], to target: [UInt8]) async throws(SFTPFault) {
    try await done(
      await send(20) {
        $0.string(target)
        $0.string(name)
      })
  }

  /// Free space in KiB on the file system that holds `name`; nil where the server cannot tell.
  func freeSpace(_ name: [UInt8]) async throws(SFTPFault) -> Int64? {
    let extended = "statvfs@openssh.com"
    guard extensions.contains(extended) else { return nil }
    let reply = try await answer(
      await send(200) {
        $0.string(extended.utf8)
        $0.string(name)
      })
    guard case .extended(let body) = reply else { throw reply.fault(host) }
    var reader = SFTPReader(body[...])
    // f_bsize, f_frsize, f_blocks, f_bfree, f_bavail
    let fields = (0..<5).map { _ in reader.large() ?? 0 }
    let (bytes, overflow) = fields[1].multipliedReportingOverflow(by: fields[4])
    return overflow ? nil : Int64(clamping: bytes / 1024)
  }

  // MARK: open files and folders

  enum Access { case read, write }

  func open(_ name: [UInt8], _ access: Access) async throws(SFTPFault) -> [UInt8] {
    // SSH_FXF_READ, or WRITE | CREAT | EXCL
    let flags: UInt32 = access == .read ? 0x01 : 0x02 | 0x08 | 0x20
    let reply = try await answer(
      await send(3) {
        $0.string(name)
        $0.number(flags)
        SFTPAttributes(mode: access == .write ? 0o600 : nil).write(to: &$0)
      })
    guard case .handle(let handle) = reply else { throw reply.fault(host) }
    return handle
  }

  func close(_ handle: [UInt8]) async throws(SFTPFault) {
    try await done(await send(4) { $0.string(handle) })
  }

  func attributes(ofOpen handle: [UInt8]) async throws(SFTPFault) -> SFTPAttributes {
    let reply = try await answer(await send(8) { $0.string(handle) })
    guard case .attributes(let attributes) = reply else { throw reply.fault(host) }
    return attributes
  }

  func set(open handle: [UInt8], _ attributes: SFTPAttributes) async throws(SFTPFault) {
    try await done(
      await send(10) {
        $0.string(handle)
        attributes.write(to: &$0)
      })
  }

  /// Begins to write; `confirm` tells how it ended.
  func write(_ bytes: ArraySlice<UInt8>, at offset: Int64, to handle: [UInt8]) async -> Ticket {
    await send(6) {
      $0.string(handle)
      $0.large(UInt64(offset))
      $0.string(bytes)
    }
  }

  func confirm(_ ticket: Ticket) async throws(SFTPFault) { try await done(ticket) }

  /// Begins to read; `content` gives what came.
  func read(_ count: Int, at offset: Int64, from handle: [UInt8]) async -> Ticket {
    await send(5) {
      $0.string(handle)
      $0.large(UInt64(offset))
      $0.number(UInt32(count))
    }
  }

  /// What a read gave; empty at the file's end.
  func content(_ ticket: Ticket) async throws(SFTPFault) -> [UInt8] {
    let reply = try await answer(ticket)
    switch reply {
    case .data(let bytes): return bytes
    case .status(SFTPReply.endOfFile, _): return []
    default: throw reply.fault(host)
    }
  }

  /// All names in a folder, but itself and the one above.
  func names(in folder: [UInt8]) async throws(SFTPFault) -> [SFTPReply.Name] {
    let opened = try await answer(await path(11, folder))
    guard case .handle(let handle) = opened else { throw opened.fault(host) }
    var all: [SFTPReply.Name] = []
    while true {
      let reply = try await answer(await send(12) { $0.string(handle) })
      if case .status(SFTPReply.endOfFile, _) = reply { break }
      guard case .names(let names) = reply else { throw reply.fault(host) }
      all += try checked(names)
      guard all.count <= Self.mostNames else {
        throw .lost(SyncError(.badAnswer, host, "the SFTP server lists names without end"))
      }
    }
    try await close(handle)
    return all
  }

  /// A folder with more is none that anybody made.
  private static let mostNames = 20_000_000

  private func checked(_ names: [SFTPReply.Name]) throws(SFTPFault) -> [SFTPReply.Name] {
    let named = names.filter {
      $0.name != [UInt8(ascii: ".")] && $0.name != Array("..".utf8)
    }
    guard !names.isEmpty,
      named.allSatisfy({ $0.name.isPlainRelativePath && !$0.name.contains(.slash) })
    else {
      throw .lost(SyncError(.badAnswer, host, "the SFTP server lists names that are none"))
    }
    return named
  }
}
