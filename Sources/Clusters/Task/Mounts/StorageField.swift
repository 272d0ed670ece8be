import HostBook

/// A storage specification as it is written; texts may still hold variables.
struct StorageField: Equatable, Sendable {
  var place: Place
  var path: String
  var name: Located<String>?
  var source: [Located<String>] = []
  /// Whether `source` is a list.
  var isList = false
  var store: Located<ObjectStore>?
  var mode: Located<StorageSpec.Mode>?
  var persistent = true
  var preset: Located<StorageSpec.Preset>?
  var readOnly = false
  var cache = CacheOptions()

  init(_ value: YAMLValue) throws(TaskError) {
    place = value.place
    path = value.path
    let known = ["name", "source", "store", "mode", "persistent", "type", "config"]
    let fields = try Fields(value, known: known)
    if let name = fields["name"] {
      self.name = name.located(try name.word("the name of a bucket"))
    }
    if let source = fields["source"] { try read(source: source) }
    store = try Self.read(store: fields["store"])
    mode = try Self.choice(fields["mode"])
    preset = try Self.choice(fields["type"])
    if let persistent = fields["persistent"] { self.persistent = try persistent.bool() }
    if let config = fields["config"] { try read(config: config) }
    try check()
  }

  private mutating func read(source: YAMLValue) throws(TaskError) {
    guard source.isList else {
      self.source = [source.located(try source.word("a path or a URI"))]
      return
    }
    isList = true
    for item in try source.items("a path, a URI or a list of paths") {
      self.source.append(item.located(try item.word("a path")))
    }
    guard !self.source.isEmpty else { throw source.bad("is empty", advice: "Leave it out.") }
  }

  private static func read(store value: YAMLValue?) throws(TaskError) -> Located<ObjectStore>? {
    guard let value else { return nil }
    let word = try value.text()
    let lower = word.lowercased()
    if let store = ObjectStore(rawValue: lower) { return value.located(store) }
    let known = ObjectStore.allCases.map { $0.rawValue.uppercased() }
    let advice = "Known are: \(known.joined(separator: ", "))."
    if lower == "volume" { throw TaskFile.noVolumes(value) }
    if ObjectStore.foreignNames.contains(lower) {
      throw value.error(
        .unsupported, "`\(value.path)` is \"\(word)\", which this program cannot use",
        advice: advice)
    }
    throw value.bad(
      "is \"\(word)\"", suggestion: Suggestion.nearest(to: word, in: known), advice: advice)
  }

  /// One of the words of `Choice`, in any case of letters.
  private static func choice<Choice>(_ value: YAMLValue?) throws(TaskError) -> Located<Choice>?
  where Choice: RawRepresentable<String> & CaseIterable {
    guard let value else { return nil }
    let word = try value.text()
    if let choice = Choice(rawValue: word.uppercased()) { return value.located(choice) }
    let known = Choice.allCases.map(\.rawValue)
    throw value.bad(
      "is \"\(word)\"", suggestion: Suggestion.nearest(to: word, in: known),
      advice: "Known are: \(known.joined(separator: ", ")).")
  }

  private func check() throws(TaskError) {
    if let preset, mode?.value != .mountCached {
      throw preset.error(
        .badValue, "`\(preset.path)` works with `mode: MOUNT_CACHED` only")
    }
    guard name != nil || !source.isEmpty else {
      throw TaskError(
        .badValue, "`\(path)` has neither a `name` nor a `source`", at: place,
        advice: "Name a bucket, or a source such as s3://bucket/path.")
    }
  }
}
