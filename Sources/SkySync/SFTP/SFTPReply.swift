/// What a server answered to one request.
enum SFTPReply: Equatable, Sendable {
  struct Name: Equatable, Sendable {
    var name: [UInt8]
    var attributes: SFTPAttributes
  }

  case status(code: UInt32, message: String)
  case handle([UInt8])
  case data([UInt8])
  case names([Name])
  case attributes(SFTPAttributes)
  case extended([UInt8])

  static let ok: UInt32 = 0
  static let endOfFile: UInt32 = 1
  static let noSuchFile: UInt32 = 2

  /// A packet after its length and id; nil when it is none that answers a request.
  init?(type: UInt8, _ body: ArraySlice<UInt8>) {
    var reader = SFTPReader(body)
    switch type {
    case 101:
      guard let code = reader.number() else { return nil }
      // Old servers leave the message out.
      let message = reader.string() ?? []
      self = .status(code: code, message: String(decoding: message.prefix(1024), as: UTF8.self))
    case 102:
      // RFC draft, section 3: at most 256 bytes.
      guard let handle = reader.string(), handle.count <= 256 else { return nil }
      self = .handle(handle)
    case 103:
      guard let data = reader.string() else { return nil }
      self = .data(data)
    case 104:
      guard let names = Self.names(&reader) else { return nil }
      self = .names(names)
    case 105:
      guard let attributes = SFTPAttributes(&reader) else { return nil }
      self = .attributes(attributes)
    case 201: self = .extended(Array(reader.rest))
    default: return nil
    }
  }

  private static func names(_ reader: inout SFTPReader) -> [Name]? {
    guard let count = reader.number() else { return nil }
    var names: [Name] = []
    for _ in 0..<count {
      // The long name between them is for people.
      guard let name = reader.string(), reader.string() != nil,
        let attributes = SFTPAttributes(&reader)
      else { return nil }
      names.append(Name(name: name, attributes: attributes))
    }
    return names
  }
}

/// Why something could not be done on a node with SFTP.
enum SFTPFault: Error, Equatable, Sendable {
  /// The server's own word for it; the session goes on.
  case refused(code: UInt32, reason: String)
  /// The session is over.
  case lost(SyncError)

  /// nil when the session is over.
  var reason: String? {
    if case .refused(_, let reason) = self { reason } else { nil }
  }

  var isMissing: Bool {
    if case .refused(SFTPReply.noSuchFile, _) = self { true } else { false }
  }
}

extension SFTPReply {
  /// The fault that a status other than "ok" means, or that it is not the answer that was asked for.
  func fault(_ host: String) -> SFTPFault {
    guard case .status(let code, let message) = self, code != Self.ok else {
      return .lost(SyncError(.badAnswer, host, "the SFTP server answered something else"))
    }
    let words = [
      2: "no such file", 3: "permission denied", 4: "failed on the node",
      5: "the node did not understand", 6: "no connection", 7: "connection lost",
      8: "not supported by the node",
    ]
    return .refused(
      code: code, reason: message.isEmpty ? words[Int(code)] ?? "failed (\(code))" : message)
  }
}
