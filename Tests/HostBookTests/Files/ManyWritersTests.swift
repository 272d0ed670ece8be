import Dispatch
import HostBook
import Support
import SystemPackage
import Testing

@Suite struct ManyWritersTests {
  @Test func `sixteen writers lose nothing, and no reader sees an error`() async throws {
    try await withScratchHome { home in
      let entries = (0..<16).map { Sample.manual("first\($0)") }
      try BookStore(home).change { (book, _) throws(BookError) in try book.put(entries) }
      try IncludeLine(home).install()
      try await withThrowingTaskGroup(of: Void.self) { group in
        for number in 0..<16 {
          group.addTask { try await onThread { try write(number, home) } }
        }
        for _ in 0..<2 {
          group.addTask { try await onThread { try read(home) } }
        }
        try await group.waitForAll()
      }
      let aliases = Set(try BookStore(home).read().entries.map(\.alias))
      #expect(aliases.count == 16 + 16 * 4)
      #expect(try IncludeLine(home).status() == .installed(line: 2))
    }
  }

  private func write(_ number: Int, _ home: SkyHome) throws {
    // One in four proves by ssh, so that the test takes seconds.
    let store = BookStore(home, ssh: number % 4 == 0 ? "ssh" : "/nonexistent/ssh")
    for round in 0..<4 {
      try store.change { (book, pins) throws(BookError) in
        let entry = Sample.manual("w\(number)-\(round)")
        try book.put([entry])
        try pins.set(entry.hostKeyAlias, keys: [Sample.key])
      }
      if number % 8 == 0 { try IncludeLine(home).install() }
    }
  }

  private func read(_ home: SkyHome) throws {
    let proof = ProofBySSH(home)
    for number in 0..<25 {
      let answer = try #require(try proof.ask("first\(number % 16)", in: home.userConfig))
      #expect(answer.hostname == "192.0.2.7")
    }
  }

  /// Blocking work on a thread of its own: the pool has only as many as there are processors.
  private func onThread(_ body: @escaping @Sendable () throws -> Void) async throws {
    try await withCheckedThrowingContinuation { (done: CheckedContinuation<Void, any Error>) in
      DispatchQueue.global().async { done.resume(with: Result { try body() }) }
    }
  }
}
