import HostBook

/// The variables of a task and how `${NAME}` in a text is replaced by them.
struct Variables {
  private var values: [String: MaskedText] = [:]

  subscript(name: String) -> MaskedText? {
    get { values[name] }
    set { values[name] = newValue }
  }

  /// The names that `text` refers to as `${NAME}` or `${NAME:-default}`.
  static func names(in text: String) -> [String] {
    text.matches(of: reference).map { String($0.1) }
  }

  /// Replaces `${NAME}` and `${NAME:-default}` in the value of a variable. A name that is unknown and
  /// has no default stays as it is, as in SkyPilot.
  func expandValue(_ text: String) -> MaskedText {
    expand(text, bare: false)
  }

  /// Replaces those and `$NAME` in a path or URI; refuses a `${NAME}` that nothing sets.
  func expand(_ text: Located<String>) throws(TaskError) -> MaskedText {
    for match in text.value.matches(of: Self.reference)
    where values[String(match.1)] == nil && match.2 == nil {
      let known = values.keys.sorted()
      throw text.error(
        .badValue, "`\(text.path)` uses ${\(match.1)}, which nothing sets",
        suggestion: Suggestion.nearest(to: String(match.1), in: known),
        advice: "Add `\(match.1): value` to `envs`, or give --env \(match.1)=value.")
    }
    let expanded = expand(text.value, bare: true)
    guard !expanded.value.unicodeScalars.contains("\0") else {
      throw text.error(.badValue, "`\(text.path)` holds a NUL character")
    }
    return expanded
  }

  private func expand(_ text: String, bare: Bool) -> MaskedText {
    var isSecret = false
    func replacement(_ name: Substring, _ fallback: Substring?, _ whole: Substring) -> String {
      if let value = values[String(name)], !(value.value.isEmpty && fallback != nil) {
        isSecret = isSecret || value.isSecret
        return value.value
      }
      return fallback.map(String.init) ?? String(whole)
    }
    let result =
      bare
      ? text.replacing(Self.anyReference) { match in
        replacement(match.1 ?? match.3 ?? "", match.2, match.0)
      } : text.replacing(Self.reference) { replacement($0.1, $0.2, $0.0) }
    return isSecret ? MaskedText(secret: result, shown: text) : MaskedText(result)
  }

  // Computed, for a Regex cannot be shared between threads.
  private static var reference: Regex<(Substring, Substring, Substring?)> {
    /\$\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\}/
  }

  private static var anyReference: Regex<(Substring, Substring?, Substring?, Substring?)> {
    /\$(?:\{([A-Za-z_][A-Za-z0-9_]*)(?::-([^}]*))?\}|([A-Za-z_][A-Za-z0-9_]*))/
  }
}
