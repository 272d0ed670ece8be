/// One entry of `file_mounts` as it is written.
struct MountField: Equatable, Sendable {
  enum Source: Equatable, Sendable {
    /// A path or a URI.
    case text(Located<String>)
    case storage(StorageField)
  }

  var target: Located<String>
  var source: Source

  static func list(_ mapping: YAMLValue) throws(TaskError) -> [MountField] {
    var mounts: [MountField] = []
    for entry in try Fields(mapping, wanted: "a mapping of `/path/on/node: source`").entries {
      // A target holds dots itself.
      let target = Located(entry.key, "\(mapping.path)[\(entry.key)]", entry.place)
      mounts.append(MountField(target: target, source: try read(entry.value, of: target)))
    }
    return mounts
  }

  private static func read(
    _ value: YAMLValue, of target: Located<String>
  ) throws(TaskError) -> Source {
    let named = YAMLValue(node: value.node, path: target.path, file: value.file)
    if value.isMapping { return .storage(try StorageField(named)) }
    guard !value.isList, !value.isNull else {
      throw named.mustBe(
        "a path, a URI or a mapping such as {name: my-bucket}",
        advice: value.word == "~" ? "YAML reads ~ alone as null: put it in quotes." : nil)
    }
    return .text(named.located(try named.word("a path or a URI")))
  }
}
