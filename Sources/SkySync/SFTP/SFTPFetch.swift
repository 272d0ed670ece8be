import Dispatch

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Fetches single files through SFTP, with many reads under way.
struct SFTPFetch: Sendable {
  let session: SFTPSession

  private static let piece = 32 << 10
  private static let ahead = 60

  init(_ session: SFTPSession) { self.session = session }

  /// Gives the content in order, as it comes; what the file is longer than `size` is left out.
  /// - Returns: what the file is after it was read.
  @discardableResult
  func content(
    _ path: [UInt8], size: Int64, _ take: ([UInt8], Int64) async throws(SFTPFault) -> Void
  ) async throws(SFTPFault) -> SFTPAttributes {
    let handle = try await session.open(path, .read)
    let result: Result<SFTPAttributes, SFTPFault>
    do throws(SFTPFault) {
      try await copy(from: handle, size, take)
      result = .success(try await session.attributes(ofOpen: handle))
    } catch {
      result = .failure(error)
    }
    try? await session.close(handle)
    return try result.get()
  }

  private func copy(
    from handle: [UInt8], _ size: Int64,
    _ take: ([UInt8], Int64) async throws(SFTPFault) -> Void
  ) async throws(SFTPFault) {
    var waiting: [(ticket: SFTPSession.Ticket, offset: Int64, count: Int)] = []
    var asked: Int64 = 0
    while asked < size || !waiting.isEmpty {
      while asked < size, waiting.count < Self.ahead {
        let count = Int(min(Int64(Self.piece), size - asked))
        waiting.append((await session.read(count, at: asked, from: handle), asked, count))
        asked += Int64(count)
      }
      let next = waiting.removeFirst()
      var bytes = try await session.content(next.ticket)
      // A server may give less than was asked for.
      while bytes.count < next.count {
        let rest = next.count - bytes.count
        let ticket = await session.read(rest, at: next.offset + Int64(bytes.count), from: handle)
        let more = try await session.content(ticket)
        guard !more.isEmpty else { break }
        bytes += more
      }
      guard bytes.count == next.count else {
        throw .refused(code: SFTPReply.endOfFile, reason: "was cut short while it was read")
      }
      try await take(bytes, next.offset)
    }
  }
}

/// Where files are read and written for SFTP: what waits for a disk does not wait on the cooperative pool.
enum SFTPDisk {
  private static let queue = DispatchQueue(
    label: "sky.sftp.disk", qos: .userInitiated, attributes: .concurrent)

  static func run<Value: Sendable>(_ body: @escaping @Sendable () -> Value) async -> Value {
    await withCheckedContinuation { continuation in
      queue.async { continuation.resume(returning: body()) }
    }
  }

  /// Writes all of `bytes` at `offset`; nil, or why not.
  static func write(_ bytes: [UInt8], at offset: Int64, to file: CInt) async -> String? {
    await run {
      var done = 0
      while done < bytes.count {
        let count = bytes.withUnsafeBytes {
          pwrite(
            file, $0.baseAddress.map { $0 + done }, bytes.count - done, off_t(offset) + off_t(done))
        }
        if count < 0, errno == EINTR { continue }
        guard count > 0 else { return LocalFolder.lastError }
        done += count
      }
      return nil
    }
  }

  /// Up to `count` bytes at `offset`; fewer at the file's end, nil when it cannot be read.
  static func read(_ count: Int, at offset: Int64, from file: CInt) async -> [UInt8]? {
    await run {
      var isBroken = false
      let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
        filled = 0
        while filled < count {
          let got = pread(
            file, buffer.baseAddress.map { $0 + filled }, count - filled,
            off_t(offset) + off_t(filled))
          if got < 0, errno == EINTR { continue }
          if got < 0 { isBroken = true }
          guard got > 0 else { return }
          filled += got
        }
      }
      return isBroken ? nil : bytes
    }
  }
}
