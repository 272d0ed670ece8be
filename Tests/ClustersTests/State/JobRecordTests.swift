import HostBook
import Support
import Testing

@testable import Clusters

@Suite("The jobs of a cluster")
struct JobRecordTests {
  @Test func `jobs count from one and come newest first`() async throws {
    try await withScratchFolder { folder in
      let store = try StateStore.open(SkyHome(in: folder))
      try await store.save(.dev)
      let first = try await store.addJob(on: "dev", name: "train", at: .noon) { "/logs/\($0)" }
      let second = try await store.addJob(on: "dev", name: nil, at: .noon) { "/logs/\($0)" }
      #expect(
        first
          == JobRecord(
            cluster: "dev", id: 1, name: "train", state: .pending, submittedAt: .noon,
            logPath: "/logs/1"))
      #expect(second.id == 2)
      #expect(try await store.jobs(of: "dev") == [second, first])
    }
  }

  @Test func `a job keeps its exit codes by rank, also of nodes that have not ended`() async throws
  {
    try await withScratchFolder { folder in
      let store = try StateStore.open(SkyHome(in: folder))
      try await store.save(.dev)
      _ = try await store.addJob(on: "dev", name: "train", at: .noon) { "/logs/\($0)" }
      let written = try await store.updateJob(1, on: "dev") {
        $0.state = .failed
        $0.startedAt = Timestamp(seconds: 5)
        $0.endedAt = Timestamp(seconds: 6)
        $0.exitCodes = [0, nil, -1, 137]
      }
      #expect(try await store.existingJob(1, on: "dev") == written)
      #expect(written.exitCodes == [0, nil, -1, 137])
    }
  }

  @Test func `an unknown job is an error`() async throws {
    try await withScratchFolder { folder in
      let store = try StateStore.open(SkyHome(in: folder))
      try await store.save(.dev)
      let error = StateError(
        .noSuchJob, "dev", "has no job 7", advice: "`sky queue dev` lists its jobs.")
      await #expect(throws: error) { try await store.existingJob(7, on: "dev") }
      await #expect(throws: error) { try await store.updateJob(7, on: "dev") { _ in } }
    }
  }

  @Test func `no two of many writers get the same number`() async throws {
    try await withScratchFolder { folder in
      let home = SkyHome(in: folder)
      try await StateStore.open(home).save(.dev)
      let numbers = try await withThrowingTaskGroup(of: [Int].self) { group in
        for _ in 0..<4 {
          group.addTask {
            let store = try StateStore.open(home)
            var numbers: [Int] = []
            for _ in 0..<25 {
              numbers.append(
                try await store.addJob(on: "dev", name: nil, at: .noon) { "/\($0)" }.id)
            }
            return numbers
          }
        }
        return try await group.reduce(into: []) { $0 += $1 }
      }
      #expect(numbers.sorted() == Array(1...100))
    }
  }
}
