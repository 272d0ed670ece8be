import SystemPackage

#if os(Linux)
  import Glibc
#endif

/// Waits for changes in folders here: told by the kernel where inotify(7) is, else by looking once a second.
///
/// Tells only that something may have changed; what it was is for a scan to find.
public final class TreeWatch: Sendable {
  #if os(Linux)
    private let events: InotifyQueue?
  #endif
  private static let pause = Duration.seconds(1)

  public init() {
    #if os(Linux)
      events = InotifyQueue()
    #endif
  }

  /// Watches these folders, not what is in the folders below them, and no others.
  ///
  /// - Returns: whether one of them was not watched before: a change in it may have gone unseen, so that it
  ///   has to be scanned once more.
  public func watch(_ folders: Set<FilePath>) -> Bool {
    #if os(Linux)
      return events?.watch(folders) ?? false
    #else
      return false
    #endif
  }

  /// The kernel does not tell of all these folders, as its limits or the system are: they are looked at once a
  /// second.
  public var isLooking: Bool {
    #if os(Linux)
      return events?.isBlind ?? true
    #else
      return true
    #endif
  }

  /// Returns once something may have changed and nothing changed for `quiet` since, which is waited for
  /// two seconds at most. Throws `CancellationError`.
  public func change(quiet: Duration = .milliseconds(100)) async throws {
    #if os(Linux)
      guard let events, !events.isBlind else { return try await Task.sleep(for: Self.pause) }
      while !events.take() { try await Task.sleep(for: .milliseconds(50)) }
      let end = ContinuousClock.now + .seconds(2)
      repeat { try await Task.sleep(for: quiet) } while events.take() && ContinuousClock.now < end
    #else
      try await Task.sleep(for: Self.pause)
    #endif
  }
}
