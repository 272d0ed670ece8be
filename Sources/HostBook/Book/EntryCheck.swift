import SystemPackage

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// What may reach a line of the book. Everything else is refused: nothing is ever escaped into place.
///
/// Values come from users, providers and imported bundles; the rules hold for all of them.
public enum EntryCheck {
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
    try word(entry.hostKeyAlias, "HostKeyAlias", also: "._-", limit: 500)
    guard entry.hostKeyAlias == entry.hostKeyAlias.lowercased() else {
      throw refuse(entry.hostKeyAlias, "a HostKeyAlias is written in lower case")
    }
    for option in entry.options { try self.option(option) }
  }

  /// Aliases and cluster names: also shell words, socket names and rsync arguments, hence so narrow.
  public static func name(_ name: String) throws(BookError) {
    guard isWord(name, also: "._-", limit: 200) else {
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
      && name.utf8.allSatisfy { isAlphanumeric($0) || "._:%-".utf8.contains($0) }
    guard good else { throw refuse(quoted(name), "not a host name or address") }
  }

  public static func user(_ name: String) throws(BookError) {
    // `DOMAIN\name` is the one form that needs more than a word.
    let parts = name.split(separator: "\\", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.allSatisfy({ isWord(String($0), also: "._@+-", limit: 100, first: "_") }) else {
      throw refuse(quoted(name), "not a user name that can be written into ssh_config")
    }
  }

  /// A file's absolute path; old clients have no escape inside quotes.
  public static func path(_ path: FilePath) throws(BookError) {
    let bytes = Array(path.string.utf8)
    guard path.isAbsolute else { throw refuse(quoted(path.string), "not an absolute path") }
    let bad = bytes.first {
      $0 < 0x20 || $0 == 0x7f || $0 == UInt8(ascii: "\"") || $0 == UInt8(ascii: "\\")
    }
    guard bad == nil, !path.string.contains("${"), bytes.count <= 1000 else {
      throw refuse(
        quoted(path.string), "a path with quotes, backslashes, ${ or control characters",
        advice: "ssh has no safe way to write it: rename or link the file")
    }
  }

  private static func checkNode(_ node: AliasEntry.ClusterNode) throws(BookError) {
    try name(node.cluster)
    try word(node.incarnation, "incarnation", also: "", limit: 64)
    try word(node.infra, "infra", also: "._-/", limit: 200)
    guard node.rank >= 0 else { throw refuse("\(node.rank)", "a rank counts from 0") }
  }

  private static func jump(_ hosts: String) throws(BookError) {
    let good = hosts.split(separator: ",", omittingEmptySubsequences: false).allSatisfy { hop in
      !hop.isEmpty && hop.utf8.first != UInt8(ascii: "-") && !hop.contains("@-")
        && hop.utf8.allSatisfy { isAlphanumeric($0) || "._:%@/[]+-".utf8.contains($0) }
    }
    guard good, hosts.utf8.count <= 900 else {
      throw refuse(quoted(hosts), "not a list of [user@]host[:port] for ProxyJump")
    }
  }

  /// Text to the end of a line.
  static func text(_ text: String, _ what: String) throws(BookError) {
    let good =
      !text.isEmpty && text.utf8.count <= 900
      && text.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7f }
      && text.utf8.first != UInt8(ascii: " ") && text.utf8.last != UInt8(ascii: " ")
      && text.utf8.first != UInt8(ascii: "=")
    guard good else {
      throw refuse(
        quoted(text), "not a value for \(what): empty, too long, or with control characters")
    }
  }

  private static func word(
    _ text: String, _ what: String, also: String, limit: Int
  ) throws(BookError) {
    guard isWord(text, also: also, limit: limit) else {
      throw refuse(quoted(text), "not a value for \(what)")
    }
  }

  private static func isWord(_ text: String, also: String, limit: Int, first: String = "") -> Bool {
    guard let head = text.utf8.first, text.utf8.count <= limit else { return false }
    return (isAlphanumeric(head) || first.utf8.contains(head))
      && text.utf8.allSatisfy { isAlphanumeric($0) || also.utf8.contains($0) }
  }

  private static func isAlphanumeric(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "a")...UInt8(ascii: "z"):
      true
    default: false
    }
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
