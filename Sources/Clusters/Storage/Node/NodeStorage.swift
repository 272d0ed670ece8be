import SkySync

/// Buckets on one node: copied to it, or mounted. Every call may be repeated: what is right is left alone.
public struct NodeStorage: Sendable {
  let host: any CommandHost
  let here: ObjectStores

  /// - Parameter here: this machine, whose rclone goes to a node that has none.
  public init(_ host: any CommandHost, here: ObjectStores) {
    self.host = host
    self.here = here
  }

  /// What became of a mount.
  public enum MountOutcome: String, Equatable, Sendable {
    case now
    /// It was there and right, and was not touched.
    case already
    /// It was there with other settings; what was written to it is in its bucket.
    case anew
    /// Its process had died.
    case again
  }

  /// Mounts a bucket; returns when the folder can be used. The mount outlives this connection.
  ///
  /// - Parameter onNotice: hears words for people, such as that files of an older mount are being uploaded.
  @discardableResult
  public func mount(
    _ mount: MountSpec, onNotice: @escaping @Sendable (String) -> Void = { _ in }
  ) async throws(StorageError) -> MountOutcome {
    var values = files(of: mount.remote)
    values["record"] = MaskedText(mount.record)
    values["target"] = MaskedText(mount.target)
    let answer = try await run("mount", values, mount.uri, onNotice)
    guard let how = answer.texts("mounted").last.flatMap(MountOutcome.init(rawValue:)) else {
      throw unexplained(answer, "\(mount.uri)", "it was not mounted at \(mount.target)")
    }
    return how
  }

  /// Mounts again what is recorded on the node and not mounted: after a start, or a crash. No key is sent.
  ///
  /// - Returns: how many mounts were made; those that were there do not count.
  @discardableResult
  public func restore(
    onNotice: @escaping @Sendable (String) -> Void = { _ in }
  ) async throws(StorageError) -> Int {
    let answer = try await run("restore", [:], nil, onNotice)
    guard answer.outcome == .exited(0) else {
      throw unexplained(answer, host.name, "the mounts could not be made again")
    }
    return answer.texts("mounted").count { $0 == MountOutcome.now.rawValue }
  }

  /// Waits until all that was written to the node's mounts is in their buckets.
  ///
  /// - Parameter patience: how long to wait without any headway; then `unflushed` is thrown, nothing is lost.
  public func flush(
    patience: Duration = .seconds(600),
    onNotice: @escaping @Sendable (String) -> Void = { _ in }
  ) async throws(StorageError) {
    let answer = try await run("flush", Self.patience(patience), nil, onNotice)
    guard answer.outcome == .exited(0) else {
      throw unexplained(answer, host.name, "the files in its mounts could not be uploaded")
    }
  }

  /// Uploads what is not in the bucket yet, then unmounts: one mount, or all of them.
  ///
  /// - Parameters:
  ///   - target: the mount's folder as it was given; nil for all mounts of the node.
  ///   - keepsRecords: whether `restore` can bring it back: true before a stop, false before a down.
  ///   - force: gives up what cannot be uploaded, saying what that is, and unmounts from under programs.
  public func unmount(
    _ target: String? = nil, keepsRecords: Bool = false, force: Bool = false,
    patience: Duration = .seconds(600),
    onNotice: @escaping @Sendable (String) -> Void = { _ in }
  ) async throws(StorageError) {
    var values = Self.patience(force ? min(patience, .seconds(5)) : patience)
    values["target"] = target.map { MaskedText($0) }
    values["keep"] = keepsRecords ? "yes" : "no"
    values["force"] = force ? "yes" : "no"
    let answer = try await run("unmount", values, nil, onNotice)
    guard answer.outcome == .exited(0) else {
      throw unexplained(answer, host.name, "its buckets could not be unmounted")
    }
  }

  private static func patience(_ patience: Duration) -> [String: MaskedText] {
    ["patience": MaskedText(String(max(0, patience.components.seconds)))]
  }

  /// A remote's files as the scripts take them.
  func files(of remote: RcloneRemote) -> [String: MaskedText] {
    var values = ["configuration": remote.configuration(googleFileAt: "@FILES@/google.json")]
    values["google"] = remote.googleFile?.content
    values["authority"] = remote.authority.map { MaskedText($0.content) }
    return values
  }

  /// Runs an operation; a node without rclone gets it first.
  func run(
    _ operation: String, _ values: [String: MaskedText], _ uri: BucketURI?,
    _ onNotice: @escaping @Sendable (String) -> Void = { _ in },
    onLog: @escaping @Sendable (LogLine) -> Void = { _ in }
  ) async throws(StorageError) -> NodeAnswer {
    let name = host.name
    let say: @Sendable (NodeAnswer.Line) -> Void = { line in
      if let words = NodeWords.notice(line) { onNotice("\(name): \(words)") }
    }
    let script = StorageScript(host: host)
    var answer = try await script.run(operation, values, onSay: say, onLog: onLog)
    if let failure = answer.failure, failure.word == "no-rclone" {
      try await NodeProgram(host: host, here: here).send(platform: failure.text, onNotice)
      answer = try await script.run(operation, values, onSay: say, onLog: onLog)
    }
    if let failure = answer.failure {
      throw NodeWords.error(failure.word, failure.text, node: name, uri: uri, values["target"])
    }
    return answer
  }

  func unexplained(_ answer: NodeAnswer, _ subject: String, _ tried: String) -> StorageError {
    let how =
      switch answer.outcome {
      case .exited(let code): "the shell ended with code \(code)"
      case .signalled(let name): "the shell was ended by SIG\(name)"
      }
    return StorageError(.failed, "\(host.name): \(subject)", "\(tried): \(how)")
  }
}
