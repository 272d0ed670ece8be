import SystemPackage

/// What installing and uninstalling do to the bytes of a config. Pure.
///
/// Three lines at the very top are ours: a mark, the Include, an empty line; or, inline, the book itself
/// between two markers and an empty line. All others stay as they are, byte for byte, and
/// `uninstalled(installed(x)) == x` for every x that has nothing of ours.
struct IncludeEdit: Sendable {
  /// What had to be made before the Include could be written; noted in the mark, so that uninstalling
  /// can take it away again.
  enum Made: String, CaseIterable, Sendable {
    case nothing = ""
    case file = " (sky made this file)"
    case folder = " (sky made this file and its folder)"
  }

  static let mark = "# sky: keep this Include first; `sky hosts uninstall` takes it out again"

  /// As it stands in the file, without a line end.
  let line: String
  private let namesBook: @Sendable (String) -> Bool

  init(_ home: SkyHome) {
    line = "Include " + PathText(home).write(home.book, expands: false)
    namesBook = { Self.resolve($0, home) == home.book.lexicallyNormalized() }
  }

  /// With the Include on top, once, and nothing inline.
  func installed(_ bytes: [UInt8], made: Made = .nothing) throws(BookError) -> [UInt8] {
    let bytes = try InlineSection.removed(from: bytes)
    let lines = ConfigLines(bytes)
    if case .installed = place(lines) {
      let spare = Set(ours(lines).dropFirst().flatMap { group(lines, $0) })
      return lines.without(spare)
    }
    let end = lines.lineEnd
    let top = Self.mark + made.rawValue + end + line + end + end
    return Array(top.utf8) + withoutInclude(bytes)
  }

  /// With the book itself on top, once, and no Include of it.
  func inlined(
    _ bytes: [UInt8], book: [UInt8], made: Made = .nothing
  ) throws(BookError) -> [UInt8] {
    let rest = withoutInclude(try InlineSection.removed(from: bytes))
    return InlineSection.render(book, note: made.rawValue) + rest
  }

  /// With nothing of ours.
  func uninstalled(_ bytes: [UInt8]) throws(BookError) -> [UInt8] {
    withoutInclude(try InlineSection.removed(from: bytes))
  }

  func place(_ bytes: [UInt8]) throws(BookError) -> IncludeLine.Status {
    if let line = try InlineSection.firstLine(of: bytes) { return .inline(line: line) }
    return place(ConfigLines(bytes))
  }

  /// What the mark says was made for it.
  func made(_ bytes: [UInt8]) -> Made {
    let lines = ConfigLines(bytes)
    for index in lines.ranges.indices where isMark(lines, index) || lines.isBegin(index) {
      let text = String(decoding: lines.content(index), as: UTF8.self)
      return Made.allCases.last { text.hasSuffix($0.rawValue) } ?? .nothing
    }
    return .nothing
  }

  private func withoutInclude(_ bytes: [UInt8]) -> [UInt8] {
    let lines = ConfigLines(bytes)
    var removed = Set(ours(lines).flatMap { group(lines, $0) })
    // A mark whose Include somebody took away.
    for index in lines.ranges.indices where isMark(lines, index) { removed.insert(index) }
    return lines.without(removed)
  }

  private func place(_ lines: ConfigLines) -> IncludeLine.Status {
    var blocker: Int?
    for index in lines.ranges.indices {
      guard let (keyword, rest) = lines.directive(index) else { continue }
      if keyword == "include", ConfigLines.words(rest).contains(where: namesBook) {
        guard let blocker else { return .installed(line: index + 1) }
        return .slipped(line: index + 1, after: blocker + 1)
      }
      if blocker == nil, keyword != "include", keyword != "ignoreunknown" { blocker = index }
    }
    return .absent
  }

  /// Include lines that name the book and nothing else.
  private func ours(_ lines: ConfigLines) -> [Int] {
    lines.ranges.indices.filter { index in
      guard let (keyword, rest) = lines.directive(index), keyword == "include" else { return false }
      let words = ConfigLines.words(rest)
      return !words.isEmpty && words.allSatisfy(namesBook)
    }
  }

  /// The Include at `index`, with the mark before it and the empty line after it when they are there.
  private func group(_ lines: ConfigLines, _ index: Int) -> [Int] {
    guard index > 0, isMark(lines, index - 1) else { return [index] }
    return lines.isEmpty(index + 1) ? [index - 1, index, index + 1] : [index - 1, index]
  }

  private func isMark(_ lines: ConfigLines, _ index: Int) -> Bool {
    lines.content(index).starts(with: Self.mark.utf8)
  }

  private static func resolve(_ argument: String, _ home: SkyHome) -> FilePath {
    if argument.hasPrefix("~/") {
      return home.home.appending(String(argument.dropFirst(2))).lexicallyNormalized()
    }
    let path = FilePath(argument)
    if path.isAbsolute { return path.lexicallyNormalized() }
    return home.passwdHome.appending(".ssh").pushing(path).lexicallyNormalized()
  }
}
