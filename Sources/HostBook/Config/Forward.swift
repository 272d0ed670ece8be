/// One LocalForward, RemoteForward or DynamicForward.
struct Forward: Equatable, Sendable {
  /// Stands for "a unix socket" in a port.
  static let socketPort = -2
  var listenHost: [UInt8]?
  var listenPort = 0
  var listenPath: [UInt8]?
  var connectHost: [UInt8]?
  var connectPort = 0
  var connectPath: [UInt8]?

  static let socks = Array("socks".utf8)
  var isSocks: Bool { connectHost == Self.socks }

  init() {}

  /// Reads `[bind:]port` (dynamic) or `[bind:]port:host:port` with paths allowed on either side; nil for
  /// anything else. `port` turns a service name or number into a port, nil when it is neither.
  init?(_ text: Bytes, isDynamic: Bool, isRemote: Bool, port: (Bytes) -> Int?) {
    guard let fields = Self.fields(text.drop(while: \.isSpace)) else { return nil }
    self.init()
    func number(_ field: Field) -> Int { port(field.text[...]) ?? -1 }
    switch fields.count {
    case 1:
      setListener(fields[0], number)
      connectHost = Self.socks
    case 2: setTwo(fields, number)
    case 3: setThree(fields, number)
    case 4:
      listenHost = fields[0].text
      listenPort = number(fields[1])
      connectHost = fields[2].text
      connectPort = number(fields[3])
    default: return nil
    }
    guard isValid(fields: fields.count, isDynamic: isDynamic, isRemote: isRemote) else {
      return nil
    }
  }

  private mutating func setTwo(_ fields: [Field], _ number: (Field) -> Int) {
    if fields[1].isPath {
      setListener(fields[0], number)
      setTarget(path: fields[1])
    } else {
      listenHost = fields[0].text
      listenPort = number(fields[1])
      connectHost = Self.socks
    }
  }

  private mutating func setThree(_ fields: [Field], _ number: (Field) -> Int) {
    if !fields[0].isPath, fields[2].isPath {
      listenHost = fields[0].text
      listenPort = number(fields[1])
      setTarget(path: fields[2])
    } else {
      setListener(fields[0], number)
      connectHost = fields[1].text
      connectPort = number(fields[2])
    }
  }

  private mutating func setListener(_ field: Field, _ number: (Field) -> Int) {
    if field.isPath {
      listenPath = field.text
      listenPort = Self.socketPort
    } else {
      listenPort = number(field)
    }
  }

  private mutating func setTarget(path: Field) {
    connectPath = path.text
    connectPort = Self.socketPort
  }

  private func isValid(fields: Int, isDynamic: Bool, isRemote: Bool) -> Bool {
    if isDynamic {
      if fields > 2 { return false }
    } else {
      if fields < 3, connectPath == nil, listenPath == nil { return false }
      if connectPort <= 0, connectPath == nil { return false }
    }
    if listenPort < 0, listenPath == nil { return false }
    if !isRemote, listenPort == 0 { return false }
    let hostLimit = 1025
    let pathLimit = 108
    return (connectHost?.count ?? 0) < hostLimit && (listenHost?.count ?? 0) < hostLimit
      && (connectPath?.count ?? 0) < pathLimit && (listenPath?.count ?? 0) < pathLimit
  }

  private struct Field {
    var text: [UInt8]
    var isPath: Bool
  }

  /// Up to four fields; nil when something follows them or an escape is not finished.
  private static func fields(_ text: Bytes) -> [Field]? {
    var fields: [Field] = []
    var rest = text
    while fields.count < 4, !rest.isEmpty {
      // ssh loses a lone backslash at the end, and the field with it.
      if rest.elementsEqual([.backslash]) { return fields }
      guard let field = takeField(&rest) else { return nil }
      fields.append(field)
    }
    return rest.isEmpty ? fields : nil
  }

  private static func takeField(_ rest: inout Bytes) -> Field? {
    if rest.first == .openBracket {
      guard let close = rest.firstIndex(of: .closeBracket) else { return nil }
      let inside = rest[(rest.startIndex + 1)..<close]
      rest = rest[(close + 1)...]
      if let next = rest.popFirst(), next != .colon { return nil }
      return Field(text: Array(inside), isPath: inside.contains(.slash))
    }
    var field = Field(text: [], isPath: false)
    while let byte = rest.popFirst() {
      if byte == .colon { break }
      if byte == .backslash {
        guard let escaped = rest.popFirst() else { return nil }
        field.text.append(escaped)
      } else {
        if byte == .slash { field.isPath = true }
        field.text.append(byte)
      }
    }
    return field
  }
}
