#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Writes entries one after the other, each as it differs from the one before: about thirty bytes of one that
/// has a path of sixty.
///
/// An entry is a byte of flags, how many bytes of the name before it keeps, how many follow, these, and the numbers
/// that the flags do not tell. Numbers are varints (seven bits a byte, the lowest first), signed ones zigzag; times
/// and inodes are differences.
struct EntryEncoder {
  fileprivate enum Flag {
    static let kind: UInt8 = 3
    static let hasIdentity: UInt8 = 4
    static let sameMode: UInt8 = 8
    static let sameDevice: UInt8 = 16
    static let oneLink: UInt8 = 32
  }

  /// In the place of a kind: no entry but a number.
  fileprivate static let number: UInt8 = 3

  private var last = EntryFields()
  private(set) var name: [UInt8] = []

  /// The next one is written as if none was before.
  mutating func reset() {
    last = EntryFields()
    name.removeAll(keepingCapacity: true)
  }

  mutating func append(
    _ name: UnsafeBufferPointer<UInt8>, _ fields: EntryFields,
    target: UnsafeBufferPointer<UInt8>, to bytes: inout [UInt8]
  ) {
    var flags = fields.kind.rawValue
    if fields.mode == last.mode { flags |= Flag.sameMode }
    if fields.hasIdentity {
      flags |= Flag.hasIdentity
      if fields.device == last.device { flags |= Flag.sameDevice }
      if fields.links == 1 { flags |= Flag.oneLink }
    }
    bytes.append(flags)
    append(name, to: &bytes)
    if fields.mode != last.mode { Self.put(UInt64(fields.mode), to: &bytes) }
    Self.put(Self.zigzag(fields.size), to: &bytes)
    Self.put(Self.zigzag(fields.mtime &- last.mtime), to: &bytes)
    if fields.hasIdentity {
      let step = Int64(bitPattern: fields.inode) &- Int64(bitPattern: last.inode)
      Self.put(Self.zigzag(step), to: &bytes)
      Self.put(Self.zigzag(fields.ctime &- last.ctime), to: &bytes)
      if fields.device != last.device { Self.put(fields.device, to: &bytes) }
      if fields.links != 1 { Self.put(UInt64(fields.links), to: &bytes) }
    }
    if fields.kind == .link {
      Self.put(UInt64(target.count), to: &bytes)
      bytes.append(contentsOf: target)
    }
    let before = last
    last = fields
    guard !fields.hasIdentity else { return }
    (last.device, last.inode, last.ctime) = (before.device, before.inode, before.ctime)
  }

  /// A number with a name, between the entries.
  mutating func append(
    number: Int, _ name: UnsafeBufferPointer<UInt8>, to bytes: inout [UInt8]
  ) {
    bytes.append(Self.number)
    append(name, to: &bytes)
    Self.put(UInt64(number), to: &bytes)
  }

  private mutating func append(_ name: UnsafeBufferPointer<UInt8>, to bytes: inout [UInt8]) {
    let shared = self.name.withUnsafeBufferPointer { commonPrefix($0, name) }
    Self.put(UInt64(shared), to: &bytes)
    Self.put(UInt64(name.count - shared), to: &bytes)
    let rest = UnsafeBufferPointer(rebasing: name[shared...])
    bytes.append(contentsOf: rest)
    self.name.removeLast(self.name.count - shared)
    self.name.append(contentsOf: rest)
  }

  private static func zigzag(_ value: Int64) -> UInt64 {
    UInt64(bitPattern: (value << 1) ^ (value >> 63))
  }

  private static func put(_ value: UInt64, to bytes: inout [UInt8]) {
    var rest = value
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(truncatingIfNeeded: rest))
  }
}

