extension Accelerator {
  private static let form = "a name and a count such as A100:8"

  /// `A100`, `A100:8`, a list of such, or a mapping `{A100: 8}`; several are alternatives.
  static func readList(_ value: YAMLValue) throws(TaskError) -> [Accelerator] {
    if value.isMapping {
      var list: [Accelerator] = []
      for entry in try Fields(value).entries {
        list.append(try read(entry.key, at: entry.place, entry.value))
      }
      return list
    }
    guard value.isList else { return [try read(value)] }
    var list: [Accelerator] = []
    for item in try value.items("a list") { list.append(try read(item)) }
    return list
  }

  private static func read(_ value: YAMLValue) throws(TaskError) -> Accelerator {
    guard value.scalar == .text else {
      throw value.mustBe(form)
    }
    return try read(value.word, at: value.place, nil)
  }

  /// - Parameter count: the value of a mapping; null or nil when the key says it all: `{A100:8}`.
  private static func read(
    _ word: String, at place: Place, _ count: YAMLValue?
  ) throws(TaskError) -> Accelerator {
    guard let match = word.wholeMatch(of: /([A-Za-z0-9][A-Za-z0-9._-]*)(?::([0-9.]+))?/) else {
      throw TaskError(
        .badValue, "\"\(word)\" is no accelerator", at: place, advice: "Write \(form).")
    }
    let name = String(match.1)
    if let count, !count.isNull {
      guard let number = count.number, number > 0, match.2 == nil else {
        throw count.mustBe("a count above zero")
      }
      return Accelerator(name, count: number)
    }
    guard let digits = match.2 else { return Accelerator(name) }
    guard let number = Double(digits), number > 0 else {
      throw TaskError(
        .badValue, "\"\(word)\" has no count above zero", at: place, advice: "Write \(form).")
    }
    return Accelerator(name, count: number)
  }
}
