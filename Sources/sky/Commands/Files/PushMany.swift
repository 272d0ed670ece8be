import Clusters
import HostBook
import SkySync
import SystemPackage

/// One push to several places: files are scanned, read and compressed once for all that lack the same.
extension PushCommand {
  /// The last words that are ALIAS:PATH and name nothing here, or the last word whatever it names.
  func places(_ context: SkyContext) throws -> [RemotePath] {
    guard paths.count > 1, let last = paths.last, let target = RemotePath(argument: last) else {
      throw CommandError(.usage, "push takes sources here and then ALIAS:PATH")
    }
    let words = paths.dropFirst().reversed().prefix { word in
      RemotePath(argument: word) != nil
        && ((try? FileSystem.status(context.resolve(word))) ?? nil) == nil
    }
    return words.isEmpty ? [target] : words.reversed().compactMap { RemotePath(argument: $0) }
  }

  /// Every node has its turn; the results come in the order of the places.
  func push(
    _ pairs: [[SyncPair]], to aliases: [String], _ pushOptions: PushOptions, _ context: SkyContext,
    _ live: LiveProgress
  ) async -> [Result<SyncReport, SyncError>] {
    let hosts = await connect(aliases, context)
    var reached: [Int] = []
    var nodes: [(host: any NodeConnection, pairs: [SyncPair])] = []
    for (index, host) in hosts.enumerated() {
      guard case .success(let host) = host else { continue }
      reached.append(index)
      nodes.append((host, pairs[index]))
    }
    let done = await Push.run(nodes.map { ($0.host, $0.pairs) }, options: pushOptions) {
      [reached] node, progress in
      live.update(aliases[reached[node]], progress)
    }
    for node in nodes { await node.host.close() }
    let outcomes = Dictionary(uniqueKeysWithValues: zip(reached, done))
    return hosts.enumerated().map { index, host in
      host.flatMap { _ in
        outcomes[index] ?? .failure(SyncError(.cancelled, aliases[index], "was not reached"))
      }
    }
  }

  private func connect(
    _ aliases: [String], _ context: SkyContext
  ) async -> [Result<any NodeConnection, SyncError>] {
    let connector = await Connector(context.home, options: context.console.connectionOptions)
    typealias Connected = Result<any NodeConnection, SyncError>
    return await withTaskGroup(of: (Int, Connected).self) { group in
      for (index, alias) in aliases.enumerated() {
        group.addTask {
          do throws(SyncError) {
            return (index, .success(try await connector.connect(alias)))
          } catch {
            return (index, .failure(error))
          }
        }
      }
      var hosts: [Int: Connected] = [:]
      for await (index, host) in group { hosts[index] = host }
      return aliases.indices.compactMap { hosts[$0] }
    }
  }
}
