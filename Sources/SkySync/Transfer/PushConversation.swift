/// What a node can do and what it has.
struct NodeAnswer: Sendable {
  var canDecompress: Bool
  /// Its tar reads files with holes.
  var unpacksHoles: Bool
  /// With what it can check files that it puts together.
  var checker: FilePatch.Checker?
  var targets: [NodeTarget]
  /// Where buckets are mounted.
  var buckets: [[UInt8]] = []
}

/// How the node's part of a transfer ended.
struct NodeOutcome: Sendable {
  /// By target: nil when it was done, else why not.
  var failures: [String?]
  /// Whether the target's files were all received, so that a failure left some of them in place.
  var received: Bool
  /// Numbers of the files that could not be patched.
  var unpatched: [Int] = []
}

/// The talk with one node's push script, see `PushScript`.
struct PushConversation: Sendable {
  let command: WatchedCommand
  private let mark: String
  private let host: String
  private let node: any CommandHost
  private let pairs: [SyncPair]
  private let kept: [KeptListing?]
  let commandLength: Int
  private let manyFiles: Int

  /// Starts the script.
  static func start(
    _ pairs: [SyncPair], _ host: any CommandHost, _ options: PushOptions
  ) async throws(SyncError) -> PushConversation {
    let mark = "sky-" + randomHex()
    let kept = pairs.map(\.kept)
    // A record takes about 60 bytes.
    let isLarge = kept.contains { ($0?.count ?? 0) / 60 > options.manyFiles }
    let flags =
      "z" + (options.dryRun ? "r" : "") + (options.checksum ? "c" : "") + (isLarge ? "m" : "")
    let line = ShellCommand.line(
      script: PushScript.text,
      arguments: [mark, flags] + zip(pairs, kept).map { $0.argument(kept: $1) })
    let command = try await host.startScript(line)
    return PushConversation(
      command: WatchedCommand(command, host: host.name, patience: options.patience),
      mark: mark, host: host.name, node: host, pairs: pairs, kept: kept,
      commandLength: line.utf8.count, manyFiles: options.manyFiles)
  }

  /// 64 random bits: names a run's staging folders and marks.
  static func randomHex() -> String {
    let digits = String(UInt64.random(in: 0 ... .max), radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }

  var frames: FrameReader { FrameReader(command, mark: mark, host: host) }

  /// Reads what the node can do and has.
  func answer(_ frames: inout FrameReader) async throws(SyncError) -> NodeAnswer {
    // Ready before the node is done with looking.
    async let known = KnownTarget.all(kept)
    guard let hello = try await frames.next(), hello.name == "hello", hello.words.count >= 5,
      hello.words[1] == "1"
    else {
      throw .noShell(host)
    }
    let canDecompress = hello.words[2] == "1"
    let scan = try await frames.spool("scan")
    guard let ready = try await frames.next(), ready.name == "ready" else {
      throw SyncError(.connectionLost, host, "the node went away while it was looked at")
    }
    let targets = try targets(in: scan, isCompressed: canDecompress, await known)
    guard targets.count == pairs.count else {
      throw SyncError(.badAnswer, host, "the node did not list all targets")
    }
    let unpacksHoles = hello.words.count > 6 && hello.words[6] == "1"
    let checker = hello.words.last.flatMap { FilePatch.Checker(rawValue: String($0)) }
    return NodeAnswer(
      canDecompress: canDecompress, unpacksHoles: unpacksHoles, checker: checker, targets: targets,
      buckets: MountedBuckets.folders(in: ready.payload))
  }

  private func targets(
    in listing: Spool, isCompressed: Bool, _ known: [KnownTarget?]
  ) throws(SyncError) -> [NodeTarget] {
    do {
      return try NodeListing.targets(
        in: listing, isCompressed: isCompressed, from: host, known: known,
        manifests: pairs.map(\.manifest))
    } catch {
      // Whatever it was, the next look does not build on it.
      for case let manifest? in pairs.map(\.manifest) { KeptFile.forget(besides: manifest) }
      throw error
    }
  }

  /// Nothing is to be done: the script ends.
  func sayGoodbye() async throws(SyncError) {
    try await command.write(Array("bye\n".utf8))
    try await command.finishInput()
  }

  /// Asks for several channels; nil when one fills the path or the node cannot join them.
  /// - Parameter roundTrip: the shortest one from which a channel's window is what bounds it.
  func lanes(
    from roundTrip: Duration, _ frames: inout FrameReader
  ) async throws(SyncError) -> Lanes? {
    let start = ContinuousClock.now
    try await command.write(Array("lanes\n".utf8))
    let asked = try await frames.next()
    let distance = ContinuousClock.now - start
    guard asked?.name == "asked", let frame = try await frames.next(), frame.name == "lanes" else {
      throw SyncError(.connectionLost, host, "the node went away before anything was sent")
    }
    guard !frame.payload.isEmpty, distance >= roundTrip else { return nil }
    return Lanes(command, on: node, folder: frame.payload)
  }

  /// Sends the stream; tells how much content went.
  /// - Parameters:
  ///   - orders: what the node can begin with meanwhile.
  ///   - count: how many files there are, about.
  func send(
    _ stream: PackShare.Place, of count: Int, after orders: [UInt8], through lanes: Lanes?,
    progress: @Sendable (Int64) -> Void
  ) async throws(SyncError) {
    let way =
      (stream.isCompressed ? "z" : "n") + (lanes == nil ? "" : "m") + (count > manyFiles ? "b" : "")
    try await command.write(orders + Array("go \(way) \(Self.randomHex())\n".utf8))
    if let lanes {
      try await lanes.send(stream, progress: progress)
    } else {
      while let chunk = await stream.next() {
        try await command.write(chunk.bytes)
        progress(chunk.contentDone)
      }
    }
    try await command.finishInput()
  }

  /// Reads how the node's part ended.
  func outcome(
    _ frames: inout FrameReader, _ lanes: Lanes?
  ) async throws(SyncError) -> NodeOutcome {
    var outcome = NodeOutcome(
      failures: Array(repeating: "the node did not say what became of it", count: pairs.count),
      received: false)
    var complaint = ""
    while let frame = try await frames.next() {
      switch frame.name {
      case "place", "receive", "apply": complaint = frame.text
      case "placed": note(frame, complaint, &outcome, mayClear: false)
      case "open": lanes?.open()
      case "unpatched":
        if let number = frame.words.last.flatMap({ Int($0) }) { outcome.unpatched.append(number) }
        complaint = frame.text
      case "received":
        outcome.received = frame.words.last == "0"
        if !outcome.received { receivingFailed(complaint, &outcome) }
      case "applied": note(frame, complaint, &outcome, mayClear: outcome.received)
      case "bye": return outcome
      default: break
      }
    }
    throw SyncError(.connectionLost, host, "the node went away before it was done")
  }

  private func note(
    _ frame: Frame, _ complaint: String, _ outcome: inout NodeOutcome, mayClear: Bool
  ) {
    guard frame.words.count == 3, let target = Int(frame.words[1]),
      outcome.failures.indices.contains(target)
    else { return }
    if frame.words[2] != "0" {
      if !complaint.isEmpty { outcome.failures[target] = complaint }
    } else if mayClear {
      outcome.failures[target] = nil
    }
  }

  private func receivingFailed(_ complaint: String, _ outcome: inout NodeOutcome) {
    let reason = complaint.isEmpty ? "the stream was cut off" : complaint
    outcome.failures = outcome.failures.map { failure in
      failure?.hasPrefix("the node did not say") == true ? reason : failure
    }
  }
}
