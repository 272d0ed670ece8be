import SystemPackage

/// Hosts in a form that can be given to others: no private keys, nothing about clusters.
public struct HostBundle: Codable, Equatable, Sendable {
  public struct Host: Codable, Equatable, Sendable {
    public var alias: String
    public var hostname: String
    public var port: UInt16
    public var user: String
    /// `~/…` stands for the home of whoever imports it.
    public var identityFile: String?
    public var proxyJump: String?
    public var proxyCommand: String?
    /// `yes` or `accept-new`.
    public var hostKeyCheck: String
    public var hostKeys: [String]
    /// `KEYWORD VALUE`, in order.
    public var options: [String]

    private enum CodingKeys: String, CodingKey {
      case alias, hostname, port, user, options
      case identityFile = "identity_file"
      case proxyJump = "proxy_jump"
      case proxyCommand = "proxy_command"
      case hostKeyCheck = "host_key_check"
      case hostKeys = "host_keys"
    }
  }

  /// Of this form; others are refused.
  public var version = 1
  public var hosts: [Host]

  public init(hosts: [Host]) { self.hosts = hosts }

  private enum CodingKeys: String, CodingKey {
    case version = "sky_hosts"
    case hosts
  }
}

extension BookStore {
  /// The entries of these aliases, or all, with their pinned keys. Throws `.unknown`.
  public func export(_ aliases: [String]) throws(BookError) -> HostBundle {
    let pins = try readPins()
    var entries = try read().entries
    if !aliases.isEmpty {
      entries = []
      for alias in aliases { entries.append(try find(alias)) }
    }
    return HostBundle(hosts: entries.map { host($0, pins) })
  }

  /// What an import did.
  public struct Imported: Equatable, Sendable {
    public var added: [String] = []
    /// Hosts that were in the book already, exactly so.
    public var unchanged: [String] = []
    /// What was left out, in words.
    public var notes: [String] = []
  }

  /// Adds the hosts of a bundle as hosts of the user's own: all or none.
  ///
  /// A bundle comes from someone else: everything in it is checked as if typed, and what would run a
  /// program here is refused unless `trustPrograms`. Keys that do not exist here are left out.
  public func add(_ bundle: HostBundle, trustPrograms: Bool = false) throws(BookError) -> Imported {
    guard bundle.version == 1 else {
      throw BookError(
        .malformed, "bundle", "it has form \(bundle.version), and this sky reads form 1",
        advice: "export it again with a sky of this version")
    }
    var imported = Imported()
    var new: [(AliasEntry, [String])] = []
    let book = try read()
    for host in bundle.hosts {
      let entry = try entry(host, trustPrograms, &imported.notes)
      if book[host.alias] == entry {
        imported.unchanged.append(host.alias)
      } else {
        new.append((entry, host.hostKeys))
      }
    }
    try requireFree(new.map(\.0.alias), for: nil)
    try change { (book, pins) throws(BookError) in
      for (entry, keys) in new {
        guard book.entries.allSatisfy({ !$0.isNamed(entry.alias) }) else {
          throw BookError(.clash, entry.alias, "the bundle, or the book by now, has it twice")
        }
        try book.put([entry])
        try pins.set(entry.hostKeyAlias, keys: keys)
      }
    }
    imported.added = new.map(\.0.alias)
    return imported
  }

  private func host(_ entry: AliasEntry, _ pins: Pins) -> HostBundle.Host {
    var host = HostBundle.Host(
      alias: entry.alias, hostname: entry.hostname, port: entry.port, user: entry.user,
      hostKeyCheck: entry.hostKeyCheck.rawValue, hostKeys: pins.keys(of: entry.hostKeyAlias),
      options: entry.options.filter { !EntryCheck.isOwnKey($0) }
        .map { "\($0.keyword) \($0.value)" })
    host.identityFile = entry.identityFile.map { path in
      let prefix = home.home.string + "/"
      return path.string.hasPrefix(prefix)
        ? "~/" + path.string.dropFirst(prefix.count) : path.string
    }
    switch entry.proxy {
    case .jump(let hosts): host.proxyJump = hosts
    case .command(let command): host.proxyCommand = command
    case nil: break
    }
    return host
  }

  private func entry(
    _ host: HostBundle.Host, _ trustPrograms: Bool, _ notes: inout [String]
  ) throws(BookError) -> AliasEntry {
    guard let check = AliasEntry.HostKeyCheck(rawValue: host.hostKeyCheck) else {
      throw EntryCheck.refuse(
        host.alias,
        "host keys are checked with 'yes' or 'accept-new', "
          + "not \(EntryCheck.quoted(host.hostKeyCheck))")
    }
    var entry = AliasEntry(
      alias: host.alias, hostname: host.hostname, port: host.port, user: host.user,
      identityFile: identity(host, &notes), hostKeyCheck: check,
      options: host.options.map { line in
        let keyword = line.prefix { $0 != " " }
        return .init(String(keyword), String(line.dropFirst(keyword.count + 1)))
      })
    entry.proxy = host.proxyJump.map { .jump($0) } ?? host.proxyCommand.map { .command($0) }
    let programs =
      entry.options.filter(EntryCheck.runsPrograms).map(\.keyword)
      + (host.proxyCommand == nil ? [] : ["ProxyCommand"])
    if !trustPrograms, let program = programs.first {
      throw BookError(
        .invalid, EntryCheck.quoted(host.alias),
        "\(program) of the bundle would run a program here",
        advice: "read it; if you trust it: --trust-programs")
    }
    try EntryCheck.check(entry)
    return entry
  }

  private func identity(_ host: HostBundle.Host, _ notes: inout [String]) -> FilePath? {
    guard let text = host.identityFile else { return nil }
    let path =
      text.hasPrefix("~/")
      ? home.home.appending(String(text.dropFirst(2))) : FilePath(text)
    if path.isAbsolute, (try? FileSystem.status(path)) != nil { return path }
    notes.append("\(host.alias): the key \(text) does not exist here, it is left out")
    return nil
  }
}
