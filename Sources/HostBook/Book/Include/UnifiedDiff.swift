/// Two texts as `diff -u` shows them; patch(1) takes the result.
public enum UnifiedDiff {
  private enum Edit { case keep, remove, add }

  /// Empty when there is no difference. Lines are compared as bytes; what is not UTF-8 is shown as such.
  public static func lines(
    _ old: [UInt8], _ new: [UInt8], oldName: String, newName: String, context: Int = 3
  ) -> String {
    let before = split(old)
    let after = split(new)
    let edits = script(before, after)
    var out = ""
    for hunk in hunks(edits, context) {
      if out.isEmpty { out = "--- \(oldName)\n+++ \(newName)\n" }
      out += render(hunk, edits, before, after)
    }
    return out
  }

  private static func split(_ bytes: [UInt8]) -> [ArraySlice<UInt8>] {
    let lines = ConfigLines(bytes)
    return lines.ranges.map { bytes[$0] }
  }

  /// Common lines at both ends are kept; between them a longest common subsequence, or, for very long
  /// texts, all old lines and then all new ones.
  private static func script(
    _ old: [ArraySlice<UInt8>], _ new: [ArraySlice<UInt8>]
  ) -> [Edit] {
    let head = zip(old, new).prefix { $0 == $1 }.count
    let tail = zip(old[head...].reversed(), new[head...].reversed()).prefix { $0 == $1 }.count
    let middle = subsequence(
      Array(old[head..<(old.count - tail)]), Array(new[head..<(new.count - tail)]))
    return Array(repeating: .keep, count: head) + middle + Array(repeating: .keep, count: tail)
  }

  private static func subsequence(
    _ old: [ArraySlice<UInt8>], _ new: [ArraySlice<UInt8>]
  ) -> [Edit] {
    guard old.count * new.count <= 4_000_000 else {
      return Array(repeating: .remove, count: old.count) + Array(repeating: .add, count: new.count)
    }
    var best = [[Int32]](
      repeating: [Int32](repeating: 0, count: new.count + 1), count: old.count + 1)
    for i in old.indices.reversed() {
      for j in new.indices.reversed() {
        best[i][j] = old[i] == new[j] ? best[i + 1][j + 1] + 1 : max(best[i + 1][j], best[i][j + 1])
      }
    }
    var edits: [Edit] = []
    var (i, j) = (0, 0)
    while i < old.count || j < new.count {
      if i < old.count, j < new.count, old[i] == new[j] {
        edits.append(.keep)
        (i, j) = (i + 1, j + 1)
      } else if j == new.count || (i < old.count && best[i + 1][j] >= best[i][j + 1]) {
        edits.append(.remove)
        i += 1
      } else {
        edits.append(.add)
        j += 1
      }
    }
    return edits
  }

  private static func hunks(_ edits: [Edit], _ context: Int) -> [Range<Int>] {
    var hunks: [Range<Int>] = []
    for index in edits.indices where edits[index] != .keep {
      let range = max(0, index - context)..<min(edits.count, index + context + 1)
      if let last = hunks.last, range.lowerBound <= last.upperBound {
        hunks[hunks.count - 1] = last.lowerBound..<range.upperBound
      } else {
        hunks.append(range)
      }
    }
    return hunks
  }

  private static func render(
    _ hunk: Range<Int>, _ edits: [Edit], _ old: [ArraySlice<UInt8>], _ new: [ArraySlice<UInt8>]
  ) -> String {
    var i = edits[..<hunk.lowerBound].count { $0 != .add }
    var j = edits[..<hunk.lowerBound].count { $0 != .remove }
    let oldCount = edits[hunk].count { $0 != .add }
    let newCount = edits[hunk].count { $0 != .remove }
    var out =
      "@@ -\(oldCount == 0 ? i : i + 1),\(oldCount) +\(newCount == 0 ? j : j + 1),\(newCount) @@\n"
    for edit in edits[hunk] {
      switch edit {
      case .keep:
        out += line(" ", old[i])
        (i, j) = (i + 1, j + 1)
      case .remove:
        out += line("-", old[i])
        i += 1
      case .add:
        out += line("+", new[j])
        j += 1
      }
    }
    return out
  }

  private static func line(_ sign: String, _ bytes: ArraySlice<UInt8>) -> String {
    let text = sign + String(decoding: bytes, as: UTF8.self)
    return bytes.last == UInt8(ascii: "\n") ? text : text + "\n\\ No newline at end of file\n"
  }
}
