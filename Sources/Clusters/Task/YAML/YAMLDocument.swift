import Yams

/// A file of one YAML document, as a tree of nodes that know their places.
enum YAMLDocument {
  /// The root of the only document; null for an empty file.
  static func root(of bytes: [UInt8], file: String) throws(TaskError) -> YAMLValue {
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw notText(bytes, file)
    }
    do {
      let node = try parse(text)
      return YAMLValue(node: node, path: "", file: file)
    } catch let error as YamlError {
      throw TaskError(error, bytes, file)
    } catch {
      throw TaskError(
        .syntax, "cannot be read: \(error)", at: Place(file: file, line: 1, column: 1))
    }
  }

  private static func parse(_ text: String) throws -> YAMLNode {
    // No resolver: what a plain word means is decided where its type is known (PlainScalar).
    let parser = try Parser(yaml: text, resolver: .basic, encoding: .utf8)
    guard let node = try parser.singleRoot() else { return YAMLNode("", .implicit, .plain) }
    return node
  }

  private static func notText(_ bytes: [UInt8], _ file: String) -> TaskError {
    let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    let index = lines.firstIndex { String(validating: $0, as: UTF8.self) == nil } ?? 0
    return TaskError(
      .syntax, "holds bytes that are not UTF-8 text",
      at: Place(file: file, line: index + 1, column: 1),
      advice: "Save it as UTF-8. Is it a task file at all?")
  }
}

extension TaskError {
  /// The one place where an error of the YAML library becomes words.
  fileprivate init(_ error: YamlError, _ bytes: [UInt8], _ file: String) {
    func place(_ mark: Mark) -> Place { Place(file: file, line: mark.line, column: mark.column) }
    switch error {
    case .composer(_, let problem, let mark, _) where problem == "but found another document":
      self.init(
        .unsupported, "a second document begins here", at: place(mark),
        advice: "A pipeline of several tasks is not supported: "
          + "write one task a file, and launch one after the other.")
    case .scanner(let context, let problem, let mark, _),
      .parser(let context, let problem, let mark, _),
      .composer(let context, let problem, let mark, _):
      self.init(
        .syntax, "is not YAML: \(Self.words(context, problem))", at: place(mark),
        advice: Self.advice(problem, bytes, mark.line))
    case .duplicatedKeysInMapping(let keys, let context):
      self.init(
        .syntax, "the key `\(keys.first ?? "")` stands here and again below",
        at: place(context.mark), advice: "Keep one of them.")
    case .reader(let problem, let offset, _, _):
      let before = bytes.prefix(offset ?? 0)
      let line = before.count { $0 == UInt8(ascii: "\n") } + 1
      let column = before.reversed().prefix { $0 != UInt8(ascii: "\n") }.count + 1
      self.init(
        .syntax, "is not YAML: \(problem)", at: Place(file: file, line: line, column: column))
    default:
      self.init(.syntax, "is not YAML", at: Place(file: file, line: 1, column: 1))
    }
  }

  private static func words(_ context: YamlError.Context?, _ problem: String) -> String {
    guard let context else { return problem }
    return "\(problem) \(context.text) that begins on line \(context.mark.line)"
  }

  private static func advice(_ problem: String, _ bytes: [UInt8], _ line: Int) -> String? {
    let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    let text = line <= lines.count ? lines[line - 1] : []
    if text.prefix(while: { $0 == 0x20 || $0 == 0x09 }).contains(0x09) {
      return "The line begins with a tab: YAML is indented with spaces only."
    }
    if problem.contains("end of stream") { return "A quote opens there and does not close." }
    if problem.contains("mapping values are not allowed") {
      return "Put text that holds `: ` in quotes, and look at the indentation of this line."
    }
    if problem.contains("could not find expected ':'") || problem.contains("block") {
      return "Look at the indentation of this line and of the one above."
    }
    return nil
  }
}
