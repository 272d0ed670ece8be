import SystemPackage

extension BookText {
  /// Reads a book back. An empty text is an empty book.
  ///
  /// Throws `.malformed` with file:line for anything that `render` does not write; lines that a person
  /// added to an alias's own block are kept as its options.
  public func parse(_ text: [UInt8]) throws(BookError) -> Book {
    if text.isEmpty { return Book() }
    var parser = BookParser(home: home, paths: paths)
    var number = 0
    var start = text.startIndex
    while start < text.endIndex {
      let end = text[start...].firstIndex(of: UInt8(ascii: "\n")) ?? text.endIndex
      number += 1
      try parser.take(text[start..<end], number)
      start = end + 1
    }
    return Book(trusted: try parser.finish())
  }
}

private struct BookParser {
  private struct Draft {
    var alias: String
    var line: Int
    var node: AliasEntry.ClusterNode?
    var hostname: String?
    var port: UInt16?
    var user: String?
    var identityFile: FilePath?
    var proxy: AliasEntry.Proxy?
    var hostKeyAlias: String?
    var hostKeyCheck = AliasEntry.HostKeyCheck.pinned
    var options: [AliasEntry.Option] = []
  }

  private enum Place { case top, own, shared }

  let home: SkyHome
  let paths: PathText
  private var done: [AliasEntry] = []
  /// The chunk whose shared block has not come yet.
  private var chunk: [Draft] = []
  private var place = Place.top
  private var node: AliasEntry.ClusterNode?
  private var sharedComes = false
  private var lastPath: (text: String, path: FilePath)?

  init(home: SkyHome, paths: PathText) {
    self.home = home
    self.paths = paths
  }

  mutating func take(_ bytes: ArraySlice<UInt8>, _ number: Int) throws(BookError) {
    let line = bytes.drop { $0 == UInt8(ascii: " ") }
    if number == 1 {
      guard line.elementsEqual(BookText.firstLine.utf8) else {
        throw malformed(1, "this is not a book that sky wrote")
      }
      return
    }
    if line.isEmpty { return }
    if line.first == UInt8(ascii: "#") { return try comment(line, number) }
    guard let space = line.firstIndex(of: UInt8(ascii: " ")) else {
      throw malformed(number, "a keyword without a value")
    }
    let value = String(decoding: line[(space + 1)...], as: UTF8.self)
    let keyword = String(decoding: line[..<space], as: UTF8.self)
    if keyword == "Host" { return try host(value, number) }
    switch place {
    case .top: throw malformed(number, "\(keyword) before the first Host")
    case .own: try own(keyword, value, number)
    case .shared: try shared(keyword, value, number)
    }
  }

  mutating func finish() throws(BookError) -> [AliasEntry] {
    try flush()
    return done
  }

  private mutating func comment(_ line: ArraySlice<UInt8>, _ number: Int) throws(BookError) {
    guard line.starts(with: "# sky: ".utf8) else { return }
    if line.elementsEqual(BookText.sharedMark.utf8) {
      sharedComes = true
      return
    }
    var fields = ClusterFields()
    for word in line.dropFirst(7).split(separator: UInt8(ascii: " ")) { fields.take(word) }
    guard let node = fields.node else {
      throw malformed(number, "a sky comment without cluster, rank, incarnation, state and infra")
    }
    self.node = node
  }

  private mutating func host(_ names: String, _ number: Int) throws(BookError) {
    if sharedComes {
      sharedComes = false
      place = .shared
      return
    }
    if place == .shared { try flush() }
    guard !names.utf8.contains(UInt8(ascii: " ")) else {
      throw malformed(number, "a Host line with several names that sky did not write")
    }
    chunk.append(Draft(alias: names, line: number, node: node))
    node = nil
    place = .own
  }

