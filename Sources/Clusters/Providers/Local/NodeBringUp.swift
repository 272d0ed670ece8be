/// Brings one node up, from whatever state it is in.
struct NodeBringUp: Sendable {
  var preparation: NodePreparation
  var start: NodeStart
  /// The processes before anything was started.
  var before: ProcessTable

  func run(_ first: NodePlaces.Place) async throws(ProviderError) -> Node {
    var place = first
    var avoided: Set<NodeAddress> = []
    while true {
      let key = try await preparation.prepare(place.folder, at: place.address)
      do {
        if try await !answers(place, key) { try await begin(place, key) }
        return node(place, key)
      } catch  where error.code == .addressTaken {
        guard place.isNew, avoided.count < 8 else { throw error }
        avoided.insert(place.address)
        let tried = avoided
        place = try NodePlaces.new(for: place.folder) { !tried.contains($0) }
      }
    }
  }

  /// Whether the node was running and is well.
  private func answers(
    _ place: NodePlaces.Place, _ key: String
  ) async throws(ProviderError) -> Bool {
    guard !before.inside(place.folder).isEmpty else { return false }
    do {
      let answer = try await NodeBanner.ask(place.address, patience: .seconds(10))
      guard case .line(let line) = answer else { return false }
      return line.hasSuffix(NodePreparation.token(key))
    } catch {
      throw .cancelled(place.folder.hostName)
    }
  }

  private func begin(
    _ place: NodePlaces.Place, _ key: String
  ) async throws(ProviderError) {
    try await NodeEnd.end([place.folder])
    guard place.address.isFree() else { throw taken(place) }
    do {
      try await start.start(place.folder, at: place.address, hostKey: key)
    } catch  where error.code == .nodeFailed {
      // Somebody may have been quicker between the look and sshd's own bind, and may be gone again.
      guard place.address.isFree() else { throw taken(place) }
      try await start.start(place.folder, at: place.address, hostKey: key)
    }
  }

  private func taken(_ place: NodePlaces.Place) -> ProviderError {
    let address = "\(place.address.host):\(place.address.port)"
    return ProviderError(
      .addressTaken, place.folder.hostName,
      "cannot start: another program listens at its address \(address)",
      advice: "end that program (ss -ltnp 'sport = :\(place.address.port)' names it), or remove"
        + " \(place.folder.addressFile) to give the node another address")
  }

  private func node(_ place: NodePlaces.Place, _ key: String) -> Node {
    Node(
      rank: place.folder.rank, hostname: place.address.host, port: place.address.port,
      user: preparation.machine.login.name, hostKeys: [key], internalIP: place.address.host)
  }
}
