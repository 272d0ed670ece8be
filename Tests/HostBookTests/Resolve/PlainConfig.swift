import Support

/// A configuration as a value, so that it can be written in many ways that mean the same.
struct PlainConfig {
  struct Line: Equatable {
    var keyword: String
    var value: String
  }

  struct Block {
    /// nil for the lines before the first Host or Match.
    var header: String?
    var lines: [Line]
  }

  var blocks: [Block]

  /// How the lines are spelt.
  struct Style {
    var keyword: (String) -> String = { $0 }
    var separator = " "
    var indent = "  "
    var lineEnd = "\n"
    /// Put before every line.
    var before = ""
    /// Put after every value.
    var after = ""
    var value: (Line) -> String = { $0.value }
  }

  func text(_ style: Style = Style()) -> String {
    blocks.map { Self.text($0, style) }.joined()
  }

  static func text(_ block: Block, _ style: Style) -> String {
    var text = ""
    if let header = block.header { text += style.before + header + style.lineEnd }
    for line in block.lines {
      text += style.before + style.indent + style.keyword(line.keyword) + style.separator
      text += style.value(line) + style.after + style.lineEnd
    }
    return text
  }

  static func random(_ dice: inout SeededGenerator) -> PlainConfig {
    var grammar = ConfigGrammar(seed: dice.next())
    grammar.mischief = 0
    var blocks = [Block(header: nil, lines: lines(&grammar))]
    for _ in 0..<grammar.dice.roll(1...4) {
      let header =
        grammar.dice.chance(75)
        ? "Host "
          + (0..<grammar.dice.roll(1...3)).map { _ in
            grammar.dice.pick(ConfigGrammar.hosts + ["*", "d*", "!b"])
          }.joined(separator: " ")
        : grammar.dice.pick(["Match host dev,a", "Match user root", "Match final", "Match all"])
      blocks.append(Block(header: header, lines: lines(&grammar)))
    }
    return PlainConfig(blocks: blocks)
  }

  /// Keywords whose lines in blocks that do not apply have an effect in ssh.
  private static let leaking = ["StreamLocalBindMask", "SyslogFacility"]

  private static func lines(_ grammar: inout ConfigGrammar) -> [Line] {
    (0..<grammar.dice.roll(0...6)).compactMap { _ in
      let keyword = grammar.dice.pick(KeywordPool.all)
      let value = grammar.value(of: keyword)
      let special = ["#", "\"", "'", "\\", "="]
      let isPlain = !special.contains { value.contains($0) } && !value.isEmpty
      return isPlain && !leaking.contains(keyword) ? Line(keyword: keyword, value: value) : nil
    }
  }
}
