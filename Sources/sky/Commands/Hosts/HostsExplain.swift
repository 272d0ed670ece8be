import ArgumentParser
import HostBook
import SystemPackage

/// `sky hosts explain`: which line gave every value, what it overrode, and why other lines did not count.
struct HostsExplain: SkyCommand {
  static let configuration = CommandConfiguration(
    commandName: "explain",
    abstract: "Say for every setting of a host which file and line it comes from.",
    discussion: Help.text(
      examples: [
        "sky hosts explain dev": "every value with its line, and what lost",
        "sky hosts explain dev --json | jq '.values[] | select(.file)'": "for programs",
      ],
      exits: [.failed, .badInput]))

  @OptionGroup var options: ResolveOptions

  @Flag(help: "Print one JSON document.")
  var json = false

  @Flag(help: "Defaults, and the blocks of other aliases of the book, too.")
  var all = false

  @Flag(name: .customLong("no-exec"), help: "Do not run Match exec; such blocks do not apply.")
  var noExec = false

  func run(_ context: SkyContext) async throws {
    let resolution = try await options.resolve(
      in: context, exec: noExec ? .skip : .runInShell, explains: true)
    let unused = resolution.unusedLines.filter { all || $0.origin.file != context.home.book }
    if json {
      context.console.say(try JSON.text(ExplainJSON(resolution, unused)))
    } else {
      let text = ExplainText(resolution, unused, all: all)
      for line in text.lines { context.console.say(line) }
    }
    for command in resolution.skippedCommands {
      context.console.note("Not run: Match exec \"\(command)\"; ssh would run it.")
    }
  }
}

/// The explanation for people.
private struct ExplainText {
  private(set) var lines: [String] = []

  init(_ resolution: Resolution, _ unused: [Resolution.UnusedLine], all: Bool) {
    for setting in resolution.values where all || setting.origin != nil {
      let origin = setting.origin.map { "  # \($0.file):\($0.line)" } ?? "  # default"
      lines.append("\(setting.key) \(setting.value)\(origin)")
      for override in setting.overrides {
        lines.append("    overrides \(override.value)  # \(override.origin.text)")
      }
    }
    add(blocks: unused)
    for line in unused where line.reason == .repeated {
      lines.append("\(line.key) \(line.value) is there already  # \(line.origin.text)")
    }
  }

  private mutating func add(blocks unused: [Resolution.UnusedLine]) {
    var last: Resolution.Origin?
    for line in unused {
      guard case .blockDoesNotApply(let header, let origin?, let because) = line.reason else {
        continue
      }
      if origin != last {
        if last == nil { lines += ["", "Blocks that do not apply:"] }
        lines.append("\(header)  # \(origin.text): \(because)")
      }
      last = origin
      lines.append("    \(line.key) \(line.value)  # line \(line.origin.line)")
    }
  }
}

extension Resolution.Origin {
  fileprivate var text: String { "\(file):\(line)" }
}

private struct ExplainJSON: Encodable {
  struct Override: Encodable {
    var value: String
    var file: String
    var line: Int
  }

  struct Setting: Encodable {
    var key: String
    var value: String
    var file: OrNull<String>
    var line: OrNull<Int>
    var overrides: [Override]
  }

  struct Unused: Encodable {
    var key: String
    var value: String
    var file: String
    var line: Int
    /// `shadowed`, `repeated` or `block`.
    var reason: String
    /// What shadows it, or why the block does not apply.
    var because: String
  }

  var host: String
  var values: [Setting]
  var unused: [Unused]
  var skipped_commands: [String]

  init(_ resolution: Resolution, _ lines: [Resolution.UnusedLine]) {
    host = resolution.host.name
    skipped_commands = resolution.skippedCommands
    values = resolution.values.map { setting in
      Setting(
        key: setting.key, value: setting.value, file: OrNull(setting.origin?.file.string),
        line: OrNull(setting.origin?.line),
        overrides: setting.overrides.map {
          Override(value: $0.value, file: $0.origin.file.string, line: $0.origin.line)
        })
    }
    unused = lines.map { line in
      let (reason, because) = Self.words(line.reason)
      return Unused(
        key: line.key, value: line.value, file: line.origin.file.string, line: line.origin.line,
        reason: reason, because: because)
    }
  }

  private static func words(_ reason: Resolution.UnusedLine.Reason) -> (String, String) {
    switch reason {
    case .shadowed(let winner): ("shadowed", winner?.text ?? "the command line")
    case .repeated: ("repeated", "the same value is there already")
    case .blockDoesNotApply(let header, let origin, let because):
      ("block", "\(header) (\(origin?.text ?? "")): \(because)")
    }
  }
}
