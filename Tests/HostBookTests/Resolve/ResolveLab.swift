import Support
import SystemPackage

@testable import HostBook

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A home of a test's own in which a configuration is resolved twice: by us and by the installed ssh.
struct ResolveLab: Sendable {
  let folder: FilePath
  let oracle: SSHOracle
  let profile: VersionProfile
  let variables: [String: String]

  var home: FilePath { folder.appending("home") }
  var config: FilePath { folder.appending("config") }

  static func with<Result>(
    variables extra: [String: String] = [:], _ body: (ResolveLab) async throws -> Result
  ) async throws -> Result {
    try await withScratchFolder { folder in
      try await body(ResolveLab(folder: folder, extra: extra))
    }
  }

  init(folder: FilePath, extra: [String: String]) async throws {
    self.folder = folder
    profile = VersionProfile.installed() ?? .debian9_2
    var variables = ["HOME": folder.appending("home").string, "PATH": "/usr/bin:/bin"]
    variables["SHELL"] = "/bin/sh"
    variables.merge(extra) { $1 }
    self.variables = variables
    oracle = SSHOracle(variables: variables, folder: folder)
    mkdir(home.string, 0o700)
  }

  /// The environment that the oracle has, too.
  func environment(
    _ profile: VersionProfile? = nil, exec: ResolverEnvironment.ExecPolicy? = nil
  ) -> ResolverEnvironment {
    var environment = ResolverEnvironment.live(
      profile: profile ?? self.profile, source: .file(config),
      exec: exec ?? execInFolder)
    environment.variables = variables
    environment.home = variables["HOME"].map { FilePath($0) }
    return environment
  }

  /// In the folder that the oracle runs in: the commands of test data leave files behind.
  private var execInFolder: ResolverEnvironment.ExecPolicy {
    guard case .run(let run) = ResolverEnvironment.ExecPolicy.runInShell(variables: variables)
    else { return .refuse }
    return .run { [folder] command throws(ResolveError) in try run("cd \(folder)\n\(command)") }
  }

  func write(_ bytes: [UInt8], to path: FilePath, mode: mode_t = 0o600) throws {
    var parent = path
    parent.removeLastComponent()
    try makeFolder(parent)
    let descriptor = try FileDescriptor.open(
      path, .writeOnly, options: [.create, .truncate], permissions: [.ownerReadWrite])
    try descriptor.closeAfter { _ = try descriptor.writeAll(bytes) }
    chmod(path.string, mode)
  }

  private func makeFolder(_ path: FilePath) throws {
    guard mkdir(path.string, 0o700) != 0, errno == ENOENT else { return }
    var parent = path
    parent.removeLastComponent()
    try makeFolder(parent)
    mkdir(path.string, 0o700)
  }

  /// nil when both agree: the same lines, or both refuse. Otherwise what differs, in words.
  func disagreement(
    _ host: String, overrides: Resolver.Overrides = .init()
  ) async throws -> String? {
    var options: [String] = []
    if let user = overrides.user { options += ["-l", user] }
    if let port = overrides.port { options += ["-p", String(port)] }
    options += overrides.options.flatMap { ["-o", $0] }
    let theirs = try await oracle.resolve(host, config: config.string, options: options)
    return compare(theirs, ours(host, overrides: overrides))
  }

  func ours(_ host: String, overrides: Resolver.Overrides = .init()) -> SSHOracle.Answer {
    do {
      let resolution = try Resolver(environment: environment()).resolve(host, overrides: overrides)
      return .settings(resolution.host.lines)
    } catch {
      return .refused(error.description)
    }
  }

  private func compare(_ theirs: SSHOracle.Answer, _ ours: SSHOracle.Answer) -> String? {
    switch (theirs, ours) {
    case (.refused, .refused): return nil
    case (.refused(let reason), .settings): return "ssh refuses, we do not: \(reason)"
    case (.settings, .refused(let reason)): return "we refuse, ssh does not: \(reason)"
    case (.settings(let theirs), .settings(let ours)):
      if theirs == ours { return nil }
      let missing = theirs.filter { !ours.contains($0) }
      let extra = ours.filter { !theirs.contains($0) }
      return "ssh only: \(missing)\nours only: \(extra)"
        + (missing.isEmpty && extra.isEmpty ? "\n(another order or number)" : "")
    }
  }
}

extension ResolvedHost {
  /// As `ssh -G` prints them; a value with a newline is several lines, as its reader sees them.
  var lines: [String] {
    settings.flatMap { "\($0.key) \($0.value)".split(separator: "\n").map(String.init) }
  }
}
