import SkySync
import Support
import SystemPackage
import Testing

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Made-up repositories, every path of which git and we have to agree on: file, line and pattern.
///
/// A case is one path under one set of ignore files. `SKY_FUZZ_CASES` and `SKY_FUZZ_SEED` ask for other runs.
@Suite struct IgnoreFuzzTests {
  @Test func `Every path is judged by the very line that git names`() async throws {
    let wanted = variable("SKY_FUZZ_CASES").flatMap(Int.init) ?? 2000
    let seed = variable("SKY_FUZZ_SEED").flatMap(UInt64.init) ?? UInt64.random(in: 0..<1 << 32)
    print("ignore fuzz: SKY_FUZZ_SEED=\(seed) SKY_FUZZ_CASES=\(wanted)")
    let avoidsGluedStars = try await GitOracle(top: "/", home: "/").readsGluedStarsAsOne()
    var tally = Tally()
    while tally.cases < wanted {
      tally = try await withScratchFolder { [tally] folder in
        var tally = tally
        for _ in 0..<20 where tally.cases < wanted {
          let round = UInt64(tally.repositories)
          let place = folder.appending("\(round)")
          try await tally.add(check(seed: seed &+ round, avoidsGluedStars, in: place))
        }
        return tally
      }
    }
    print("ignore fuzz: \(tally)")
  }

  /// `SKY_FUZZ_RULES` names a folder full of ignore files from the world outside (`*.gitignore`).
  @Test(.enabled(if: variable("SKY_FUZZ_RULES") != nil))
  func `Ignore files that people use are judged as git judges them`() async throws {
    let folder = FilePath(try #require(variable("SKY_FUZZ_RULES")))
    let found = try await folder.readTree().filter {
      $0.kind == "f" && $0.path.suffix(10).elementsEqual(".gitignore".utf8)
    }
    var tally = Tally()
    for file in found {
      try await withScratchFolder { scratch in
        let oracle = GitOracle(top: scratch.appending("top"), home: scratch.appending("home"))
        var generator = RepositoryGenerator(seed: UInt64(tally.repositories))
        generator.makeTree(speakingOf: file.content)
        try await oracle.makeRepository()
        try await oracle.top.make(TreeLiteral(generator.tree))
        try await oracle.top.make([".gitignore": .file(bytes: file.content)])
        try await tally.add(
          compare(
            generator.paths, in: oracle.top, oracle, String(decoding: file.path, as: UTF8.self)))
      }
    }
    print("ignore fuzz: \(tally)")
  }

  private struct Tally: CustomStringConvertible {
    var repositories = 0
    var cases = 0
    var ignored = 0
    var negated = 0

    mutating func add(_ answers: [GitOracle.Answer]) {
      repositories += 1
      cases += answers.count
      ignored += answers.count(where: \.isIgnored)
      negated += answers.count { $0.pattern.first == UInt8(ascii: "!") }
    }

    var description: String {
      "\(cases) cases in \(repositories) repositories, \(ignored) ignored, \(negated) negated"
    }
  }

  /// What git said of the paths that were compared.
  private func check(
    seed: UInt64, _ avoidsGluedStars: Bool, in scratch: FilePath
  ) async throws -> [GitOracle.Answer] {
    let oracle = GitOracle(top: scratch.appending("top"), home: scratch.appending("home"))
    var generator = RepositoryGenerator(seed: seed)
    generator.avoidsGluedStars = avoidsGluedStars
    let root = try await generate(&generator, oracle)
    let below =
      root == oracle.top
      ? [] : Array(root.string.utf8.dropFirst(oracle.top.string.utf8.count + 1)) + [0x2F]
    let paths = generator.paths.filter { $0.starts(with: below) && $0.count > below.count }
      .map { Array($0.dropFirst(below.count)) }
    return try await compare(paths, in: root, oracle, "seed \(seed)")
  }

  private func compare(
    _ paths: [[UInt8]], in root: FilePath, _ oracle: GitOracle, _ name: String
  ) async throws -> [GitOracle.Answer] {
    let answers = try await oracle.checkIgnore(paths, in: root)
    let rules = IgnoreRules.load(root, environment: GitEnvironment(oracle.environment))
    for (answer, decision) in zip(answers, rules.decisions(paths, in: root)) {
      let ours = Answer(decision, root: root)
      let theirs = Answer(answer, top: oracle.top)
      if ours != theirs {
        Issue.record("\(name): \(escaped(answer.path)) in \(root): git \(theirs), sky \(ours)")
      }
    }
    #expect(answers.count == paths.count, "\(name)")
    try await checkScan(rules, root, zip(paths, answers).map { ($0, $1.isIgnored) }, name)
    return answers
  }

  /// The scan has to keep the paths that git does not ignore, and no other.
  private func checkScan(
    _ rules: IgnoreRules, _ root: FilePath, _ answers: [(path: [UInt8], isIgnored: Bool)],
    _ name: String
  ) async throws {
    let known = Set(answers.map(\.path))
    let kept = Set(answers.filter { !$0.isIgnored }.map(\.path))
    let scan = try await scan(root, ignore: rules, listsIgnored: true)
    let seen = Set(scan.tree.entries.map(\.path)).intersection(known)
    #expect(
      seen == kept,
      "\(name): only git keeps \(kept.subtracting(seen).map(escaped)), only we \(seen.subtracting(kept).map(escaped))"
    )
  }

