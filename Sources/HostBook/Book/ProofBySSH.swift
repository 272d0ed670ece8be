import SystemPackage

/// Asks the installed ssh what an alias means: the only proof that a text says what was intended.
public struct ProofBySSH: Sendable {
  /// One value that ssh reads otherwise than intended.
  public struct Difference: Equatable, Sendable {
    /// As `ssh -G` spells it.
    public var key: String
    public var intended: String
    /// nil when ssh has no value.
    public var found: String?
  }

  let home: SkyHome
  /// A program name for PATH, or a path.
  let ssh: String

  public init(_ home: SkyHome, ssh: String = "ssh") {
    self.home = home
    self.ssh = ssh
  }

  /// What `ssh -G -F file alias` says; nil when there is no ssh on this machine. Without a file ssh
  /// reads what it always reads.
  ///
  /// Throws `.checkFailed` with ssh's own words when it refuses the file. Runs what `Match exec` in
  /// `file` and its includes says, as every ssh does.
  public func ask(_ alias: String, in file: FilePath?) throws(BookError) -> ResolvedHost? {
    let result: Program.Result
    do throws(Errno) {
      result = try Program.run([ssh, "-G"] + (file.map { ["-F", $0.string] } ?? []) + [alias])
    } catch {
      if error == .noSuchFileOrDirectory { return nil }
      throw BookError(.checkFailed, alias, "cannot run \(ssh) -G: \(error)")
    }
    guard result.status == 0 else {
      let words = String(decoding: result.errorOutput, as: UTF8.self)
        .split(whereSeparator: \.isNewline).map(String.init)
        .filter { !$0.hasPrefix("Pseudo-terminal") }.joined(separator: "; ")
      throw BookError(.checkFailed, alias, "ssh refuses the configuration: \(words)")
    }
    let lines = String(decoding: result.output, as: UTF8.self).split(separator: "\n")
    let settings = lines.map { line in
      let key = line.prefix { $0 != " " }
      return ResolvedHost.Setting(
        key: key.lowercased(), value: String(line.dropFirst(key.count + 1)))
    }
    return ResolvedHost(name: alias, settings: settings)
  }

  /// Where `answer` departs from what the entry promises: address, user, port, first key, proxy, trust.
  public func differences(_ entry: AliasEntry, _ answer: ResolvedHost) -> [Difference] {
    let paths = PathText(home)
    var expected: [(String, String?)] = [
      ("hostname", entry.hostname.lowercased()), ("user", entry.user), ("port", "\(entry.port)"),
      ("hostkeyalias", entry.hostKeyAlias),
      ("stricthostkeychecking", entry.hostKeyCheck == .pinned ? "true" : "accept-new"),
      ("userknownhostsfile", home.knownHosts.string), ("globalknownhostsfile", "/dev/null"),
      ("controlpath", SocketPath.path(entry, home)?.string),
    ]
    if let file = entry.identityFile {
      let written = paths.write(file)
      expected.append(
        ("identityfile", written.hasPrefix("\"") ? String(written.dropFirst().dropLast()) : written)
      )
      expected.append(("identitiesonly", "yes"))
    }
    switch entry.proxy {
    case .jump(let hosts): expected += [("proxyjump", hosts), ("proxycommand", nil)]
    case .command(let command): expected += [("proxycommand", command), ("proxyjump", nil)]
    case nil: expected += [("proxycommand", nil), ("proxyjump", nil)]
    }
    return expected.compactMap { key, value in
      let found = answer.first(key)
      return found == value ? nil : Difference(key: key, intended: value ?? "none", found: found)
    }
  }

  /// Throws `.checkFailed` when ssh refuses `file` or reads one of `entries` otherwise than intended.
  ///
  /// At most six are asked about, spread over all: each is one process.
  func check(_ entries: [AliasEntry], in file: FilePath) throws(BookError) {
    let step = max(1, (entries.count + 5) / 6)
    for index in stride(from: 0, to: entries.count, by: step) {
      guard let answer = try askAboutDraft(entries[index].alias, in: file) else { return }
      if let difference = differences(entries[index], answer).first {
        throw BookError(
          .checkFailed, entries[index].alias,
          "ssh reads \(difference.key) as '\(difference.found ?? "none")', "
            + "not as '\(difference.intended)'; nothing was written",
          advice: "write the value as ssh reads it, see `ssh -G`")
      }
    }
  }

  /// Nobody will find the draft that ssh's words name.
  private func askAboutDraft(
    _ alias: String, in file: FilePath
  ) throws(BookError) -> ResolvedHost? {
    do throws(BookError) {
      return try ask(alias, in: file)
    } catch {
      var error = error
      error.reason = error.reason.replacing(file.string, with: "the new book")
      error.advice = "nothing was written; `ssh_config(5)` has all options and their values"
      throw error
    }
  }
}
