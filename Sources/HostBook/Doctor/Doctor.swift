import SystemPackage

/// Looks for every known way in which an alias can fail to mean what it says.
///
/// Looks only; asks no network. `Match exec` commands of the user's config run, as in every ssh.
public struct Doctor: Sendable {
  let home: SkyHome
  let resolver: Resolver
  let proof: ProofBySSH
  /// The clusters that exist; nil when that is not known.
  let clusters: Set<String>?

  /// Aliases that are resolved one by one; of larger books a sample.
  static let resolved = 64

  /// `resolver` reads the user's configuration as ssh would.
  public init(
    _ home: SkyHome, resolver: Resolver, clusters: Set<String>? = nil, ssh: String = "ssh"
  ) {
    self.home = home
    self.resolver = resolver
    self.clusters = clusters
    proof = ProofBySSH(home, ssh: ssh)
  }

  /// Errors first; in each half by rule, in the order of examination.
  public func examine() -> [Finding] {
    var findings = checkFiles() + checkLeftovers()
    let include = checkInclude()
    findings += include
    do throws(BookError) {
      let book = try BookStore(home).read()
      findings += checkEntries(book) + checkMeaning(book)
    } catch {
      findings.append(
        Finding(
          "book-unreadable", .error, "\(error.subject): \(error.reason)",
          fix: error.advice ?? "sky hosts undo", file: home.book))
    }
    return findings.filter { $0.severity == .error } + findings.filter { $0.severity == .warning }
  }

  /// Cures what can be cured without asking; returns the findings that it took on.
  public func mend(_ findings: [Finding]) throws(BookError) -> [Finding] {
    for finding in findings {
      switch finding.remedy {
      case .installInclude: try IncludeLine(home).install()
      case .refreshInline:
        let store = BookStore(home)
        let text = try store.text.render(try store.read())
        try store.withLock { () throws(BookError) in try InlineRefresh.run(home, book: text) }
      case .setMode(let path, let mode):
        try change(path) { () throws(Errno) in
          try FileSystem.setMode(mode, of: path)
        }
      case .removeFile(let path):
        try change(path) { () throws(Errno) in
          try FileSystem.unlink(path)
        }
      case .sweepSockets: Sockets(home).sweep()
      case .dropPins(let names):
        try BookStore(home).change { (_, pins) throws(BookError) in _ = pins.remove(names) }
      case nil: break
      }
    }
    return findings.filter(\.isMendable)
  }

  private func change(_ path: FilePath, _ body: () throws(Errno) -> Void) throws(BookError) {
    do throws(Errno) {
      try body()
    } catch {
      throw BookError.cannotWrite(path, error)
    }
  }
}
