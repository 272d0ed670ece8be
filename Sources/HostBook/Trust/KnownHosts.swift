/// The entries of known_hosts files, as sshd(8) "SSH_KNOWN_HOSTS FILE FORMAT" describes them.
///
/// Pure: made of bytes. A line that cannot be read is a problem, never a reason to ignore the others.
public struct KnownHosts: Equatable, Sendable {
  public enum Marker: Equatable, Sendable {
    case none
    /// `@cert-authority`: the key of an authority; it says nothing about plain keys.
    case authority
    /// `@revoked`: never to be accepted.
    case revoked
  }

  public struct Entry: Equatable, Sendable {
    public var marker: Marker
    /// As written: patterns separated by commas, or one hashed name.
    public var names: String
    /// Such as ssh-ed25519.
    public var keyType: String
    /// The public key as RFC 4253 section 6.6 spells it.
    public var key: [UInt8]
    public var comment: String
    /// Where it stands, for messages.
    public var file: String
    /// Counted from 1.
    public var line: Int
  }

  public struct Problem: Equatable, Sendable {
    public var file: String
    public var line: Int
    public var reason: String
  }

  public private(set) var entries: [Entry] = []
  public private(set) var problems: [Problem] = []

  public init() {}

  /// - Parameter file: The name for messages.
  public init(parsing bytes: [UInt8], file: String) {
    for (place, line) in bytes.split(separator: 0x0a, omittingEmptySubsequences: false).enumerated()
    {
      do {
        if let entry = try Self.parse(line, file: file, number: place + 1) { entries.append(entry) }
      } catch {
        problems.append(Problem(file: file, line: place + 1, reason: error.reason))
      }
    }
  }

  public static func + (one: KnownHosts, other: KnownHosts) -> KnownHosts {
    var sum = one
    sum.entries += other.entries
    sum.problems += other.problems
    return sum
  }

  private struct BadLine: Error {
    var reason: String
  }

  /// nil for a line that says nothing.
  private static func parse(
    _ line: ArraySlice<UInt8>, file: String, number: Int
  ) throws(BadLine) -> Entry? {
    var rest = line
    if rest.last == 0x0d { rest.removeLast() }
    var marker = Marker.none
    guard var names = word(&rest), !names.hasPrefix("#") else { return nil }
    if names.hasPrefix("@") {
      switch names {
      case "@cert-authority": marker = .authority
      case "@revoked": marker = .revoked
      default: throw BadLine(reason: "unknown marker “\(names)”")
      }
      guard let next = word(&rest) else { throw BadLine(reason: "no host after the marker") }
      names = next
    }
    guard let keyType = word(&rest), let text = word(&rest) else {
      throw BadLine(reason: "it needs a host, a key type and a key")
    }
    guard let key = Base64.decode(text) else { throw BadLine(reason: "the key is not base64") }
    guard key.starts(with: typeField(keyType)), key.count > 4 + keyType.utf8.count else {
      throw BadLine(reason: "the key is not of the type “\(keyType)” that stands before it")
    }
    return Entry(
      marker: marker, names: names, keyType: keyType, key: key,
      comment: String(decoding: trimmed(rest), as: UTF8.self), file: file, line: number)
  }

  /// The key's own first field has to repeat the type.
  private static func typeField(_ type: String) -> [UInt8] {
    let name = Array(type.utf8)
    return [
      0, 0, UInt8(truncatingIfNeeded: name.count >> 8), UInt8(truncatingIfNeeded: name.count),
    ]
      + name
  }

  private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }

  private static func word(_ rest: inout ArraySlice<UInt8>) -> String? {
    rest = rest.drop(while: isBlank)
    let word = rest.prefix { !isBlank($0) }
    rest = rest.dropFirst(word.count)
    return word.isEmpty ? nil : String(decoding: word, as: UTF8.self)
  }

  private static func trimmed(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    var bytes = bytes.drop(while: isBlank)
    while let last = bytes.last, isBlank(last) { bytes.removeLast() }
    return bytes
  }
}