/// How many bytes two names begin with in common.
func commonPrefix(
  _ one: UnsafeBufferPointer<UInt8>, _ other: UnsafeBufferPointer<UInt8>
) -> Int {
  let end = min(one.count, other.count)
  var at = 0
  let (left, right) = (UnsafeRawBufferPointer(one), UnsafeRawBufferPointer(other))
  while at + 8 <= end,
    left.loadUnaligned(fromByteOffset: at, as: UInt64.self)
      == right.loadUnaligned(fromByteOffset: at, as: UInt64.self)
  {
    at += 8
  }
  while at < end, one[at] == other[at] { at += 1 }
  return at
}

/// Reads what `EntryEncoder` wrote. Damaged bytes never lead out of them: then `isBroken`.
struct EntryDecoder {
  private(set) var fields = EntryFields()
  private(set) var name: [UInt8] = []
  private(set) var target: [UInt8] = []
  /// What stands in the place of an entry; nil for one.
  private(set) var number: Int?
  private(set) var isBroken = false
  var position = 0

  /// Begins anew at `position`.
  mutating func start(at position: Int) {
    self.position = position
    fields = EntryFields()
    name.removeAll(keepingCapacity: true)
  }

  /// Reads the next one; false at the end of `bytes`.
  mutating func next(in bytes: UnsafeRawBufferPointer) -> Bool {
    guard position < bytes.count, !isBroken else { return false }
    let flags = bytes[position]
    position += 1
    readName(bytes)
    number = nil
    target.removeAll(keepingCapacity: true)
    guard let kind = FileEntry.Kind(rawValue: flags & EntryEncoder.Flag.kind) else {
      number = Int(truncatingIfNeeded: get(bytes))
      return !isBroken
    }
    fields.kind = kind
    fields.hasIdentity = flags & EntryEncoder.Flag.hasIdentity != 0
    if flags & EntryEncoder.Flag.sameMode == 0 {
      fields.mode = UInt16(truncatingIfNeeded: get(bytes))
    }
    fields.size = signed(bytes)
    fields.mtime &+= signed(bytes)
    if fields.hasIdentity {
      fields.inode &+= UInt64(bitPattern: signed(bytes))
      fields.ctime &+= signed(bytes)
      if flags & EntryEncoder.Flag.sameDevice == 0 { fields.device = get(bytes) }
      let hasOne = flags & EntryEncoder.Flag.oneLink != 0
      fields.links = hasOne ? 1 : UInt32(truncatingIfNeeded: get(bytes))
    }
    if kind == .link { target.append(contentsOf: take(get(bytes), bytes)) }
    return !isBroken
  }

  /// Where the name lies that is written at `position`, the first after a reset.
  static func wholeName(at position: Int, in bytes: UnsafeRawBufferPointer)
    -> UnsafeRawBufferPointer
  {
    var decoder = EntryDecoder()
    decoder.position = position + 1
    _ = decoder.get(bytes)
    return decoder.take(decoder.get(bytes), bytes)
  }

  private mutating func readName(_ bytes: UnsafeRawBufferPointer) {
    let shared = get(bytes)
    let count = get(bytes)
    guard shared <= UInt64(name.count) else {
      isBroken = true
      return
    }
    name.removeLast(name.count - Int(shared))
    name.append(contentsOf: take(count, bytes))
  }

  private mutating func take(
    _ count: UInt64, _ bytes: UnsafeRawBufferPointer
  ) -> UnsafeRawBufferPointer {
    guard count <= UInt64(bytes.count - position) else {
      isBroken = true
      return UnsafeRawBufferPointer(rebasing: bytes[..<0])
    }
    defer { position += Int(count) }
    return UnsafeRawBufferPointer(rebasing: bytes[position..<(position + Int(count))])
  }

  private mutating func signed(_ bytes: UnsafeRawBufferPointer) -> Int64 {
    let value = get(bytes)
    return Int64(bitPattern: value >> 1) ^ -Int64(bitPattern: value & 1)
  }

  private mutating func get(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
    var value: UInt64 = 0
    var shift: UInt64 = 0
    while position < bytes.count, shift < 64 {
      let byte = bytes[position]
      position += 1
      value |= UInt64(byte & 0x7f) << shift
      if byte < 0x80 { return value }
      shift += 7
    }
    isBroken = true
    return 0
  }
}
