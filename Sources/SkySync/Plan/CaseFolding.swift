/// Trees that go to a file system which takes names that differ in case only for one.
enum CaseFolding {
  /// Equal for names that such a file system takes for one.
  private static func key(_ path: [UInt8]) -> String {
    guard let text = String(validating: path, as: UTF8.self) else {
      // No text: its bytes, as characters of their own.
      return "\u{0}" + String(String.UnicodeScalarView(path.map { Unicode.Scalar($0) }))
    }
    // Strings are equal in whatever way their letters are composed, which these file systems do not tell either.
    return text.lowercased()
  }

  /// Leaves out what would be taken for something else, with all that is in it: the first of such names stays.
  /// - Parameter entries: sorted by path.
  static func split(_ entries: EntryList) -> (kept: EntryList, clashes: [Problem]) {
    var kept = EntryListBuilder()
    var names: [String: [UInt8]] = [:]
    var clashes: [Problem] = []
    var left: Set<[UInt8]> = []
    for entry in entries {
      if left.contains(entry.path.parentPath) {
        if entry.kind == .folder { left.insert(entry.path) }
        continue
      }
      let key = key(entry.path)
      guard let other = names[key] else {
        names[key] = entry.path
        kept.append(entry)
        continue
      }
      if entry.kind == .folder { left.insert(entry.path) }
      let name = String(decoding: other, as: UTF8.self)
      clashes.append(
        Problem(
          path: entry.path,
          reason: "differs from \(name) in case only, and the disk it would go to takes both for "
            + "one; left out"))
    }
    return (kept.finish(), clashes)
  }

  /// `theirs` under the names that `ours` have for them.
  /// - Parameters: both sorted by path, as is the result.
  static func respell(_ theirs: EntryList, as ours: EntryList) -> EntryList {
    var names: [String: [UInt8]] = [:]
    for entry in ours { names[key(entry.path)] = entry.path }
    var folders: [[UInt8]: [UInt8]] = [:]
    var result = EntrySorter()
    for entry in theirs {
      let parent = folders[entry.path.parentPath] ?? entry.path.parentPath
      let path = parent.joined(entry.path.lastPart)
      var named = entry
      named.path = names[key(path)] ?? path
      if entry.kind == .folder { folders[entry.path] = named.path }
      result.append(named)
    }
    return result.finish()
  }

  /// The name with small letters for capitals and the other way round; nil when it has none.
  static func swapped(_ name: [UInt8]) -> [UInt8]? {
    let swapped = name.map { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"):
        byte ^ 0x20
      default: byte
      }
    }
    return swapped == name ? nil : swapped
  }
}