  /// A repository with rules in all the places that can hold them; returns the folder to look at.
  private func generate(
    _ generator: inout RepositoryGenerator, _ oracle: GitOracle
  ) async throws -> FilePath {
    generator.makeTree(count: 150)
    let foldsCase = generator.random.chance(20)
    try await oracle.makeRepository(config: foldsCase ? "\tignoreCase = true\n" : "")
    try await oracle.home.make([".gitconfig": .file("[core]\n\texcludesFile = ~/global\n")])
    try await oracle.top.make(TreeLiteral(generator.tree))
    if generator.random.chance(50) {
      try await oracle.home.make(["global": .file(bytes: generator.makeRules())])
    }
    if generator.random.chance(50) {
      try await oracle.top.make([".git/info/exclude": .file(bytes: generator.makeRules())])
    }
    for folder in generator.folders where folder.isEmpty || generator.random.chance(20) {
      let name = folder + (folder.isEmpty ? [] : [0x2F]) + Array(".gitignore".utf8)
      let item: TreeItem =
        generator.random.chance(97)
        ? .file(bytes: generator.makeRules())
        : generator.random.pick([.folder(), .link("../.gitignore")])
      try await oracle.top.make([.bytes(name): item])
    }
    guard generator.random.chance(30) else { return oracle.top }
    let utf8 = generator.folders.filter { String(validating: $0, as: UTF8.self) != nil }
    return oracle.top.appending(
      FilePath(String(decoding: generator.random.pick(utf8), as: UTF8.self)).components)
  }

  /// What was said of a path, with the file's name in full.
  private struct Answer: Equatable, CustomStringConvertible {
    var file: String
    var line: Int
    var pattern: [UInt8]

    init(_ answer: GitOracle.Answer, top: FilePath) {
      file =
        answer.file.isEmpty
        ? "" : top.pushing(FilePath(String(decoding: answer.file, as: UTF8.self))).string
      line = answer.line
      pattern = answer.pattern
    }

    init(_ decision: Decision, root: FilePath) {
      file =
        decision.rule.map {
          root.pushing(FilePath(String(decoding: $0.file, as: UTF8.self))).string
        } ?? ""
      line = decision.rule?.line ?? 0
      pattern = decision.rule?.pattern ?? []
    }

    var description: String { "\(file):\(line):\(escaped(pattern))" }
  }
}

private func escaped(_ bytes: [UInt8]) -> String {
  String(decoding: bytes, as: UTF8.self).debugDescription
}

func variable(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }
