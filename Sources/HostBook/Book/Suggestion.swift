/// "Did you mean": the known word that is nearest to a mistyped one.
public enum Suggestion {
  /// The nearest of `words` by edits (insert, remove, change or swap a letter), case ignored;
  /// nil when none is near enough to be what was meant. Of equally near ones the first wins.
  public static func nearest(to typed: String, in words: some Sequence<String>) -> String? {
    let typedLetters = Array(typed.lowercased())
    // Any letter is one edit from any other.
    let limit = typedLetters.count < 2 ? 0 : max(1, typedLetters.count / 3)
    var best: (word: String, distance: Int)?
    for word in words {
      let distance = edits(typedLetters, Array(word.lowercased()))
      if distance <= limit, distance < best?.distance ?? .max { best = (word, distance) }
    }
    return best?.word
  }

  /// The optimal string alignment distance.
  static func edits(_ left: [Character], _ right: [Character]) -> Int {
    var beforeLast: [Int] = []
    var last = Array(0...right.count)
    for row in left.indices {
      var current = [row + 1]
      for column in right.indices {
        let change = last[column] + (left[row] == right[column] ? 0 : 1)
        var distance = min(change, last[column + 1] + 1, current[column] + 1)
        if row > 0, column > 0, left[row] == right[column - 1], left[row - 1] == right[column] {
          distance = min(distance, beforeLast[column - 1] + 1)
        }
        current.append(distance)
      }
      (beforeLast, last) = (last, current)
    }
    return last[right.count]
  }
}
