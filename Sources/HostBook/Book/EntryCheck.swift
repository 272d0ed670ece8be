import SystemPackage

/// What may reach a line of the book. Everything else is refused: nothing is ever escaped into place.
///
/// Values come from users, providers and imported bundles; the rules hold for all of them.
public enum EntryCheck {
  private static let nameBytes = ByteSet.alphanumeric + "._-"
  private static let hostBytes = ByteSet.alphanumeric + "._:%-"
  private static let userBytes = ByteSet.alphanumeric + "._@+-"
  private static let userFirst = ByteSet.alphanumeric + "_"
  private static let infraBytes = ByteSet.alphanumeric + "._-/"
  private static let jumpBytes = ByteSet.alphanumeric + "._:%@/[]+-"
  private static let lowerBytes = ByteSet("abcdefghijklmnopqrstuvwxyz0123456789._-")

  /// Throws `.invalid` for the first field that must not be written.
  public static func check(_ entry: AliasEntry) throws(BookError) {
    try name(entry.alias)
    if let node = entry.node { try checkNode(node) }
    try hostname(entry.hostname)
    try user(entry.user)
    guard entry.port != 0 else { throw refuse("0", "a port is a number from 1 to 65535") }
    if let file = entry.identityFile { try path(file) }
    switch entry.proxy {
    case .jump(let hosts): try jump(hosts)
    case .command(let command): try text(command, "ProxyCommand")
    case nil: break
    }
    let alias = entry.hostKeyAlias
    guard isWord(alias, lowerBytes, limit: 500) else {
      throw refuse(quoted(alias), "not a HostKeyAlias: small letters, digits, '.', '_' and '-'")
    }
    let hasKeys = entry.node != nil && entry.identityFile == nil
    for option in entry.options {
      if hasKeys, isOwnKey(option) {
        try text(option.value, "IdentityFile")
      } else {
        try self.option(option)
      }
    }
  }

  /// A key of the user's own, copied for a node: there may be several, spelled as `ssh -G` does.
  static func isOwnKey(_ option: AliasEntry.Option) -> Bool { option.keyword == "identityfile" }

  /// Aliases and cluster names: also shell words, socket names and rsync arguments, hence so narrow.
  public static func name(_ name: String) throws(BookError) {
    guard isWord(name, nameBytes, limit: 200) else {
      throw BookError(
        .invalid, quoted(name), "not a name that ssh, scp and rsync all take",
        advice:
          "use letters, digits, '.', '_' and '-', beginning with a letter or digit, at most 200")
    }
  }

  /// A DNS name or an address; `fe80::1%eth0` has a zone.
  public static func hostname(_ name: String) throws(BookError) {
    let good =
      !name.isEmpty && name.utf8.count <= 255 && name.utf8.first != UInt8(ascii: "-")
      && hostBytes.holds(name.utf8)
    guard good else { throw refuse(quoted(name), "not a host name or address") }
  }

  public static func user(_ name: String) throws(BookError) {
    // `DOMAIN\name` is the one form that needs more than a word.
    let parts = name.utf8.split(
      separator: UInt8(ascii: "\\"), maxSplits: 1, omittingEmptySubsequences: false)
    let good = parts.allSatisfy { part in
      part.first.map(userFirst.contains) ?? false && userBytes.holds(part)
    }
    guard good, name.utf8.count <= 100 else {
      throw refuse(quoted(name), "not a user name that can be written into ssh_config")
    }
  }

  /// A file's absolute path; old clients have no escape inside quotes.
  public static func path(_ path: FilePath) throws(BookError) {
    let text = path.string
    guard path.isAbsolute else { throw refuse(quoted(text), "not an absolute path") }
    var last: UInt8 = 0
    for byte in text.utf8 {
      let isVariable = byte == UInt8(ascii: "{") && last == UInt8(ascii: "$")
      guard byte >= 0x20, byte != 0x7f, !isVariable, !quoting.contains(byte) else {
        throw badPath(text)
      }
      last = byte
    }
    guard text.utf8.count <= 900 else { throw badPath(text) }
  }

  private static let quoting = ByteSet("\"\\")

  private static func badPath(_ text: String) -> BookError {
    refuse(
      quoted(text), "a path with quotes, backslashes, ${ or control characters",
      advice: "ssh has no safe way to write it: rename or link the file")
  }

  private static func checkNode(_ node: AliasEntry.ClusterNode) throws(BookError) {
    try name(node.cluster)
    guard isWord(node.incarnation, ByteSet.alphanumeric, limit: 64) else {
      throw refuse(quoted(node.incarnation), "not an incarnation: letters and digits")
    }
    guard isWord(node.infra, infraBytes, limit: 200) else {
      throw refuse(quoted(node.infra), "not a name of an infra")
    }
    guard node.rank >= 0 else { throw refuse("\(node.rank)", "a rank counts from 0") }
  }

  private static func jump(_ hosts: String) throws(BookError) {
    let good = hosts.utf8.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false)
      .allSatisfy { hop in
        !hop.isEmpty && hop.first != UInt8(ascii: "-") && jumpBytes.holds(hop)
      }
    guard good, !hosts.contains("@-"), hosts.utf8.count <= 900 else {
      throw refuse(quoted(hosts), "not a list of [user@]host[:port] for ProxyJump")
    }
  }

  /// Text to the end of a line.
  static func text(_ text: String, _ what: String) throws(BookError) {
    let edges = [text.utf8.first, text.utf8.last]
    let good =
      !text.isEmpty && text.utf8.count <= 900 && !edges.contains(UInt8(ascii: " "))
      && text.utf8.first != UInt8(ascii: "=")
      && text.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7f }
    guard good else {
      throw refuse(
        quoted(text), "not a value for \(what): empty, too long, or with control characters")
    }
  }

  private static func isWord(_ text: String, _ set: ByteSet, limit: Int) -> Bool {
    guard let head = text.utf8.first, text.utf8.count <= limit else { return false }
    return ByteSet.alphanumeric.contains(head) && set.holds(text.utf8)
  }

  static func refuse(_ subject: String, _ reason: String, advice: String? = nil) -> BookError {
    BookError(.invalid, subject, reason, advice: advice)
  }

  /// For messages: control characters shown, long values cut.
  static func quoted(_ text: String) -> String {
    let shown = text.unicodeScalars.prefix(120).map {
      $0.value < 0x20 ? $0.escaped(asASCII: true) : String($0)
    }
    return "'" + shown.joined() + (text.unicodeScalars.count > 120 ? "…'" : "'")
  }
}