  private mutating func own(
    _ keyword: String, _ value: String, _ number: Int
  ) throws(BookError) {
    let last = chunk.count - 1
    switch keyword {
    case "HostName":
      chunk[last].hostname =
        value.utf8.contains(UInt8(ascii: "%")) ? PathText.undouble(value) : value
    case "User": chunk[last].user = value
    case "Port": chunk[last].port = try port(value, number)
    case "IdentityFile": chunk[last].identityFile = path(value)
    case "ProxyJump": chunk[last].proxy = .jump(value)
    case "ProxyCommand": chunk[last].proxy = .command(value)
    case "HostKeyAlias": chunk[last].hostKeyAlias = value
    case "ControlPath": break
    case "StrictHostKeyChecking":
      guard let check = AliasEntry.HostKeyCheck(rawValue: value) else {
        throw malformed(number, "host keys are checked with 'yes' or 'accept-new', not '\(value)'")
      }
      chunk[last].hostKeyCheck = check
    default: chunk[last].options.append(.init(keyword, value))
    }
  }

  private mutating func shared(
    _ keyword: String, _ value: String, _ number: Int
  ) throws(BookError) {
    switch keyword {
    case "User":
      for index in chunk.indices where chunk[index].user == nil {
        chunk[index].user = value
      }
    case "Port":
      let port = try port(value, number)
      for index in chunk.indices where chunk[index].port == nil { chunk[index].port = port }
    case "IdentityFile":
      let file = path(value)
      for index in chunk.indices where chunk[index].identityFile == nil {
        chunk[index].identityFile = file
      }
    default: break
    }
  }

  private mutating func flush() throws(BookError) {
    for draft in chunk {
      guard let hostname = draft.hostname, let user = draft.user else {
        throw malformed(draft.line, "the host \(draft.alias) has no HostName or no User")
      }
      let entry = AliasEntry(
        alias: draft.alias, node: draft.node, hostname: hostname, port: draft.port ?? 22,
        user: user,
        identityFile: draft.identityFile, proxy: draft.proxy, hostKeyAlias: draft.hostKeyAlias,
        hostKeyCheck: draft.hostKeyCheck, options: draft.options)
      do throws(BookError) {
        try EntryCheck.check(entry)
      } catch {
        throw malformed(draft.line, "\(error.subject): \(error.reason)")
      }
      done.append(entry)
    }
    chunk.removeAll(keepingCapacity: true)
  }

  /// Hosts often share a key: the last path is remembered.
  private mutating func path(_ text: String) -> FilePath {
    if let lastPath, lastPath.text == text { return lastPath.path }
    let path = paths.read(text)
    lastPath = (text, path)
    return path
  }

  private func port(_ text: String, _ number: Int) throws(BookError) -> UInt16 {
    guard let port = UInt16(text) else { throw malformed(number, "'\(text)' is not a port") }
    return port
  }

  private func malformed(_ line: Int, _ reason: String) -> BookError {
    BookError(
      .malformed, "\(home.book.string):\(line)", reason,
      advice: "`sky hosts undo` goes back to the last good book")
  }
}

/// The `name=value` words of a comment that says what a host is.
private struct ClusterFields {
  private var cluster: String?
  private var rank: Int?
  private var incarnation: String?
  private var state: AliasEntry.State?
  private var infra: String?

  mutating func take(_ word: ArraySlice<UInt8>) {
    guard let equals = word.firstIndex(of: UInt8(ascii: "=")) else { return }
    let value = String(decoding: word[(equals + 1)...], as: UTF8.self)
    switch String(decoding: word[..<equals], as: UTF8.self) {
    case "cluster": cluster = value
    case "rank": rank = Int(value)
    case "incarnation": incarnation = value
    case "state": state = AliasEntry.State(rawValue: value)
    case "infra": infra = value
    default: break
    }
  }

  var node: AliasEntry.ClusterNode? {
    guard let cluster, let rank, let incarnation, let state, let infra else { return nil }
    return .init(
      cluster: cluster, rank: rank, incarnation: incarnation, state: state, infra: infra)
  }
}
