import Yams

/// Here, `Node` alone is a machine.
typealias YAMLNode = Yams.Node

/// One value of a task file: what it is, where it stands and what it is called.
struct YAMLValue {
  let node: YAMLNode
  /// Such as `resources.cpus`; empty for the whole document.
  let path: String
  let file: String
  /// Whether it stands below `secrets`: then no error quotes it.
  var isSecret = false

  var place: Place {
    Place(file: file, line: node.mark?.line ?? 1, column: node.mark?.column ?? 1)
  }

  var isNull: Bool { scalar == .null }
  var isMapping: Bool { node.mapping != nil }
  var isList: Bool { node.sequence != nil }

  /// What the value is when it is no list and no mapping.
  var scalar: PlainScalar? {
    guard let scalar = node.scalar else { return nil }
    guard scalar.style == .plain, scalar.tag.rawValue != Tag.Name.str.rawValue else { return .text }
    return PlainScalar(scalar.string)
  }

  private var unknownTag: String? {
    let tag = node.scalar?.tag.rawValue ?? ""
    return ["", "!", Tag.Name.str.rawValue].contains(tag) ? nil : tag
  }

  /// The characters of a scalar, without quotes; empty for others.
  var word: String { node.scalar?.string ?? "" }

  func error(
    _ code: TaskError.Code, _ message: String, suggestion: String? = nil, advice: String? = nil
  ) -> TaskError {
    TaskError(code, message, at: place, suggestion: suggestion, advice: advice)
  }

  /// "`resources.cpus` must be …, not a list".
  func mustBe(_ wanted: String, advice: String? = nil) -> TaskError {
    error(.wrongType, "\(subject) must be \(wanted), not \(kind)", advice: advice)
  }

  func bad(_ reason: String, suggestion: String? = nil, advice: String? = nil) -> TaskError {
    error(.badValue, "\(subject) \(reason)", suggestion: suggestion, advice: advice)
  }

  func located<Value>(_ value: Value) -> Located<Value> {
    Located(value, path, place)
  }

  private var subject: String { path.isEmpty ? "the task" : "`\(path)`" }

  private var kind: String {
    switch scalar {
    case nil: isList ? "a list" : "a mapping"
    case .null: "null"
    case .text: "text"
    case .int, .float: isSecret ? "a number" : "the number \(word)"
    case .bool: isSecret ? "a boolean" : "the boolean \(word)"
    }
  }
}

extension YAMLValue {
  /// The value as text; a word that YAML takes for something else is refused, with the way out.
  func text() throws(TaskError) -> String {
    switch scalar {
    case .text:
      guard !word.unicodeScalars.contains("\0") else { throw bad("holds a NUL character") }
      if let tag = unknownTag {
        throw bad(
          isSecret ? "has a tag" : "has the tag `\(tag)`, which means nothing here",
          advice: "Leave it out.")
      }
      return word
    case .bool:
      throw mustBe(
        "text",
        advice: "YAML 1.1 takes yes, no, on, off, true and false without quotes for booleans: "
          + "put quotes around it.")
    case .int, .float:
      throw mustBe("text", advice: "Put quotes around it.")
    case .null, nil:
      throw mustBe("text")
    }
  }

  /// Text that is not empty.
  func word(_ wanted: String) throws(TaskError) -> String {
    let text = try text()
    guard !text.isEmpty else { throw bad("is empty", advice: "Write \(wanted), or leave it out.") }
    return text
  }

  func bool() throws(TaskError) -> Bool {
    guard case .bool(let value) = scalar else {
      let isQuoted = scalar == .text && [.bool(true), .bool(false)].contains(PlainScalar(word))
      throw mustBe("true or false", advice: isQuoted ? "Take the quotes away." : nil)
    }
    return value
  }

  func int(_ range: ClosedRange<Int>) throws(TaskError) -> Int {
    guard case .int(let digits) = scalar else {
      let isQuoted = scalar == .text && Int(word) != nil
      throw mustBe("a whole number", advice: isQuoted ? "Take the quotes away." : nil)
    }
    guard let value = Int(digits), range.contains(value) else {
      let limit =
        range.upperBound == .max
        ? "at least \(range.lowerBound)" : "\(range.lowerBound) to \(range.upperBound)"
      throw bad("must be \(limit), not \(word)")
    }
    return value
  }

  /// A whole or broken number, nil when it is none.
  var number: Double? {
    switch scalar {
    case .int(let digits): Double(digits)
    case .float(let value) where value.isFinite: value
    default: nil
    }
  }

  /// The items of a list.
  func items(_ wanted: String) throws(TaskError) -> [YAMLValue] {
    guard let sequence = node.sequence else { throw mustBe(wanted) }
    return sequence.enumerated().map { index, node in
      YAMLValue(node: node, path: "\(path)[\(index)]", file: file, isSecret: isSecret)
    }
  }
}
