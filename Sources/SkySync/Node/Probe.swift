/// What a node is and what it can do, as it said itself at one look.
public struct Probe: Equatable, Sendable {
  public struct GPU: Equatable, Sendable {
    public var name: String
    public var memoryBytes: Int64

    public init(name: String, memoryBytes: Int64) {
      self.name = name
      self.memoryBytes = memoryBytes
    }
  }

  /// `uname -s` and `uname -m`.
  public var os = ""
  public var arch = ""
  public var cpus: Int?
  public var memoryBytes: Int64?
  /// On the file system that holds the home.
  public var diskFreeBytes: Int64?
  public var freeInodes: Int64?
  public var gpus: [GPU] = []
  /// Versions by name: tar, zstd, find, rsync, rclone, python3, git, those that are there.
  public var tools: [String: String] = [:]
  public var home = ""
  public var shell = ""
  /// The node's clock less ours, to the second.
  public var clockOffset: Duration?
  /// Whether names that differ in case only are one file there.
  public var foldsCase = false
  /// How many bytes the login shell prints before it obeys.
  public var loginNoise = 0
  /// There is no shell, only SFTP: all but this and the way's length is unknown.
  public var hasOnlySFTP = false
  /// One way there and back on the open connection.
  public var latency: Duration = .zero

  public init() {}
}

extension Probe {
  /// Asks `host`: one command there.
  public static func run(
    on host: any CommandHost, patience: Duration = .seconds(60)
  ) async throws(SyncError) -> Probe {
    let mark = "sky-" + PushConversation.randomHex()
    let line = ShellCommand.line(script: ProbeScript.text, arguments: [mark])
    do throws(SyncError) {
      let command = WatchedCommand(
        try await host.startScript(line), host: host.name, patience: patience)
      return try await command.watching { await ask(command, mark, host.name) }
    } catch {
      return try await FileServer.instead(of: error, on: host, patience: patience, withoutShell)
    }
  }

  @Sendable private static func withoutShell(
    _ session: SFTPSession
  ) async throws(SyncError) -> Probe {
    var probe = Probe()
    probe.hasOnlySFTP = true
    do throws(SFTPFault) {
      let start = ContinuousClock.now
      probe.home = String(
        decoding: try await session.realPath([UInt8(ascii: ".")]), as: UTF8.self)
      probe.latency = ContinuousClock.now - start
      probe.diskFreeBytes = try await session.freeSpace(Array(probe.home.utf8)).map { $0 * 1024 }
    } catch {
      throw error.syncError(session.host)
    }
    return probe
  }

  private static func ask(
    _ command: WatchedCommand, _ mark: String, _ host: String
  ) async -> Result<Probe, SyncError> {
    do throws(SyncError) {
      return .success(try await talk(command, mark, host))
    } catch {
      await command.abandon()
      return .failure(error)
    }
  }

  private static func talk(
    _ command: WatchedCommand, _ mark: String, _ host: String
  ) async throws(SyncError) -> Probe {
    var frames = FrameReader(command, mark: mark, host: host)
    guard let answer = try await frames.next(), answer.name == "probe",
      let ready = try await frames.next(), ready.name == "ready"
    else {
      throw .noShell(host)
    }
    var probe = Probe(answer: answer.payload)
    probe.loginNoise = frames.noise
    let start = ContinuousClock.now
    try await command.write(Array("ping\n".utf8))
    guard let pong = try await frames.next(), pong.name == "pong" else {
      throw SyncError(.connectionLost, host, "the node went away while it was looked at")
    }
    probe.latency = ContinuousClock.now - start
    try await command.finishInput()
    return probe
  }
}

extension Probe {
  /// Reads the `KEY VALUE` lines; what is missing or makes no sense stays unknown.
  init(answer: [UInt8], now: Int64 = secondsSince1970()) {
    let text = String(decoding: answer, as: UTF8.self)
    for line in text.split(separator: "\n") {
      let parts = line.split(separator: " ", maxSplits: 1)
      guard parts.count == 2 else { continue }
      note(key: parts[0], value: String(parts[1]), now: now)
    }
  }

  private mutating func note(key: Substring, value: String, now: Int64) {
    switch key {
    case "os": os = value
    case "arch": arch = value
    case "cpus": cpus = Int(value)
    case "memory": memoryBytes = Int64(value)
    case "disk": diskFreeBytes = Int64(value)
    case "inodes": freeInodes = Int64(value)
    case "home": home = value
    case "shell": shell = value
    case "clock": clockOffset = Int64(value).map { .seconds($0 - now) }
    case "folds": foldsCase = true
    case "tool": noteTool(value)
    case "gpu": noteGPU(value)
    default: break
    }
  }

  private mutating func noteTool(_ value: String) {
    let parts = value.split(separator: " ", maxSplits: 1)
    guard let name = parts.first else { return }
    tools[String(name)] = Self.version(in: parts.count > 1 ? parts[1] : "")
  }

  /// The first run of digits with a dot in it.
  private static func version(in text: Substring) -> String {
    for word in text.split(whereSeparator: { $0 == " " || $0 == "(" || $0 == ")" || $0 == "," }) {
      let digits = word.drop { $0 == "v" }.prefix { $0.isNumber || $0 == "." }
      if digits.contains("."), digits.first?.isNumber == true { return String(digits) }
    }
    return ""
  }

  /// `MIB, NAME`
  private mutating func noteGPU(_ value: String) {
    let parts = value.split(separator: ",", maxSplits: 1)
    guard parts.count == 2, let memory = Int64(parts[0]) else { return }
    let name = parts[1].drop { $0 == " " }
    gpus.append(GPU(name: String(name), memoryBytes: memory << 20))
  }
}
