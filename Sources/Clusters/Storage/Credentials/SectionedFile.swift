/// The files of the AWS tools: `[section]`, `key = value`, and indented lines below a key
/// (docs.aws.amazon.com, "Configuration and credential file settings").
struct SectionedFile: Equatable {
  /// Section, key and value; a key below another is `outer.inner`. A later value replaces an earlier one.
  private(set) var sections: [String: [String: String]] = [:]

  init(_ text: String) {
    var section: String?
    var outer: String?
    for line in text.split(whereSeparator: \.isNewline) {
      let trimmed = Self.trim(line)
      guard let first = trimmed.first, first != "#", first != ";" else { continue }
      if first == "[", let end = trimmed.lastIndex(of: "]") {
        let words = trimmed[trimmed.index(after: trimmed.startIndex)..<end]
          .split(whereSeparator: \.isWhitespace)
        section = words.joined(separator: " ")
        outer = nil
        continue
      }
      guard let section, let equals = trimmed.firstIndex(of: "=") else { continue }
      let key = Self.trim(trimmed[..<equals])
      let value = String(Self.trim(trimmed[trimmed.index(after: equals)...]))
      if line.first?.isWhitespace == true, let outer {
        sections[section, default: [:]]["\(outer).\(key)"] = value
      } else {
        sections[section, default: [:]][String(key)] = value
        outer = String(key)
      }
    }
  }

  private static func trim(_ text: Substring) -> Substring {
    var text = text.drop(while: \.isWhitespace)
    while text.last?.isWhitespace == true { text.removeLast() }
    return text
  }
}
