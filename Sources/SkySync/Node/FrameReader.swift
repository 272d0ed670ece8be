#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// One thing that a node said: the words of its mark and what followed up to the next mark.
struct Frame: Equatable, Sendable {
  var words: [Substring]
  var payload: [UInt8]

  var name: Substring { words.first ?? "" }
  /// The payload as text of at most 4 KiB, for messages.
  var text: String {
    String(decoding: payload.prefix(4096), as: UTF8.self)
      .split(separator: "\n").joined(separator: "; ")
  }
}

/// Cuts a command's output into frames at lines that start with a random mark; what comes before the first
/// is a login shell's noise. A mark of a lone dot only ends the frame before it.
struct FrameReader {
  private let command: any RemoteCommand
  private let mark: [UInt8]
  private let host: String
  private var buffer: [UInt8] = []
  private var searched = 0
  private var open: [Substring]?
  private(set) var bytesRead: Int64 = 0
  /// How many bytes a login shell printed before our first mark.
  private(set) var noise = 0

  /// A login shell that prints more is out of its mind; a frame that is larger is not one of ours.
  private let noiseLimit = 4 << 20
  private let frameLimit = 1 << 30
  private let mostFrames = 100_000
  private var frames = 0

  private struct Step {
    /// nil at the first mark of all.
    var closed: Frame?
  }

  init(_ command: any RemoteCommand, mark: String, host: String) {
    self.command = command
    self.mark = Array("\n\(mark) ".utf8)
    self.host = host
  }

  /// The next frame; it is known to be whole because the next mark, or the end, was seen. nil at the end.
  mutating func next() async throws(SyncError) -> Frame? {
    while true {
      while find() != nil, let step = try advance() {
        if let frame = step.closed, frame.words != ["."] { return frame }
      }
      guard try await readMore(limit: open == nil ? noiseLimit : frameLimit) else { break }
    }
    defer { open = nil }
    guard let words = open, words != ["."] else { return nil }
    return Frame(words: words, payload: buffer)
  }

  /// Goes on to the mark `name`; what comes after it is to be taken with `piece`.
  mutating func begin(_ name: Substring) async throws(SyncError) {
    while open?.first != name {
      if find() != nil, try advance() != nil { continue }
      guard try await readMore(limit: frameLimit) else {
        throw SyncError(.connectionLost, host, "the node went away")
      }
    }
  }

  /// The next part of what follows the mark that was begun; nil at the next mark.
  mutating func piece(
    of what: String = "the files"
  ) async throws(SyncError) -> [UInt8]? {
    while true {
      let end = find()
      if end == 0 { return nil }
      let count = end ?? searched
      if count > 0 {
        let part = Array(buffer[..<count])
        buffer.removeFirst(count)
        searched = 0
        return part
      }
      guard try await readMore(limit: frameLimit) else {
        throw SyncError(.connectionLost, host, "the node went away in the middle of \(what)")
      }
    }
  }

  /// What follows the mark `name`, up to the next one, however much it is.
  mutating func spool(_ name: Substring) async throws(SyncError) -> Spool {
    var spool = Spool()
    try await begin(name)
    while let piece = try await piece(of: "what it lists") {
      spool.append(piece)
      guard spool.count < frameLimit else {
        throw SyncError(.badAnswer, host, "the node sends without end")
      }
    }
    // What is left of the frame: nothing.
    _ = try await next()
    return spool
  }

  private mutating func readMore(limit: Int) async throws(SyncError) -> Bool {
    guard buffer.count < limit else {
      throw SyncError(.badAnswer, host, "the node sends without end")
    }
    guard let bytes = try await command.read() else { return false }
    bytesRead += Int64(bytes.count)
    buffer += bytes
    return true
  }

  /// Takes the mark that `find` sees, and closes the frame before it; nil while its line is not whole.
  private mutating func advance() throws(SyncError) -> Step? {
    guard let position = find() else { return nil }
    let start = position + mark.count
    guard let end = buffer[start...].firstIndex(of: UInt8(ascii: "\n")) else {
      guard buffer.count - start < 1024 else {
        throw SyncError(.badAnswer, host, "the node's answer has a line without end")
      }
      return nil
    }
    frames += 1
    guard frames < mostFrames else {
      throw SyncError(.badAnswer, host, "the node says more than there is to say")
    }
    let words = String(decoding: buffer[start..<end], as: UTF8.self).split(separator: " ")
    let frame = open.map { Frame(words: $0, payload: Array(buffer[..<position])) }
    if open == nil { noise = position }
    buffer.removeFirst(end + 1)
    searched = 0
    open = words
    return Step(closed: frame)
  }

  private mutating func find() -> Int? {
    let last = buffer.count - mark.count
    guard last >= searched else { return nil }
    let hit: Int? = buffer.withUnsafeBytes { bytes in
      mark.withUnsafeBytes { mark in
        guard let start = bytes.baseAddress, let mark = mark.baseAddress else { return Int?.none }
        var position = searched
        while position <= last,
          let newline = memchr(start + position, CInt(UInt8(ascii: "\n")), last - position + 1)
        {
          position = UnsafeRawPointer(newline) - start
          if memcmp(newline, mark, self.mark.count) == 0 { return position }
          position += 1
        }
        return nil
      }
    }
    searched = hit ?? last + 1
    return hit
  }
}
