import ArgumentParser
import Clusters
import HostBook
import SystemPackage

/// What `launch` and `exec` say about the task.
struct TaskOptions: ParsableArguments {
  @Argument(help: "A task file (.yaml) or a command.")
  var entry: [String] = []

  @Option(name: .shortAndLong, help: "The task's name.")
  var name: String?

  @Option(help: "The folder whose contents go to ~/sky_workdir.")
  var workdir: String?

  @Option(help: "An environment variable; a bare NAME takes its value from here.")
  var env: [String] = []

  @Option(help: "A file of NAME=VALUE lines.")
  var envFile: [String] = []

  @Option(help: "Like --env, and never shown or stored.")
  var secret: [String] = []
}

extension TaskOptions {
  /// The task with every variable replaced.
  func task(_ context: SkyContext, infra: String?, numNodes: Int?) throws -> ClusterTask {
    var overrides = TaskOverrides()
    overrides.name = name
    overrides.workdir = workdir
    overrides.numNodes = numNodes
    overrides.infra = infra
    let environment: (String) -> String? = { context.environment[$0] }
    for file in envFile {
      overrides.envs += try EnvFile.parse(
        context.read(file, what: "env file"), file: file, environment: environment)
    }
    overrides.envs += try env.map { try TaskOverrides.Assignment(parsing: $0, option: "--env") }
    overrides.secrets = try secret.map {
      try TaskOverrides.Assignment(parsing: $0, option: "--secret")
    }
    return try file(context).resolve(overrides, environment: environment)
  }

  private func file(_ context: SkyContext) throws -> TaskFile {
    switch TaskEntry(entry) {
    case .nothing: TaskFile()
    case .command(let command): TaskFile(command: command)
    case .file(let name):
      try TaskFile(parsing: context.read(name, what: "task file"), file: name)
    }
  }
}

extension SkyContext {
  /// The bytes of a file that the user named.
  func read(_ name: String, what: String) throws -> [UInt8] {
    let path = resolve(name)
    do {
      if let bytes = try FileSystem.read(path) { return bytes }
      throw CommandError(.noSource, "the \(what) \(name) does not exist")
    } catch let error as Errno {
      throw CommandError(.failed, "cannot read the \(what) \(name): \(error)")
    }
  }

  /// A path as the shell would mean it: `~` is home, a relative one starts where `sky` runs.
  func resolve(_ path: String) -> FilePath {
    if path == "~" { return home.home }
    if path.hasPrefix("~/") { return home.home.appending(String(path.dropFirst(2))) }
    return folder.pushing(FilePath(path))
  }
}
