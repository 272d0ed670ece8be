import SystemPackage

/// What installing and uninstalling do to the bytes of a config. Pure.
///
/// Three lines at the very top are ours: a mark, the Include, an empty line. All others stay as they
/// are, byte for byte, and `uninstalled(installed(x)) == x` for every x that has no Include of the book.
struct IncludeEdit: Sendable {
  /// What had to be made before the Include could be written; noted in the mark, so that uninstalling
  /// can take it away again.
  enum Made: String, CaseIterable, Sendable {
    case nothing = ""
    case file = " (sky made this file)"
    case folder = " (sky made this file and its folder)"
  }

  /// Where the Include of the book stands.
  enum Place: Equatable, Sendable {
    case absent
    /// First thing that counts. `line` counts from 1.
    case good(line: Int)
    /// The line that comes before it and may win over the book, or switch it off.
    case slipped(line: Int, after: Int)
  }

  static let mark = "# sky: keep this Include first; `sky hosts uninstall` takes it out again"

  /// As it stands in the file, without a line end.
  let line: String
  private let namesBook: @Sendable (String) -> Bool

  init(_ home: SkyHome) {
    line = "Include " + PathText(home).write(home.book, expands: false)
    namesBook = { Self.resolve($0, home) == home.book.lexicallyNormalized() }
  }

  func installed(_ bytes: [UInt8], made: Made = .nothing) -> [UInt8] {
    let lines = ConfigLines(bytes)
    if case .good = place(lines) {
      let spare = Set(ours(lines).dropFirst().flatMap { group(lines, $0) })
      return lines.without(spare)
    }
    let end = lines.lineEnd
    let top = Self.mark + made.rawValue + end + line + end + end
    return Array(top.utf8) + uninstalled(bytes)
  }

  func uninstalled(_ bytes: [UInt8]) -> [UInt8] {
    let lines = ConfigLines(bytes)
    var removed = Set(ours(lines).flatMap { group(lines, $0) })
    // A mark whose Include somebody took away.
    for index in lines.ranges.indices where isMark(lines, index) { removed.insert(index) }
    return lines.without(removed)
  }

  func place(_ bytes: [UInt8]) -> Place { place(ConfigLines(bytes)) }

  /// What the mark says was made for it.
  func made(_ bytes: [UInt8]) -> Made {
    let lines = ConfigLines(bytes)
    guard let index = lines.ranges.indices.first(where: { isMark(lines, $0) }) else {
      return .nothing
    }
    let text = String(decoding: lines.content(index), as: UTF8.self)
    return Made.allCases.last { text.hasSuffix($0.rawValue) } ?? .nothing
  }

  private func place(_ lines: ConfigLines) -> Place {
    var blocker: Int?
    for index in lines.ranges.indices {
      guard let (keyword, rest) = lines.directive(index) else { continue }
      if keyword == "include", ConfigLines.words(rest).contains(where: namesBook) {
        guard let blocker else { return .good(line: index + 1) }
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
    let next = index + 1
    let hasSpace =
      next < lines.ranges.count && lines.content(next).isEmpty
      && lines.bytes[lines.ranges[next]].last == UInt8(ascii: "\n")
    return hasSpace ? [index - 1, index, next] : [index - 1, index]
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
