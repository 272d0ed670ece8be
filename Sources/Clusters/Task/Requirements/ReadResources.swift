extension Resources {
  /// The keys that do something.
  private static let own = [
    "infra", "cpus", "memory", "accelerators", "ports", "autostop", "any_of", "ordered",
  ]

  static let known = own + ["volumes"] + CloudFields.resources.map(\.key)

  private static let synonyms = [
    "cores": "cpus", "vcpus": "cpus", "num_cpus": "cpus", "cpu": "cpus", "ram": "memory",
    "mem": "memory", "gpu": "accelerators", "gpus": "accelerators", "image": "image_id",
    "spot": "use_spot", "disk": "disk_size", "port": "ports", "provider": "infra",
  ]

  /// Reads `resources`.
  init(_ value: YAMLValue, _ notices: inout [Notice]) throws(TaskError) {
    let fields = try Fields(
      value, known: Self.known, listed: Self.own, synonyms: Self.synonyms,
      elsewhere: Self.elsewhere)
    if let volumes = fields["volumes"] { throw TaskFile.noVolumes(volumes) }
    let base = try Requirements(fields, over: Requirements(), &notices)
    infra = base.infra
    if let value = fields["ports"] { ports = try Self.readPorts(value) }
    if let value = fields["autostop"] { autostop = try Autostop.read(value, &notices) }
    alternatives = [base]
    if let list = fields["any_of"], fields["ordered"] != nil {
      throw list.bad("stands beside `resources.ordered`", advice: "Keep one of them.")
    }
    isOrdered = fields["ordered"] != nil
    guard let list = fields["any_of"] ?? fields["ordered"] else { return }
    alternatives = try Self.readAlternatives(list, base, &notices)
  }

  private static func elsewhere(_ key: String) -> String? {
    let isTask = TaskFile.known.contains(key)
    return isTask ? "It belongs to the task itself: take the indentation away." : nil
  }

  private static func readAlternatives(
    _ list: YAMLValue, _ base: Requirements, _ notices: inout [Notice]
  ) throws(TaskError) -> [Requirements] {
    let items = try list.items("a list of mappings")
    guard !items.isEmpty else { throw list.bad("is empty", advice: "Leave it out.") }
    let excluded = ["any_of", "ordered", "volumes", "autostop"]
    let known = Self.known.filter { !excluded.contains($0) }
    let listed = Self.own.filter { !excluded.contains($0) }
    var alternatives: [Requirements] = []
    for item in items {
      let fields = try Fields(item, known: known, listed: listed, synonyms: synonyms)
      if let ports = fields["ports"] { _ = try readPorts(ports) }
      alternatives.append(try Requirements(fields, over: base, &notices))
    }
    return alternatives
  }

  private static func readPorts(_ value: YAMLValue) throws(TaskError) -> [ClosedRange<Int>] {
    guard value.isList else { return [try readPort(value)] }
    var ports: [ClosedRange<Int>] = []
    for item in try value.items("a list of ports") { ports.append(try readPort(item)) }
    return ports
  }

  private static func readPort(_ value: YAMLValue) throws(TaskError) -> ClosedRange<Int> {
    if case .int = value.scalar {
      let port = try value.int(1...65535)
      return port...port
    }
    guard value.scalar == .text else { throw value.mustBe("a port or a range such as 8000-8010") }
    let ends = value.word.split(separator: "-", omittingEmptySubsequences: false).map { Int($0) }
    guard (1...2).contains(ends.count), let low = ends[0], let high = ends[ends.count - 1],
      low >= 1, high <= 65535, low <= high
    else {
      throw value.bad(
        "is \"\(value.word)\"", advice: "Write a port of 1 to 65535 or a range such as 8000-8010.")
    }
    return low...high
  }
}

extension Requirements {
  /// Reads what one node must have; what is not said is taken from `base`.
  init(
    _ fields: Fields, over base: Requirements, _ notices: inout [Notice]
  ) throws(TaskError) {
    self = base
    for entry in fields.entries where !entry.value.isNull {
      switch entry.key {
      case "infra": (infra, cloud) = try Infra.read(entry.value, &notices)
      case "cpus": cpus = try Quantity.readCPUs(entry.value)
      case "memory": memory = try Quantity.readMemory(entry.value)
      case "accelerators": accelerators = try Accelerator.readList(entry.value)
      default:
        notices += try CloudFields.notices(
          for: entry.key, entry.value, in: CloudFields.resources)
      }
    }
  }
}
