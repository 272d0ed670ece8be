import SkySync

/// Runs a script on a node that asks nothing: sent through standard input, so that no process list shows it.
enum NodeShell {
  /// The script's lines `::sky WORD TEXT`; whatever else is printed is noise.
  static func run(
    _ script: [UInt8], on host: any CommandHost
  ) async throws(SyncError) -> [NodeAnswer.Line] {
    let command = try await host.start("exec /bin/sh -s")
    let result = await withTaskCancellationHandler {
      await talk(command, script)
    } onCancel: {
      Task { await command.abandon() }
    }
    do throws(SyncError) {
      return try result.get()
    } catch {
      throw Task.isCancelled ? SyncError(.cancelled, host.name, "interrupted") : error
    }
  }

  private static func talk(
    _ command: any RemoteCommand, _ script: [UInt8]
  ) async -> Result<[NodeAnswer.Line], SyncError> {
    async let output = all(command)
    async let noise: Void = drain(command)
    do throws(SyncError) {
      try await command.write(script)
      try await command.finishInput()
    } catch {
      await command.abandon()
      return .failure(error)
    }
    await noise
    return await output.map { bytes in
      String(decoding: bytes, as: UTF8.self).split(separator: "\n").compactMap {
        NodeAnswer.Line($0)
      }
    }
  }

  private static func all(_ command: any RemoteCommand) async -> Result<[UInt8], SyncError> {
    do throws(SyncError) {
      var bytes: [UInt8] = []
      while let piece = try await command.read() { bytes += piece }
      return .success(bytes)
    } catch {
      return .failure(error)
    }
  }

  /// A broken connection is seen by who reads the answer.
  private static func drain(_ command: any RemoteCommand) async {
    while (try? await command.readError()) != nil {}
  }
}
