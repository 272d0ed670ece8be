/// Bytes that come piece by piece, and are read when all are there: beyond some megabytes they wait in a file
/// without a name; where there is no room for that, in memory.
struct Spool: Sendable {
  private enum Part: Sendable {
    case memory([UInt8])
    case file(SpillFile, offset: Int64, count: Int)
  }

  private var parts: [Part] = []
  private var buffer: [UInt8] = []
  private var spill: SpillFile?
  private let most: Int
  private static let piece = 256 << 10

  private(set) var count = 0

  /// - Parameter most: how many bytes wait in memory.
  init(most: Int = 8 << 20) { self.most = most }

  init(_ bytes: [UInt8]) {
    self.init()
    append(bytes)
  }

  mutating func append(_ bytes: [UInt8]) {
    count += bytes.count
    buffer += bytes
    if buffer.count >= (count > most ? Self.piece : most) { close() }
  }

  private mutating func close() {
    if spill == nil { spill = SpillFile() }
    for start in stride(from: 0, to: buffer.count, by: Self.piece) {
      let part = Array(buffer[start..<min(start + Self.piece, buffer.count)])
      if let spill, let offset = spill.append(part) {
        parts.append(.file(spill, offset: offset, count: part.count))
      } else {
        parts.append(.memory(part))
      }
    }
    buffer.removeAll(keepingCapacity: true)
  }

  /// Gives the bytes from the beginning, a piece a call; nil at the end, and where one cannot be read back: then
  /// they look cut off.
  func reader() -> () -> [UInt8]? {
    var rest = (parts + (buffer.isEmpty ? [] : [.memory(buffer)]))[...]
    return {
      switch rest.popFirst() {
      case .memory(let bytes): return bytes
      case .file(let file, let offset, let count):
        guard let bytes = file.read(count, at: offset) else {
          rest = []
          return nil
        }
        return bytes
      case nil: return nil
      }
    }
  }
}
