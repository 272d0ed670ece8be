/// What a node's script says, in words for people.
enum NodeWords {
  static func notice(_ line: NodeAnswer.Line) -> String? {
    let parts = line.text.split(separator: " ", maxSplits: 2).map(String.init)
    switch line.word {
    case "waiting" where parts.count > 1:
      return "\(files(parts[0])) still to be uploaded to \(parts[1]); waiting"
    case "lost" where parts.count > 1:
      let names = parts.count > 2 ? ": \(list(parts[2]))" : ""
      return "\(files(parts[0])) never reached \(parts[1]) and will be lost\(names)"
    case "note": return line.text
    default: return nil
    }
  }

  static func error(
    _ word: String, _ text: String, node: String, uri: BucketURI?, _ target: MaskedText?
  ) -> StorageError {
    let subject = uri.map { "\(node): \($0)" } ?? node
    switch word {
    case "no-rclone": return noRclone(node, text)
    case "no-fuse":
      return StorageError(
        .noProgram, subject, "the node cannot mount buckets: \(text)",
        advice: "On the node: sudo apt-get install fuse3. Or use `mode: COPY`.")
    case "store": return store(text, node, uri)
    case "cannot-write":
      return StorageError(
        .cannotWrite, subject, "cannot use the folder \(target.map(\.shown) ?? ""): \(text)",
        advice: "Choose a folder below the home, or let the user run sudo without a password.")
    case "busy":
      return StorageError(
        .busy, subject, text, advice: "End what uses it, empty it, or choose another target.")
    case "unflushed": return unflushed(text, node)
    default:
      return StorageError(
        .failed, subject,
        "mounting it at \(target.map(\.shown) ?? "its folder") failed: \(LogText.reason(text))")
    }
  }

  static func noRclone(_ node: String, _ platform: String) -> StorageError {
    StorageError(
      .noProgram, node, "there is no rclone, which brings buckets to a node (\(platform))",
      advice: "On the node: sudo apt-get install rclone fuse3.")
  }

  /// `STATUS WORDS` of the question to the store.
  private static func store(_ text: String, _ node: String, _ uri: BucketURI?) -> StorageError {
    let parts = text.split(separator: " ", maxSplits: 1).map(String.init)
    let words = parts.count > 1 ? parts[1] : "the store did not answer"
    // timeout(1) ends with 124, or 137 when it had to kill.
    let status = Int32(parts.first ?? "").map { [124, 137].contains($0) ? 5 : $0 } ?? 1
    guard let uri else { return StorageError(.failed, node, words) }
    let line = LogLine(level: "error", message: words)
    return .from(
      status: status, log: [line], uri: uri, tried: "the node cannot use it", node: node)
  }

  /// `COUNT URI NAMES<tab>WORDS`
  private static func unflushed(_ text: String, _ node: String) -> StorageError {
    let halves = text.split(separator: "\t", maxSplits: 1, omittingEmptySubsequences: false)
    let parts = halves[0].split(separator: " ", maxSplits: 2).map(String.init)
    let uri = parts.count > 1 ? parts[1] : "its bucket"
    let names = parts.count > 2 ? " (\(list(parts[2])))" : ""
    let why = halves.count > 1 && !halves[1].isEmpty ? ": \(LogText.reason(String(halves[1])))" : ""
    return StorageError(
      .unflushed, "\(node): \(uri)",
      "\(files(parts.first ?? "some"))\(names) written to the mount could not be uploaded\(why)",
      advice: "They are safe on the node. Make the store reachable and try again, "
        + "or give them up with --force.")
  }

  private static func files(_ count: String) -> String {
    count == "1" ? "1 file" : "\(count) files"
  }

  private static func list(_ names: String) -> String {
    names.hasSuffix(", ") ? String(names.dropLast(2)) : names
  }
}
