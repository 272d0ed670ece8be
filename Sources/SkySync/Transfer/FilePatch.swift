#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// How a file's content differs from what was sent of it before, and how the node can tell that it has put it
/// together rightly.
struct FilePatch {
  /// Blocks that travel.
  struct Run: Equatable {
    var first: Int
    var count: Int
  }

  /// With what the node checks what it makes: `cksum` the old file and what changed of it, `sha256sum` the new one.
  enum Checker: String, Sendable { case cksum, sha256sum }

  private(set) var runs: [Run] = []
  /// Of the content as it is now.
  private(set) var sums: BlockSums
  private let old: BlockSums
  /// Of the content of all runs.
  private var sum = PosixSum()
  /// Of the whole file, when the node checks that.
  private var digest: String?

  /// More separate places than this are written one by one for longer than a whole file travels.
  private static let mostRuns = 1_000

  /// Compares an open file of `size` bytes; nil when the whole of it had better be sent, or it cannot be read.
  static func find(
    in descriptor: CInt, size: Int64, old: BlockSums, checker: Checker
  ) -> FilePatch? {
    var patch = FilePatch(size, old)
    let reader = BlockReader(descriptor, old, checker)
    for segment in 0..<BlockSums.count(size, by: BlockSums.segment) {
      let start = Int64(segment) * BlockSums.segment
      guard patch.add(segment, start..<min(start + BlockSums.segment, size), reader) else {
        return nil
      }
    }
    patch.digest = reader.digest()
    return patch
  }

  private init(_ size: Int64, _ old: BlockSums) {
    self.old = old
    sums = old
    sums.size = size
    sums.blocks = []
    sums.segments = []
  }

  private mutating func add(
    _ segment: Int, _ range: Range<Int64>, _ reader: BlockReader
  ) -> Bool {
    let start = Int64(segment) * BlockSums.segment
    var isNew = min(start + BlockSums.segment, old.size) != range.upperBound
    var place = range.lowerBound
    while place < range.upperBound {
      let count = Int(min(Int64(old.blockSize), range.upperBound - place))
      guard let value = reader.block(at: place, count) else { return false }
      let index = Int(place / Int64(old.blockSize))
      if !old.hasBlock(index, equalTo: value) {
        isNew = true
        extend(to: index)
        guard reader.add(place..<(place + Int64(count)), to: &sum) else { return false }
      }
      sums.blocks += value
      place += Int64(count)
    }
    guard dataSize <= sums.size / 2, runs.count <= Self.mostRuns else { return false }
    if isNew {
      var sum = PosixSum()
      guard reader.add(range, to: &sum) else { return false }
      sums.segments.append(sum.remainder)
    } else {
      sums.segments.append(old.segments[segment])
    }
    return true
  }

  private mutating func extend(to block: Int) {
    if let last = runs.last, last.first + last.count == block {
      runs[runs.count - 1].count += 1
    } else {
      runs.append(Run(first: block, count: 1))
    }
  }

  /// Bytes that travel.
  var dataSize: Int64 { runs.reduce(0) { $0 + Int64(bytes(of: $1).count) } }

  /// Where a run's content stands in the file.
  func bytes(of run: Run) -> Range<Int64> {
    let start = Int64(run.first) * Int64(old.blockSize)
    return start..<min(start + Int64(run.count) * Int64(old.blockSize), sums.size)
  }

  /// What the node is to do; see `PatchScript`.
  func instructions(mode: UInt16) -> [UInt8] {
    var text = "\(sums.size) \(String(mode, radix: 8)) \(old.blockSize)\n"
    for run in runs { text += "b \(run.first) \(run.count)\n" }
    text += "e 0 0\n" + (digest.map { "f 0 \($0)\n" } ?? "s 0 \(sum.value)\n")
    return Array(text.utf8)
  }
}

/// Reads a file for comparing.
private struct BlockReader {
  private let descriptor: CInt
  private let mac: BlockMAC
  private let hash: SHA256?
  private let buffer: UnsafeMutableRawBufferPointer
  private let owner: Owner

  private final class Owner {
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 256 << 10, alignment: 4096)
    deinit { buffer.deallocate() }
  }

  init(_ descriptor: CInt, _ old: BlockSums, _ checker: FilePatch.Checker) {
    self.descriptor = descriptor
    mac = BlockMAC(key: old.key)
    hash = checker == .sha256sum ? SHA256() : nil
    owner = Owner()
    buffer = owner.buffer
  }

  /// The value of one block; nil when it cannot be read whole.
  func block(at place: Int64, _ count: Int) -> [UInt8]? {
    let isWhole = read(place..<(place + Int64(count))) {
      mac.update($0)
      hash?.update($0)
    }
    guard isWhole else { return nil }
    var value: [UInt8] = []
    mac.finish(into: &value)
    return value
  }

  /// The digest of all blocks, when the node wants that.
  func digest() -> String? { hash?.finish() }

  /// false when it cannot be read whole.
  func add(_ range: Range<Int64>, to sum: inout PosixSum) -> Bool {
    read(range) { sum.update($0) }
  }

  private func read(_ range: Range<Int64>, _ body: (UnsafeRawBufferPointer) -> Void) -> Bool {
    var place = range.lowerBound
    while place < range.upperBound {
      let wanted = Int(min(Int64(buffer.count), range.upperBound - place))
      let count = pread(descriptor, buffer.baseAddress, wanted, off_t(place))
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return false }
      body(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
      place += Int64(count)
    }
    return true
  }
}
