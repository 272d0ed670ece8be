import HostBook
import Support
import SystemPackage
import Testing

@testable import Clusters

@Suite("The state of the clusters")
struct StateStoreTests {
  @Test func `an empty home has no clusters`() async throws {
    try await withScratchFolder { folder in
      let store = try StateStore.open(SkyHome(in: folder))
      #expect(try await store.clusters() == [])
      #expect(try await store.cluster("dev") == nil)
      #expect(try await store.nodes(of: "dev") == [])
    }
  }

  @Test func `what one process saves another reads`() async throws {
    try await withScratchFolder { folder in
      let home = SkyHome(in: folder)
      let writer = try StateStore.open(home)
      try await writer.save(.dev, nodes: [.head, .worker])
      let reader = try StateStore.open(home)
      #expect(try await reader.clusters() == [.dev])
      #expect(try await reader.existingCluster("dev") == .dev)
      #expect(try await reader.nodes(of: "dev") == [.head, .worker])
    }
  }

  @Test func `a second save replaces the cluster and its nodes and keeps its jobs`() async throws {
    try await withScratchFolder { folder in
      let store = try StateStore.open(SkyHome(in: folder))
      try await store.save(.dev, nodes: [.head, .worker])
      let job = try await store.addJob(on: "dev", name: nil, at: .noon) { "/logs/\($0)" }
      var dev = ClusterRecord.dev
      dev.state = .stopped
      dev.workdir = nil
      try await store.save(dev, nodes: [.head])
      #expect(try await store.existingCluster("dev") == dev)
      #expect(try await store.nodes(of: "dev") == [.head])
      #expect(try await store.jobs(of: "dev") == [job])
    }
  }

  @Test func `an update changes what it names and returns what is written`() async throws {
    try await withScratchFolder { folder in
      let store = try StateStore.open(SkyHome(in: folder))
      try await store.save(.dev)
      let written = try await store.updateCluster("dev") { $0.state = .initializing }
      #expect(written.state == .initializing)
      #expect(try await store.existingCluster("dev") == written)
    }
  }

  @Test func `a removed cluster takes its nodes and jobs along`() async throws {
    try await withScratchFolder { folder in
      let store = try StateStore.open(SkyHome(in: folder))
      try await store.save(.dev, nodes: [.head])
      _ = try await store.addJob(on: "dev", name: "a", at: .noon) { "/logs/\($0)" }
      try await store.removeCluster("dev")
      try await store.removeCluster("dev")
      #expect(try await store.clusters() == [])
      #expect(try await store.nodes(of: "dev") == [])
      try await store.save(.dev)
      #expect(try await store.jobs(of: "dev") == [])
    }
  }

  @Test func `an unknown cluster is an error with the nearest name`() async throws {
    try await withScratchFolder { folder in
      let store = try StateStore.open(SkyHome(in: folder))
      await #expect(throws: StateError.empty) { try await store.existingCluster("dve") }
      try await store.save(.dev)
      await #expect(throws: StateError.near) { try await store.existingCluster("dve") }
      await #expect(throws: StateError.near) { try await store.jobs(of: "dve") }
      await #expect(throws: StateError.near) { try await store.updateCluster("dve") { _ in } }
    }
  }

  @Test func `what nodes have to be and when they end is kept until the cluster goes`() async throws
  {
    try await withScratchFolder { folder in
      let home = SkyHome(in: folder)
      let store = try StateStore.open(home)
      try await store.save(.dev)
      #expect(try await store.request(of: "dev") == nil)
      #expect(try await store.autostop(of: "dev") == nil)
      var wanted = Requirements()
      wanted.cpus = Quantity(2, orMore: true)
      wanted.memory = Quantity(1.5, perCPU: true)
      wanted.accelerators = [Accelerator("A100", count: 0.5)]
      let request = NodeRequest([wanted], options: [BatchOption("time", "4:00:00")])
      try await store.save(request, of: "dev")
      try await store.save(AutostopRecord(idleMinutes: 7, since: .noon), of: "dev")
      let reader = try StateStore.open(home)
      #expect(try await reader.request(of: "dev") == request)
      #expect(
        try await reader.autostop(of: "dev") == AutostopRecord(idleMinutes: 7, since: .noon))
      try await store.save(nil, of: "dev")
      #expect(try await reader.autostop(of: "dev") == nil)
      try await store.removeCluster("dev")
      #expect(try await reader.request(of: "dev") == nil)
    }
  }

  @Test func `a cancelled task still writes`() async throws {
    try await withScratchFolder { folder in
      let store = try StateStore.open(SkyHome(in: folder))
      let task = Task {
        withUnsafeCurrentTask { $0?.cancel() }
        try await store.save(.dev)
      }
      try await task.value
      #expect(try await store.clusters() == [.dev])
    }
  }
}

extension SkyHome {
  init(in folder: FilePath) {
    self.init(
      root: folder.appending("sky"), userConfig: folder.appending("ssh/config"), home: folder,
      passwdHome: folder)
  }
}

extension Timestamp {
  static let noon = Timestamp(seconds: 1_795_435_200)
}

extension ClusterRecord {
  static let dev = ClusterRecord(
    name: "dev", incarnation: "a1b2c3", state: .up, infra: "local", numNodes: 2, launchedAt: .noon,
    lastUse: .noon, workdir: "/home/me/project ü", task: "run: |\n  echo 'hi'\n")
}

extension NodeRecord {
  static let head = NodeRecord(
    rank: 0, alias: "dev", hostname: "127.1.2.3", port: 40022, user: "sky", internalIP: "127.1.2.3")
  static let worker = NodeRecord(
    rank: 1, alias: "dev-worker1", hostname: "127.1.2.4", port: 65535, user: "sky",
    internalIP: "127.1.2.4")
}

extension StateError {
  static let empty = StateError(
    .noSuchCluster, "dve", "no cluster has this name",
    advice: "There is none yet: `sky launch -c dve` makes one.")
  static let near = StateError(
    .noSuchCluster, "dve", "no cluster has this name; did you mean dev?",
    advice: "The clusters are: dev.")
}
