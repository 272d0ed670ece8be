import SystemPackage

/// Expands the path patterns of Include as the glob(3) that comes with OpenSSH: `*`, `?`, `[…]`, `~`,
/// backslash escapes, no braces; a leading dot has to be written out; results sorted by bytes.
struct Glob {
  let files: any ConfigFiles
  let home: FilePath
  let homeOfUser: (String) -> FilePath?

  init(files: any ConfigFiles, home: FilePath, homeOfUser: @escaping (String) -> FilePath?) {
    self.files = files
    self.home = home
    self.homeOfUser = homeOfUser
  }

  func paths(_ pattern: [UInt8]) -> [FilePath] {
    // PATH_MAX: longer patterns match nothing.
    guard pattern.count < 4096, let parsed = GlobPattern(expandTilde(pattern)) else { return [] }
    var found: [[UInt8]] = []
    expand(parsed.parts[...], below: [], into: &found)
    return found.sorted { $0.lexicographicallyPrecedes($1) }.map(Self.path)
  }

  private static func path(_ bytes: [UInt8]) -> FilePath {
    FilePath(platformString: bytes.map(CInterop.PlatformChar.init(bitPattern:)) + [0])
  }

  /// `~` and `~user` at the start; a user nobody knows leaves the pattern as it is.
  private func expandTilde(_ pattern: [UInt8]) -> [UInt8] {
    guard pattern.first == .tilde else { return pattern }
    let name = pattern.dropFirst().prefix { $0 != .slash }
    guard let folder = name.isEmpty ? home : homeOfUser(name.text) else { return pattern }
    return Array(folder.string.utf8) + pattern[(1 + name.count)...]
  }

  /// Follows the parts of a pattern; `prefix` is the path so far, with its slashes.
  private func expand(
    _ parts: ArraySlice<GlobPattern.Part>, below prefix: [UInt8], into found: inout [[UInt8]]
  ) {
    guard let part = parts.first else {
      if !prefix.isEmpty, files.exists(Self.path(prefix)) { found.append(prefix) }
      return
    }
    switch part {
    case .literal(let bytes): expand(parts.dropFirst(), below: prefix + bytes, into: &found)
    case .pattern(let elements):
      let folder = Self.path(prefix.isEmpty ? [.dot] : prefix)
      for name in files.names(in: folder) ?? [] {
        if name.first == .dot, elements.first != .byte(.dot) { continue }
        guard GlobPattern.matches(name[...], elements[...]) else { continue }
        expand(parts.dropFirst(), below: prefix + name, into: &found)
      }
    }
  }
}
