import ArgumentParser
import Clusters
import HostBook

/// `sky hosts doctor`: every known way in which an alias can fail to mean what it says.
struct HostsDoctor: SkyCommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor",
    abstract: "Examine the book, your ssh config and all that aliases need.",
    discussion: Help.text(
      examples: [
        "sky hosts doctor": "each finding with its place and its cure",
        "sky hosts doctor --fix": "cures what is safe to cure",
      ],
      exits: [.failed],
      more: "No network is used. The code is 0 when there is no error; warnings may remain."))

  @Flag(help: "Cure what can be cured without asking.")
  var fix = false

  @Flag(help: "Print one JSON document.")
  var json = false

  func run(_ context: SkyContext) async throws {
    let doctor = await doctor(context)
    var findings = doctor.examine()
    if fix {
      for finding in try doctor.mend(findings) {
        context.console.note("sky: cured \(finding.id): \(finding.message)")
      }
      findings = doctor.examine()
    }
    if json {
      context.console.say(try JSON.text(findings.map(FindingJSON.init)))
    } else {
      show(findings, context.console)
    }
    if findings.contains(where: { $0.severity == .error }) { throw OwnExit(code: 1) }
  }

  private func doctor(_ context: SkyContext) async -> Doctor {
    let home = context.home
    let profile = VersionProfile.installed() ?? .portable10_5
    let resolver = Resolver(environment: .live(profile: profile, source: .of(home)))
    let clusters = try? await StateStore.open(home).clusters().map(\.name)
    return Doctor(home, resolver: resolver, clusters: clusters.map { Set($0) })
  }

  private func show(_ findings: [Finding], _ console: Console) {
    for finding in findings {
      let place = [finding.file?.string, finding.line.map { "\($0)" }].compactMap { $0 }
      let prefix = place.isEmpty ? "" : "\(place.joined(separator: ":")): "
      console.say("\(prefix)\(finding.severity.rawValue): \(finding.message) [\(finding.id)]")
      console.say("  \(finding.fix)")
    }
    if findings.isEmpty { console.note("sky: nothing found, all aliases mean what they say") }
  }
}

/// One finding of `sky hosts doctor --json`.
struct FindingJSON: Encodable {
  var id: String
  var severity: String
  var alias: OrNull<String>
  var message: String
  var fix: String
  var file: OrNull<String>
  var line: OrNull<Int>

  init(_ finding: Finding) {
    id = finding.id
    severity = finding.severity.rawValue
    alias = OrNull(finding.alias)
    message = finding.message
    fix = finding.fix
    file = OrNull(finding.file?.string)
    line = OrNull(finding.line)
  }
}
