import HostBook
import SystemPackage

/// Makes a key pair with ssh-keygen: `path` and `path.pub`.
public func generateKey(
  _ path: FilePath, type: String = "ed25519", passphrase: String = "", extra: [String] = []
) async throws {
  let result = try await run(
    "ssh-keygen",
    ["-q", "-t", type, "-N", passphrase, "-C", "test \(type)", "-f", path.string] + extra)
  if result.status != 0 { throw KeygenFailure(message: result.errorText + result.text) }
}

/// The public half's file.
public func pub(_ key: FilePath) -> FilePath { FilePath(key.string + ".pub") }

public struct KeygenFailure: Error {
  public let message: String
}

/// Reads the lines of `ssh -G`.
public func parseResolvedHost(_ name: String, _ text: String) -> ResolvedHost {
  let settings = text.split(separator: "\n").map { line in
    let words = line.split(separator: " ", maxSplits: 1)
    return ResolvedHost.Setting(
      key: String(words[0]), value: words.count > 1 ? String(words[1]) : "")
  }
  return ResolvedHost(name: name, settings: settings)
}

extension ResolvedHost {
  /// Puts `values` in place of what `key` had.
  public mutating func set(_ key: String, _ values: String...) {
    settings.removeAll { $0.key == key }
    settings += values.map { Setting(key: key, value: $0) }
  }
}
