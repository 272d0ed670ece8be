import HostBook
import Support
import SystemPackage
import Testing

@testable import Clusters

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

@Suite("The lock of a cluster")
struct ClusterLockTests {
  @Test func `the second one is told who works on it`() async throws {
    try await withScratchFolder { folder in
      let home = SkyHome(in: folder)
      let held = try await ClusterLock.acquire("dev", in: home, purpose: "sky launch -c dev")
      let error = StateError(
        .busy, "dev", "another sky (process \(getpid()), sky launch -c dev) works on it",
        advice: "Wait until it is done, or end that process, then run the command again.")
      await #expect(throws: error) {
        try await ClusterLock.acquire("dev", in: home, purpose: "sky down dev", patience: .zero)
      }
      withExtendedLifetime(held) {}
    }
  }

  @Test func `the second one waits, says so once, and goes on`() async throws {
    try await withScratchFolder { folder in
      let home = SkyHome(in: folder)
      var held: ClusterLock? = try await ClusterLock.acquire("dev", in: home, purpose: "first")
      let (words, said) = AsyncStream<String>.makeStream()
      async let second = ClusterLock.acquire("dev", in: home, purpose: "second") { said.yield($0) }
      var heard = words.makeAsyncIterator()
      #expect(
        await heard.next()
          == "dev: another sky (process \(getpid()), first) works on it; waiting")
      #expect(held?.cluster == "dev")
      held = nil
      #expect(try await second.cluster == "dev")
      said.finish()
      #expect(await heard.next() == nil)
    }
  }

  @Test func `other clusters are free`() async throws {
    try await withScratchFolder { folder in
      let home = SkyHome(in: folder)
      let dev = try await ClusterLock.acquire("dev", in: home, purpose: "a", patience: .zero)
      let two = try await ClusterLock.acquire("two", in: home, purpose: "b", patience: .zero)
      withExtendedLifetime((dev, two)) {}
    }
  }

  @Test func `a child that lives on does not hold the lock`() async throws {
    try await withScratchFolder { folder in
      let home = SkyHome(in: folder)
      var held: ClusterLock? = try await ClusterLock.acquire("dev", in: home, purpose: "a")
      let path = home.locks.appending("cluster-dev").string
      // flock(1) run as a child fails while we hold the lock, and an open descriptor would show.
      let seen = try await run("sh", ["-c", "ls -l /proc/self/fd; flock -n '\(path)' true"])
      #expect(seen.status == 1)
      #expect(!seen.text.contains("cluster-dev"))
      #expect(held != nil)
      held = nil
      #expect(try await run("flock", ["-n", path, "true"]).status == 0)
    }
  }

  @Test func `whoever waits can be interrupted`() async throws {
    try await withScratchFolder { folder in
      let home = SkyHome(in: folder)
      let held = try await ClusterLock.acquire("dev", in: home, purpose: "a")
      let waiting = Task { try await ClusterLock.acquire("dev", in: home, purpose: "b") }
      waiting.cancel()
      let error = await #expect(throws: StateError.self) { try await waiting.value }
      #expect(error?.code == .cancelled)
      withExtendedLifetime(held) {}
    }
  }

  @Test("A name that is no file name has no lock", arguments: ["", "a/b", "../x"])
  func badName(_ name: String) async throws {
    try await withScratchFolder { folder in
      let error = await #expect(throws: StateError.self) {
        try await ClusterLock.acquire(name, in: SkyHome(in: folder), purpose: "a")
      }
      #expect(error?.code == .noSuchCluster)
    }
  }
}
