/// What a node said to a pull: what it can do and what it has.
struct PullAnswer: Sendable {
  var canCompress: Bool
  var targets: [NodeTarget]

  static func read(_ frames: inout FrameReader, _ host: String) async throws(SyncError)
    -> PullAnswer
  {
    guard let hello = try await frames.next(), hello.name == "hello", hello.words.count >= 5,
      hello.words[1] == "1"
    else {
      throw .noShell(host)
    }
    let scan = try await frames.spool("scan")
    guard let ready = try await frames.next(), ready.name == "ready" else {
      throw SyncError(.connectionLost, host, "the node went away while it was looked at")
    }
    let canCompress = hello.words[2] == "1"
    let targets = try NodeListing.targets(
      in: scan, isCompressed: canCompress, from: host)
    for target in targets { try check(target, host) }
    return PullAnswer(canCompress: canCompress, targets: targets)
  }

  /// Nothing that a node lists may lead out of the folder that it arrives in.
  private static func check(_ target: NodeTarget, _ host: String) throws(SyncError) {
    let isPlain =
      target.name.isEmpty || (target.name.isPlainRelativePath && !target.name.contains(.slash))
    var folders: Set<[UInt8]> = [[]]
    var isSound = isPlain && target.path.first == .slash
    for entry in target.entries where isSound {
      isSound = folders.contains(entry.path.parentPath)
      if entry.kind == .folder { folders.insert(entry.path) }
    }
    if target.state == .file {
      isSound = isSound && target.entries.count <= 1 && !target.name.isEmpty
    }
    guard isSound else {
      throw SyncError(.badAnswer, host, "what the node listed makes no sense: a path leads outside")
    }
  }

  /// Asks for what is wanted, some names at a time.
  func request(
    _ wanted: WantedList, _ write: ([UInt8]) async throws(SyncError) -> Void
  ) async throws(SyncError) {
    var bytes = Array("go \(canCompress ? "z" : "n")\n".utf8)
    for item in wanted {
      bytes += item.there + [0]
      guard bytes.count >= 64 << 10 else { continue }
      try await write(bytes)
      bytes.removeAll(keepingCapacity: true)
    }
    if !bytes.isEmpty { try await write(bytes) }
  }
}
