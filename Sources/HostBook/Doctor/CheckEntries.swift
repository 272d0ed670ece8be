import SystemPackage

/// What each entry needs besides its block: a key file, a pinned host key, a cluster, a name of its own.
extension Doctor {
  func checkEntries(_ book: Book) -> [Finding] {
    let pins = (try? BookStore(home).readPins()) ?? Pins()
    let pinned = Set(pins.names)
    var findings = checkKeys(book)
    for entry in book.entries
    where entry.hostKeyCheck == .pinned && !pinned.contains(entry.hostKeyAlias) {
      findings.append(
        Finding(
          "host-key-missing", .error, alias: entry.alias,
          "no host key is pinned for \(entry.alias): ssh refuses to connect",
          fix: entry.cluster.map { "sky start \($0)" }
            ?? "sky hosts add \(entry.alias) … --host-key FILE", file: home.knownHosts))
    }
    return findings + checkOrphans(book, pinned) + checkNames(book)
  }

  private func checkKeys(_ book: Book) -> [Finding] {
    var findings: [Finding] = []
    var seen: Set<FilePath> = []
    for entry in book.entries {
      guard let path = entry.identityFile, seen.insert(path).inserted else { continue }
      guard let status = try? FileSystem.status(path) else {
        findings.append(
          Finding(
            "key-missing", .error, alias: entry.alias, "the key of \(entry.alias) does not exist",
            fix: "put it back, or `sky hosts add` with another -i", file: path))
        continue
      }
      guard status.mode & 0o077 != 0 else { continue }
      findings.append(
        Finding(
          "key-open-to-others", .error, alias: entry.alias,
          "others may read the key of \(entry.alias) (mode \(octal(status.mode))): ssh ignores it",
          fix: "chmod 600 \(path)", file: path, remedy: .setMode(path, 0o600)))
    }
    return findings
  }

  private func checkOrphans(_ book: Book, _ pinned: Set<String>) -> [Finding] {
    var findings: [Finding] = []
    for cluster in book.clusters {
      guard let clusters, !clusters.contains(cluster) else { continue }
      findings.append(
        Finding(
          "cluster-gone", .warning, alias: book.nodes(of: cluster).first?.alias,
          "the aliases of cluster \(cluster) lead nowhere: sky has no such cluster",
          fix: "sky hosts prune", file: home.book))
    }
    let orphans = pinned.subtracting(book.entries.map(\.hostKeyAlias)).filter {
      $0.hasPrefix("sky-") || $0.hasPrefix("sky.")
    }
    if !orphans.isEmpty {
      findings.append(
        Finding(
          "host-keys-left", .warning,
          "\(orphans.count) pinned host keys belong to no alias: \(orphans.sorted()[0]) …",
          fix: "sky hosts prune", file: home.knownHosts, remedy: .dropPins(orphans)))
    }
    return findings
  }

  /// The user's own `Host` lines with the name of an alias.
  private func checkNames(_ book: Book) -> [Finding] {
    HostScan(home).findAll(Set(book.entries.map(\.alias))).map { host in
      Finding(
        "name-taken", .warning, alias: host.name,
        "`ssh \(host.name)` means sky's host; your own `Host \(host.name)` only fills what it leaves",
        fix: "rename one of them", file: host.file, line: host.line)
    }
  }
}
