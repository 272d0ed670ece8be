#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Bytes that go in at the back and come out at the front.
struct ByteQueue: ~Copyable {
  private var memory: UnsafeMutableRawPointer
  private var capacity: Int
  private var start = 0
  private(set) var count = 0

  init(capacity: Int = 4096) {
    memory = .allocate(byteCount: capacity, alignment: 16)
    self.capacity = capacity
  }

  deinit { memory.deallocate() }

  var isEmpty: Bool { count == 0 }

  mutating func append(_ bytes: UnsafeRawBufferPointer) {
    guard let source = bytes.baseAddress else { return }
    space(bytes.count).copyMemory(from: source, byteCount: bytes.count)
    count += bytes.count
  }

  /// Room for `size` bytes at the back; `commit` says how many were put there.
  mutating func space(_ size: Int) -> UnsafeMutableRawPointer {
    if start + count + size > capacity { makeRoom(size) }
    return memory + start + count
  }

  mutating func commit(_ size: Int) {
    count += size
  }

  /// All of the bytes, valid until the next change.
  var front: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: memory + start, count: count) }

  mutating func drop(_ size: Int) {
    start += size
    count -= size
    if count == 0 { start = 0 }
  }

  /// Takes up to `size` bytes out into `target`.
  mutating func take(into target: UnsafeMutableRawPointer, _ size: Int) -> Int {
    let taken = min(size, count)
    memcpy(target, memory + start, taken)
    drop(taken)
    return taken
  }

  /// Takes everything out.
  mutating func takeAll() -> [UInt8] {
    let bytes = Array(front)
    drop(count)
    return bytes
  }

  /// Moves the bytes to the beginning, into larger memory when that is needed.
  private mutating func makeRoom(_ size: Int) {
    if count + size > capacity || count > capacity / 2 {
      let larger = max(2 * capacity, count + size)
      let target = UnsafeMutableRawPointer.allocate(byteCount: larger, alignment: 16)
      memcpy(target, memory + start, count)
      memory.deallocate()
      memory = target
      capacity = larger
    } else {
      memmove(memory, memory + start, count)
    }
    start = 0
  }
}
