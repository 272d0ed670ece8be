/// A mount as it is on a node.
public struct MountStatus: Equatable, Sendable {
  public enum State: String, Sendable {
    case live
    /// Its process died: "Transport endpoint is not connected".
    case dead
    case none
    /// Something else is mounted there.
    case foreign
  }

  public var target: String
  public var uri: String
  public var isCached: Bool
  public var state: State
  /// Files that were written and are not in the bucket yet.
  public var unflushed: Int

  public init(target: String, uri: String, isCached: Bool, state: State, unflushed: Int) {
    self.target = target
    self.uri = uri
    self.isCached = isCached
    self.state = state
    self.unflushed = unflushed
  }

  /// STATE, MODE, COUNT, URI and TARGET, separated by tabs.
  init?(_ text: String) {
    let parts = text.split(separator: "\t", maxSplits: 4, omittingEmptySubsequences: false)
    guard parts.count == 5, let state = State(rawValue: String(parts[0])),
      let unflushed = Int(parts[2])
    else { return nil }
    self.init(
      target: String(parts[4]), uri: String(parts[3]), isCached: parts[1] == "cached",
      state: state, unflushed: unflushed)
  }
}

extension NodeStorage {
  /// The mounts that are recorded on the node; looks, never changes.
  public func mounts() async throws(StorageError) -> [MountStatus] {
    let answer = try await run("status", [:], nil)
    return answer.texts("mount").compactMap { MountStatus($0) }
  }
}
