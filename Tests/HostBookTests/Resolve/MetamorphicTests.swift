import Support
import SystemPackage
import Testing

@testable import HostBook

/// Ways to write the same configuration differently: none may change an answer. No oracle is asked.
@Suite struct MetamorphicTests {
  private static let path: FilePath = "/home/me/.ssh/config"
  private static let hosts = ["a", "dev", "10.0.0.5", "nobody"]

  private enum Answer: Equatable {
    case lines([String])
    case refused
  }

  private static func answers(_ text: String, files: [FilePath: String] = [:]) -> [Answer] {
    let memory = MemoryFiles(texts: files.merging([path: text]) { $1 })
    let resolver = Resolver(environment: .memory(memory))
    return hosts.map { host in
      do {
        return .lines(try resolver.resolve(host).host.lines)
      } catch {
        return .refused
      }
    }
  }

  /// Compares 20 random configurations with what `rewrite` makes of them.
  private func unchanged(
    _ rewrite: (PlainConfig, inout SeededGenerator) -> (text: String, files: [FilePath: String]),
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let seed = UInt64.random(in: 0...999_999)
    var dice = SeededGenerator(seed: seed)
    for _ in 0..<20 {
      let config = PlainConfig.random(&dice)
      let rewritten = rewrite(config, &dice)
      let same = Self.answers(config.text()) == Self.answers(rewritten.text, files: rewritten.files)
      #expect(
        same, "seed \(seed)\n\(config.text())---\n\(rewritten.text)", sourceLocation: sourceLocation
      )
    }
  }

  private func unchanged(
    by style: PlainConfig.Style, sourceLocation: SourceLocation = #_sourceLocation
  ) {
    unchanged({ config, _ in (config.text(style), [:]) }, sourceLocation: sourceLocation)
  }

  @Test func `the case of keywords`() {
    unchanged(by: .init(keyword: { $0.uppercased() }))
    unchanged(by: .init(keyword: { $0.lowercased() }))
  }

  @Test func `white space around words and at the ends of lines`() {
    unchanged(by: .init(separator: " \t  ", indent: "\t "))
    unchanged(by: .init(after: " \t"))
  }

  @Test func `an equals sign between keyword and value`() {
    unchanged(by: .init(separator: "="))
    unchanged(by: .init(separator: " = "))
  }

  @Test func `quotes around a value without blanks`() {
    // Commands and jumps are taken as they stand, quotes included.
    let raw: Set<String> = [
      "ProxyCommand", "LocalCommand", "RemoteCommand", "KnownHostsCommand", "ProxyJump",
    ]
    unchanged(
      by: .init(value: {
        raw.contains($0.keyword) || $0.value.contains(" ") ? $0.value : "\"\($0.value)\""
      }))
  }

  @Test func `comments and blank lines`() {
    unchanged(by: .init(before: "\n  # a comment: Host x\n#\n"))
  }

  @Test func `a comment after the value`() {
    let raw: Set<String> = ["ProxyCommand", "LocalCommand", "RemoteCommand", "KnownHostsCommand"]
    unchanged(
      by: .init(value: {
        raw.contains($0.keyword) || $0.value.lowercased() == "none" ? $0.value : $0.value + " # c"
      }))
  }

  @Test func `line ends of another system`() {
    unchanged(by: .init(lineEnd: "\r\n"))
  }

  @Test func `a block that does not apply`() {
    unchanged { config, dice in
      var changed = config
      // Valid lines only: ssh refuses the others wherever they stand.
      let other = PlainConfig.random(&dice).blocks[0].lines.filter { line in
        let alone = PlainConfig(blocks: [.init(header: "Host -", lines: [line])])
        return Self.answers(alone.text()) != Self.answers("bad")
      }
      changed.blocks.insert(.init(header: "Host never-asked-for", lines: other), at: 1)
      return (changed.text(), [:])
    }
  }

  @Test func `a block split in two with the same header`() {
    unchanged { config, dice in
      var changed = config
      for index in config.blocks.indices.reversed() where config.blocks[index].lines.count > 1 {
        let block = config.blocks[index]
        // A Match line may see what the first half sets.
        guard let header = block.header, header.hasPrefix("Host") else { continue }
        let cut = dice.roll(1...(block.lines.count - 1))
        changed.blocks[index].lines = Array(block.lines[..<cut])
        changed.blocks.insert(
          .init(header: header, lines: Array(block.lines[cut...])), at: index + 1)
      }
      return (changed.text(), [:])
    }
  }

  @Test func `the same lines moved into an included file`() {
    unchanged { config, _ in
      var text = "Include first\n"
      var files: [FilePath: String] = [:]
      files["/home/me/.ssh/first"] = PlainConfig.text(config.blocks[0], .init())
      for (index, block) in config.blocks.dropFirst().enumerated() {
        text += (block.header ?? "") + "\n  Include ~/.ssh/part-\(index)\n"
        files[FilePath("/home/me/.ssh/part-\(index)")] = PlainConfig.text(
          .init(header: nil, lines: block.lines), .init())
      }
      return (text, files)
    }
  }

  @Test func `a line written twice`() {
    // Names to send are listed as often as they are written.
    unchanged { config, _ in
      var changed = config
      for index in changed.blocks.indices {
        changed.blocks[index].lines = changed.blocks[index].lines.flatMap {
          $0.keyword == "SendEnv" ? [$0] : [$0, $0]
        }
      }
      return (changed.text(), [:])
    }
  }

  @Test func `what was resolved, resolved again`() throws {
    let seed = UInt64.random(in: 0...999_999)
    var dice = SeededGenerator(seed: seed)
    for _ in 0..<20 {
      let text = PlainConfig.random(&dice).text()
      guard let first = try? Resolver(environment: .memory(text)).resolve("dev").host else {
        continue
      }
      // A value with a blank may be one word or two; some keys are no settings or are printed twice.
      let settings = first.settings.filter { setting in
        !["host", "dynamicforward", "escapechar", "sendenv", "canonicalizePermittedcnames"]
          .contains(setting.key)
          && !setting.value.isEmpty && !setting.value.contains { " %\\".contains($0) }
      }
      let again = settings.map { "\($0.key) \($0.value)\n" }.joined()
      let second = try Resolver(environment: .memory(again)).resolve("dev").host
      for setting in settings {
        let expected = settings.filter { $0.key == setting.key }.map(\.value)
        #expect(second.all(setting.key) == expected, "seed \(seed)\n\(text)")
      }
    }
  }
}
