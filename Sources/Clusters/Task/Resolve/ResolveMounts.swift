extension TaskFile {
  /// The file mounts with variables replaced; no target twice, none inside another.
  func resolveMounts(
    _ variables: Variables, besideWorkdir: Bool
  ) throws(TaskError) -> [FileMount] {
    var mounts: [FileMount] = []
    for field in fileMounts {
      let written = try variables.expand(field.target)
      guard !written.isSecret else {
        throw field.target.error(
          .badValue, "`\(field.target.path)` uses a secret, and names of files are shown on a node",
          advice: "Move that variable to `envs`; a source may use a secret.")
      }
      let target = try MountTarget.normal(written, field.target)
      try Self.checkNesting(target, field.target, mounts)
      var mount = FileMount(
        target: target, targetIsFolder: written.value.hasSuffix("/"),
        source: .local(""), place: field.target.place)
      switch field.source {
      case .text(let text): try Self.read(text, variables, into: &mount)
      case .storage(let storage): mount.source = .storage(try storage.resolve(variables))
      }
      mounts.append(mount)
    }
    if besideWorkdir { try Self.checkWorkdir(mounts) }
    return mounts
  }

  private static func read(
    _ text: Located<String>, _ variables: Variables, into mount: inout FileMount
  ) throws(TaskError) {
    let source = try variables.expand(text)
    guard BucketURI.scheme(of: source.value) == nil else {
      let uri = try StorageField.bucket(source, text)
      mount.source = .bucket(uri)
      mount.sourceIsFolder = uri.isFolder
      return
    }
    let path = try expandPath(text, variables)
    mount.sourceIsFolder = path.value.hasSuffix("/")
    mount.source = .local(path.map(MountTarget.withoutSlashes))
  }

  private static func checkNesting(
    _ target: MaskedText, _ field: Located<String>, _ mounts: [FileMount]
  ) throws(TaskError) {
    for other in mounts {
      if other.target.value == target.value {
        throw field.error(
          .badValue, "\(target) is already the target of line \(other.place.line)",
          advice: "Keep one of them.")
      }
      let (inner, outer) =
        [
          (target, other.target), (other.target, target),
        ].first { MountTarget.isBelow($0.value, $1.value) } ?? ("", "")
      guard inner.value.isEmpty else {
        throw field.error(
          .badValue, "\(inner) is inside \(outer), a target too (line \(other.place.line))",
          advice: "Put both into one source, or name targets that lie apart.")
      }
    }
  }

  private static func checkWorkdir(_ mounts: [FileMount]) throws(TaskError) {
    let taken = mounts.first {
      $0.target.value == MountTarget.workdir
        || MountTarget.isBelow(MountTarget.workdir, $0.target.value)
    }
    guard let taken else { return }
    throw TaskError(
      .badValue, "\(taken.target) is where the workdir goes", at: taken.place,
      advice: "Mount below it, or leave `workdir` out.")
  }
}

/// The rules for the path of a mount on the node.
enum MountTarget {
  static let workdir = "~/sky_workdir"

  /// Absolute or below `~`, without `.`, doubled or trailing slashes.
  static func normal(
    _ text: MaskedText, _ field: Located<String>
  ) throws(TaskError) -> MaskedText {
    let value = text.value
    guard BucketURI.scheme(of: value) == nil else {
      throw field.error(
        .badValue, "the target \(text) is a URI",
        advice: "The path on the node stands before the colon, the source behind it.")
    }
    let parts = value.split(separator: "/")
    let isPlain = !parts.contains("..") && (!value.hasPrefix("~") || parts.first == "~")
    guard isPlain, !value.isEmpty, !(value.hasPrefix("/") && parts.isEmpty) else {
      throw field.error(
        .badValue, "the target \(field.value.isEmpty ? "\"\"" : text.shown) cannot be meant",
        advice: "Write an absolute path, ~/PATH, or a path below the workdir, without `..`.")
    }
    return text.map(join)
  }

  /// `a` for `a/`; `/` stays.
  static func withoutSlashes(_ path: String) -> String {
    let end = path.lastIndex { $0 != "/" }
    guard let end else { return path.isEmpty ? "" : "/" }
    return String(path[...end])
  }

  static func isBelow(_ inner: String, _ outer: String) -> Bool {
    inner.hasPrefix(outer + "/")
  }

  private static func join(_ path: String) -> String {
    let parts = path.split(separator: "/").filter { $0 != "." }
    let joined = parts.joined(separator: "/")
    if path.hasPrefix("/") { return "/" + joined }
    if parts.first == "~" { return joined }
    return joined.isEmpty ? workdir : "\(workdir)/\(joined)"
  }
}
