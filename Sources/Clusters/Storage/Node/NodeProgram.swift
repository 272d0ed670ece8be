import SkySync
import Subprocess
import SystemPackage

/// Brings this machine's rclone to a node that has none: `~/.sky_node/bin/rclone`.
struct NodeProgram: Sendable {
  let host: any CommandHost
  let here: ObjectStores

  /// - Parameter platform: what `uname -s` and `uname -m` say on the node, separated by a space.
  func send(
    platform: String, _ onNotice: @Sendable (String) -> Void
  ) async throws(StorageError) {
    guard let rclone = try? here.rclone(), try await Self.platform() == platform else {
      throw NodeWords.noRclone(host.name, platform)
    }
    onNotice("\(host.name): sending rclone to it, once")
    let sum = try await Self.output("sha256sum", [rclone.program.string])
    guard let sum = sum.split(separator: " ").first, sum.count == 64 else {
      throw StorageError(.failed, rclone.program.string, "its checksum could not be made")
    }
    let packed = try await Self.bytes("gzip", ["-1", "-c", rclone.program.string])
    try await deliver(packed, sum: String(sum), platform)
  }

  private func deliver(
    _ packed: [UInt8], sum: String, _ platform: String
  ) async throws(StorageError) {
    let words: String
    do {
      let command = try await host.start(Self.command(sum))
      async let answer = Self.all(command)
      async let noise: Void = Self.drain(command)
      // In pieces, so that the connection's window is never asked for all of it.
      for start in stride(from: 0, to: packed.count, by: 1 << 20) {
        try await command.write(Array(packed[start..<min(start + 1 << 20, packed.count)]))
      }
      try await command.finishInput()
      words = try await answer
      try await noise
    } catch let error as SyncError {
      throw StorageError(error, Task.isCancelled)
    } catch {
      throw StorageError(.cancelled, host.name, "interrupted")
    }
    guard words.contains("::sky sent") else {
      var error = NodeWords.noRclone(host.name, platform)
      error.reason += ", and this machine's does not run there"
      throw error
    }
  }

  /// No single quote, backslash or exclamation mark inside: any login shell passes it on.
  private static func command(_ sum: String) -> String {
    "exec /bin/sh -c '"
      + "umask 077; d=$HOME/.sky_node/bin; n=$d/rclone.new.$$; mkdir -p \"$d\" || exit 1; "
      + "gzip -dc >\"$n\" && echo \"\(sum)  $n\" | sha256sum -c - >/dev/null 2>&1 && "
      + "chmod 700 \"$n\" && \"$n\" version >/dev/null 2>&1 && mv -f \"$n\" \"$d/rclone\" && "
      + "echo ::sky sent || rm -f \"$n\"'"
  }

  private static func all(_ command: any RemoteCommand) async throws(SyncError) -> String {
    var bytes: [UInt8] = []
    while let piece = try await command.read() { bytes += piece }
    return String(decoding: bytes, as: UTF8.self)
  }

  private static func drain(_ command: any RemoteCommand) async throws(SyncError) {
    while try await command.readError() != nil {}
  }

  private static func platform() async throws(StorageError) -> String {
    try await output("uname", ["-s", "-m"]).split(whereSeparator: \.isNewline)
      .first.map(String.init) ?? ""
  }

  private static func output(
    _ program: String, _ arguments: [String]
  ) async throws(StorageError) -> String {
    String(decoding: try await bytes(program, arguments), as: UTF8.self)
  }

  private static func bytes(
    _ program: String, _ arguments: [String]
  ) async throws(StorageError) -> [UInt8] {
    do {
      let result = try await Subprocess.run(
        .name(program), arguments: Arguments(arguments), output: .bytes(limit: 1 << 30),
        error: .discarded)
      return result.terminationStatus.isSuccess ? result.standardOutput : []
    } catch is CancellationError {
      throw StorageError(.cancelled, program, "interrupted")
    } catch {
      throw StorageError(.noProgram, program, "cannot be run: \(error)")
    }
  }
}
