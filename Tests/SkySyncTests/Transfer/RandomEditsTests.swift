import SkySync
import Support
import SystemPackage
import Testing

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Random trees, random edits, random cuts: after the last undisturbed push both sides are equal.
///
/// `SKY_SEED=N` repeats one run, `SKY_ROUNDS=N` makes more of them.
@Suite struct RandomEditsTests {
  @Test func `whatever is edited and wherever it is cut, the next push makes it equal`()
    async throws
  {
    let first = number("SKY_SEED") ?? UInt64.random(in: 0 ... .max)
    for round in 0..<(number("SKY_ROUNDS") ?? 4) {
      let seed = first &+ round
      do {
        try await withPlace { place in try await live(place, seed) }
      } catch {
        Issue.record("SKY_SEED=\(seed): \(error)")
      }
    }
  }

  private func live(_ place: Place, _ seed: UInt64) async throws {
    var random = SeededRandom(seed)
    var options = PushOptions()
    options.mirror = true
    for step in 0..<6 {
      try await place.sh(edits(&random, count: step == 0 ? 60 : 15))
      if Int.random(in: 0..<3, using: &random) == 0 {
        let way: CutHost.Way = Bool.random(using: &random) ? .kill : .connection
        let limit = Int.random(in: 1...60_000, using: &random)
        _ = try? await place.push(to: CutHost(place.node, after: limit, way))
      }
      let withDelete = Bool.random(using: &random) || step == 5
      let report = try await place.push(withDelete ? options : PushOptions())
      #expect(report.problems == [], "SKY_SEED=\(seed) step \(step)")
      let left = try await rsyncDifferences(from: place.source, to: place.target)
      #expect(left == "", "SKY_SEED=\(seed) step \(step)")
    }
  }

  /// A bash script of random edits in the source folder; each may fail where it makes no sense.
  private func edits(_ random: inout SeededRandom, count: Int) -> String {
    var script = "set +e; exec 2>/dev/null\n"
    for _ in 0..<count {
      let (a, b) = (path(&random), path(&random))
      let size = [0, 1, 511, 512, 513, 5_000, 70_000].randomElement(using: &random) ?? 0
      let lines = [
        "mkdir -p \(a)", "mkdir -p \(a)", "head -c \(size) /dev/urandom >\(a)",
        "mkdir -p $(dirname \(a)); head -c \(size) /dev/urandom >\(a)",
        "echo x >>\(a)", "truncate -s \(size) \(a)",
        "chmod \(["600", "755", "4711", "444"].randomElement(using: &random) ?? "644") \(a)",
        "mv -T \(a) \(b)", "mv -T \(a) \(b)", "rm -rf \(a)", "ln -sfn \(b) \(a)", "ln \(a) \(b)",
        "touch -d @\(Int.random(in: -9...2_000_000_000, using: &random)).5 \(a)", "cp -a \(a) \(b)",
      ]
      script += (lines.randomElement(using: &random) ?? "") + "\n"
    }
    return script + ": >.always\nfind . -type d -exec chmod u+rwx {} +\ntrue"
  }

  private func path(_ random: inout SeededRandom) -> String {
    let names = [
      "a", "b", "a-b", "'c d'", "$'n\\nl'", "$'\\xff\\x81'", "-x", "'*'", ".h", "ünï",
      String(repeating: "L", count: 255),
    ]
    let depth = Int.random(in: 1...3, using: &random)
    return "./"
      + (0..<depth).map { _ in names.randomElement(using: &random) ?? "a" }.joined(separator: "/")
  }

  private func number(_ variable: String) -> UInt64? {
    getenv(variable).flatMap { UInt64(String(cString: $0)) }
  }
}
