/// Fields that mean something in a cloud only: checked, named in a notice, left out.
struct CloudFields {
  /// What a value may be.
  enum Kind {
    case bool, text, textOrNumber, textOrMapping, mapping
    case int(ClosedRange<Int>)
    case positive
  }

  var key: String
  var kind: Kind
  /// What the notice says about it.
  var why: String

  init(_ key: String, _ kind: Kind, _ why: String) {
    self.key = key
    self.kind = kind
    self.why = why
  }

  /// One notice for `key`; none for a boolean that asks for nothing.
  static func notices(
    for key: String, _ value: YAMLValue, in table: [CloudFields]
  ) throws(TaskError) -> [Notice] {
    guard let field = table.first(where: { $0.key == key }) else { return [] }
    let asks = try field.check(value)
    return asks ? [Notice("`\(value.path)` is left out: \(field.why)", at: value.place)] : []
  }

  /// Whether the value asks for anything.
  private func check(_ value: YAMLValue) throws(TaskError) -> Bool {
    switch kind {
    case .bool: return try value.bool()
    case .text: _ = try value.word("a name")
    case .textOrNumber where value.number == nil: _ = try value.word("a size")
    case .textOrMapping where !value.isMapping: _ = try value.word("a name")
    case .mapping where !value.isMapping: throw value.mustBe("a mapping")
    case .int(let range): _ = try value.int(range)
    case .positive:
      guard let number = value.number else { throw value.mustBe("a number") }
      guard number > 0 else { throw value.bad("must be above zero, not \(value.word)") }
    default: break
    }
    return true
  }

  static let task = [
    CloudFields("service", .mapping, "SkyServe is not part of this program"),
    CloudFields("pool", .mapping, "pools of managed jobs are not part of this program"),
    CloudFields("inputs", .mapping, "it helps to choose a cloud"),
    CloudFields("outputs", .mapping, "it helps to choose a cloud"),
    CloudFields("config", .mapping, "it configures SkyPilot itself"),
    CloudFields("event_callback", .text, "it belongs to managed jobs"),
    CloudFields("api_server_access", .bool, "there is no API server"),
  ]

  static let resources = [
    CloudFields("cloud", .text, "nodes come from --infra, not from a cloud"),
    CloudFields("region", .text, "nodes come from --infra, not from a cloud"),
    CloudFields("zone", .text, "nodes come from --infra, not from a cloud"),
    CloudFields("instance_type", .text, "it names a machine of a cloud"),
    CloudFields("use_spot", .bool, "only clouds have spot machines"),
    CloudFields("job_recovery", .textOrMapping, "it belongs to managed jobs"),
    CloudFields("disk_size", .textOrNumber, "nodes have the disks they have"),
    CloudFields("ephemeral_storage", .textOrNumber, "nodes have the disks they have"),
    CloudFields("disk_tier", .text, "nodes have the disks they have"),
    CloudFields("local_disk", .textOrNumber, "nodes have the disks they have"),
    CloudFields("network_tier", .text, "nodes have the network they have"),
    CloudFields("max_hourly_cost", .positive, "nodes cost nothing by the hour"),
    CloudFields("labels", .mapping, "they are put on machines of a cloud"),
    CloudFields("accelerator_args", .mapping, "it belongs to TPUs of a cloud"),
    CloudFields("image_id", .textOrMapping, "nodes keep the system they have"),
    CloudFields("priority", .int(-1000...1000), "it belongs to managed jobs"),
    CloudFields("priority_class", .text, "it belongs to managed jobs"),
  ]
}
