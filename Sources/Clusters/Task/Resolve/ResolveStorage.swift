extension StorageField {
  /// The specification with variables replaced; name and source are checked against the store.
  func resolve(_ variables: Variables) throws(TaskError) -> StorageSpec {
    var spec = StorageSpec(
      store: store?.value, mode: mode?.value ?? .mount, persistent: persistent,
      preset: preset?.value, readOnly: readOnly, cache: cache)
    spec.source = try resolveSource(variables)
    if case .bucket(let uri) = spec.source {
      try check(uri)
      spec.store = uri.store
      return spec
    }
    guard let name else {
      throw TaskError(
        .badValue, "`\(path)` has a source here and no `name` for its bucket", at: place,
        advice: "Add `name: my-bucket`; it is made when it is not there.")
    }
    spec.name = try resolveName(name, variables)
    return spec
  }

  private func resolveName(
    _ name: Located<String>, _ variables: Variables
  ) throws(TaskError) -> String {
    let expanded = try variables.expand(name)
    guard !expanded.isSecret else { throw Self.secretAddress(name) }
    guard BucketURI.scheme(of: expanded.value) == nil else {
      throw name.error(
        .badValue, "`\(name.path)` is the URI \(expanded)",
        advice: "Write `source: \(expanded)` to use a bucket that is there.")
    }
    let stores = store.map { [$0.value] } ?? [.s3, .gcs]
    let problems = stores.map { BucketName.problem(expanded.value, in: $0) }
    guard let problem = problems.contains(nil) ? nil : problems[0] else { return expanded.value }
    throw name.error(.badValue, "`\(name.path)` is \"\(expanded)\": the bucket's name \(problem)")
  }

  private func check(_ uri: BucketURI) throws(TaskError) {
    if let name {
      throw name.error(
        .badValue, "`\(name.path)` stands beside a `source` that names a bucket",
        advice: "Leave the name out.")
    }
    if let store, store.value != uri.store {
      throw store.error(
        .badValue,
        "`\(store.path)` is \(store.value.rawValue.uppercased()), but the source is in "
          + uri.store.rawValue.uppercased(), advice: "Leave the store out.")
    }
  }

  private func resolveSource(_ variables: Variables) throws(TaskError) -> StorageSpec.Source? {
    guard let first = source.first else { return nil }
    let text = try variables.expand(first)
    if !isList, BucketURI.scheme(of: text.value) != nil {
      return .bucket(try Self.bucket(text, first))
    }
    var paths: [MaskedText] = []
    for item in source {
      let path = try TaskFile.expandPath(item, variables).map(MountTarget.withoutSlashes)
      guard !path.isSecret else {
        throw item.error(
          .badValue, "`\(item.path)` uses a secret, and what is uploaded is shown by its path",
          advice: "Move that variable to `envs`.")
      }
      let base = Self.baseName(path)
      if paths.contains(where: { Self.baseName($0) == base }) {
        throw item.error(
          .badValue, "`\(item.path)` ends in the same name as a source before it",
          advice: "In the bucket, one would replace the other: rename one of them.")
      }
      paths.append(path)
    }
    return .local(paths)
  }

  /// A URI in a text of the file.
  static func bucket(
    _ text: MaskedText, _ field: Located<String>
  ) throws(TaskError) -> BucketURI {
    guard !text.isSecret else { throw secretAddress(field) }
    do throws(BucketURIProblem) {
      return try BucketURI.read(text.value)
    } catch {
      throw field.error(
        error.code, "\(text) \(error.reason)",
        suggestion: error.suggestion, advice: error.advice)
    }
  }

  /// Names of buckets stand in listings, in logs and on command lines.
  private static func secretAddress(_ field: Located<String>) -> TaskError {
    field.error(
      .badValue, "`\(field.path)` uses a secret, and the address of a bucket is shown",
      advice: "Move that variable to `envs`.")
  }

  private static func baseName(_ path: MaskedText) -> Substring {
    path.value.split(separator: "/").last ?? ""
  }
}
