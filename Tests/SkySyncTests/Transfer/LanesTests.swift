import Support
import Synchronization
import SystemPackage
import Testing

@testable import SkySync

/// Large pushes through several channels.
@Suite struct LanesTests {
  /// Several channels whatever the size and the distance.
  private let always: PushOptions = {
    var options = PushOptions()
    options.laneBytes = 0
    options.laneRoundTrip = .zero
    return options
  }()
  private let incompressible =
    "for i in $(seq 40); do head -c 700001 /dev/urandom >$i; done; ln 1 hard; ln -s 2 soft; mkdir d; echo x >d/x"

  @Test(
    "what travels in stripes arrives whole",
    arguments: ["/bin/sh", "/bin/bash", "/bin/zsh", "/usr/bin/fish", "/bin/tcsh", "/bin/mksh"])
  func whole(shell: String) async throws {
    guard try await run("test", ["-x", shell]).status == 0 else { return }
    try await withPlace { place in
      var node = place.node
      node.shell = [shell, "-c"]
      try await place.sh(incompressible)
      let first = try await place.push(to: node, always)
      #expect(first.problems == [] && first.filesSent == 43)
      #expect(node.started.all.count == 5)
      #expect(first.bytesWireOut > 28_000_000 && first.bytesWireOut < 29_000_000)
      try await place.expectEqual()
      try await place.sh("echo y >>d/x; head -c 3000000 /dev/zero >zeros; seq 600000 >text")
      let second = try await place.push(to: node, always)
      #expect(second.problems == [] && second.filesSent == 3)
      try await place.expectEqual()
      for command in node.started.all { _ = try await command.outcome() }
      let left = try await run("find", [node.home.string, "-name", "lanes.*"])
      #expect(left.text == "")
    }
  }

  @Test("with fewer channels, or none beside the first, it takes longer", arguments: 0...4)
  func refused(allowed: Int) async throws {
    try await withPlace { place in
      try await place.sh(incompressible)
      let host = FewChannels(place.node, allowed: 1 + allowed)
      #expect(try await place.push(to: host, always).problems == [])
      try await place.expectEqual()
      #expect(place.node.started.all.count == 1 + allowed)
    }
  }

  @Test(
    "a channel that dies ends the push with nothing changed, and the next completes",
    arguments: [CutHost.Way.connection, .kill], [0, 1, 1_500_000, 4_000_000])
  func cut(way: CutHost.Way, after limit: Int) async throws {
    try await withPlace { place in
      try await place.sh(incompressible)
      var options = always
      options.patience = .seconds(30)
      let host = FewChannels(place.node, allowed: 9, others: CutHost(place.node, after: limit, way))
      let error = await #expect(throws: SyncError.self) {
        _ = try await place.push(to: host, options)
      }
      #expect(error?.code != .timeout)
      for command in place.node.started.all { _ = try await command.outcome() }
      try await place.onNode(
        "test ! -e work; test -z \"$(find . -name '.sky-st*' -o -name 'lanes.*')\"")
      #expect(try await place.push(always).problems == [])
      try await place.expectEqual()
    }
  }

  @Test func `a first channel that dies takes the others along`() async throws {
    try await withPlace { place in
      try await place.sh(incompressible)
      for way in [CutHost.Way.connection, .kill] {
        let host = FewChannels(
          CutHost(place.node, after: 5_000_000, way), allowed: 9, others: place.node)
        await #expect(throws: SyncError.self) { _ = try await place.push(to: host, always) }
        for command in place.node.started.all { _ = try await command.outcome() }
      }
      #expect(try await place.push(always).problems == [])
      try await place.expectEqual()
      for command in place.node.started.all { _ = try await command.outcome() }
      let left = try await run("find", [place.node.home.string, "-name", "lanes.*"])
      #expect(left.text == "")
    }
  }

  @Test func `a node without FIFOs or GNU tools has one channel`() async throws {
    try await withPlace { place in
      try await place.sh(incompressible)
      try await place.onNode(": >.sky_node")
      #expect(try await place.push(always).problems == [])
      try await place.expectEqual()
      #expect(place.node.started.all.count == 1)
    }
  }

  @Test func `at a distance several channels are used, over a real sshd`() async throws {
    try await withLoopbackSSHD { sshd in
      try await withPlace { place in
        try await place.sh(incompressible)
        try await withDelayProxy(to: sshd, delay: .milliseconds(15)) { proxy in
          try await withConnection(to: sshd.host(through: proxy.address, proxy.port)) {
            connection in
            let counting = FewChannels(connection, allowed: 9)
            let source = place.source
            let pair = SyncPair(
              source: source, target: Array("~/work".utf8), manifest: place.manifest
            ) { walkedTree(source) }
            let report = try await Push.run([pair], to: counting)
            #expect(report.problems == [])
            #expect(counting.count == 5)
            let target = sshd.home.appending("work")
            #expect(try await rsyncDifferences(from: source, to: target) == "")
          }
        }
      }
    }
  }
}

/// A node that starts so many commands and refuses more; all but the first may be run by another.
private final class FewChannels: CommandHost {
  private let first: any CommandHost
  private let others: any CommandHost
  private let allowed: Int
  private let started = Mutex(0)
  var name: String { first.name }
  var count: Int { started.withLock { $0 } }

  init(_ first: any CommandHost, allowed: Int, others: (any CommandHost)? = nil) {
    self.first = first
    self.others = others ?? first
    self.allowed = allowed
  }

  func start(_ command: String) async throws(SyncError) -> any RemoteCommand {
    let number = started.withLock { started in
      started += 1
      return started
    }
    guard number <= allowed else { throw SyncError(.badAnswer, name, "no more sessions") }
    return try await (number == 1 ? first : others).start(command)
  }
}
