import Clusters
import HostBook
import SkySync
import SystemPackage

/// One push to several places: files are scanned, read and compressed once for all that lack the same.
extension PushCommand {
  /// The last words that are ALIAS:PATH and name nothing here; the first word is always a source.
  func destinations(_ context: SkyContext) -> [RemotePath] {
    let words = paths.dropFirst().reversed().prefix { word in
      RemotePath(argument: word) != nil
        && ((try? FileSystem.status(context.resolve(word))) ?? nil) == nil
    }
    return words.reversed().compactMap { RemotePath(argument: $0) }
  }

  /// Reports come in the order of the places. Every node has its turn, then the first error is thrown.
  /// - Parameter begun: the sources with their scans under way.
  func push(
    _ pushOptions: PushOptions, _ sources: [PushSource], begun: [SyncPair],
    to targets: [RemotePath], _ context: SkyContext
  ) async throws {
    let connector = await Connector(context.home, options: context.console.connectionOptions)
    let hosts = await connector.connect(targets.map(\.alias))
    var nodes: [(host: any CommandHost, pairs: [SyncPair])] = []
    for (target, host) in zip(targets, hosts) {
      guard case .success(let host) = host else { continue }
      let memory = PushMemory(context.home, target.alias)
      var pairs = try sources.map {
        try $0.pair(to: target, alone: sources.count == 1, memory: memory)
      }
      for index in pairs.indices { pairs[index].scan = begun[index].scan }
      nodes.append((host, pairs))
    }
    let results = await Push.run(nodes, options: pushOptions)
    for case .success(let host) in hosts { await host.close() }
    try show(results, context.console)
    for case .failure(let error) in hosts { throw error }
  }

  private func show(_ results: [Result<SyncReport, SyncError>], _ console: Console) throws {
    var failure: (any Error)?
    var reports: [SyncReport] = []
    for result in results {
      do throws(SyncError) { reports.append(try result.get()) } catch { failure = failure ?? error }
    }
    if options.json { console.say(try JSON.text(reports.map(ReportJSON.init))) }
    for report in reports where !options.json {
      do { try options.show(report, console) } catch { failure = failure ?? error }
    }
    if options.json, reports.contains(where: { $0.problems.contains { !$0.isNotice } }) {
      failure = failure ?? CommandError(.partlyDone, "some files could not be synced")
    }
    if let failure { throw failure }
  }
}
