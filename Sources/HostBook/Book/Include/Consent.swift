import SystemPackage

/// Whether the user lets sky keep its Include in their ssh config: asked once, kept in `~/.sky/consent`.
public struct Consent: Sendable {
  private let path: FilePath

  public init(_ home: SkyHome) { path = home.root.appending("consent") }

  /// What was answered; nil when nobody was asked yet.
  public var answer: Bool? {
    switch (try? FileSystem.read(path)).flatMap({ $0 }) {
    case Array("yes\n".utf8): true
    case Array("no\n".utf8): false
    default: nil
    }
  }

  /// Keeps an answer; nil forgets it, so that the next change asks again.
  public func remember(_ answer: Bool?) throws(BookError) {
    let before: AtomicFile.Snapshot
    do throws(Errno) {
      guard answer != nil else {
        try FileSystem.unlink(path)
        return
      }
      before = try AtomicFile.snapshot(path)
    } catch {
      throw BookError.cannotWrite(path, error)
    }
    _ = try AtomicFile.replace(before, with: Array((answer == true ? "yes\n" : "no\n").utf8))
  }
}
