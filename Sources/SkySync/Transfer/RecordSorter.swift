#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Sorts records by their bytes: what `sort -z` makes of them. Beyond some megabytes they wait, sorted by parts, in
/// a file without a name; where there is no room for that, in memory.
struct RecordSorter {
  private var bytes: [UInt8] = []
  private var ends: [UInt32] = []
  private var runs: [Run] = []
  private var spill: SpillFile?

  private enum Run {
    case memory([UInt8])
    /// Where its parts stand in the file, and how long they are.
    case file([(offset: Int64, count: Int)])
  }

  private let most: Int
  private static let part = 128 << 10

  /// - Parameter most: how many bytes are sorted at a time.
  init(most: Int = 16 << 20) { self.most = most }

  /// Adds a record; its NUL is added.
  mutating func append(_ record: [UInt8]) {
    bytes += record
    bytes.append(0)
    ends.append(UInt32(bytes.count))
    if bytes.count >= most { closeRun() }
  }

  /// Gives all records in order, each with its NUL, some at a time.
  mutating func finish(_ output: (UnsafeRawBufferPointer) -> Void) {
    guard !runs.isEmpty else {
      sorted().withUnsafeBytes(output)
      return
    }
    closeRun()
    var readers = runs.map(reader)
    var heads = readers.indices.map { try? readers[$0].next() }
    var ready: [UInt8] = []
    while let least = heads.indices.filter({ heads[$0] != nil }).min(by: { one, other in
      precedes(heads[one] ?? [], heads[other] ?? [])
    }) {
      ready += heads[least] ?? []
      ready.append(0)
      heads[least] = try? readers[least].next()
      guard ready.count >= Self.part else { continue }
      ready.withUnsafeBytes(output)
      ready.removeAll(keepingCapacity: true)
    }
    ready.withUnsafeBytes(output)
  }

  private func precedes(_ one: ArraySlice<UInt8>, _ other: ArraySlice<UInt8>) -> Bool {
    one.withUnsafeBytes { one in other.withUnsafeBytes { one.precedes($0) } }
  }

  private mutating func closeRun() {
    guard !ends.isEmpty else { return }
    let run = sorted()
    bytes.removeAll(keepingCapacity: true)
    ends.removeAll(keepingCapacity: true)
    runs.append(written(run) ?? .memory(run))
  }

  private mutating func written(_ run: [UInt8]) -> Run? {
    if spill == nil { spill = SpillFile() }
    var parts: [(offset: Int64, count: Int)] = []
    for start in stride(from: 0, to: run.count, by: Self.part) {
      let part = Array(run[start..<min(start + Self.part, run.count)])
      guard let offset = spill?.append(part) else { return nil }
      parts.append((offset, part.count))
    }
    return .file(parts)
  }

  private func reader(_ run: Run) -> RecordReader {
    switch run {
    case .memory(let records): return RecordReader(records)
    case .file(let parts):
      let file = spill
      var rest = parts[...]
      // What cannot be read back is missing: then the digest does not fit, and nothing is committed.
      return RecordReader { () throws(CompressionError) in
        rest.popFirst().flatMap { file?.read($0.count, at: $0.offset) }
      }
    }
  }

  /// The records in `bytes`, in order.
  private func sorted() -> [UInt8] {
    bytes.withUnsafeBytes { all in
      func record(_ index: UInt32) -> UnsafeRawBufferPointer {
        let start = index == 0 ? 0 : Int(ends[Int(index) - 1])
        return UnsafeRawBufferPointer(rebasing: all[start..<Int(ends[Int(index)])])
      }
      let order = (0..<UInt32(ends.count)).sorted { record($0).precedes(record($1)) }
      return [UInt8](unsafeUninitializedCapacity: all.count) { buffer, count in
        let output = UnsafeMutableRawBufferPointer(buffer)
        for index in order {
          let record = record(index)
          UnsafeMutableRawBufferPointer(rebasing: output[count...]).copyMemory(from: record)
          count += record.count
        }
      }
    }
  }
}
