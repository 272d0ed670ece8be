import SystemPackage
import Templates

/// The book as the text of `~/.sky/ssh_config`, which ssh reads and which *is* the book:
/// `parse(render(book)) == book` for every book.
///
/// Each alias has a short block of its own. What is the same for many stands once, in a block for up to
/// 64 of them that follows: ssh keeps the first value of a keyword, so the alias's own lines win.
/// No line is longer than 1000 bytes: clients before OpenSSH 7.7 stop at 1023.
public struct BookText: Sendable {
  let home: SkyHome
  let paths: PathText
  /// `ControlPath` up to the socket's name.
  private let socketLine: [UInt8]
  private let socketFolderLength: Int

  public init(_ home: SkyHome) {
    self.home = home
    paths = PathText(home)
    let folder = SocketPath.folder(home)
    socketFolderLength = folder.string.utf8.count
    let written = paths.write(folder, expands: false)
    let open = written.hasSuffix("\"") ? String(written.dropLast()) : written
    socketLine = Array("  ControlPath \(open)/".utf8)
  }

  static let firstLine = "# sky: book 1"
  static let sharedMark = "# sky: shared by the hosts above"
  private static let header = """
    \(firstLine)
    # The hosts that sky keeps. `sky hosts` writes this file: edits by hand are lost at its next change.
    # Each host has its block; a block of shared lines follows, first its own and then what shields the
    # hosts from `Host *` and Match blocks elsewhere. ssh takes the first value that it meets.

    """

  private static let chunkNames = 64
  private static let chunkBytes = 900

  /// Throws only when a template of the program itself is broken.
  public func render(_ book: Book) throws(BookError) -> [UInt8] {
    let shields = try Shields(knownHosts: paths.write(home.knownHosts))
    var out: [UInt8] = []
    out.reserveCapacity(600 + book.entries.count * 320)
    out += Self.header.utf8
    var rest = book.entries[...]
    while !rest.isEmpty {
      let chunk = rest.prefix(Self.chunkLength(rest))
      render(chunk, shields, into: &out)
      rest = rest.dropFirst(chunk.count)
    }
    return out
  }

  /// The lines that concern one alias: its block and, under it, the shared lines that it reads.
  public func render(_ entry: AliasEntry) throws(BookError) -> String {
    let shields = try Shields(knownHosts: paths.write(home.knownHosts))
    var out: [UInt8] = []
    render([entry], shields, into: &out)
    return String(decoding: out.drop { $0 == UInt8(ascii: "\n") }, as: UTF8.self)
  }

  private static func chunkLength(_ entries: ArraySlice<AliasEntry>) -> Int {
    var count = 0
    var bytes = 0
    for entry in entries.prefix(chunkNames) {
      bytes += entry.alias.utf8.count + 1
      if bytes > chunkBytes { break }
      count += 1
    }
    return max(1, count)
  }

  private func render(_ chunk: ArraySlice<AliasEntry>, _ shields: Shields, into out: inout [UInt8])
  {
    let shared = SharedValues(chunk)
    for entry in chunk { render(entry, shared, into: &out) }
    out += "\n\(Self.sharedMark)\n".utf8
    var ownLines = ""
    if let user = shared.user { ownLines += "  User \(user)\n" }
    if let port = shared.port { ownLines += "  Port \(port)\n" }
    if let file = shared.identityFile { ownLines += "  IdentityFile \(paths.write(file))\n" }
    let groups: [(names: [String], lines: String)] = [
      (chunk.map(\.alias), ownLines + shields.all),
      (chunk.filter { $0.identityFile != nil }.map(\.alias), shields.keyed),
      (chunk.filter { $0.node != nil }.map(\.alias), shields.cluster),
    ]
    var last: [String] = []
    for group in groups where !group.names.isEmpty {
      if group.names != last {
        out += (last.isEmpty ? "" : "\(Self.sharedMark)\n").utf8
        out += "Host \(group.names.joined(separator: " "))\n".utf8
      }
      out += group.lines.utf8
      last = group.names
    }
  }

  private func render(_ entry: AliasEntry, _ shared: SharedValues, into out: inout [UInt8]) {
    out.append(UInt8(ascii: "\n"))
    if let node = entry.node { render(node, into: &out) }
    out.line("Host", entry.alias)
    out.line("  HostName", PathText.double(entry.hostname))
    if shared.user == nil { out.line("  User", entry.user) }
    if shared.port == nil { out.line("  Port", "\(entry.port)") }
    if shared.identityFile == nil, let file = entry.identityFile {
      out.line("  IdentityFile", paths.write(file))
    }
    switch entry.proxy {
    case .jump(let hosts): out.line("  ProxyJump", hosts)
    case .command(let command): out.line("  ProxyCommand", command)
    case nil: break
    }
    out.line("  HostKeyAlias", entry.hostKeyAlias)
    if entry.hostKeyCheck != .pinned {
      out.line("  StrictHostKeyChecking", entry.hostKeyCheck.rawValue)
    }
    renderSocket(entry, into: &out)
    for option in entry.options { out.line("  " + option.keyword, option.value) }
  }

  private func render(_ node: AliasEntry.ClusterNode, into out: inout [UInt8]) {
    out += "# sky: cluster=".utf8
    out += node.cluster.utf8
    out += " rank=\(node.rank)".utf8
    out += " incarnation=".utf8
    out += node.incarnation.utf8
    out += " state=".utf8
    out += node.state.rawValue.utf8
    out.line(" infra=" + node.infra)
  }

  /// `%p` and `%r` stand for the port and the user that ssh ends up with.
  private func renderSocket(_ entry: AliasEntry, into out: inout [UInt8]) {
    guard SocketPath.fits(entry, folderLength: socketFolderLength) else {
      return out.line("  ControlPath none")
    }
    out += socketLine
    out += SocketPath.stem(entry).utf8
    out.line(SocketPath.tokens + (socketLine.contains(UInt8(ascii: "\"")) ? "\"" : ""))
  }
}

extension [UInt8] {
  fileprivate mutating func line(_ keyword: String, _ value: String) {
    self += keyword.utf8
    append(UInt8(ascii: " "))
    self += value.utf8
    append(UInt8(ascii: "\n"))
  }

  fileprivate mutating func line(_ text: String) {
    self += text.utf8
    append(UInt8(ascii: "\n"))
  }
}

/// What all entries of a chunk agree on.
private struct SharedValues {
  var user: String?
  var port: UInt16?
  var identityFile: FilePath?

  init(_ chunk: ArraySlice<AliasEntry>) {
    guard chunk.count > 1, let first = chunk.first else { return }
    if chunk.allSatisfy({ $0.user == first.user }) { user = first.user }
    if chunk.allSatisfy({ $0.port == first.port }) { port = first.port }
    if chunk.allSatisfy({ $0.identityFile == first.identityFile }) {
      identityFile = first.identityFile
    }
  }
}

/// The lines by which aliases mean the same whatever else the user's files say.
private struct Shields {
  let all: String
  let keyed: String
  let cluster: String

  init(knownHosts: String) throws(BookError) {
    do {
      all = try TemplateName.hostShields.render(["knownHosts": knownHosts])
      keyed = try TemplateName.keyShields.render([:])
      cluster = try TemplateName.clusterShields.render([:])
    } catch {
      throw BookError(.malformed, "template of the shared lines", "\(error)")
    }
  }
}
