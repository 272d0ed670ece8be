import SystemPackage

/// What the real git says about a folder; sees no configuration but the one of `home`.
public struct GitOracle: Sendable {
  /// The top of the repository.
  public var top: FilePath
  /// The user's home: `.gitconfig` may stand in it.
  public var home: FilePath

  /// The variables git runs with here, for who wants to see what it sees.
  public var environment: [String: String] {
    [
      "HOME": home.string, "GIT_CONFIG_NOSYSTEM": "1", "XDG_CONFIG_HOME": "",
      "GIT_CEILING_DIRECTORIES": "", "LC_ALL": "C",
    ]
  }

  public init(top: FilePath, home: FilePath) {
    self.top = top
    self.home = home
  }

  /// Makes `top` a repository, without a process: the least that git takes for one.
  public func makeRepository(config: String = "") async throws {
    try await top.appending(".git").make([
      "HEAD": .file("ref: refs/heads/main\n"), "objects": .folder(), "refs": .folder(),
      "config": .file("[core]\n\trepositoryformatversion = 0\n\(config)"),
    ])
  }

  /// Runs git in `folder` (by default the top), and wants it to work.
  @discardableResult
  public func git(
    _ arguments: [String], input: [UInt8] = [], in folder: FilePath? = nil,
    statuses: ClosedRange<Int32> = 0...0
  ) async throws -> [UInt8] {
    let result = try await run(
      "git", arguments, input: input, environment: environment, in: folder ?? top)
    guard statuses.contains(result.status) else {
      throw GitFailure(message: "git \(arguments): \(result.status) \(result.errorText)")
    }
    return result.output
  }

  /// Whether it is 2.52 or later, which reads `a**/b` as `a*/b`; before, it meant `a`, then `**/b`.
  public func readsGluedStarsAsOne() async throws -> Bool {
    let words = try await git(["version"]).split(separator: UInt8(ascii: " "))
    let numbers = words.dropFirst(2).first?.split(separator: UInt8(ascii: ".")).map {
      Int(String(decoding: $0, as: UTF8.self)) ?? 0
    }
    guard let numbers, numbers.count > 1 else { return false }
    return (numbers[0], numbers[1]) >= (2, 52)
  }

  /// One record of `git check-ignore -v -n -z`.
  public struct Answer: Equatable, Sendable {
    public var path: [UInt8]
    /// Relative to the top, or absolute; empty when no rule speaks of the path.
    public var file: [UInt8]
    public var line: Int
    public var pattern: [UInt8]
    public var isIgnored: Bool { !file.isEmpty && pattern.first != UInt8(ascii: "!") }
  }

  /// - Parameter paths: relative to `folder`.
  public func checkIgnore(
    _ paths: [[UInt8]], in folder: FilePath? = nil
  ) async throws -> [Answer] {
    let fields = try await git(
      ["check-ignore", "--no-index", "-v", "-n", "-z", "--stdin"],
      // A colon at the front would be magic.
      input: paths.flatMap { ($0.first == UInt8(ascii: ":") ? [0x2E, 0x2F] : []) + $0 + [0] },
      in: folder, statuses: 0...1
    ).split(separator: 0, omittingEmptySubsequences: false)
    return stride(from: 0, to: fields.count - 3, by: 4).map { at in
      Answer(
        path: Array(fields[at + 3]), file: Array(fields[at]),
        line: Int(String(decoding: fields[at + 1], as: UTF8.self)) ?? 0,
        pattern: Array(fields[at + 2]))
    }
  }

  /// The files that `git ls-files -co --exclude-standard` lists, sorted.
  public func files(in folder: FilePath? = nil) async throws -> [[UInt8]] {
    try await git(["ls-files", "-co", "--exclude-standard", "-z"], in: folder)
      .split(separator: 0).map(Array.init).sorted { $0.lexicographicallyPrecedes($1) }
  }
}

public struct GitFailure: Error, CustomStringConvertible {
  public var message: String
  public var description: String { message }
}
