import HostBook
import SystemPackage
import Testing

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Machines in networks of their own, as seen from a laptop that reaches only the first of them:
///
///     laptop ── bastion ┬─ n1
///                       ├─ n2
///                       └─ gate ── far
///
/// Each is a network namespace with an sshd; nobody forwards packets, so only ssh leads further. The
/// namespaces have no names: they end with their last process.
public struct NodeNetwork: Sendable {
  /// A process in the laptop's network.
  public let laptop: pid_t
  /// By name: bastion, n1, n2, gate, far.
  public let servers: [String: LoopbackSSHD]

  public subscript(name: String) -> LoopbackSSHD {
    get throws { try #require(servers[name], "no machine \(name) in the network") }
  }

  /// Why this machine cannot have such networks, nil when it can.
  public static let missing: String? = {
    if geteuid() != 0 { return "networks of their own need root" }
    for program in ["/usr/sbin/ip", "/usr/bin/nsenter", "/usr/bin/unshare"]
    where access(program, X_OK) != 0 {
      return "\(program) is missing (packages iproute2 and util-linux)"
    }
    return canMakeVeth ? nil : "this machine does not let us make network namespaces"
  }()

  /// In a namespace of its own, which ends with the command.
  private static var canMakeVeth: Bool {
    let script = "ip link add name near type veth peer name far && ip link set near up"
    return (try? Program.run(["unshare", "-n", "/bin/sh", "-c", script]).status) == 0
  }
}

/// Runs `body` with a network; all of its processes, and with them the namespaces, are gone afterwards.
///
/// - Parameter lines: what goes first into the sshd_config of each named machine.
public func withNodeNetwork<Result>(
  machines: Set<String> = ["bastion", "n1", "n2"], lines: [String: [String]] = [:],
  _ body: (NodeNetwork) async throws -> Result
) async throws -> Result {
  try await withScratchFolder { folder in
    let wires = NodeWires(folder: folder, machines: machines)
    defer { wires.end() }
    let holders = try await wires.lay()
    var servers: [String: LoopbackSSHD] = [:]
    defer { for server in servers.values { server.stop() } }
    for (name, address) in wires.addresses {
      let place = folder.appending(name)
      mkdir(place.string, 0o755)
      var settings = LoopbackSSHD.Settings(lines: lines[name] ?? [], name: name)
      settings.place = .init(address: address, port: 22, holder: try #require(holders[name]))
      servers[name] = try await LoopbackSSHD.start(in: place, settings)
    }
    let laptop = try #require(holders["laptop"])
    return try await body(NodeNetwork(laptop: laptop, servers: servers))
  }
}

/// The namespaces, each held by a process that sleeps, and the wires between them.
private final class NodeWires {
  private static let all: [(near: String, far: String, net: String)] = [
    ("laptop", "bastion", "10.79.0"), ("bastion", "n1", "10.79.1"), ("bastion", "n2", "10.79.2"),
    ("bastion", "gate", "10.79.3"), ("gate", "far", "10.79.4"),
  ]

  private let folder: FilePath
  private let wires: [(near: String, far: String, net: String)]
  private var holders: [String: pid_t] = [:]

  init(folder: FilePath, machines: Set<String>) {
    self.folder = folder
    wires = Self.all.filter { machines.contains($0.far) }
  }

  /// Where each machine but the laptop listens.
  var addresses: [(name: String, address: String)] { wires.map { ($0.far, "\($0.net).2") } }

  func lay() async throws -> [String: pid_t] {
    for name in ["laptop"] + wires.map(\.far) {
      // Ends by itself when nobody could end it.
      let holder = try spawn(
        "/usr/bin/unshare", ["-n", "sleep", "1800"], environment: [],
        log: folder.appending("holder.log"))
      holders[name] = holder
      while Self.network(holder) == Self.network(getpid()) {
        try await Task.sleep(for: .milliseconds(5))
      }
      try await ip(name, "link", "set", "lo", "up")
    }
    for (near, far, net) in wires {
      let other = try #require(holders[far])
      try await ip(
        near, "link", "add", "name", "to-\(far)", "type", "veth", "peer", "name", "back", "netns",
        "\(other)")
      try await ip(near, "addr", "add", "\(net).1/30", "dev", "to-\(far)")
      try await ip(near, "link", "set", "to-\(far)", "up")
      try await ip(far, "addr", "add", "\(net).2/30", "dev", "back")
      try await ip(far, "link", "set", "back", "up")
    }
    return holders
  }

  func end() {
    for holder in holders.values {
      kill(holder, SIGKILL)
      waitpid(holder, nil, 0)
    }
  }

  private func ip(_ place: String, _ words: String...) async throws {
    let holder = try #require(holders[place])
    let result = try await run(
      "nsenter", ["--net=/proc/\(holder)/ns/net", "--", "ip"] + words)
    try #require(result.status == 0, "ip \(words): \(result.errorText)")
  }

  private static func network(_ process: pid_t) -> String {
    var buffer = [CChar](repeating: 0, count: 64)
    let count = readlink("/proc/\(process)/ns/net", &buffer, buffer.count - 1)
    return String(
      decoding: buffer.prefix(max(0, count)).map(UInt8.init(bitPattern:)), as: UTF8.self)
  }
}
