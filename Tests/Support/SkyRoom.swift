import SystemPackage
import Testing

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// This machine with an empty home folder: what runs in it finds `~/.ssh/config` and `~/.sky` where stock
/// programs look for them (ssh takes `~` from the passwd entry, not from HOME), and the real ones are safe.
public struct SkyRoom: Sendable {
  /// Stands where the user's home is, seen from outside.
  public var folder: FilePath
  /// The user's home, seen from inside.
  public var home: FilePath
  /// Whether clusters may run in it.
  public var hasNodes = true
  /// A process in the network that programs of the room see; nil for this machine's.
  public var network: pid_t?

  /// Runs a program in the room, in its home folder unless `place` says otherwise.
  public func run(
    _ program: String, _ arguments: [String], input: [UInt8] = [],
    environment: [String: String] = [:], in place: FilePath? = nil
  ) async throws -> ProgramResult {
    // The home hides a checkout in it: what was built there has to stay in sight.
    let built = TestTools.built.string
    let sight = built.hasPrefix(home.string + "/") ? ["--ro-bind", built, built] : []
    let bubblewrap =
      ["--dev-bind", "/", "/", "--bind", folder.string, home.string] + sight
      + ["--setenv", "HOME", home.string, "--unsetenv", "SKY_SSH_CONFIG"] + skyHome
      + ["--unsetenv", "SSH_AUTH_SOCK", "--chdir", (place ?? home).string, "--", program]
    let words =
      (network.map { ["nsenter", "--net=/proc/\($0)/ns/net", "--"] } ?? [])
      + ["bwrap"] + bubblewrap + arguments
    return try await Support.run(
      words[0], Array(words.dropFirst()), input: input, environment: environment)
  }

  /// Root sees which folder a process of another room means by a path; for others each needs a path of its own.
  private var skyHome: [String] {
    geteuid() == 0 || !hasNodes
      ? ["--unsetenv", "SKY_HOME"] : ["--setenv", "SKY_HOME", folder.appending(".sky").string]
  }

  /// Runs the `sky` that was built with these tests.
  public func sky(
    _ arguments: String..., input: [UInt8] = [], environment: [String: String] = [:],
    in place: FilePath? = nil
  ) async throws -> ProgramResult {
    try await run(
      SkyProgram.path.string, arguments, input: input, environment: environment, in: place)
  }
}

/// The program under test.
public enum SkyProgram {
  /// `sky` in the folder of the running test bundle or test runner.
  public static var path: FilePath {
    let words = CommandLine.arguments
    let bundle = words.first { $0.hasSuffix(".xctest") } ?? words[0]
    return FilePath(bundle).removingLastComponent().appending("sky")
  }
}

/// Python programs that tests need and Debian has not, in a virtual environment that the set-up script made.
public enum TestTools {
  public static var folder: FilePath { built.appending("test-tools") }

  /// The checkout's `.build`.
  static var built: FilePath {
    FilePath(#filePath).removingLastComponent().removingLastComponent().removingLastComponent()
      .appending(".build")
  }
}

/// Gives `body` a room of its own; whatever clusters it left are taken down.
public func withSkyRoom<Result>(
  hasNodes: Bool = true, network: pid_t? = nil, _ body: (SkyRoom) async throws -> Result
) async throws -> Result {
  try await withScratchFolder { folder in
    let entry = try #require(getpwuid(getuid()))
    var room = SkyRoom(
      folder: folder, home: FilePath(platformString: entry.pointee.pw_dir), hasNodes: hasNodes)
    room.network = network
    do {
      let result = try await body(room)
      _ = try await room.sky("down", "-a", "-y")
      return result
    } catch {
      _ = try await room.sky("down", "-a", "-y")
      throw error
    }
  }
}
