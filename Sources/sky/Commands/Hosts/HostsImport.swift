import ArgumentParser
import Foundation
import HostBook
import SystemPackage

/// `sky hosts import`: hosts that somebody exported.
struct HostsImport: SkyCommand {
  static let configuration = CommandConfiguration(
    commandName: "import",
    abstract: "Add the hosts of a bundle that `sky hosts export` printed: all or none.",
    discussion: Help.text(
      examples: [
        "sky hosts import hosts.json": "hosts that are there already are left as they are",
        "sky hosts import - < hosts.json": "from standard input",
      ],
      exits: [.badInput, .noSource, .cannotWrite],
      more: "What would run a program on this machine (ProxyCommand and the like) is refused "
        + "unless you trust it."))

  @Argument(help: "The bundle, or - for standard input.", completion: .file())
  var bundle: String

  @Flag(help: "Also take what runs programs on this machine.")
  var trustPrograms = false

  @Flag(name: .shortAndLong, help: "Do not ask before the first change of your ssh config.")
  var yes = false

  func run(_ context: SkyContext) async throws {
    let bytes = try content(context)
    let hosts: HostBundle
    do {
      hosts = try JSONDecoder().decode(HostBundle.self, from: Data(bytes))
    } catch {
      throw CommandError(.badInput, "\(bundle): not a bundle of `sky hosts export`")
    }
    let imported = try add(hosts, context)
    for note in imported.notes { context.console.note("sky: \(note)") }
    if !imported.added.isEmpty { try context.ensureInclude(assumeYes: yes) }
    context.console.note(
      "sky: hosts added: \(imported.added.count); there already: \(imported.unchanged.count)")
  }

  /// What cannot be written is no mistake of whoever typed the command: it stands in the file.
  private func add(_ hosts: HostBundle, _ context: SkyContext) throws -> BookStore.Imported {
    do throws(BookError) {
      return try BookStore(context.home).add(hosts, trustPrograms: trustPrograms)
    } catch {
      guard error.code == .invalid || error.code == .checkFailed else { throw error }
      throw CommandError(.badInput, "\(bundle): \(error)")
    }
  }

  private func content(_ context: SkyContext) throws -> [UInt8] {
    if bundle == "-" { return Array(FileHandle.standardInput.readDataToEndOfFile()) }
    return try FileSystem.read(try context.sourceFile(bundle)) ?? []
  }
}
