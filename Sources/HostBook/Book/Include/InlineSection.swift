/// The book's text inside the user's own config, between two markers, for clients that ignore Include.
enum InlineSection {
  static let begin = "# >>> sky hosts >>> written by sky, edits in here are lost"
  static let end = "# <<< sky hosts <<<"
  /// Before the line number in errors; whoever knows the file puts its name there.
  static let subject = "ssh config line "

  /// The section as it stands on top, with an empty line after it.
  static func render(_ book: [UInt8], note: String) -> [UInt8] {
    Array("\(begin)\(note)\n".utf8) + book + Array("\(end)\n\n".utf8)
  }

  /// Everything else. Throws `.malformed` when the markers are not one begin and then one end: what is
  /// between them may be the user's.
  static func removed(from bytes: [UInt8]) throws(BookError) -> [UInt8] {
    let lines = ConfigLines(bytes)
    guard let section = try find(lines) else { return bytes }
    let after = section.upperBound + 1
    return lines.without(Set(section).union(lines.isEmpty(after) ? [after] : []))
  }

  /// With another book, the rest unchanged; nil when there is no section.
  static func refreshed(_ bytes: [UInt8], book: [UInt8]) throws(BookError) -> [UInt8]? {
    let lines = ConfigLines(bytes)
    guard let section = try find(lines) else { return nil }
    let begin = lines.ranges[section.lowerBound]
    let end = lines.ranges[section.upperBound]
    return bytes[..<begin.upperBound] + book + bytes[end.lowerBound...]
  }

  /// The begin marker's line, from 1; nil when there is no section.
  static func firstLine(of bytes: [UInt8]) throws(BookError) -> Int? {
    try find(ConfigLines(bytes)).map { $0.lowerBound + 1 }
  }

  private static func find(_ lines: ConfigLines) throws(BookError) -> ClosedRange<Int>? {
    let begins = lines.ranges.indices.filter { lines.isBegin($0) }
    let ends = lines.ranges.indices.filter { lines.content($0).elementsEqual(end.utf8) }
    if begins.isEmpty, ends.isEmpty { return nil }
    guard begins.count == 1, ends.count == 1, begins[0] < ends[0] else {
      let first = (begins + ends).min() ?? 0
      throw BookError(
        .malformed, subject + "\(first + 1)",
        "the markers of sky's section are not one '>>> sky hosts >>>' and then one '<<<'",
        advice: "put the missing marker back, or take the others out; nothing was changed")
    }
    return begins[0]...ends[0]
  }
}

extension ConfigLines {
  func isBegin(_ index: Int) -> Bool {
    content(index).starts(with: InlineSection.begin.utf8)
  }

  /// Whether there is an empty line at `index`, with a line end.
  func isEmpty(_ index: Int) -> Bool {
    index < ranges.count && content(index).isEmpty
      && bytes[ranges[index]].last == UInt8(ascii: "\n")
  }
}

extension InlineSection {
  /// The same number of lines, those of the section empty.
  static func blanked(_ bytes: [UInt8]) throws(BookError) -> [UInt8] {
    let lines = ConfigLines(bytes)
    guard let section = try find(lines) else { return bytes }
    let before = bytes[..<lines.ranges[section.lowerBound].lowerBound]
    let after = bytes[lines.ranges[section.upperBound].upperBound...]
    return before + [UInt8](repeating: UInt8(ascii: "\n"), count: section.count) + after
  }
}
