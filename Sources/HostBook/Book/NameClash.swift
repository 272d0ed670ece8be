import SystemPackage

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A `Host` line of the user's own that has exactly the name of an alias.
public struct NamedHost: Equatable, Sendable {
  public var name: String
  public var file: FilePath
  /// From 1.
  public var line: Int
}

extension BookStore {
  /// Throws `.clash`, with both places, when one of `aliases` means something else already: before
  /// anything is created in its name.
  ///
  /// `cluster` is whose aliases they are to be, nil for a host added by hand; what it has in the book
  /// already is no clash.
  public func requireFree(_ aliases: [String], for cluster: String?) throws(BookError) {
    let book = try read()
    let text = try bytes(home.book)
    var wanted: Set<String> = []
    for alias in aliases {
      try EntryCheck.name(alias)
      guard let old = book.entries.first(where: { $0.isNamed(alias) })
      else {
        wanted.insert(alias)
        continue
      }
      if old.alias == alias, old.cluster == cluster, cluster != nil { continue }
      let line = HostScan.line(of: old.alias, in: text) ?? 1
      let new = cluster.map { "cluster \($0)" } ?? "the new host"
      throw BookError(
        .clash, alias,
        "\(new) needs this name, and \(Book.describe(old)) has it (\(home.book.string):\(line))",
        advice: old.node == nil
          ? "choose another name, or free this one: `sky hosts rename \(old.alias) OTHER`"
          : "choose another name")
    }
    guard let host = HostScan(home).findAll(wanted).first else { return }
    let new = cluster.map { "cluster \($0)" } ?? "the new host"
    throw BookError(
      .clash, host.name,
      "\(new) needs this name, and your own `Host \(host.name)` has it (\(host.file):\(host.line))",
      advice: "choose another name, or rename your own Host line")
  }
}

/// Looks through the user's config and what it includes for `Host` lines with given names.
///
/// Names are compared letter for letter; wildcards and Match are the resolver's business.
public struct HostScan: Sendable {
  let home: SkyHome

  public init(_ home: SkyHome) { self.home = home }

  /// Every line with one of `names`, in the order in which ssh reads; the book itself is left out.
  public func findAll(_ names: Set<String>) -> [NamedHost] {
    var found: [NamedHost] = []
    if !names.isEmpty { scan(home.userConfig, names, depth: 0, &found) }
    return found
  }

  private func scan(
    _ file: FilePath, _ names: Set<String>, depth: Int, _ found: inout [NamedHost]
  ) {
    guard depth <= 16, file.lexicallyNormalized() != home.book.lexicallyNormalized(),
      let bytes = try? FileSystem.read(file)
    else { return }
    let lines = ConfigLines((try? InlineSection.blanked(bytes)) ?? bytes)
    for index in lines.ranges.indices {
      guard let (keyword, rest) = lines.directive(index) else { continue }
      if keyword == "host" {
        for name in ConfigLines.words(rest) where names.contains(name) {
          found.append(NamedHost(name: name, file: file, line: index + 1))
        }
      } else if keyword == "include" {
        for included in ConfigLines.words(rest).flatMap(expand) {
          scan(included, names, depth: depth + 1, &found)
        }
      }
    }
  }

  /// The files that an Include argument stands for, in ssh's order.
  private func expand(_ argument: String) -> [FilePath] {
    var pattern = argument
    if pattern.hasPrefix("~/") {
      pattern = home.home.string + "/" + pattern.dropFirst(2)
    } else if !pattern.hasPrefix("/") {
      pattern = home.passwdHome.string + "/.ssh/" + pattern
    }
    var result = glob_t()
    defer { globfree(&result) }
    guard glob(pattern, 0, nil, &result) == 0, let paths = result.gl_pathv else { return [] }
    return (0..<Int(result.gl_pathc)).compactMap { index in
      paths[index].map { FilePath(platformString: $0) }
    }
  }

  /// The line of a `Host` block in a text, from 1.
  static func line(of alias: String, in text: [UInt8]) -> Int? {
    let lines = ConfigLines(text)
    let wanted = Array("Host \(alias)".utf8)
    return lines.ranges.indices.first { lines.content($0).elementsEqual(wanted) }.map { $0 + 1 }
  }
}
