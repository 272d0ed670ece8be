/// Writes the fields of an SFTP packet (draft-ietf-secsh-filexfer-02).
struct SFTPWriter {
  private(set) var bytes: [UInt8] = []

  mutating func byte(_ value: UInt8) { bytes.append(value) }

  mutating func number(_ value: UInt32) {
    for shift in stride(from: 24, through: 0, by: -8) {
      bytes.append(UInt8(truncatingIfNeeded: value >> UInt32(shift)))
    }
  }

  mutating func large(_ value: UInt64) {
    number(UInt32(truncatingIfNeeded: value >> 32))
    number(UInt32(truncatingIfNeeded: value))
  }

  mutating func string(_ value: some Collection<UInt8>) {
    number(UInt32(value.count))
    bytes += value
  }
}

/// Reads them; each read gives nil once the packet is too short for it.
struct SFTPReader {
  private(set) var rest: ArraySlice<UInt8>

  init(_ bytes: ArraySlice<UInt8>) { rest = bytes }

  mutating func byte() -> UInt8? { rest.popFirst() }

  mutating func number() -> UInt32? {
    guard rest.count >= 4 else { return nil }
    defer { rest = rest.dropFirst(4) }
    return rest.prefix(4).reduce(0) { $0 << 8 | UInt32($1) }
  }

  mutating func large() -> UInt64? {
    guard let high = number(), let low = number() else { return nil }
    return UInt64(high) << 32 | UInt64(low)
  }

  mutating func string() -> [UInt8]? {
    guard let count = number(), Int(count) <= rest.count else { return nil }
    defer { rest = rest.dropFirst(Int(count)) }
    return Array(rest.prefix(Int(count)))
  }
}

/// What a server says of a file, or is told to set; what is nil is not said.
struct SFTPAttributes: Equatable, Sendable {
  var size: UInt64?
  /// With the bits of the file's kind.
  var mode: UInt32?
  /// Seconds since 1970, as far as 32 bits without a sign go.
  var mtime: UInt32?

  private static let hasSize: UInt32 = 1
  private static let hasOwner: UInt32 = 2
  private static let hasMode: UInt32 = 4
  private static let hasTimes: UInt32 = 8
  private static let hasMore: UInt32 = 0x8000_0000

  init(size: UInt64? = nil, mode: UInt32? = nil, mtime: UInt32? = nil) {
    self.size = size
    self.mode = mode
    self.mtime = mtime
  }

  /// nil when they are cut off.
  init?(_ reader: inout SFTPReader) {
    guard let flags = reader.number() else { return nil }
    if flags & Self.hasSize != 0 {
      guard let size = reader.large() else { return nil }
      self.size = size
    }
    if flags & Self.hasOwner != 0 {
      guard reader.large() != nil else { return nil }
    }
    if flags & Self.hasMode != 0 {
      guard let mode = reader.number() else { return nil }
      self.mode = mode
    }
    if flags & Self.hasTimes != 0 {
      guard reader.number() != nil, let mtime = reader.number() else { return nil }
      self.mtime = mtime
    }
    guard flags & Self.hasMore != 0 else { return }
    guard let count = reader.number() else { return nil }
    for _ in 0..<count {
      guard reader.string() != nil, reader.string() != nil else { return nil }
    }
  }

  func write(to writer: inout SFTPWriter) {
    var flags: UInt32 = 0
    if size != nil { flags |= Self.hasSize }
    if mode != nil { flags |= Self.hasMode }
    if mtime != nil { flags |= Self.hasTimes }
    writer.number(flags)
    if let size { writer.large(size) }
    if let mode { writer.number(mode) }
    if let mtime {
      // The time of access has to be said too.
      writer.number(mtime)
      writer.number(mtime)
    }
  }
}

extension SFTPAttributes {
  enum Kind { case file, folder, link, other }

  var kind: Kind {
    switch (mode ?? 0) & 0o170000 {
    case 0o100000: .file
    case 0o040000: .folder
    case 0o120000: .link
    default: .other
    }
  }

  /// What a scan says of it.
  func entry(at path: [UInt8], linkTarget: [UInt8] = []) -> FileEntry {
    let bits = UInt16((mode ?? 0) & 0o7777)
    let time = Int64(mtime ?? 0) * 1_000_000_000
    let size = Int64(clamping: size ?? 0)
    switch kind {
    case .file: return FileEntry(path: path, kind: .file, mode: bits, size: size, mtime: time)
    case .folder: return FileEntry(path: path, kind: .folder, mode: bits, size: 0, mtime: time)
    case .link:
      return FileEntry(
        path: path, kind: .link, mode: 0o777, size: Int64(linkTarget.count), mtime: time,
        linkTarget: linkTarget)
    case .other: return FileEntry(path: path, kind: .file, mode: bits, size: -1, mtime: time)
    }
  }

  /// To give a file the permissions and the time of `entry`, as far as the protocol can say them.
  static func finishing(_ entry: FileEntry) -> SFTPAttributes {
    SFTPAttributes(mode: UInt32(entry.mode), mtime: time(entry))
  }

  static func time(_ entry: FileEntry) -> UInt32 {
    UInt32(clamping: entry.mtime >= 0 ? entry.mtime / 1_000_000_000 : 0)
  }
}
