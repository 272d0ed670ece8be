import HostBook

/// Where a cluster's nodes come from, and what each has to be: the first of a task's alternatives that can
/// be had.
struct ChooseInfra {
  let context: ClusterContext

  struct Place: Equatable, Sendable {
    var infra: String
    /// A node has to meet one of these.
    var requirements: [Requirements]
  }

  /// For a cluster that is not there yet. Places are looked at only where there is a choice; throws with
  /// words for each when none can be had.
  func place(for spec: ClusterSpec, _ resources: Resources) async throws -> Place {
    let places = Self.places(resources)
    if places.count == 1 { return places[0] }
    var problems: [(infra: String, error: ProviderError)] = []
    for place in places {
      var spec = spec
      spec.requirements = place.requirements
      spec.ports = resources.ports
      spec.options = resources.batchOptions
      let provider = try context.provider(place.infra)
      var problem = await provider.missing()
      if problem == nil { problem = await provider.shortage(spec) }
      guard let problem else { return place }
      if problem.code == .cancelled { throw problem }
      problems.append((place.infra, problem))
    }
    throw Self.none(problems, resources)
  }

  /// Of a cluster that is there: what its nodes have to be for this task.
  static func place(
    of cluster: ClusterRecord, _ resources: Resources
  ) throws(WorkflowError) -> Place {
    let usable = usable(resources)
    let fitting = usable.filter { $0.infra == nil || $0.infra == cluster.infra }
    guard fitting.isEmpty else { return Place(infra: cluster.infra, requirements: fitting) }
    var names: [String] = []
    for case let name? in usable.map(\.infra) where !names.contains(name) { names.append(name) }
    throw WorkflowError(
      .badRequest, cluster.name,
      "this cluster is on \(cluster.infra), not on \(names.joined(separator: " or "))",
      advice: "`sky down \(cluster.name)` first, or launch under another name with -c.")
  }

  /// In the order in which they are tried: as they are written when that is what `ordered` says, else what
  /// costs and disturbs nobody first: this machine, machines of one's own, a batch system.
  static func places(_ resources: Resources) -> [Place] {
    var places: [Place] = []
    for wanted in usable(resources) {
      let infra = wanted.infra ?? "local"
      // One allocation is asked for at a time; elsewhere any node may meet any of them.
      let isShared = !infra.hasPrefix("slurm/")
      let same =
        resources.isOrdered
        ? places.indices.last.flatMap { places[$0].infra == infra ? $0 : nil }
        : places.firstIndex { $0.infra == infra }
      if isShared, let same {
        places[same].requirements.append(wanted)
      } else {
        places.append(Place(infra: infra, requirements: [wanted]))
      }
    }
    guard !resources.isOrdered else { return places }
    let kinds = ["local", "ssh", "slurm"]
    return kinds.flatMap { kind in places.filter { $0.infra.split(separator: "/")[0] == kind } }
  }

  /// A cloud is no choice where something else is; where nothing is, its wishes are this machine's.
  private static func usable(_ resources: Resources) -> [Requirements] {
    let own = resources.alternatives.filter { $0.cloud == nil }
    return own.isEmpty ? resources.alternatives : own
  }

  private static func none(
    _ problems: [(infra: String, error: ProviderError)], _ resources: Resources
  ) -> ProviderError {
    let codes = Set(problems.map(\.error.code))
    let lines = problems.map { infra, error in
      let subject = error.subject == infra ? infra : "\(infra): \(error.subject)"
      return "    \(subject): \(error.reason)".replacing("\n", with: "\n    ")
    }
    var error = ProviderError(
      codes.count == 1 ? problems[0].error.code : .tooFew,
      resources.isOrdered ? "resources.ordered" : "resources.any_of",
      "none of the \(problems.count) places can be had:\n\(lines.joined(separator: "\n"))",
      advice: "Ask for less, or add a place that has it.")
    error.leavesNothing = true
    return error
  }
}
