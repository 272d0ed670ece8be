extension Interpreter {
  /// Keywords that came after 9.2.
  mutating func applyNewer(
    _ keyword: Keyword, _ rest: Bytes, _ frame: Frame
  ) throws(Failure) {
    switch keyword {
    case .obscurekeystroketiming: try applyKeystrokeTiming(frame)
    case .channeltimeout: try applyChannelTimeout(frame)
    case .versionaddendum: applyVersionAddendum(rest, frame)
    case .refuseconnection:
      let word = try takeWord()
      if frame.isActive { throw fatal("RefuseConnection: \(word.text)", frame, .badSettings) }
    default: throw .line("keyword \(keyword.name) is not implemented")
    }
  }

  private mutating func applyKeystrokeTiming(_ frame: Frame) throws(Failure) {
    let word = try takeWord()
    let interval = "interval:"
    let value: Int
    if word.equals("yes") || word.equals("true") {
      value = 20
    } else if word.equals("no") || word.equals("false") {
      value = 0
    } else if word.starts(with: interval.utf8),
      let number = Numbers.number(word.dropFirst(interval.utf8.count), in: 1...1000)
    {
      value = number
    } else {
      throw .line("unsupported argument \"\(word.text)\"")
    }
    set(.obscurekeystroketiming, .number(value), frame)
  }

  private mutating func applyChannelTimeout(_ frame: Frame) throws(Failure) {
    let list = try takeList()
    for word in list where !word.equalsIgnoringCase("none") {
      guard let (name, time) = word[...].split(atLast: .equals), !name.isEmpty,
        Numbers.seconds(time) != nil
      else { throw fatal("invalid channel timeout \(word.text)", frame) }
    }
    try refuseEmpty(list.isEmpty, .channeltimeout, frame)
    if !list.isEmpty { set(.channeltimeout, .list(list), frame) }
  }

  private mutating func applyVersionAddendum(_ rest: Bytes, _ frame: Frame) {
    var text = rest.split(atFirst: .hash)?.head ?? rest
    while text.last?.isSpace == true { text = text.dropLast() }
    set(.versionaddendum, .text(text.equalsIgnoringCase("none") ? [] : Array(text)), frame)
    words.consume()
  }
}
