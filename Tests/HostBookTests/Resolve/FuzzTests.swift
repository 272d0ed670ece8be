import Foundation
import Support
import SystemPackage
import Testing

@testable import HostBook

/// Differential fuzzing against the installed ssh.
///
/// `SKY_FUZZ_CASES` and `SKY_FUZZ_SEED` choose how many cases and which; every failure names the seed of its
/// own case, which repeats it alone: `SKY_FUZZ_CASES=1 SKY_FUZZ_SEED=n`.
@Suite struct FuzzTests {
  private static let variables = ProcessInfo.processInfo.environment
  static let cases = variables["SKY_FUZZ_CASES"].flatMap(Int.init) ?? 150
  static let seed =
    variables["SKY_FUZZ_SEED"].flatMap(UInt64.init) ?? UInt64.random(in: 0...999_999_999)

  @Test func `generated configurations resolve as the installed ssh resolves them`() async throws {
    print("ssh_config fuzzing: \(Self.cases) cases, SKY_FUZZ_SEED=\(Self.seed)")
    let counts = try await withThrowingTaskGroup(of: Count.self) { group in
      let workers = min(4, Self.cases)
      for worker in 0..<workers {
        group.addTask { try await Self.work(from: worker, by: workers) }
      }
      return try await group.reduce(into: Count()) { $0.add($1) }
    }
    print("ssh_config fuzzing: \(counts.resolved) resolved alike, \(counts.refused) refused alike")
    #expect(counts.disagreements.isEmpty)
    #expect(counts.resolved + counts.refused == Self.cases)
  }

  struct Count: Sendable {
    var resolved = 0
    var refused = 0
    var disagreements: [UInt64] = []

    mutating func add(_ other: Count) {
      resolved += other.resolved
      refused += other.refused
      disagreements += other.disagreements
    }
  }

  private static func work(from first: Int, by step: Int) async throws -> Count {
    var count = Count()
    for index in stride(from: first, to: cases, by: step) {
      let seed = seed &+ UInt64(index)
      var grammar = ConfigGrammar(seed: seed)
      let test = grammar.makeCase()
      try await ResolveLab.with { lab in
        try lab.place(test)
        let overrides = Resolver.Overrides(user: test.user, options: test.options)
        if let difference = try await lab.disagreement(test.host, overrides: overrides) {
          count.disagreements.append(seed)
          Issue.record(report(seed, test, difference))
        } else if case .settings = lab.ours(test.host, overrides: overrides) {
          count.resolved += 1
        } else {
          count.refused += 1
        }
      }
    }
    return count
  }

  private static func report(_ seed: UInt64, _ test: ConfigGrammar.Case, _ difference: String)
    -> Comment
  {
    var text = "SKY_FUZZ_CASES=1 SKY_FUZZ_SEED=\(seed)\n\(difference)\n"
    text += "host \(test.host) user \(test.user ?? "-") options \(test.options)\n"
    text += "--- config\n\(String(decoding: test.config, as: UTF8.self))"
    for file in test.files {
      text += "\n--- \(file.path) \(String(file.mode, radix: 8))\n"
      text += String(decoding: file.bytes, as: UTF8.self)
    }
    return Comment(rawValue: text)
  }
}

extension ResolveLab {
  func place(_ test: ConfigGrammar.Case) throws {
    try write(test.config, to: config)
    for file in test.files {
      try write(file.bytes, to: home.appending(file.path), mode: file.mode)
    }
  }
}
