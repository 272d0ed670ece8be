import SystemPackage

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Owners and modes: ssh refuses configuration and keys that others could change or read.
extension Doctor {
  func checkFiles() -> [Finding] {
    let configFolder = home.userConfig.removingLastComponent()
    return trusted(home.userConfig, "the ssh config") + trusted(home.book, "the book")
      + trusted(home.knownHosts, "the file of pinned keys")
      + closed(configFolder, "the folder of the ssh config") + closed(home.root, "sky's folder")
      + closed(SocketPath.folder(home), "the folder of shared connections")
  }

  /// A file that ssh reads: the user's or root's, written by nobody else.
  private func trusted(_ path: FilePath, _ what: String) -> [Finding] {
    guard let status = try? FileSystem.status(path) else { return [] }
    if status.owner != geteuid(), status.owner != 0, geteuid() != 0 {
      return [
        Finding(
          "wrong-owner", .error,
          "\(what) belongs to user \(status.owner): ssh refuses it for every host",
          fix: "sudo chown \(geteuid()) \(path)", file: path)
      ]
    }
    if !canRead(path) {
      return [
        Finding(
          "unreadable", .error, "\(what) cannot be read: ssh stops for every host",
          fix: "sudo chown \(geteuid()) \(path)", file: path)
      ]
    }
    guard status.mode & 0o022 != 0 else { return [] }
    return [
      Finding(
        "writable-by-others", .error,
        "others may write \(what) (mode \(octal(status.mode))): ssh refuses it for every host",
        fix: "chmod go-w \(path)", file: path,
        remedy: .setMode(path, path == home.userConfig ? status.mode & ~0o022 : 0o600))
    ]
  }

  private func closed(_ folder: FilePath, _ what: String) -> [Finding] {
    guard let status = try? FileSystem.status(folder), status.mode & 0o022 != 0 else { return [] }
    return [
      Finding(
        "folder-writable-by-others", .warning,
        "others may put files into \(what) (mode \(octal(status.mode)))",
        fix: "chmod go-w \(folder)", file: folder, remedy: .setMode(folder, status.mode & ~0o022))
    ]
  }

  /// Temp files of killed writers, and sockets that nobody listens on.
  func checkLeftovers() -> [Finding] {
    var findings: [Finding] = []
    for folder in [home.root, home.userConfig.removingLastComponent()] {
      for name in (try? FileSystem.list(folder)) ?? []
      where name.string.hasPrefix(".") && name.string.contains(".sky-") && name.extension == "tmp" {
        let path = folder.appending(name)
        findings.append(
          Finding(
            "leftover-temp-file", .warning, "a writer was killed and left \(path)",
            fix: "rm \(path)", file: path, remedy: .removeFile(path)))
      }
    }
    let folder = SocketPath.folder(home)
    for name in (try? FileSystem.list(folder)) ?? [] {
      let path = folder.appending(name)
      guard (try? FileSystem.status(path))?.kind == .socket, !Sockets.isLive(path) else { continue }
      findings.append(
        Finding(
          "dead-socket", .warning, "nobody listens on the shared connection \(path)",
          fix: "rm \(path)", file: path, remedy: .sweepSockets))
    }
    return findings
  }

  func canRead(_ path: FilePath) -> Bool {
    path.withPlatformString { access($0, R_OK) } == 0
  }

  func octal(_ mode: UInt16) -> String { "0" + String(mode, radix: 8) }
}
