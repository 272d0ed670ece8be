/// What a large file's content was when it was sent, block by block: finds the blocks that changed since, and
/// says what the node's copy has to add up to.
struct BlockSums: Equatable, Sendable {
  /// Below, a file is sent whole: the node's part of patching costs some processes.
  static let smallestFile: Int64 = 4 << 20
  /// What has a sum of its own; blocks never cross its end.
  static let segment: Int64 = 128 << 20

  var size: Int64
  /// A power of two of at least 64 KiB.
  let blockSize: Int
  /// For `BlockMAC`.
  let key: [UInt8]
  /// One value after the other.
  var blocks: [UInt8]
  /// The remainder of `PosixSum`, by segment.
  var segments: [UInt32]

  /// How large blocks of a file are best: a sixteenth of a millionth at most.
  static func blockSize(of file: Int64) -> Int {
    var size = 64 << 10
    while file / Int64(size) > 65_536, size < 16 << 20 { size *= 2 }
    return size
  }

  static func count(_ size: Int64, by unit: Int64) -> Int { Int((size + unit - 1) / unit) }

  /// As `cksum` says of the whole file.
  var value: UInt32 {
    var sum = PosixSum()
    for (index, remainder) in segments.enumerated() {
      sum.append(remainder, length: min(Self.segment, size - Int64(index) * Self.segment))
    }
    return sum.value
  }

  func hasBlock(_ index: Int, equalTo value: [UInt8]) -> Bool {
    let start = index * BlockMAC.size
    guard start + BlockMAC.size <= blocks.count else { return false }
    return blocks[start..<(start + BlockMAC.size)].elementsEqual(value)
  }
}
