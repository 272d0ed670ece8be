/// The host keys that aliases are held to: `~/.sky/known_hosts`, one line a key, by HostKeyAlias.
///
/// A value; `BookStore` reads and writes the file. Lines that are not ours to understand stay as they
/// are (ssh itself adds some for hosts with `accept-new`).
public struct Pins: Equatable, Sendable {
  private struct Line: Equatable, Sendable {
    /// nil for comments, hashed names and markers.
    var name: String?
    var text: String
  }

  private var lines: [Line] = []

  public init() {}

  /// The content of a known_hosts file, see sshd(8) SSH_KNOWN_HOSTS FILE FORMAT.
  public init(parsing bytes: [UInt8]) {
    for part in bytes.split(separator: UInt8(ascii: "\n")) {
      let text = String(decoding: part, as: UTF8.self)
      let first = text.prefix { $0 != " " && $0 != "\t" }
      let isName = first.first.map { $0 != "#" && $0 != "@" && $0 != "|" } ?? false
      lines.append(Line(name: isName ? first.lowercased() : nil, text: text))
    }
  }

  public func render() -> [UInt8] {
    var out: [UInt8] = []
    for line in lines {
      out += line.text.utf8
      out.append(UInt8(ascii: "\n"))
    }
    return out
  }

  /// Every name that has a key, sorted.
  public var names: [String] { Set(lines.compactMap(\.name)).sorted() }

  /// The keys of `name`, each as `ssh-ed25519 AAAA…`.
  public func keys(of name: String) -> [String] {
    lines.filter { $0.name == name }.map { line in
      line.text.split(separator: " ").dropFirst().prefix(2).joined(separator: " ")
    }
  }

  /// Puts these keys in place of all that `name` had.
  ///
  /// Each key is `TYPE BASE64`, as in a `.pub` file; a comment after it is left out. Throws `.invalid`
  /// for anything else and changes nothing.
  public mutating func set(_ name: String, keys: [String]) throws(BookError) {
    var new: [Line] = []
    for key in keys {
      let words = key.split(separator: " ")
      guard words.count >= 2, Pins.isKeyType(words[0]), Pins.isBase64(words[1]),
        key.utf8.allSatisfy({ $0 >= 0x20 })
      else { throw EntryCheck.refuse(EntryCheck.quoted(key), "not a public host key") }
      new.append(Line(name: name, text: "\(name) \(words[0]) \(words[1])"))
    }
    guard name == name.lowercased(), !name.isEmpty, name.utf8.allSatisfy(Pins.isNameByte) else {
      throw EntryCheck.refuse(EntryCheck.quoted(name), "not a name for a host key")
    }
    remove([name])
    lines += new
  }

  /// Says how many keys went.
  @discardableResult
  public mutating func remove(_ names: Set<String>) -> Int {
    let before = lines.count
    lines.removeAll { $0.name.map(names.contains) ?? false }
    return before - lines.count
  }

  /// Takes away the keys of all incarnations of `cluster` but the one to keep; says whose they were.
  @discardableResult
  public mutating func retire(cluster: String, keeping incarnation: String? = nil) -> [String] {
    let prefix = "sky-\(cluster)-".lowercased()
    let gone = names.filter { name in
      guard name.hasPrefix(prefix) else { return false }
      // INCARNATION-RANK: neither holds a '-', so a cluster `dev-x` is not taken for one of `dev`.
      let rest = name.dropFirst(prefix.count).split(
        separator: "-", omittingEmptySubsequences: false)
      return rest.count == 2 && Int(rest[1]) != nil && rest[0] != (incarnation?.lowercased() ?? "")
    }
    remove(Set(gone))
    return gone
  }

  /// Every key of both, for the moment when a book is being replaced.
  func union(_ other: Pins) -> Pins {
    let known = Set(lines.map(\.text))
    var both = self
    both.lines += other.lines.filter { !known.contains($0.text) }
    return both
  }

  private static func isKeyType(_ word: Substring) -> Bool {
    word.utf8.allSatisfy { isNameByte($0) || $0 == UInt8(ascii: "@") }
      && ["ssh-", "ecdsa-", "sk-"].contains { word.hasPrefix($0) }
  }

  private static func isBase64(_ word: Substring) -> Bool {
    word.utf8.count >= 40
      && word.utf8.allSatisfy { isNameByte($0) || "+/=".utf8.contains($0) }
  }

  private static let nameBytes = ByteSet.alphanumeric + "._-"

  private static func isNameByte(_ byte: UInt8) -> Bool { nameBytes.contains(byte) }
}
