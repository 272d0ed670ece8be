import HostBook
import SystemPackage

/// Where the pools of this user are written down.
struct PoolFolder: Sendable {
  let path: FilePath

  init(_ home: SkyHome) { path = home.root.appending("ssh_node_pools.yaml") }

  /// All pools; nil when there is no file. Throws `badInput` with file, line and column.
  func read() throws(ProviderError) -> PoolFile? {
    let bytes: [UInt8]?
    do throws(Errno) { bytes = try FileSystem.read(path) } catch {
      throw ProviderError(.badInput, path.string, "cannot be read: \(error)")
    }
    guard let bytes else { return nil }
    do throws(TaskError) { return try PoolFile(parsing: bytes, file: path.string) } catch {
      throw ProviderError(error)
    }
  }

  /// Throws `unknownName` when no pool is called so.
  func pool(_ name: String) throws(ProviderError) -> Pool {
    guard let file = try read() else {
      throw ProviderError(
        .unknownName, "ssh/\(name)", "there is no \(path)",
        advice:
          "Write `\(name):` there, and below it `hosts:` with a line `- HOST` for each machine.")
    }
    return try file.pool(name, file: path.string)
  }

  /// Whether others can read the file although passwords stand in it.
  func tellsPasswords(_ file: PoolFile) -> Bool {
    let hasPassword = file.pools.contains { pool in
      pool.defaults.password != nil || pool.hosts.contains { $0.login.password != nil }
    }
    let status = try? FileSystem.status(path)
    return hasPassword && (status.flatMap(\.self)?.mode ?? 0) & 0o077 != 0
  }
}

extension ProviderError {
  /// What is wrong with a file that describes nodes.
  init(_ error: TaskError) {
    let place = [error.file, error.line.map(String.init), error.column.map(String.init)]
      .compactMap(\.self).joined(separator: ":")
    let near = error.suggestion.map { "; did you mean `\($0)`?" } ?? ""
    self.init(.badInput, place, error.message + near, advice: error.advice)
  }
}
