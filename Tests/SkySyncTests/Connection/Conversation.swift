import HostBook
import SkySync
import Support

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// What a command said, all of it.
struct Answer: Equatable {
  var output: [UInt8]
  var errors: [UInt8]
  var outcome: RemoteOutcome

  var text: String { String(decoding: output, as: UTF8.self) }
  var errorText: String { String(decoding: errors, as: UTF8.self) }
}

extension CommandHost {
  /// Runs `command` to its end, with all three streams moving at once.
  func answer(_ command: String, input: [UInt8]? = nil) async throws -> Answer {
    let running = try await start(command)
    async let output = collect { try await running.read() }
    async let errors = collect { try await running.readError() }
    if let input { try await running.write(input) }
    try await running.finishInput()
    return try await Answer(
      output: output, errors: errors, outcome: running.outcome())
  }
}

private func collect(_ next: @Sendable () async throws -> [UInt8]?) async throws -> [UInt8] {
  var all: [UInt8] = []
  while let piece = try await next() { all += piece }
  return all
}

/// Runs `body` with a connection to `sshd`, closed afterwards.
func withConnection<Result>(
  to host: ResolvedHost, _ options: ConnectionOptions = .init(),
  _ body: (SSHConnection) async throws -> Result
) async throws -> Result {
  let connection = try await SSHConnection.open(host, options: options)
  do {
    let result = try await body(connection)
    await connection.close()
    return result
  } catch {
    await connection.close()
    throw error
  }
}

extension ConnectionOptions {
  /// For machines that run many tests at once.
  static var patient: ConnectionOptions {
    var options = ConnectionOptions()
    options.connect = .seconds(180)
    return options
  }
}

/// The error of `body`, nil when it succeeds.
func syncError<Result>(_ body: () async throws -> Result) async throws -> SyncError? {
  do {
    _ = try await body()
    return nil
  } catch let error as SyncError {
    return error
  }
}

/// Bytes that look random and are the same each time; they repeat every 64 KiB and a bit.
func pattern(_ count: Int) -> [UInt8] {
  var state: UInt64 = 88_172_645_463_325_252
  var bytes = (0..<min(count, 65_537)).map { _ in
    state ^= state << 13
    state ^= state >> 7
    state ^= state << 17
    return UInt8(truncatingIfNeeded: state)
  }
  while bytes.count < count { bytes += bytes[..<min(bytes.count, count - bytes.count)] }
  return bytes
}

/// Compares many bytes quickly in a debug build.
func same(_ one: ArraySlice<UInt8>, _ other: ArraySlice<UInt8>) -> Bool {
  one.withUnsafeBytes { one in
    other.withUnsafeBytes { other in
      guard one.count == other.count else { return false }
      guard let first = one.baseAddress, let second = other.baseAddress else { return true }
      return memcmp(first, second, one.count) == 0
    }
  }
}
