import SkySync
import Synchronization

/// What the ignore rules kept from being sent, gathered while the sources are looked at.
final class LeftOut: Sendable {
  private let found = Mutex<(ignored: Int, tracked: [FileScan.Ignored])>((0, []))

  func add(_ scan: FileScan) {
    found.withLock { found in
      found.ignored += scan.ignored.count
      found.tracked += scan.trackedIgnored
    }
  }

  /// How many paths; a folder counts for all that is in it.
  var ignored: Int { found.withLock { $0.ignored } }

  /// Names files that one would not expect to be left out.
  func tell(_ console: Console) { Self.tell(found.withLock { $0.tracked }, console) }

  static func tell(_ tracked: [FileScan.Ignored], _ console: Console) {
    guard let first = tracked.first else { return }
    console.note("sky: left out although git tracks them:")
    for file in tracked.prefix(10) {
      console.note("  \(String(decoding: quoted(file.path), as: UTF8.self))")
    }
    let more = tracked.count - 10
    if more > 0 { console.note("  … and \(more) more") }
    let advice = first.reinclusion()
    console.note(
      "To send the first, add this line to \(String(decoding: advice.file, as: UTF8.self)): "
        + String(decoding: advice.line, as: UTF8.self))
  }
}
