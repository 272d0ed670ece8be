/// Which paths of one tree stay here. A value: the files it was made from are read once, before.
///
/// Ignore files inside the tree are not in it; whoever walks the tree hands them in with `enter`.
public struct IgnoreRules: Sendable {
  /// Nothing is ignored.
  public static let none = IgnoreRules()

  /// The ignore file looked for in every folder of the tree (`.gitignore`, `.skyignore`); empty for none.
  package var fileName: [UInt8] = []
  /// Whether such a file may be a link: git says no, for its own.
  var followsLinks = false
  /// `core.ignoreCase`.
  var foldsCase = false
  /// The root's path below the folder that the outermost rules are relative to; empty or ending in `/`.
  var prefix: [UInt8] = []
  /// Ignore files of the folders above the root, the innermost one first.
  var above: IgnoreLevel?
  /// What is asked last: `info/exclude`, then `core.excludesFile`.
  var fallbacks: [IgnoreList] = []
  /// The rule that ignores the root itself or a folder above it, and with it everything.
  public internal(set) var rootRule: Rule?
  /// What git tracks in the root; nil outside of a repository.
  var trackedSource: TrackedSource?
  /// Rule files that could not be read.
  public internal(set) var problems: [Problem] = []

  /// The same for a folder that is named outright, as a file mount's: that it is ignored itself does not count.
  public var ofNamedFolder: IgnoreRules {
    var rules = self
    rules.rootRule = nil
    return rules
  }

  /// Whether no path needs to be looked at.
  var isEmpty: Bool {
    fileName.isEmpty && above == nil && fallbacks.allSatisfy(\.isEmpty) && rootRule == nil
  }

  /// The level inside `folder` (relative to the root, empty for the root), whose ignore file holds `content`.
  func enter(_ folder: [UInt8], content: [UInt8], below level: IgnoreLevel?) -> IgnoreLevel? {
    let start = folder.isEmpty ? [] : folder + [slash]
    let list = IgnoreList(file: start + fileName, content: content, foldsCase: foldsCase)
    guard !list.isEmpty else { return level }
    return IgnoreLevel(list: list, baseLength: prefix.count + start.count, parent: level)
  }

  /// What decides about one path whose folders are not ignored; nil when nothing speaks of it.
  ///
  /// - Parameters:
  ///   - path: `prefix` and the path below the root.
  ///   - nameStart: where its last part begins.
  ///   - level: of the folder it is in.
  func match(
    _ path: UnsafeBufferPointer<UInt8>, nameStart: Int, isFolder: Bool, in level: IgnoreLevel?
  ) -> Match? {
    var next = level
    while let level = next {
      let start = level.baseLength
      let below = UnsafeBufferPointer(rebasing: path[start...])
      let index = level.list.lastMatch(below, nameStart: nameStart - start, isFolder: isFolder)
      if index >= 0 { return Match(list: level.list, index: index) }
      next = level.parent
    }
    for list in fallbacks {
      let index = list.lastMatch(path, nameStart: nameStart, isFolder: isFolder)
      if index >= 0 { return Match(list: list, index: index) }
    }
    return nil
  }

  struct Match {
    var list: IgnoreList
    var index: Int
    var ignores: Bool { !list.isNegated(index) }
    var rule: Rule { list.rule(index) }
  }
}

/// An ignore file in a folder, and those of the folders around it.
final class IgnoreLevel: Sendable {
  let list: IgnoreList
  /// How much of a path (with the rules' prefix) is the folder of this file, its `/` included.
  let baseLength: Int
  let parent: IgnoreLevel?

  init(list: IgnoreList, baseLength: Int, parent: IgnoreLevel?) {
    self.list = list
    self.baseLength = baseLength
    self.parent = parent
  }
}
