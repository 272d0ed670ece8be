import Dispatch
import SystemPackage

/// What one pull did.
struct PullWork: Sendable {
  var plan = PullPlan()
  var arrived = 0
  var contentBytes: Int64 = 0
  var problems: [Problem] = []
  var bytesOut: Int64 = 0
  var bytesIn: Int64 = 0
  var roundTrips = 1
  var deleted = 0
  var isDryRun = false
  /// The node said that something changed or was gone while it packed.
  var isIncomplete = false

  func fill(_ report: inout SyncReport) {
    report.filesSent += arrived
    report.filesUnchanged = plan.unchanged
    report.filesDeleted += deleted
    report.bytesContent += contentBytes
    report.bytesWireOut += bytesOut
    report.bytesWireIn += bytesIn
    report.roundTrips += roundTrips
    report.problems += plan.problems + problems
    if isDryRun { report.plan = plan.operations }
  }
}

/// One pull from one node.
struct PullRun: Sendable {
  private let command: WatchedCommand
  private let mark: String
  private let host: String
  private let commandLength: Int
  private let sources: [[UInt8]]
  private let destination: PullDestination
  private let options: PullOptions
  private let progress: @Sendable (SyncProgress) -> Void

  static func start(
    _ sources: [[UInt8]], _ host: any CommandHost, _ destination: PullDestination,
    _ options: PullOptions, _ progress: @escaping @Sendable (SyncProgress) -> Void
  ) async throws(SyncError) -> PullRun {
    let mark = "sky-" + PushConversation.randomHex()
    let line = ShellCommand.line(
      script: PullScript.text,
      arguments: [mark, options.checksum ? "zc" : "z"] + sources.map(ShellCommand.escape))
    let command = try await host.startScript(line)
    return PullRun(
      command: WatchedCommand(command, host: host.name, patience: options.patience), mark: mark,
      host: host.name, commandLength: line.utf8.count, sources: sources, destination: destination,
      options: options, progress: progress)
  }

  func result() async throws(SyncError) -> PullWork {
    try await command.watching { await attempt() }
  }

  private func attempt() async -> Result<PullWork, SyncError> {
    do throws(SyncError) {
      return .success(try await work())
    } catch {
      await command.abandon()
      return .failure(error)
    }
  }

  private func work() async throws(SyncError) -> PullWork {
    var frames = FrameReader(command, mark: mark, host: host)
    let answer = try await PullAnswer.read(&frames, host)
    try checkSources(answer.targets)
    let place = try PullPlace(destination, answer.targets, create: !options.dryRun)
    var work = PullWork(isDryRun: options.dryRun)
    work.plan = try await place.plan(answer.targets, options)
    work.problems = answer.targets.filter { $0.state == .absent }.map {
      Problem(path: $0.path, reason: "does not exist on the node")
    }
    if options.dryRun {
      try await sayGoodbye()
    } else if let folder = place.folder {
      let setting = PullSetting(folder: folder, plan: work.plan)
      work.problems += setting.prepare(&work.deleted)
      if work.plan.wanted.isEmpty {
        try await sayGoodbye()
      } else {
        try await fetch(answer, folder, &frames, &work)
      }
      work.problems += setting.finish()
    }
    work.bytesOut = Int64(commandLength) + command.bytesOut
    work.bytesIn = frames.bytesRead
    return work
  }

  private func checkSources(_ targets: [NodeTarget]) throws(SyncError) {
    guard targets.allSatisfy({ $0.state == .absent }) else { return }
    let names = sources.map { String(decoding: $0, as: UTF8.self) }.joined(separator: ", ")
    throw SyncError(.noSource, "\(host):\(names)", "does not exist on the node")
  }

  private func sayGoodbye() async throws(SyncError) {
    try await command.write(Array("bye\n".utf8))
    try await command.finishInput()
  }

  // MARK: the stream

  private func fetch(
    _ answer: PullAnswer, _ folder: LocalFolder, _ frames: inout FrameReader,
    _ work: inout PullWork
  ) async throws(SyncError) {
    let asked = work.plan.wanted
    let meter = SendMeter(
      total: work.plan.contentBytes, files: asked.count,
      sizes: asked.sizes, progress)
    let pipe = BytePipe()
    async let extracted = Self.extract(asked, folder, answer.canCompress, pipe, meter)
    async let written = write(answer, asked)
    var reader = frames
    let received: Result<Void, SyncError>
    do throws(SyncError) {
      try await receive(&reader, into: pipe)
      received = .success(())
    } catch {
      await command.abandon()
      received = .failure(error)
    }
    pipe.finish()
    let extraction = await extracted
    _ = await written
    frames = reader
    work.roundTrips += 1
    work.arrived = extraction.arrived
    work.contentBytes = extraction.contentBytes
    work.problems += extraction.problems
    try received.get()
    try await conclude(&frames, asked, extraction, &work)
  }

  private func write(_ answer: PullAnswer, _ asked: WantedList) async -> Result<Void, SyncError> {
    do throws(SyncError) {
      try await answer.request(asked) { bytes async throws(SyncError) in
        try await command.write(bytes)
      }
      try await command.finishInput()
      return .success(())
    } catch {
      return .failure(error)
    }
  }

  private func receive(
    _ frames: inout FrameReader, into pipe: BytePipe
  ) async throws(SyncError) {
    try await frames.begin("stream")
    var unwanted = 0
    while let piece = try await frames.piece() {
      // Whoever takes no more says why; the rest has to be read all the same to hear the node's end.
      if await pipe.send(piece) { continue }
      unwanted += piece.count
      guard unwanted < 256 << 20 else {
        throw SyncError(.badAnswer, host, "the node sends without end")
      }
    }
  }

  private func conclude(
    _ frames: inout FrameReader, _ asked: WantedList, _ extraction: PullExtraction,
    _ work: inout PullWork
  ) async throws(SyncError) {
    var status: Substring = ""
    var complaint = ""
    while let frame = try await frames.next(), frame.name != "bye" {
      if frame.name == "done" {
        status = frame.words.last ?? ""
        complaint = frame.text
      }
    }
    if let failure = extraction.failure {
      throw SyncError(.badAnswer, host, "the files that came make no sense: \(failure)")
    }
    if let refusal = extraction.refusal {
      throw SyncError(.cannotWrite, destination.path.string, "cannot write here: \(refusal)")
    }
    work.isIncomplete = status != "0"
    let known = Set(work.problems.map(\.path))
    for (missing, state) in zip(asked, extraction.states)
    where state == .waiting && !known.contains(missing.entry.path) {
      work.problems.append(
        Problem(
          path: missing.entry.path,
          reason: complaint.isEmpty ? "did not come" : "did not come: \(complaint)"))
    }
  }

  /// On a thread of its own: it waits for bytes and for the disk.
  private static func extract(
    _ asked: WantedList, _ folder: LocalFolder, _ compressed: Bool, _ pipe: BytePipe,
    _ meter: SendMeter
  ) async -> PullExtraction {
    await withCheckedContinuation { continuation in
      DispatchQueue(label: "sky.extract", qos: .userInitiated).async {
        let extraction = PullExtraction(asked, folder, compressed, pipe, meter)
        pipe.abandon()
        continuation.resume(returning: extraction)
      }
    }
  }
}
