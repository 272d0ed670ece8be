#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Where a packer's bytes go.
protocol ByteSink: AnyObject {
  func write(_ bytes: UnsafeRawBufferPointer) throws
  func finish() throws
}

/// Collects what a packer makes, and passes it on in large pieces.
final class PackBuffer {
  private let sink: any ByteSink
  private let space = UnsafeMutableRawBufferPointer.allocate(byteCount: 512 << 10, alignment: 4096)
  private var used = 0

  init(_ sink: any ByteSink) { self.sink = sink }

  deinit { space.deallocate() }

  func append(_ bytes: [UInt8]) throws {
    try bytes.withUnsafeBytes { bytes in
      var rest = bytes[...]
      while !rest.isEmpty {
        let piece = rest.prefix(try room())
        UnsafeMutableRawBufferPointer(rebasing: space[used...]).copyBytes(from: piece)
        used += piece.count
        rest = rest.dropFirst(piece.count)
      }
    }
  }

  func zeros(_ count: Int64) throws {
    var rest = count
    while rest > 0 {
      let piece = min(Int64(try room()), rest)
      UnsafeMutableRawBufferPointer(rebasing: space[used..<(used + Int(piece))])
        .initializeMemory(as: UInt8.self, repeating: 0)
      used += Int(piece)
      rest -= piece
    }
  }

  /// Reads at most `most` bytes; `body` sees what was read. Returns how many were, 0 at the end or after an error.
  func read(
    _ most: Int64, from descriptor: CInt, _ body: (UnsafeRawBufferPointer) -> Void
  ) throws -> Int {
    let piece = Int(min(Int64(try room()), most))
    let target = UnsafeMutableRawBufferPointer(rebasing: space[used..<(used + piece)])
    var count = 0
    repeat {
      count = systemRead(descriptor, target.baseAddress, piece)
    } while count < 0 && errno == EINTR
    guard count > 0 else { return 0 }
    body(UnsafeRawBufferPointer(rebasing: target[..<count]))
    used += count
    return count
  }

  /// The last bytes go on, too.
  func finish() throws {
    try flush()
    try sink.finish()
  }

  /// How many bytes there is room for, one at least.
  private func room() throws -> Int {
    if used == space.count { try flush() }
    return space.count - used
  }

  private func flush() throws {
    guard used > 0 else { return }
    try sink.write(UnsafeRawBufferPointer(rebasing: space[..<used]))
    used = 0
  }
}

/// read(2), which the buffer's own name hides.
private func systemRead(_ file: CInt, _ target: UnsafeMutableRawPointer?, _ count: Int) -> Int {
  read(file, target, count)
}
