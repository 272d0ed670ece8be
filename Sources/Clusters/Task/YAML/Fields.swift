import Yams
import HostBook

/// The entries of a mapping in the order of the file, with `<<` merged in.
struct Fields {
  struct Entry {
    var key: String
    /// Where the key stands, for errors about the key itself.
    var place: Place
    var value: YAMLValue
  }

  private(set) var entries: [Entry] = []
  let mapping: YAMLValue

  /// The entries of `mapping`, whatever their keys are called.
  init(_ mapping: YAMLValue, wanted: String = "a mapping") throws(TaskError) {
    self.mapping = mapping
    guard mapping.isMapping else { throw mapping.mustBe(wanted) }
    try add(mapping.node, depth: 0)
  }

  /// The entries of `mapping`, all of whose keys must be among `known`.
  ///
  /// - Parameters:
  ///   - listed: those of `known` that an error names when none of them is near.
  ///   - synonyms: keys of `known` by words that other programs have for them.
  ///   - elsewhere: where a key belongs that is known in another mapping.
  init(
    _ mapping: YAMLValue, known: [String], listed: [String]? = nil,
    synonyms: [String: String] = [:], elsewhere: (String) -> String? = { _ in nil }
  ) throws(TaskError) {
    try self.init(mapping)
    for entry in entries where !known.contains(entry.key) {
      let mapping = mapping.path.isEmpty ? "" : " in `\(mapping.path)`"
      let place = elsewhere(entry.key)
      let near =
        place != nil
        ? nil : synonyms[entry.key.lowercased()] ?? Suggestion.nearest(to: entry.key, in: known)
      throw TaskError(
        .unknownKey, "unknown key `\(entry.key)`\(mapping)", at: entry.place, suggestion: near,
        advice: place
          ?? (near == nil ? "Known are: \((listed ?? known).joined(separator: ", "))." : nil))
    }
  }

  /// The value of `key`; nil when it is not there or null.
  subscript(key: String) -> YAMLValue? {
    entries.first { $0.key == key }.flatMap { $0.value.isNull ? nil : $0.value }
  }

  private mutating func add(_ node: YAMLNode, depth: Int) throws(TaskError) {
    guard let pairs = node.mapping, depth < 16 else {
      throw YAMLValue(node: node, path: "<<", file: mapping.file).mustBe("a mapping")
    }
    var merged: [YAMLNode] = []
    for (key, value) in pairs {
      let named = YAMLValue(node: key, path: mapping.path, file: mapping.file)
      guard let scalar = key.scalar else {
        throw named.error(.wrongType, "a key must be one word, not a list or a mapping")
      }
      if scalar.string == "<<", scalar.style == .plain {
        merged += value.sequence.map(Array.init) ?? [value]
      } else if !entries.contains(where: { $0.key == scalar.string }) {
        let path = mapping.path.isEmpty ? scalar.string : "\(mapping.path).\(scalar.string)"
        entries.append(
          Entry(
            key: scalar.string, place: named.place,
            value: YAMLValue(
              node: value, path: path, file: mapping.file, isSecret: mapping.isSecret)))
      }
    }
    for node in merged { try add(node, depth: depth + 1) }
  }
}
