import HostBook
import SystemPackage

/// `--infra local`: each node is a bubblewrap sandbox with a folder as its `/` and an sshd of its own.
///
/// A node lives on when `sky` ends, until it is stopped or the machine is switched off. It is a fresh
/// machine to look at, not a wall: kernel, network and `/usr` are this machine's. Files, host key and
/// address of a node stay the same from its first start until `down`, whatever the incarnation.
package struct LocalProvider: Provider {
  private let home: SkyHome
  private let searchPath: [FilePath]

  package init(home: SkyHome, searchPath: [FilePath] = LocalPrograms.systemPath) {
    self.home = home
    self.searchPath = searchPath
  }

  package var infra: String { "local" }
  package var seesNodesFromOutside: Bool { true }

  /// The first process of a node is its sshd, with which all others end.
  package func selfEnding(_ cluster: ClusterSpec, down: Bool) -> SelfEnding? {
    down ? nil : SelfEnding(script: "kill -TERM 1\n", headOnly: false)
  }

  package func missing() async -> ProviderError? {
    do {
      return await SandboxCheck.problem(try LocalMachine.current(searchPath: searchPath))
    } catch {
      return error
    }
  }

  package func shortage(_ cluster: ClusterSpec) async -> ProviderError? {
    do throws(ProviderError) { try ThisMachine.require(cluster) } catch { return error }
    return nil
  }

  package func up(_ cluster: ClusterSpec) async throws(ProviderError) -> [Node] {
    try ThisMachine.require(cluster)
    let machine = try LocalMachine.current(searchPath: searchPath)
    let lock = try await NodesLock.take(cluster.name, in: home)
    defer { withExtendedLifetime(lock) {} }
    let folders = (0..<cluster.numNodes).map { folder($0, of: cluster) }
    let places = try NodePlaces(nodes: home.nodes).choose(for: folders)
    let bringUp = NodeBringUp(
      preparation: NodePreparation(machine: machine, publicKey: try publicKey(cluster)),
      start: NodeStart(machine: machine), before: ProcessTable.now())
    let nodes = try await inParallel(places) { place throws(ProviderError) in
      try await bringUp.run(place)
    }
    try writeHosts(folders, nodes)
    return nodes
  }

  package func nodes(of cluster: ClusterSpec) async throws(ProviderError) -> [NodeStatus] {
    let table = ProcessTable.now()
    let folders = (0..<cluster.numNodes).map { folder($0, of: cluster) }
    return try await inParallel(folders) { folder throws(ProviderError) in
      NodeStatus(rank: folder.rank, state: try await state(folder, table))
    }
  }

  package func stop(_ cluster: ClusterSpec) async throws(ProviderError) {
    let lock = try await NodesLock.take(cluster.name, in: home)
    defer { withExtendedLifetime(lock) {} }
    try await NodeEnd.end(allFolders(of: cluster))
  }

  package func down(_ cluster: ClusterSpec) async throws(ProviderError) {
    let lock = try await NodesLock.take(cluster.name, in: home)
    defer { withExtendedLifetime(lock) {} }
    try await NodeEnd.end(allFolders(of: cluster))
    try await NodeRemoval.remove(cluster.name, in: home.nodes)
  }
}

extension LocalProvider {
  private func folder(_ rank: Int, of cluster: ClusterSpec) -> NodeFolder {
    NodeFolder(cluster: cluster.name, rank: rank, in: home.nodes)
  }

  /// Those asked for and those on disk: a cluster may have had more nodes once.
  private func allFolders(of cluster: ClusterSpec) -> [NodeFolder] {
    let names = FolderListing.names(in: home.nodes.appending(cluster.name))
    let ranks = Set(names.compactMap { Int($0) }).union(0..<cluster.numNodes)
    return ranks.sorted().map { folder($0, of: cluster) }
  }

  private func publicKey(_ cluster: ClusterSpec) throws(ProviderError) -> String {
    let path = FilePath(cluster.identityFile.string + ".pub")
    guard let text = LocalFiles.read(path), !text.isEmpty else {
      throw ProviderError(.nodeFailed, path.string, "cannot read the cluster's public key")
    }
    return text
  }

  private func state(
    _ folder: NodeFolder, _ table: ProcessTable
  ) async throws(ProviderError) -> NodeStatus.State {
    guard ProcessTable.FileIdentity(folder.path.string) != nil else { return .gone }
    guard !table.inside(folder).isEmpty, let address = NodePlaces.address(of: folder) else {
      return .stopped
    }
    do {
      let answer = try await NodeBanner.ask(address, patience: .seconds(2))
      return answer == .refused ? .stopped : .up
    } catch {
      throw .cancelled(folder.hostName)
    }
  }

  private func writeHosts(_ folders: [NodeFolder], _ nodes: [Node]) throws(ProviderError) {
    let names = zip(folders, nodes).map { (name: $0.hostName, address: $1.internalIP) }
    for folder in folders {
      try LocalFiles.writeInPlace(
        AccountFiles.hosts(nodes: names), to: folder.etc.appending("hosts"), mode: 0o644)
    }
  }
}
