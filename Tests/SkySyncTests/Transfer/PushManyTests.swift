import SkySync
import Support
import Synchronization
import SystemPackage
import Testing

/// Several nodes side by side.
@Suite struct PushManyTests {
  private func nodes(_ place: Place, _ count: Int) async throws -> [LocalShell] {
    var nodes: [LocalShell] = []
    for index in 0..<count {
      let home = place.node.home.appending("node\(index)")
      _ = try await run("mkdir", [home.string])
      nodes.append(LocalShell(home: home))
    }
    return nodes
  }

  private func pairs(_ place: Place, _ index: Int, _ scans: Counter? = nil) -> [SyncPair] {
    let source = place.source
    return [
      SyncPair(
        source: source, target: Array("work".utf8),
        manifest: FilePath("\(place.manifest).\(index)")
      ) {
        scans?.increase()
        return walkedTree(source)
      }
    ]
  }

  @Test func `all nodes become equal, with one scan`() async throws {
    try await withPlace { place in
      try await place.sh("mkdir a; for i in $(seq 300); do head -c 20000 /dev/urandom >a/$i; done")
      let nodes = try await nodes(place, 4)
      let scans = Counter()
      let results = await Push.run(
        nodes.enumerated().map { ($0.element, pairs(place, $0.offset, scans)) })
      #expect(scans.value == 1)
      for (node, result) in zip(nodes, results) {
        #expect(try result.get().filesSent == 300)
        let target = node.home.appending("work")
        #expect(try await rsyncDifferences(from: place.source, to: target) == "")
      }
    }
  }

  @Test func `a dead, a silent, a slow and a different node do not hold the others`() async throws {
    try await withPlace { place in
      try await place.sh("mkdir a; for i in $(seq 120); do head -c 500000 /dev/urandom >a/$i; done")
      var nodes = try await nodes(place, 6)
      nodes[0].shell = ["/bin/sh", "-c", "exit 1"]
      nodes[1].shell = ["/bin/sh", "-c", "sleep 3"]
      // Takes its stream, but only after a while.
      nodes[2].shell = [
        "/bin/sh", "-c", #"eval "$(printf %s "$0" | sed 's/mark receive/sleep 5; mark receive/')""#,
      ]
      _ = try await Push.run(pairs(place, 3), to: nodes[3])
      try await place.sh("echo new >a/1")
      let finished = Mutex<[Int]>([])
      let results = await Push.run(
        nodes.enumerated().map { ($0.element, pairs(place, $0.offset)) }
      ) { node, progress in
        if progress.phase == .done { finished.withLock { $0.append(node) } }
      }
      #expect(throws: SyncError.self) { _ = try results[0].get() }
      #expect(throws: SyncError.self) { _ = try results[1].get() }
      #expect(try results[3].get().filesSent == 1)
      for index in [2, 4, 5] {
        #expect(try results[index].get().filesSent == 120)
        let target = nodes[index].home.appending("work")
        #expect(try await rsyncDifferences(from: place.source, to: target) == "")
      }
      #expect(finished.withLock { $0 }.last == 2)
    }
  }
}

final class Counter: Sendable {
  private let count = Mutex(0)
  var value: Int { count.withLock { $0 } }
  func increase() { count.withLock { $0 += 1 } }
}
