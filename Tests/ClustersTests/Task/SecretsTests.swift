import Testing

@testable import Clusters

@Suite("Secrets stay secret")
struct SecretsTests {
  private static let secret = "s3cr3t-Zq9%v"

  private static let yaml = """
    name: demo
    workdir:
      url: https://me:${TOKEN}@example.com/repo
      ref: main
    envs:
      URL: https://${TOKEN}@host/
      MODEL: null
    secrets:
      TOKEN: s3cr3t-Zq9%v
      OTHER: null
    file_mounts:
      /data: s3://bucket-a/${MODEL}/x
      /home-${TOKEN}: ./a
      /out: {name: "out-${MODEL:-x}", source: "./${TOKEN}"}
    resources:
      cpus: 4+
      ports: [80, 90-100]
    run: |
      echo $TOKEN

    """

  @Test func `a masked text never shows itself`() {
    let text = MaskedText(secret: Self.secret)
    var dumped = ""
    dump((text, [text], ClusterTask.Variable("A", text)), to: &dumped)
    let seen = "\(text) \([text]) \(String(reflecting: text)) \(String(describing: [1: text]))"
    #expect(!(dumped + seen).contains(Self.secret))
    #expect(text.value == Self.secret)
  }

  @Test func `a task that holds secrets prints none`() throws {
    let yaml = """
      workdir: {url: "https://${TOKEN}@example.com/repo"}
      envs: {URL: "x${TOKEN}"}
      secrets: {TOKEN: null}
      file_mounts: {/data: "./${TOKEN}"}
      """
    let file = try TaskFile(parsing: Array(yaml.utf8), file: "task.yaml")
    let task = try file.resolve(overrides(secret: ["TOKEN=\(Self.secret)"]))
    var dumped = "\(task)"
    dump(task, to: &dumped)
    #expect(!dumped.contains(Self.secret))
    #expect(task.envs.map(\.value.value) == ["x\(Self.secret)"])
    #expect(
      task.workdir
        == .git(
          url: MaskedText(
            secret: "https://\(Self.secret)@example.com/repo",
            shown: "https://${TOKEN}@example.com/repo"), ref: nil))
  }

  /// Damages a file that holds a secret and options that give one, in thousands of ways.
  @Test(arguments: 0..<8)
  func `no printed error holds a secret`(_ part: UInt64) {
    var random = Seeded(state: 20_261_123 &+ part)
    var errors = 0
    for _ in 0..<100 {
      var bytes = Array(Self.yaml.utf8)
      for _ in 0..<Int.random(in: 1...3, using: &random) { Self.damage(&bytes, &random) }
      let options = overrides(
        env: Bool.random(using: &random) ? ["MODEL=m"] : [], secret: ["OTHER=\(Self.secret)"])
      do throws(TaskError) {
        let file = try TaskFile(parsing: bytes, file: "task.yaml")
        // Damage can move the line below `envs`, where nothing is a secret.
        if file.envs.contains(where: { $0.value?.value.contains(Self.secret) ?? false }) {
          continue
        }
        let task = try file.resolve(options)
        #expect(!"\(task.notices)".contains(Self.secret))
      } catch {
        errors += 1
        let text = String(decoding: bytes, as: UTF8.self)
        #expect(!"\(error)".contains(Self.secret), "seed \(20_261_123 + part)\n\(text)")
      }
    }
    #expect(errors > 0)
  }

  private static func damage(_ bytes: inout [UInt8], _ random: inout Seeded) {
    let alphabet = Array("\n\t :-#{}[]\"'&*!|>%@`,?~$abA0".utf8)
    let lines = bytes.split(separator: 10, omittingEmptySubsequences: false)
    switch Int.random(in: 0..<5, using: &random) {
    case 0: bytes.remove(at: Int.random(in: bytes.indices, using: &random))
    case 1:
      let new = alphabet.randomElement(using: &random) ?? 0
      bytes.insert(new, at: Int.random(in: bytes.indices, using: &random))
    case 2:
      let new = alphabet.randomElement(using: &random) ?? 0
      bytes[Int.random(in: bytes.indices, using: &random)] = new
    case 3: bytes = Array(lines.shuffled(using: &random).joined(separator: [10]))
    default:
      var kept = lines
      kept.remove(at: Int.random(in: lines.indices, using: &random))
      bytes = Array(kept.joined(separator: [10]))
    }
  }
}

/// A small generator whose seed makes a failure come again (SplitMix64).
struct Seeded: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var value = state
    value = (value ^ (value >> 30)) &* 0xbf58_476d_1ce4_e5b9
    value = (value ^ (value >> 27)) &* 0x94d0_49bb_1331_11eb
    return value ^ (value >> 31)
  }
}
