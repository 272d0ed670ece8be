import SystemPackage

/// Where the nodes of a cluster listen: chosen once, then kept in each node's folder.
struct NodePlaces {
  /// A node, and where it listens.
  struct Place: Sendable {
    var folder: NodeFolder
    var address: NodeAddress
    /// Chosen just now and known to nobody: may still be changed.
    var isNew: Bool
  }

  /// `~/.sky/nodes`.
  var nodes: FilePath

  func choose(for folders: [NodeFolder]) throws(ProviderError) -> [Place] {
    var taken = addressesInUse()
    var places: [Place] = []
    for folder in folders {
      if let address = NodePlaces.address(of: folder) {
        places.append(Place(folder: folder, address: address, isNew: false))
      } else {
        let place = try NodePlaces.new(for: folder) { !taken.contains($0) }
        taken.insert(place.address)
        places.append(place)
      }
    }
    return places
  }

  static func address(of folder: NodeFolder) -> NodeAddress? {
    LocalFiles.read(folder.addressFile).flatMap { NodeAddress($0) }
  }

  /// Chooses the first free address that suits, and writes it down.
  static func new(
    for folder: NodeFolder, suits: (NodeAddress) -> Bool
  ) throws(ProviderError) -> Place {
    let cluster = folder.path.removingLastComponent()
    // Two homes may have the same path, seen from different places.
    let home = cluster.removingLastComponent().removingLastComponent()
    let identity = ProcessTable.FileIdentity(home.string)?.inode ?? 0
    let seed = NodeAddress.seed("\(identity) \(cluster)")
    let candidates = NodeAddress.candidates(seed: seed, rank: folder.rank)
    guard let address = candidates.first(where: { suits($0) && $0.isFree() }) else {
      throw ProviderError(
        .nodeFailed, folder.hostName, "no loopback address is free for its ssh server",
        advice: "see who listens there: ss -ltnp 'src 127.0.0.0/8'")
    }
    try LocalFiles.makeFolder(folder.path, mode: 0o700)
    try LocalFiles.write(address.text, to: folder.addressFile, mode: 0o600)
    return Place(folder: folder, address: address, isNew: true)
  }

  /// All addresses given out, those of stopped nodes too: they want to come back.
  private func addressesInUse() -> Set<NodeAddress> {
    var result: Set<NodeAddress> = []
    for cluster in FolderListing.names(in: nodes) {
      for rank in FolderListing.names(in: nodes.appending(cluster)).compactMap({ Int($0) }) {
        let folder = NodeFolder(cluster: cluster, rank: rank, in: nodes)
        if let address = NodePlaces.address(of: folder) { result.insert(address) }
      }
    }
    return result
  }
}
