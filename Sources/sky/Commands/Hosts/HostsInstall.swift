import ArgumentParser
import HostBook

/// `sky hosts install`: the Include line, where it has to be.
struct HostsInstall: SkyCommand {
  static let configuration = CommandConfiguration(
    commandName: "install",
    abstract: "Let ssh read the book: one Include line on top of your ssh config.",
    discussion: Help.text(
      examples: [
        "sky hosts install --dry-run": "a unified diff of what it would change",
        "sky hosts install --inline": "the hosts themselves, for programs that ignore Include",
      ],
      exits: [.badInput, .cannotWrite],
      more: "Nothing else in the file changes. A config that is read-only or somebody else's is "
        + "left alone, and the line to add is printed."))

  @Flag(help: "Keep the hosts themselves in the config, between two markers.")
  var inline = false

  @Flag(help: "Print a unified diff and change nothing.")
  var dryRun = false

  func run(_ context: SkyContext) async throws {
    try context.reach(inline ? .inline : .include, dryRun: dryRun)
    if !dryRun { try Consent(context.home).forget() }
  }
}

/// `sky hosts uninstall`: nothing of ours in the user's config.
struct HostsUninstall: SkyCommand {
  static let configuration = CommandConfiguration(
    commandName: "uninstall",
    abstract: "Take what is sky's out of your ssh config again, byte for byte.",
    discussion: Help.text(
      examples: [
        "sky hosts uninstall --dry-run": "a unified diff of what it would change",
        "ssh -F ~/.sky/ssh_config dev": "works without any Include",
      ],
      exits: [.badInput, .cannotWrite]))

  @Flag(help: "Print a unified diff and change nothing.")
  var dryRun = false

  func run(_ context: SkyContext) async throws {
    try context.reach(.nothing, dryRun: dryRun)
    if !dryRun { try Consent(context.home).forget() }
  }
}

extension SkyContext {
  /// Changes the user's config, or says what would change, or why it cannot be.
  func reach(_ goal: IncludeLine.Goal, dryRun: Bool) throws {
    let include = IncludeLine(home)
    let change = dryRun ? try include.plan(goal) : try include.reach(goal)
    if dryRun {
      console.pass(Array(change.diff.utf8))
    } else if !change.isNeeded {
      console.note("sky: nothing to do, \(change.path) is as it should be")
    }
    guard change.isNeeded, let obstacle = change.obstacle else { return }
    let what = goal == .nothing ? "take this line out of it" : "put this line on top of it"
    console.note("sky: \(obstacle); \(what), or use ssh -F \(home.book):")
    console.note("  \(change.line)")
    throw CommandError(.cannotWrite, "\(change.path) was not changed")
  }
}
