import HostBook
import SkySync
import SystemPackage

/// The login node of a Slurm cluster, and the way there.
///
/// `~/.slurm/config` (ssh_config syntax) names it where it has a `Host` of the cluster's name; else it is an
/// alias of the user's own ssh configuration.
struct SlurmLogin: Sendable {
  let cluster: String
  let connector: Connector
  /// How ssh gets from here to the nodes behind it.
  let proxy: AliasEntry.Proxy

  init(_ cluster: String, support: ProviderSupport) throws(ProviderError) {
    self.cluster = cluster
    let config = Self.config(support.home)
    if try Self.names(in: config).contains(cluster) {
      connector = support.connector.reading(config)
      let file = config.string.contains(" ") ? "'\(config)'" : config.string
      proxy = .command("ssh -F \(file) -W [%h]:%p \(cluster)")
    } else {
      connector = support.connector
      proxy = .jump(cluster)
    }
  }

  /// Connects, does `work` there and closes.
  func visit<Value: Sendable>(
    _ work: @Sendable (any NodeConnection) async throws(SyncError) -> Value
  ) async throws(ProviderError) -> Value {
    do throws(SyncError) {
      return try await connector.visit(cluster, work)
    } catch {
      throw ProviderError(error)
    }
  }

  /// What ssh's configuration says of a machine behind the login node.
  func resolve(_ name: String) throws(ProviderError) -> ResolvedHost {
    do throws(SyncError) { return try connector.resolve(name) } catch { throw ProviderError(error) }
  }

  static func config(_ home: SkyHome) -> FilePath {
    home.home.appending(".slurm").appending("config")
  }

  /// The names that the file gives to login nodes: those of blocks with a HostName. No file has none.
  static func names(in file: FilePath) throws(ProviderError) -> [String] {
    let bytes: [UInt8]?
    do throws(Errno) { bytes = try FileSystem.read(file) } catch {
      throw ProviderError(.badInput, file.string, "cannot be read: \(error)")
    }
    var found: [String] = []
    var block: [String] = []
    let lines = String(decoding: bytes ?? [], as: UTF8.self).split(whereSeparator: \.isNewline)
    for line in lines {
      let words = line.split { $0 == " " || $0 == "\t" || $0 == "=" || $0 == "\"" }.map(String.init)
      switch words.first?.lowercased() {
      case "host": block = words.dropFirst().filter { !$0.contains { "*?!".contains($0) } }
      case "match": block = []
      case "hostname":
        found += block.filter { !found.contains($0) }
      default: break
      }
    }
    return found
  }
}
