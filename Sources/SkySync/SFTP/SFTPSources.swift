#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Finds what the sources of a pull mean on a node that has only SFTP; as `PullScript` does where there is a shell.
struct SFTPSources: Sendable {
  let session: SFTPSession
  private let listing: SFTPListing

  init(_ session: SFTPSession) {
    self.session = session
    listing = SFTPListing(session: session)
  }

  /// One target for each match of a source; an absent one for a source without any.
  func targets(_ sources: [[UInt8]]) async throws(SyncError) -> [NodeTarget] {
    do throws(SFTPFault) {
      let home = try await session.realPath([UInt8(ascii: ".")])
      var targets: [NodeTarget] = []
      for (index, source) in sources.enumerated() {
        let matches = try await matches(source, home)
        for match in matches {
          if let target = try await target(match, index, contents: source.endsAsFolder) {
            targets.append(target)
          }
        }
        if !targets.contains(where: { $0.number == Int64(index) }) {
          let path = source.onNode(home: home)
          targets.append(
            NodeTarget(state: .absent, number: Int64(index), path: path, name: []))
        }
      }
      return targets
    } catch {
      throw error.syncError(session.host)
    }
  }

  /// Absolute paths; the source itself when something stands there.
  private func matches(_ source: [UInt8], _ home: [UInt8]) async throws(SFTPFault) -> [[UInt8]] {
    let path = source.onNode(home: home).withoutFinalDots
    if try await attributes(path) != nil { return [path] }
    var found: [[UInt8]] = [[.slash]]
    for part in path.split(separator: .slash) {
      var next: [[UInt8]] = []
      for folder in found {
        if part.contains(where: { Self.special.contains($0) }) {
          next += try await names(in: folder, like: Array(part))
        } else {
          next.append(folder.joined(Array(part)))
        }
      }
      found = next
    }
    return found
  }

  private static let special = Array("*?[".utf8)

  private func names(
    in folder: [UInt8], like pattern: [UInt8]
  ) async throws(SFTPFault) -> [[UInt8]] {
    do {
      return try await session.names(in: folder).map(\.name)
        .filter { Self.matches($0, pattern) && !$0.starts(with: SFTPListing.partial) }
        .sorted { $0.precedes($1) }.map { folder.joined($0) }
    } catch {
      guard error.reason != nil else { throw error }
      return []
    }
  }

  private static func matches(_ name: [UInt8], _ pattern: [UInt8]) -> Bool {
    let (name, pattern) = (
      name.map { CChar(bitPattern: $0) } + [0], pattern.map { CChar(bitPattern: $0) } + [0]
    )
    return fnmatch(pattern, name, FNM_PERIOD) == 0
  }

  /// nil when nothing stands there.
  private func attributes(
    _ path: [UInt8], follows: Bool = false
  ) async throws(SFTPFault) -> SFTPAttributes? {
    do {
      return try await session.attributes(path, follows: follows)
    } catch {
      guard error.reason != nil else { throw error }
      return nil
    }
  }

  private func target(
    _ path: [UInt8], _ index: Int, contents: Bool
  ) async throws(SFTPFault) -> NodeTarget? {
    guard let own = try await attributes(path) else { return nil }
    let meant = contents ? try await attributes(path, follows: true) ?? own : own
    guard meant.kind == .folder else {
      let link = own.kind == .link ? try await session.linkTarget(path) : []
      let parent = path.parentPath.isEmpty ? [UInt8.slash] : path.parentPath
      var target = NodeTarget(
        state: .file, number: Int64(index), path: parent, name: path.lastPart)
      target.entries = EntryList([own.entry(at: path.lastPart, linkTarget: link)])
      return target
    }
    var target = NodeTarget(
      state: .folder, number: Int64(index), path: path,
      name: contents || path == [.slash] ? [] : path.lastPart)
    target.root = meant.entry(at: [])
    do throws(SyncError) {
      let tree = try await listing.tree(below: path, removesStale: false)
      target.entries = tree.entries
      target.complete = tree.isComplete
    } catch {
      throw .lost(error)
    }
    return target
  }
}

extension Array<UInt8> {
  /// Written with a slash or a lone dot at its end: the contents are meant.
  fileprivate var endsAsFolder: Bool {
    last == .slash || self == [UInt8(ascii: ".")] || suffix(2) == [.slash, UInt8(ascii: ".")]
  }

  fileprivate var withoutFinalDots: [UInt8] {
    var path = self
    while path.suffix(2) == [.slash, UInt8(ascii: ".")] || (path.count > 1 && path.last == .slash) {
      path.removeLast()
    }
    return path.isEmpty ? [.slash] : path
  }
}
