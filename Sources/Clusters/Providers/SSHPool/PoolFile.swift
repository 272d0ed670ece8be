import HostBook

/// The user's own machines by pool: `~/.sky/ssh_node_pools.yaml`, in SkyPilot's format.
///
///     my-pool:
///       user: ubuntu              # for the hosts below that say nothing else
///       identity_file: ~/.ssh/k
///       password: …
///       hosts:
///         - 192.0.2.4             # an address, a name, or an alias of ~/.ssh/config
///         - ip: gpu1
///           user: alice
struct PoolFile: Equatable, Sendable {
  /// In the order of the file.
  var pools: [Pool] = []

  /// Reads the file; an empty one has no pools.
  init(parsing bytes: [UInt8], file: String) throws(TaskError) {
    let root = try YAMLDocument.root(of: bytes, file: file)
    if root.isNull { return }
    guard root.isMapping else {
      throw root.error(
        .wrongType, "must be a mapping of pools, such as `my-pool:` with `hosts:` below it")
    }
    for entry in try Fields(root).entries { pools.append(try Pool(entry)) }
  }

  /// Throws `unknownName` with the nearest name.
  func pool(_ name: String, file: String) throws(ProviderError) -> Pool {
    if let pool = pools.first(where: { $0.name == name }) { return pool }
    let names = pools.map(\.name)
    let near = Suggestion.nearest(to: name, in: names).map { "; did you mean \($0)?" } ?? ""
    throw ProviderError(
      .unknownName, "ssh/\(name)", "\(file) has no pool of this name\(near)",
      advice: names.isEmpty
        ? "Write `\(name):` there, and below it `hosts:` with a line `- HOST` for each machine."
        : "The pools are: \(names.joined(separator: ", ")).")
  }
}

/// Machines of one kind.
struct Pool: Equatable, Sendable {
  var name: String
  /// What its hosts take where neither they nor ssh's configuration say anything.
  var defaults = PoolLogin()
  var hosts: [PoolHost] = []
}

/// One machine of a pool.
struct PoolHost: Equatable, Sendable {
  /// As ssh is to be asked for it: an address, a name or an alias.
  var name: String
  /// What the file says for this host alone.
  var login = PoolLogin()
}

/// As whom one logs in; nil leaves it to ssh's configuration.
struct PoolLogin: Equatable, Sendable {
  var user: String?
  /// Absolute, or from `~/` on.
  var identityFile: String?
  /// Asked for by servers that take no key.
  var password: MaskedText?
}

extension Pool {
  private static let known = ["hosts", "user", "identity_file", "password"]
  private static let synonyms = [
    "nodes": "hosts", "ips": "hosts", "machines": "hosts", "servers": "hosts",
    "key": "identity_file",
    "ssh_key": "identity_file", "private_key": "identity_file", "username": "user",
    "ssh_user": "user",
  ]

  fileprivate init(_ entry: Fields.Entry) throws(TaskError) {
    name = entry.key
    guard Self.isName(name) else {
      throw TaskError(
        .badValue, "`\(name)` cannot be the name of a pool", at: entry.place,
        advice: "Use letters, digits, '.', '_' and '-': it is written as --infra ssh/NAME.")
    }
    guard entry.value.isMapping else {
      throw entry.value.mustBe("a mapping with `hosts`")
    }
    let fields = try Fields(entry.value, known: Self.known, synonyms: Self.synonyms)
    defaults = try PoolLogin(fields)
    guard let list = fields["hosts"] else {
      throw TaskError(
        .missingValue, "the pool `\(name)` has no `hosts`", at: entry.place,
        advice: "Write `hosts:` and below it a line `- HOST` for each machine.")
    }
    for item in try list.items("a list of hosts") {
      let host = try PoolHost(item)
      if hosts.contains(where: { $0.name == host.name }) {
        throw item.error(.badValue, "the host \(host.name) stands twice in the pool `\(name)`")
      }
      hosts.append(host)
    }
    if hosts.isEmpty { throw list.error(.badValue, "the pool `\(name)` has no hosts") }
  }

  private static func isName(_ name: String) -> Bool {
    do throws(BookError) { try EntryCheck.name(name) } catch { return false }
    return true
  }
}

extension PoolHost {
  private static let known = ["ip", "user", "identity_file", "password"]
  private static let synonyms = [
    "host": "ip", "hostname": "ip", "address": "ip", "name": "ip", "alias": "ip",
    "key": "identity_file", "ssh_key": "identity_file", "username": "user", "ssh_user": "user",
  ]

  fileprivate init(_ value: YAMLValue) throws(TaskError) {
    guard value.isMapping else {
      name = try Self.readName(value)
      return
    }
    let fields = try Fields(value, known: Self.known, synonyms: Self.synonyms)
    guard let ip = fields["ip"] else {
      throw value.error(
        .missingValue, "a host has no `ip`", advice: "Write an address, a name or an ssh alias.")
    }
    name = try Self.readName(ip)
    login = try PoolLogin(fields)
  }

  private static func readName(_ value: YAMLValue) throws(TaskError) -> String {
    let text = try value.word("an address, a name or an ssh alias")
    do throws(BookError) { try EntryCheck.hostname(text) } catch {
      throw value.bad(
        "is \"\(text)\", which is no address, name or ssh alias",
        advice: text.contains("@")
          ? "Write `ip:` and `user:` one below the other." : nil)
    }
    return text
  }
}

extension PoolLogin {
  fileprivate init(_ fields: Fields) throws(TaskError) {
    if let value = fields["user"] {
      let name = try value.word("a user name")
      do throws(BookError) { try EntryCheck.user(name) } catch {
        throw value.bad("is \"\(name)\", which is no user name")
      }
      user = name
    }
    if let value = fields["identity_file"] {
      let path = try value.word("the path of a private key")
      guard path.hasPrefix("/") || path.hasPrefix("~/"), !path.contains("\"") else {
        throw value.bad("is \"\(path)\"", advice: "Write an absolute path or one from ~/ on.")
      }
      identityFile = path
    }
    if var value = fields["password"] {
      value.isSecret = true
      password = MaskedText(secret: try value.text())
    }
  }
}
