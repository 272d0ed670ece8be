extension TaskFile {
  /// The workdir of the command line, or the file's with variables replaced.
  func resolveWorkdir(
    _ override: String?, _ variables: Variables
  ) throws(TaskError) -> ClusterTask.Workdir? {
    if let override {
      guard !override.isEmpty else { throw TaskError(.badOption, "--workdir is empty") }
      return .folder(MaskedText(override))
    }
    switch workdir {
    case nil: return nil
    case .folder(let path): return .folder(try Self.expandPath(path, variables))
    case .git(let url, let ref):
      let address = try Self.expandRepository(url, variables)
      guard let ref else { return .git(url: address, ref: nil) }
      return .git(url: address, ref: try Self.expandRef(ref, variables))
    }
  }

  /// A path that is not empty and no URI.
  static func expandPath(
    _ path: Located<String>, _ variables: Variables
  ) throws(TaskError) -> MaskedText {
    let expanded = try variables.expand(path)
    guard !expanded.value.isEmpty else {
      throw path.error(.badValue, "`\(path.path)` is \"\(path.value)\", which is empty")
    }
    guard BucketURI.scheme(of: expanded.value) == nil else {
      throw path.error(
        .badValue, "`\(path.path)` is \"\(expanded)\", which is a URI and no path here")
    }
    return expanded
  }

  private static func expandRepository(
    _ url: Located<String>, _ variables: Variables
  ) throws(TaskError) -> MaskedText {
    let address = try variables.expand(url)
    // No `ext::` and no leading dash: git would run what they say.
    let pattern = /(https?|ssh|git|file):\/\/[^\s-]\S*|\w[\w.-]*@\w[\w.-]*:[^\s-]\S*/
    guard address.value.wholeMatch(of: pattern) != nil else {
      throw url.error(
        .badValue, "`\(url.path)` is \"\(address)\", which is no address of a repository",
        advice: "Write https://HOST/PATH, ssh://USER@HOST/PATH or USER@HOST:PATH.")
    }
    return address
  }

  /// The rules of git-check-ref-format(1) that keep a name apart from options and expressions.
  private static func expandRef(
    _ ref: Located<String>, _ variables: Variables
  ) throws(TaskError) -> MaskedText {
    let name = try variables.expand(ref)
    let value = name.value
    let isFine = !value.contains { $0.isWhitespace || "~^:?*[\\".contains($0) }
    guard isFine, !value.isEmpty, !value.hasPrefix("-"), !value.contains("..") else {
      throw ref.error(
        .badValue,
        "`\(ref.path)` is \"\(name)\", which is no name of a branch, tag or commit")
    }
    return name
  }
}
