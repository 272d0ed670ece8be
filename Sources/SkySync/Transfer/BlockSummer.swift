/// Makes the sums of a file that is read from its beginning to its end.
struct BlockSummer {
  private let mac: BlockMAC
  private var sums: BlockSums
  private var inBlock = 0
  private var inSegment: Int64 = 0
  private var sum = PosixSum()

  init(size: Int64) {
    let key = Crypto.randomBytes(BlockMAC.keySize)
    mac = BlockMAC(key: key)
    sums = BlockSums(
      size: 0, blockSize: BlockSums.blockSize(of: size), key: key, blocks: [], segments: [])
  }

  mutating func update(_ bytes: UnsafeRawBufferPointer) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let room = min(sums.blockSize - inBlock, rest.count)
      let piece = UnsafeRawBufferPointer(rebasing: rest.prefix(room))
      mac.update(piece)
      sum.update(piece)
      rest = rest.dropFirst(room)
      sums.size += Int64(room)
      inBlock += room
      inSegment += Int64(room)
      if inBlock == sums.blockSize { endBlock() }
      if inSegment == BlockSums.segment { endSegment() }
    }
  }

  /// The sums of all that came.
  mutating func finish() -> BlockSums {
    if inBlock > 0 { endBlock() }
    if inSegment > 0 { endSegment() }
    return sums
  }

  private mutating func endBlock() {
    mac.finish(into: &sums.blocks)
    inBlock = 0
  }

  private mutating func endSegment() {
    sums.segments.append(sum.remainder)
    sum = PosixSum()
    inSegment = 0
  }
}
