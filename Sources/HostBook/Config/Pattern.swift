/// Patterns of ssh_config(5), PATTERNS: `*` and `?`, no ranges.
enum Pattern {
  /// Whether all of `text` matches; linear in memory and at worst quadratic in time.
  static func matches(_ text: Bytes, _ pattern: Bytes) -> Bool {
    var textIndex = text.startIndex
    var patternIndex = pattern.startIndex
    var star: (pattern: Int, text: Int)?
    while textIndex < text.endIndex {
      if patternIndex < pattern.endIndex, pattern[patternIndex] == .star {
        star = (patternIndex + 1, textIndex)
        patternIndex += 1
      } else if patternIndex < pattern.endIndex,
        pattern[patternIndex] == .question || pattern[patternIndex] == text[textIndex]
      {
        patternIndex += 1
        textIndex += 1
      } else if let back = star {
        star = (back.pattern, back.text + 1)
        patternIndex = back.pattern
        textIndex = back.text + 1
      } else {
        return false
      }
    }
    while patternIndex < pattern.endIndex, pattern[patternIndex] == .star { patternIndex += 1 }
    return patternIndex == pattern.endIndex
  }

  enum Verdict { case matched, vetoed, unmatched }

  /// A comma list with `!` negations: any negated match vetoes, otherwise one positive match is enough.
  ///
  /// `lowercased` folds the patterns, not the text (as match_pattern_list does). A pattern of 1023 bytes
  /// or more makes the list match nothing.
  static func matchesList(_ text: Bytes, _ list: Bytes, lowercased: Bool = false) -> Verdict {
    var verdict = Verdict.unmatched
    var index = list.startIndex
    while index < list.endIndex {
      let negated = list[index] == .bang
      if negated { index += 1 }
      let end = list[index...].firstIndex(of: .comma) ?? list.endIndex
      if end - index >= 1023 { return .unmatched }
      let part = list[index..<end]
      if matches(text, lowercased ? part.lowercasedASCII()[...] : part) {
        if negated { return .vetoed }
        verdict = .matched
      }
      index = end < list.endIndex ? end + 1 : end
    }
    return verdict
  }
}
