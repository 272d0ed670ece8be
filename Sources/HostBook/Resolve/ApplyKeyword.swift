extension Interpreter {
  /// Reads the arguments of `keyword` and keeps its value when it is the first; `rest` is the line after it.
  mutating func apply(
    _ keyword: Keyword, named name: Bytes, _ rest: Bytes, _ frame: inout Frame
  ) throws(Failure) {
    switch KeywordForm.of(keyword) {
    case .choice(let choice): try applyChoice(keyword, choice, frame)
    case .time:
      if let seconds = try takeSeconds() { set(keyword, .number(seconds), frame) }
    case .integer:
      let number = try takeInteger()
      set(keyword, .number(number), frame)
    case .text:
      let word = try takeWord()
      set(keyword, .text(Array(word)), frame)
    case .command:
      let blank = { (byte: UInt8) in byte.isDelimiter || byte == .equals }
      set(keyword, .text(Array(rest.drop(while: blank))), frame)
      words.consume()
    case .list(let limit): try applyList(keyword, limit: limit, frame)
    case .algorithms(let kind): try applyAlgorithms(keyword, kind, frame)
    case .special: try applySpecial(keyword, rest, &frame)
    }
  }

  /// The next word, which must not be missing or empty.
  mutating func takeWord() throws(Failure) -> Bytes {
    guard let word = words.take(), !word.isEmpty else { throw .line("missing argument") }
    return word
  }

  /// The next word, nil at the end of the line; an empty one (`""`) is refused.
  mutating func takeOptionalWord() throws(Failure) -> Bytes? {
    guard let word = words.take() else { return nil }
    if word.isEmpty { throw .line("empty argument") }
    return word
  }

  /// nil for `none`.
  mutating func takeSeconds() throws(Failure) -> Int? {
    let word = try takeWord()
    if word.equals("none") { return nil }
    guard let seconds = Numbers.seconds(word) else {
      throw .line("invalid time value \"\(word.text)\"")
    }
    return seconds
  }

  mutating func takeInteger() throws(Failure) -> Int {
    let word = try takeWord()
    guard let number = Numbers.number(word, in: 0...Int(Int32.max)) else {
      throw .line("integer value \"\(word.text)\" is invalid or out of range")
    }
    return number
  }

  private mutating func applyChoice(
    _ keyword: Keyword, _ choice: Choice, _ frame: Frame
  ) throws(Failure) {
    let word = try takeWord()
    guard let value = choice.value(of: word) else {
      throw .line("unsupported option \"\(word.text)\"")
    }
    if keyword == .syslogfacility {
      // ssh takes it from blocks that do not apply, too.
      var everywhere = frame
      everywhere.isActive = true
      set(keyword, .number(value), everywhere)
    } else {
      set(keyword, .number(value), frame)
    }
  }

  private mutating func applyAlgorithms(
    _ keyword: Keyword, _ kind: Algorithms.Kind, _ frame: Frame
  ) throws(Failure) {
    let word = try takeWord()
    guard algorithms.accepts(word, kind) else {
      throw .line("unknown algorithm in \"\(word.text)\"")
    }
    set(keyword, .text(Array(word)), frame)
  }

  private mutating func applyList(
    _ keyword: Keyword, limit: Int, _ frame: Frame
  ) throws(Failure) {
    let list = try takeList()
    if list.count > limit, frame.isActive, settings[keyword] == nil {
      throw .line("too many \(keyword.name) entries (at most \(limit))")
    }
    if !list.isEmpty { set(keyword, .list(list), frame) }
  }

  /// All words that are left; `none` must stand alone.
  mutating func takeList() throws(Failure) -> [[UInt8]] {
    var list: [[UInt8]] = []
    while let word = try takeOptionalWord() {
      if word.equalsIgnoringCase("none"), !list.isEmpty || !words.isEmpty {
        throw .line("\"none\" must appear alone")
      }
      list.append(Array(word))
    }
    return list
  }

  /// From 10.0 a list without a word is refused.
  func refuseEmpty(_ isEmpty: Bool, _ keyword: Keyword, _ frame: Frame) throws(Failure) {
    if isEmpty, environment.profile.expandsMore {
      throw fatal("no \(keyword.name) specified", frame)
    }
  }
}
