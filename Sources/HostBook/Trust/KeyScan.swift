import SystemPackage

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Asks a host for its keys, to be shown to a person and pinned: ssh-keyscan(1) and ssh-keygen(1).
public enum KeyScan {
  /// The host's keys, each as `ssh-ed25519 AAAA…`; unverified until somebody has looked.
  ///
  /// Throws `.unreachable` when it has none for us within five seconds.
  public static func keys(of hostname: String, port: UInt16) throws(BookError) -> [String] {
    let result: Program.Result
    do throws(Errno) {
      result = try Program.run(
        ["ssh-keyscan", "-T", "5", "-p", "\(port)", "--", hostname], patience: .seconds(15))
    } catch {
      throw BookError(.unreachable, hostname, "cannot run ssh-keyscan: \(error)")
    }
    let lines = String(decoding: result.output, as: UTF8.self).split(separator: "\n")
    let keys = lines.filter { !$0.hasPrefix("#") }.map { line in
      line.split(separator: " ").dropFirst().prefix(2).joined(separator: " ")
    }
    guard !keys.isEmpty else {
      throw BookError(
        .unreachable, "\(hostname) port \(port)", "it shows no ssh host key",
        advice: "check address and port, or give the key with --host-key FILE")
    }
    return keys
  }

  /// Keys of a file: `.pub` files and known_hosts lines, comments left out. Throws `.malformed`.
  public static func keys(in file: FilePath) throws(BookError) -> [String] {
    let bytes: [UInt8]?
    do throws(Errno) {
      bytes = try FileSystem.read(file)
    } catch {
      throw BookError.cannotRead(file, error)
    }
    guard let bytes else { throw BookError(.cannotRead, file.string, "there is no such file") }
    var keys: [String] = []
    for line in String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline)
    where !line.hasPrefix("#") {
      let words = line.split(separator: " ")
      guard
        let type = words.firstIndex(where: {
          $0.hasPrefix("ssh-") || $0.hasPrefix("ecdsa-") || $0.hasPrefix("sk-")
        }),
        type + 1 < words.count
      else { throw BookError(.malformed, file.string, "it holds no public host key") }
      keys.append("\(words[type]) \(words[type + 1])")
    }
    guard !keys.isEmpty else {
      throw BookError(.malformed, file.string, "it holds no public host key")
    }
    return keys
  }

  /// Fingerprints as ssh shows them, in the order of the keys.
  public static func fingerprints(_ keys: [String], _ home: SkyHome) throws(BookError) -> [String] {
    try HomeFolders.prepare(home)
    let file = home.root.appending(".keys.sky-\(getpid()).tmp")
    defer { _ = try? FileSystem.unlink(file) }
    do throws(Errno) {
      _ = try FileSystem.unlink(file)
      let descriptor = try FileSystem.create(file)
      defer { close(descriptor) }
      try FileSystem.write(Array(keys.joined(separator: "\n").utf8), to: descriptor)
      let result = try Program.run(["ssh-keygen", "-l", "-f", file.string])
      return String(decoding: result.output, as: UTF8.self).split(separator: "\n").map(String.init)
    } catch {
      throw BookError.cannotWrite(file, error)
    }
  }
}
