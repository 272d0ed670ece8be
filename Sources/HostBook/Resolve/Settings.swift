/// Where a value stands: an index into the interpreter's files, and a line number from 1.
struct SourceLine: Equatable, Hashable, Sendable {
  var file: Int32
  var line: Int32
  static let commandLine = SourceLine(file: -1, line: 0)
  static let builtIn = SourceLine(file: -2, line: 0)
}

/// A value as the lines gave it, before defaults and expansion.
enum Value: Equatable, Sendable {
  case number(Int)
  case numbers([Int])
  case text([UInt8])
  case list([[UInt8]])
  case forward(Forward)
  case jump(Jump)
}

/// A ProxyJump: the last hop taken apart, those before it as they were written.
struct Jump: Equatable, Sendable {
  var last: Destination
  var earlier: [UInt8]?

  static let none = Jump(
    last: Destination(user: nil, host: Array("none".utf8), port: 0), earlier: nil)
}

struct StoredValue: Sendable {
  var value: Value
  var source: SourceLine
  /// Set by the user's files, not by the system's: the same path counts once in each.
  var isUser = true
}

/// What the lines have set so far: the first value of most keywords, all values of the additive ones.
struct Settings: Sendable {
  private var slots: [StoredValue?] = Array(repeating: nil, count: Keyword.allCases.count)
  var identityFiles: [StoredValue] = []
  var certificateFiles: [StoredValue] = []
  var sentVariables: [StoredValue] = []
  var localForwards: [StoredValue] = []
  var remoteForwards: [StoredValue] = []

  subscript(keyword: Keyword) -> StoredValue? {
    get { slots[Int(keyword.rawValue)] }
    set { slots[Int(keyword.rawValue)] = newValue }
  }

  func number(_ keyword: Keyword) -> Int? {
    if case .number(let number)? = self[keyword]?.value { number } else { nil }
  }

  func numbers(_ keyword: Keyword) -> [Int]? {
    if case .numbers(let numbers)? = self[keyword]?.value { numbers } else { nil }
  }

  func text(_ keyword: Keyword) -> [UInt8]? {
    if case .text(let text)? = self[keyword]?.value { text } else { nil }
  }

  func list(_ keyword: Keyword) -> [[UInt8]]? {
    if case .list(let list)? = self[keyword]?.value { list } else { nil }
  }

  var jump: Jump? {
    if case .jump(let jump)? = self[.proxyjump]?.value { jump } else { nil }
  }

  /// Neither a ProxyJump nor a ProxyCommand other than `none`.
  var isDirect: Bool {
    (text(.proxycommand)?.equalsIgnoringCase("none") ?? true) && self[.proxyjump] == nil
  }

  mutating func setText(_ keyword: Keyword, _ text: [UInt8]) {
    self[keyword]?.value = .text(text)
  }
}
