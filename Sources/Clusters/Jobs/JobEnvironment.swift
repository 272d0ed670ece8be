/// What a task finds in its environment on one node. Pure.
enum JobEnvironment {
  /// The task's own variables come first: what `sky` promises cannot be taken away by them.
  static func variables(_ job: JobSpec, rank: Int) -> [JobSpec.Variable] {
    let addresses = job.nodeIPs.joined(separator: "\n")
    let gpus = job.gpusPerNode.map { count in
      ["SKYPILOT_NUM_GPUS_PER_NODE", "SKYPILOT_SETUP_NUM_GPUS_PER_NODE"].map {
        JobSpec.Variable($0, String(count))
      }
    }
    let promised: [JobSpec.Variable] = [
      .init("SKYPILOT_NODE_RANK", String(rank)),
      .init("SKYPILOT_NODE_IPS", addresses),
      .init("SKYPILOT_NUM_NODES", String(job.nodeIPs.count)),
      .init("SKYPILOT_SETUP_NODE_RANK", String(rank)),
      .init("SKYPILOT_SETUP_NODE_IPS", addresses),
      .init(taskID, job.taskID),
      .init("SKYPILOT_INTERNAL_JOB_ID", String(job.reference.id)),
      .init("SKYPILOT_CLUSTER_INFO", clusterInfo(job)),
    ]
    // Without it Python keeps lines back while its output goes to a log.
    return [.init("PYTHONUNBUFFERED", "1")] + job.variables + promised + (gpus ?? [])
  }

  /// Every process of a job has it: by it they are found, wherever they went.
  static let taskID = "SKYPILOT_TASK_ID"

  private static func clusterInfo(_ job: JobSpec) -> String {
    let parts = job.infra.split(separator: "/").map(String.init)
    let names = ["cloud", "region", "zone"]
    let places = names.indices.map { index in
      "\"\(names[index])\": " + (index < parts.count ? json(parts[index]) : "null")
    }
    let name = "\"cluster_name\": " + json(job.reference.cluster)
    return "{" + ([name] + places).joined(separator: ", ") + "}"
  }

  private static func json(_ text: String) -> String {
    let escaped = text.unicodeScalars.map { scalar -> String in
      switch scalar {
      case "\"", "\\": "\\\(scalar)"
      case _ where scalar.value < 0x20:
        "\\u" + String(repeating: "0", count: scalar.value < 16 ? 3 : 2)
          + String(scalar.value, radix: 16)
      default: String(scalar)
      }
    }
    return "\"" + escaped.joined() + "\""
  }
}
