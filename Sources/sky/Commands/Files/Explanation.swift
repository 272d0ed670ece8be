import SkySync
import SystemPackage

/// Why one path is sent or left out; printed as `git check-ignore -v -n` does.
struct Explanation {
  private var path: [UInt8]
  private var decision: Decision

  /// - Parameter name: of a path in `root`; relative to it, or absolute.
  init(_ name: String, in root: FilePath, _ rules: IgnoreRules) throws {
    var below = FilePath(name).lexicallyNormalized()
    if below.isAbsolute {
      guard below.removePrefix(root.lexicallyNormalized()) else {
        throw CommandError(.usage, "\(name) is not in \(root)")
      }
    } else if below.starts(with: "..") {
      throw CommandError(.usage, "\(name) is not in \(root)")
    }
    path = below == "." ? [] : Array(below.string.utf8)
    decision = rules.decisions([path], in: root).first ?? Decision(ignored: false, rule: nil)
  }

  func show(_ console: Console, json: Bool, nul: Bool) throws {
    let rule = decision.rule
    if json { return console.say(try JSON.text(ExplanationJSON(path, decision))) }
    let line = rule.map { "\($0.line)" } ?? ""
    let fields = [rule?.file ?? [], Array(line.utf8), rule?.pattern ?? []]
    if nul { return console.pass((fields + [path]).flatMap { $0 + [0] }) }
    let place = [quoted(fields[0]), fields[1], fields[2]].joined(separator: Array(":".utf8))
    console.pass(place + Array("\t".utf8) + quoted(path) + Array("\n".utf8))
    console.note(decision.ignored ? "left out" : "sent")
  }
}

/// `sky files --explain PATH --json`.
private struct ExplanationJSON: Encodable {
  var path: PathJSON
  var ignored: Bool
  var file: OrNull<PathJSON>
  var line: OrNull<Int>
  var pattern: OrNull<PathJSON>

  init(_ path: [UInt8], _ decision: Decision) {
    self.path = PathJSON(bytes: path)
    ignored = decision.ignored
    file = OrNull(decision.rule.map { PathJSON(bytes: $0.file) })
    line = OrNull(decision.rule?.line)
    pattern = OrNull(decision.rule.map { PathJSON(bytes: $0.pattern) })
  }
}
