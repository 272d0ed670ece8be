/// What a pull does here before and after the files come.
struct PullSetting {
  let folder: LocalFolder
  let plan: PullPlan

  /// Removes what is in the way and makes the folders; returns what could not be done.
  func prepare(_ deleted: inout Int) -> [Problem] {
    var problems: [Problem] = []
    for entry in plan.deleted {
      if let reason = folder.remove(entry.path, isFolder: entry.kind == .folder) {
        problems.append(Problem(path: entry.path, reason: "cannot be removed here: \(reason)"))
      } else if entry.kind != .folder {
        deleted += 1
      }
    }
    for path in plan.folders {
      if let reason = folder.makeFolder(path) {
        problems.append(Problem(path: path, reason: "cannot be made here: \(reason)"))
      }
    }
    let made = Set(plan.folders)
    for entry in plan.finished where !made.contains(entry.path) {
      // Until the end, so that files can be put into it.
      if let here = folder.look(entry.path), here.mode & 0o300 != 0o300 {
        _ = folder.setMode(entry.path, here.mode | 0o700)
      }
    }
    return problems
  }

  /// Gives files and folders their modes and times, folders deepest first.
  func finish() -> [Problem] {
    var problems: [Problem] = []
    for entry in plan.modes {
      if let reason = folder.setMode(entry.path, entry.mode) {
        problems.append(Problem(path: entry.path, reason: reason))
      }
    }
    for entry in plan.finished {
      guard let here = folder.look(entry.path), here.kind == .folder else { continue }
      let failure =
        (here.mtime == entry.mtime ? nil : folder.setTime(entry.path, entry.mtime))
        ?? (here.mode == entry.mode ? nil : folder.setMode(entry.path, entry.mode))
      if let failure { problems.append(Problem(path: entry.path, reason: failure)) }
    }
    return problems
  }
}

/// What came out of a stream.
struct PullExtraction: Sendable {
  let arrived: Int
  /// What became of each of the files that were asked for.
  let states: [Extractor.State]
  let contentBytes: Int64
  let problems: [Problem]
  /// Why nothing at all could be written here.
  let refusal: String?
  /// Why the stream could not be read to its end.
  let failure: String?

  /// Takes the stream from `pipe` apart; blocks until its end.
  init(
    _ asked: WantedList, _ folder: LocalFolder, _ compressed: Bool, _ pipe: BytePipe,
    _ meter: SendMeter
  ) {
    var extractor = Extractor(into: folder, wanted: asked, progress: meter.add)
    var failure: String?
    do {
      if compressed {
        let zstd = try ZstdReader(pipe.receive)
        try zstd.open()
        try extractor.run(zstd.next)
      } else {
        let plain = PlainSource(pipe)
        try extractor.run(plain.next)
      }
    } catch let error as TarError {
      failure = error.reason
    } catch let error as CompressionError {
      failure = error.reason
    } catch {
      failure = "\(error)"
    }
    arrived = extractor.states.count { $0 == .placed }
    states = extractor.states
    contentBytes = extractor.contentBytes
    problems = extractor.problems
    refusal = arrived == 0 ? extractor.unwritten : nil
    self.failure = failure
  }
}

/// Keeps each chunk of a pipe where it is until the next is asked for.
private final class PlainSource {
  private let pipe: BytePipe
  private var chunk = UnsafeMutableRawBufferPointer.allocate(byteCount: 0, alignment: 16)

  init(_ pipe: BytePipe) { self.pipe = pipe }
  deinit { chunk.deallocate() }

  func next() -> UnsafeRawBufferPointer? {
    guard let bytes = pipe.receive() else { return nil }
    chunk.deallocate()
    chunk = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: 16)
    chunk.copyBytes(from: bytes)
    return UnsafeRawBufferPointer(chunk)
  }
}
