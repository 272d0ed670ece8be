#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Brings single files to a node through SFTP: under another name first, then by a rename.
struct SFTPUpload: Sendable {
  let session: SFTPSession
  let source: SourceFolder
  let meter: SendMeter

  private static let piece = 32 << 10
  private static let block = 256 << 10
  private static let ahead = 60

  /// - Returns: the file as it was read, which may be newer than `entry`.
  func put(_ entry: FileEntry, at path: [UInt8]) async throws(SFTPFault) -> FileEntry {
    let temporary = Self.temporary(for: path)
    do throws(SFTPFault) {
      let sent: FileEntry
      if entry.kind == .link {
        try await session.makeLink(temporary, to: entry.linkTarget)
        try await session.setLinkTime(temporary, SFTPAttributes.time(entry))
        sent = entry
      } else {
        sent = try await content(of: entry, to: temporary)
      }
      try await session.replace(path, with: temporary)
      return sent
    } catch {
      if error.reason != nil { try? await session.remove(temporary) }
      throw error
    }
  }

  /// Another name for the file at `first`, which is there already; its content where the server knows no links.
  func putLink(
    _ entry: FileEntry, at path: [UInt8], of first: [UInt8]
  ) async throws(SFTPFault) -> FileEntry {
    let temporary = Self.temporary(for: path)
    do throws(SFTPFault) {
      guard try await session.hardLink(first, to: temporary) else {
        return try await put(entry, at: path)
      }
      try await session.replace(path, with: temporary)
    } catch {
      if error.reason != nil { try? await session.remove(temporary) }
      throw error
    }
    // A rename onto another name of the same file does nothing and leaves both.
    try? await session.remove(temporary)
    meter.add(entry.size)
    return entry
  }

  private static func temporary(for path: [UInt8]) -> [UInt8] {
    path.parentPath.joined(SFTPListing.partial + [UInt8](PushConversation.randomHex()))
  }

  private func content(
    of entry: FileEntry, to temporary: [UInt8]
  ) async throws(SFTPFault) -> FileEntry {
    for isLast in [false, true] {
      let opened = await SFTPDisk.run { source.open(entry.path) }
      guard case .success(let file) = opened else {
        if case .failure(let reason) = opened { throw .refused(code: 4, reason: reason) }
        break
      }
      defer { close(file.descriptor) }
      if file.settling > 0 { try? await Task.sleep(for: .nanoseconds(file.settling)) }
      let isWhole = try await copy(file, to: temporary)
      let change = file.change
      if isWhole, change == .none || (isLast && change == .grown) { return file.entry }
      try await session.remove(temporary)
    }
    throw .refused(code: 4, reason: "changes while it is read; the next sync sends it")
  }

  /// False when the file was cut short while it was read.
  private func copy(_ file: SourceFile, to temporary: [UInt8]) async throws(SFTPFault) -> Bool {
    let handle = try await session.open(temporary, .write)
    let result: Result<Bool, SFTPFault>
    do throws(SFTPFault) {
      let isWhole = try await write(file, to: handle)
      var finish = SFTPAttributes.finishing(file.entry)
      // What ends in a hole is as long as it is only when that is said.
      finish.size = UInt64(file.entry.size)
      try await session.set(open: handle, finish)
      result = .success(isWhole)
    } catch {
      result = .failure(error)
    }
    try await session.close(handle)
    return try result.get()
  }

  private func write(_ file: SourceFile, to handle: [UInt8]) async throws(SFTPFault) -> Bool {
    var waiting: [SFTPSession.Ticket] = []
    let size = file.entry.size
    let map = await SFTPDisk.run { HoleMap.of(file) }
    let segments = map?.segments ?? [HoleMap.Segment(offset: 0, count: size)]
    meter.add(size - segments.reduce(0) { $0 + $1.count })
    for segment in segments {
      var offset = segment.offset
      while offset < segment.end {
        let count = Int(min(Int64(Self.block), segment.end - offset))
        let bytes = await SFTPDisk.read(count, at: offset, from: file.descriptor) ?? []
        for start in stride(from: 0, to: bytes.count, by: Self.piece) {
          let part = bytes[start..<min(start + Self.piece, bytes.count)]
          if waiting.count >= Self.ahead { try await session.confirm(waiting.removeFirst()) }
          waiting.append(await session.write(part, at: offset + Int64(start), to: handle))
        }
        guard bytes.count == count else { return false }
        offset += Int64(count)
        meter.add(Int64(count))
      }
    }
    for ticket in waiting { try await session.confirm(ticket) }
    return true
  }
}
