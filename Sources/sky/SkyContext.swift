import ArgumentParser
import HostBook
import SystemPackage

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// What a command works with; tests hand in their own.
struct SkyContext: Sendable {
  var home: SkyHome
  var environment: [String: String]
  /// Where `sky` was started: relative paths are taken from here.
  var folder: FilePath
  var console: Console

  static func live() throws -> SkyContext {
    var environment: [String: String] = [:]
    var cursor = environ
    while let entry = cursor.pointee {
      let text = String(cString: entry)
      if let equals = text.firstIndex(of: "=") {
        environment[String(text[..<equals])] = String(text[text.index(after: equals)...])
      }
      cursor += 1
    }
    guard let raw = getcwd(nil, 0) else {
      throw CommandError(
        .noSource, "cannot tell the current folder: \(String(cString: strerror(errno)))")
    }
    defer { free(raw) }
    let folder = FilePath(platformString: raw)
    return SkyContext(
      home: try SkyHome.from(environment, folder: folder), environment: environment, folder: folder,
      console: .live())
  }
}

extension SkyContext {
  /// A file that was named on the command line, as an absolute path; it exists and is no folder.
  func sourceFile(_ path: String) throws -> FilePath {
    let full = folder.pushing(FilePath(path)).lexicallyNormalized()
    do {
      guard let status = try FileSystem.status(full) else {
        throw CommandError(.noSource, "\(full): there is no such file")
      }
      guard status.kind != .folder else { throw CommandError(.noSource, "\(full): it is a folder") }
      return full
    } catch let error as Errno {
      throw CommandError(.noSource, "\(full): cannot be read: \(error)")
    }
  }
}

extension SkyHome {
  /// The paths that `environment` asks for; relative ones are taken from `folder`.
  static func from(_ environment: [String: String], folder: FilePath) throws -> SkyHome {
    let passwdHome = getpwuid(getuid()).map { FilePath(platformString: $0.pointee.pw_dir) }
    let named = environment["HOME"].flatMap { $0.isEmpty ? nil : FilePath($0) }
    guard let home = named ?? passwdHome else {
      throw CommandError(.failed, "no home folder: HOME is not set and there is no passwd entry")
    }
    func path(_ variable: String, _ fallback: FilePath) -> FilePath {
      guard let value = environment[variable], !value.isEmpty else { return fallback }
      return folder.pushing(FilePath(value)).lexicallyNormalized()
    }
    return SkyHome(
      root: path("SKY_HOME", home.appending(".sky")),
      userConfig: path("SKY_SSH_CONFIG", home.appending(".ssh").appending("config")),
      home: home, passwdHome: passwdHome ?? home)
  }
}

/// A command whose work takes its context as a value.
///
/// Each says its `commandName`: to make it from the type's name, swift-argument-parser looks through all
/// conformances of the program at every start.
protocol SkyCommand: AsyncParsableCommand {
  func run(_ context: SkyContext) async throws
}

extension SkyCommand {
  func run() async throws { try await run(SkyContext.live()) }
}
