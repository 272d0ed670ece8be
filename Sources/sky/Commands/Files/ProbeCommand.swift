import ArgumentParser
import Clusters
import SkySync

/// `sky probe`: is it there, what is it, what can it do.
struct ProbeCommand: SkyCommand {
  static let configuration = CommandConfiguration(
    commandName: "probe",
    abstract: "Ask nodes whether they are there and what they are.",
    discussion: Help.text(
      examples: [
        "sky probe dev dev-worker1": "system, processors, memory, disk, GPUs, tools",
        "sky probe --json dev | jq '.[0].tools'": "for programs",
      ],
      exits: [.failed, .unknownName, .unreachable, .hostKey, .authentication],
      more: "All nodes are asked at once. The exit code is that of the first that failed."))

  @Argument(help: "The aliases.", completion: .aliases)
  var aliases: [String]

  @Flag(help: "Print one JSON document.")
  var json = false

  func run(_ context: SkyContext) async throws {
    let connector = await Connector(context.home, options: context.console.connectionOptions)
    let answers = await connector.visit(aliases, Self.ask)
    let rows = zip(aliases, answers).map { ProbeJSON($0, $1) }
    if json {
      context.console.say(try JSON.text(rows))
    } else {
      context.console.say(Table(header: ProbeJSON.header, rows: rows.map(\.cells)))
    }
    for answer in answers { _ = try answer.get() }
  }

  private static func ask(_ host: any NodeConnection) async throws(SyncError) -> Probe {
    try await Probe.run(on: host)
  }
}

/// One node of `sky probe --json`.
struct ProbeJSON: Encodable {
  struct GPU: Encodable {
    var name: String
    var memory_bytes: Int64
  }

  var alias: String
  var reachable = false
  var error: OrNull<String> = OrNull(nil)
  var latency_ms: OrNull<Double> = OrNull(nil)
  var os: OrNull<String> = OrNull(nil)
  var arch: OrNull<String> = OrNull(nil)
  var cpus: OrNull<Int> = OrNull(nil)
  var memory_bytes: OrNull<Int64> = OrNull(nil)
  var disk_free_bytes: OrNull<Int64> = OrNull(nil)
  var gpus: [GPU] = []
  var tools: [String: String] = [:]

  init(_ alias: String, _ answer: Result<Probe, SyncError>) {
    self.alias = alias
    switch answer {
    case .failure(let failure): error = OrNull("\(failure)")
    case .success(let probe):
      reachable = true
      latency_ms = OrNull((probe.latency / .milliseconds(1) * 100).rounded() / 100)
      if probe.hasOnlySFTP {
        error = OrNull("there is no shell, only SFTP")
      } else {
        os = OrNull(probe.os)
        arch = OrNull(probe.arch)
      }
      cpus = OrNull(probe.cpus)
      memory_bytes = OrNull(probe.memoryBytes)
      disk_free_bytes = OrNull(probe.diskFreeBytes)
      gpus = probe.gpus.map { GPU(name: $0.name, memory_bytes: $0.memoryBytes) }
      tools = probe.tools
    }
  }

  static let header = ["ALIAS", "OS", "ARCH", "CPUS", "MEMORY", "DISK FREE", "GPUS", "LATENCY"]

  var cells: [String] {
    guard reachable else { return [alias, "-", "-", "-", "-", "-", "-", "unreachable"] }
    return [
      alias, os.value ?? "-", arch.value ?? "-", cpus.value.map { "\($0)" } ?? "-",
      memory_bytes.value.map(ByteCount.words) ?? "-",
      disk_free_bytes.value.map(ByteCount.words) ?? "-",
      gpus.isEmpty ? "-" : gpus.map(\.name).joined(separator: ", "),
      latency_ms.value.map { "\($0) ms" } ?? "-",
    ]
  }
}
