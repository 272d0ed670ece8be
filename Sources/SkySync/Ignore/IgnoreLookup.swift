/// Asks the rules about single paths, in any order; remembers the folders it has seen.
struct IgnoreLookup {
  private let rules: IgnoreRules
  /// The content of the ignore file in a folder (relative to the root), nil for none.
  private let read: ([UInt8]) -> [UInt8]?
  private var folders: [[UInt8]: Folder] = [:]

  /// What counts inside a folder.
  private struct Folder {
    var level: IgnoreLevel?
    /// Ignores the folder itself or one around it, and so all that is in it.
    var rule: Rule?
  }

  init(_ rules: IgnoreRules, read: @escaping ([UInt8]) -> [UInt8]?) {
    self.rules = rules
    self.read = read
  }

  /// - Parameter path: relative to the root, without a leading or trailing `/`; empty for the root.
  mutating func decision(_ path: [UInt8], isFolder: Bool) -> Decision {
    guard !path.isEmpty else { return Decision(rules.rootRule) }
    let start = path.lastIndex(of: slash)
    let folder = enter(Array(path[..<(start ?? 0)]))
    if let rule = folder.rule { return Decision(rule) }
    return Decision(match(path, nameStart: start.map { $0 + 1 } ?? 0, isFolder, folder)?.rule)
  }

  private mutating func enter(_ path: [UInt8]) -> Folder {
    if let known = folders[path] { return known }
    var folder = Folder(level: rules.above, rule: rules.rootRule)
    if !path.isEmpty {
      let start = path.lastIndex(of: slash)
      folder = enter(Array(path[..<(start ?? 0)]))
      if folder.rule == nil {
        let match = match(path, nameStart: start.map { $0 + 1 } ?? 0, true, folder)
        if let match, match.ignores { folder.rule = match.rule }
      }
    }
    if folder.rule == nil, let content = read(path) {
      folder.level = rules.enter(path, content: content, below: folder.level)
    }
    folders[path] = folder
    return folder
  }

  private func match(
    _ path: [UInt8], nameStart: Int, _ isFolder: Bool, _ folder: Folder
  ) -> IgnoreRules.Match? {
    (rules.prefix + path).withUnsafeBufferPointer {
      rules.match(
        $0, nameStart: rules.prefix.count + nameStart, isFolder: isFolder, in: folder.level)
    }
  }
}
