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
    let value = Substring(String(decoding: line[(space + 1)...], as: UTF8.self))
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
    let words = String(decoding: line.dropFirst(7), as: UTF8.self).split(separator: " ")
    var values: [Substring: Substring] = [:]
    for word in words {
      guard let equals = word.firstIndex(of: "=") else { continue }
      values[word[..<equals]] = word[word.index(after: equals)...]
    }
    guard let cluster = values["cluster"], let rank = values["rank"].flatMap({ Int($0) }),
      let incarnation = values["incarnation"], let infra = values["infra"],
      let state = values["state"].flatMap({ AliasEntry.State(rawValue: String($0)) })
    else { throw malformed(number, "a sky comment that says neither cluster, rank nor state") }
    node = .init(
      cluster: String(cluster), rank: rank, incarnation: String(incarnation), state: state,
      infra: String(infra))
  }

  private mutating func host(_ names: Substring, _ number: Int) throws(BookError) {
    if sharedComes {
      sharedComes = false
      place = .shared
      return
    }
    if place == .shared { try flush() }
    guard !names.utf8.contains(UInt8(ascii: " ")) else {
      throw malformed(number, "a Host line with several names that sky did not write")
    }
    chunk.append(Draft(alias: String(names), line: number, node: node))
    node = nil
    place = .own
  }

  private mutating func own(
    _ keyword: String, _ value: Substring, _ number: Int
  ) throws(BookError) {
    let last = chunk.count - 1
    switch keyword {
    case "HostName": chunk[last].hostname = PathText.undouble(value)
    case "User": chunk[last].user = String(value)
    case "Port": chunk[last].port = try port(value, number)
    case "IdentityFile": chunk[last].identityFile = paths.read(value)
    case "ProxyJump": chunk[last].proxy = .jump(String(value))
    case "ProxyCommand": chunk[last].proxy = .command(String(value))
    case "HostKeyAlias": chunk[last].hostKeyAlias = String(value)
    case "ControlPath": break
    case "StrictHostKeyChecking":
      guard let check = AliasEntry.HostKeyCheck(rawValue: String(value)) else {
        throw malformed(number, "host keys are checked with 'yes' or 'accept-new', not '\(value)'")
      }
      chunk[last].hostKeyCheck = check
    default: chunk[last].options.append(.init(keyword, String(value)))
    }
  }

  private mutating func shared(
    _ keyword: String, _ value: Substring, _ number: Int
  ) throws(BookError) {
    switch keyword {
    case "User":
      for index in chunk.indices where chunk[index].user == nil {
        chunk[index].user = String(value)
      }
    case "Port":
      let port = try port(value, number)
      for index in chunk.indices where chunk[index].port == nil { chunk[index].port = port }
    case "IdentityFile":
      let file = paths.read(value)
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

  private func port(_ text: Substring, _ number: Int) throws(BookError) -> UInt16 {
    guard let port = UInt16(text) else { throw malformed(number, "'\(text)' is not a port") }
    return port
  }

  private func malformed(_ line: Int, _ reason: String) -> BookError {
    BookError(
      .malformed, "\(home.book.string):\(line)", reason,
      advice: "`sky hosts undo` goes back to the last good book")
  }
}
