import ArgumentParser

/// `sky hosts …`: the alias book.
struct Hosts: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "hosts",
    abstract: "The alias book: which names ssh knows through sky, and what they mean.",
    subcommands: [
      HostsList.self, HostsShow.self, HostsResolve.self, HostsExplain.self,
      HostsAdd.self, HostsRemove.self, HostsRename.self,
      HostsPrune.self, HostsExport.self, HostsImport.self, HostsDoctor.self, HostsUndo.self,
      HostsInstall.self, HostsUninstall.self,
    ])
}
