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
/// `SKY_FUZZ_SEED` repeats a run and `SKY_FUZZ_CASES` makes more of them, one for each thousand; these have a file of
/// 5 GiB, too.
@Suite(.timeLimit(.minutes(120))) struct RandomEditsTests {
  private static let cases = number("SKY_FUZZ_CASES")
  private var isLong: Bool { Self.cases != nil }

  @Test(
    "whatever is edited and wherever it is cut, the next push makes it equal, and so does a pull",
    arguments: [false, true])
  func edits(onlySFTP: Bool) async throws {
    let first = Self.number("SKY_FUZZ_SEED") ?? UInt64.random(in: 0 ... .max)
    for round in 0..<max(1, (Self.cases ?? 2_000) / 1_000) {
      let seed = first &+ round
      do {
        try await withPlace { place in try await live(place, seed, onlySFTP: onlySFTP) }
      } catch {
        Issue.record("SKY_FUZZ_SEED=\(seed): \(error)")
      }
    }
  }

  private func live(_ place: Place, _ seed: UInt64, onlySFTP: Bool) async throws {
    var random = SeededRandom(seed)
    var node = place.node
    if onlySFTP {
      node.shell = ["/bin/false"]
      node.fileServer = ["/usr/lib/openssh/sftp-server"]
    }
    var options = PushOptions()
    options.mirror = true
    for step in 0..<6 {
      try await place.sh(edits(&random, count: step == 0 ? 60 : 15))
      if isLong, !onlySFTP { try await place.sh(largeFile(&random, step)) }
      if Int.random(in: 0..<3, using: &random) == 0 {
        _ = try? await place.push(to: cut(node, &random))
      }
      let withDelete = Bool.random(using: &random) || step == 5
      let report = try await place.push(to: node, withDelete ? options : PushOptions())
      #expect(report.problems == [], "SKY_FUZZ_SEED=\(seed) step \(step)")
      // What a killed SFTP server had begun is swept a day later.
      try await place.onNode("find work -name '.sky-part.*' -delete; touch -r \(place.source) work")
      let left = try await rsyncDifferences(
        from: place.source, to: place.target, seconds: onlySFTP)
      #expect(
        onlySFTP ? left.isOnlyTimes : left.isEmpty, "SKY_FUZZ_SEED=\(seed) step \(step): \(left)")
      guard step % 2 == 1 else { continue }
      try await pullBack(place, node, &random, "SKY_FUZZ_SEED=\(seed) step \(step)", onlySFTP)
    }
  }

  private func cut(_ node: LocalShell, _ random: inout SeededRandom) -> CutHost {
    let ways = [CutHost.Way.kill, .connection, .connectionOfReader]
    let way = ways.randomElement(using: &random) ?? .kill
    return CutHost(node, after: Int.random(in: 1...60_000, using: &random), way)
  }

  /// A mirror of the node's folder here, first with a cut.
  private func pullBack(
    _ place: Place, _ node: LocalShell, _ random: inout SeededRandom, _ story: String,
    _ onlySFTP: Bool
  ) async throws {
    let back = place.source.removingLastComponent().appending("back")
    var options = PullOptions()
    options.mirror = true
    // Through SFTP an edit within the same second that leaves the size looks like none.
    options.checksum = onlySFTP
    for host in [cut(node, &random), node] as [any CommandHost] {
      let report = try? await Pull.run(
        [Array("work/".utf8)], from: host, to: PullDestination(back, isFolder: true),
        options: options)
      guard host is LocalShell else { continue }
      #expect(report?.problems == [], "\(story)")
    }
    let left = try await rsyncDifferences(
      from: place.target, to: back, delete: false, seconds: onlySFTP)
    #expect(onlySFTP ? left.isOnlyTimes : left.isEmpty, "pull, \(story): \(left)")
  }

  /// A bash script of random edits in the source folder; each may fail where it makes no sense.
  private func edits(_ random: inout SeededRandom, count: Int) -> String {
    var script = "set +e; exec 2>/dev/null\n"
    for _ in 0..<count {
      let (a, b) = (path(&random), path(&random))
      let size = [0, 1, 511, 512, 513, 5_000, 70_000].randomElement(using: &random) ?? 0
      let lines = [
        "mkdir -p \(a)", "mkdir -p \(a)/\(b)", "truncate -s 3M \(a); echo x >>\(a)",
        "head -c \(size) /dev/urandom >\(a)",
        "mkdir -p $(dirname \(a)); head -c \(size) /dev/urandom >\(a)",
        "echo x >>\(a)", "truncate -s \(size) \(a)",
        "chmod \(["600", "755", "4711", "444"].randomElement(using: &random) ?? "644") \(a)",
        "mv -T \(a) \(b)", "mv -T \(a) \(b)", "rm -rf \(a)", "ln -sfn \(b) \(a)", "ln \(a) \(b)",
        "touch -d @\(Int.random(in: -9...2_000_000_000, using: &random)).5 \(a)", "cp -a \(a) \(b)",
        "rm -rf \(a); mkdir \(a); echo x >\(a)/\(b)", "rm -rf \(a); echo x >\(a)",
        "rm -rf \(a); ln -s \(b) \(a)",
      ]
      script += (lines.randomElement(using: &random) ?? "") + "\n"
    }
    return script + ": >.always\nfind . -type d -exec chmod u+rwx {} +\ntrue"
  }

  private func path(_ random: inout SeededRandom) -> String {
    let names = [
      "a", "b", "A", "a-b", "'c d'", "$'n\\nl'", "$'\\xff\\x81'", "-x", "'*'", ".h", "ünï",
      String(repeating: "L", count: 255),
    ]
    let depth =
      Int.random(in: 0..<40, using: &random) == 0 ? 12 : .random(in: 1...3, using: &random)
    return "./"
      + (0..<depth).map { _ in names.randomElement(using: &random) ?? "a" }.joined(separator: "/")
  }

  /// 5 GiB, nearly all of it a hole: it comes, is changed in places, and goes.
  private func largeFile(_ random: inout SeededRandom, _ step: Int) -> String {
    let place = Int.random(in: 0..<1_300_000, using: &random)
    let block = "dd of=5g bs=4096 count=7 conv=notrunc status=none seek=\(place) </dev/urandom"
    switch step {
    case 0: return "truncate -s 5G 5g; \(block)"
    case 1...3: return "\(block); echo x >>5g"
    case 4: return "rm 5g"
    default: return "true"
    }
  }

  private static func number(_ variable: String) -> UInt64? {
    getenv(variable).flatMap { UInt64(String(cString: $0)) }
  }
}

extension String {
  /// Whether rsync would change nothing but times: SFTP has none before 1970, and whole seconds only.
  fileprivate var isOnlyTimes: Bool {
    split(separator: "\n").allSatisfy { line in
      guard let flags = line.split(separator: " ").first else { return true }
      return flags.count == 11 && flags.dropFirst(2).allSatisfy { $0 == "." || $0 == "t" }
    }
  }
}
