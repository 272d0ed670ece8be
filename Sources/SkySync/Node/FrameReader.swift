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

  init(_ command: any RemoteCommand, mark: String, host: String) {
    self.command = command
    self.mark = Array("\n\(mark) ".utf8)
    self.host = host
  }

  /// The next frame; it is known to be whole because the next mark, or the end, was seen. nil at the end.
  mutating func next() async throws(SyncError) -> Frame? {
    while true {
      if let frame = try cut() { return frame }
      guard buffer.count < (open == nil ? noiseLimit : frameLimit) else {
        throw SyncError(.badAnswer, host, "the node sends without end")
      }
      guard let bytes = try await command.read() else { return try last() }
      bytesRead += Int64(bytes.count)
      buffer += bytes
    }
  }

  private mutating func cut() throws(SyncError) -> Frame? {
    while let position = find() {
      let start = position + mark.count
      guard let end = buffer[start...].firstIndex(of: UInt8(ascii: "\n")) else {
        searched = position
        guard buffer.count - start < 1024 else {
          throw SyncError(.badAnswer, host, "the node's answer has a line without end")
        }
        return nil
      }
      let words = String(decoding: buffer[start..<end], as: UTF8.self).split(separator: " ")
      let frame = open.map { Frame(words: $0, payload: Array(buffer[..<position])) }
      if open == nil { noise = position }
      buffer.removeFirst(end + 1)
      searched = 0
      open = words
      if let frame, frame.words != ["."] { return frame }
    }
    return nil
  }

  private mutating func last() throws(SyncError) -> Frame? {
    guard let words = open, words != ["."] else { return nil }
    open = nil
    return Frame(words: words, payload: buffer)
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
    if hit == nil { searched = last + 1 }
    return hit
  }
}
