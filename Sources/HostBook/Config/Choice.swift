/// Keywords that take one word of a few: the words, and the one that `ssh -G` prints for each value.
struct Choice: Sendable {
  /// Every accepted word in lower case with its value; the first word of a value is the printed one.
  let words: [(word: String, value: Int)]

  /// The value of a word in any case.
  func value(of word: Bytes) -> Int? {
    words.first { word.equalsIgnoringCase($0.word) }?.value
  }

  func name(of value: Int) -> String {
    words.first { $0.value == value }?.word ?? "UNKNOWN"
  }

  static let flag = Choice(words: [("yes", 1), ("no", 0), ("true", 1), ("false", 0)])
  static let ask = Choice(words: truth + [("ask", 2)])
  static let askConfirm = Choice(words: truth + [("ask", 2), ("confirm", 3)])
  static let strictHostKey = Choice(words: truth + [("ask", 3), ("off", 0), ("accept-new", 2)])
  static let addressFamily = Choice(words: [("inet", 1), ("inet6", 2), ("any", 0)])
  static let controlMaster = Choice(words: truth + [("auto", 2), ("ask", 3), ("autoask", 4)])
  static let tunnel = Choice(words: [
    ("ethernet", 2), ("point-to-point", 1), ("true", 1), ("yes", 1), ("false", 0), ("no", 0),
  ])
  static let requestTTY = Choice(words: truth + [("force", 3), ("auto", 2)])
  static let sessionType = Choice(words: [("none", 0), ("subsystem", 1), ("default", 2)])
  static let canonicalize = Choice(words: truth + [("always", 2)])
  static let pubkey = Choice(words: [
    ("true", 3), ("false", 0), ("yes", 3), ("no", 0), ("unbound", 1), ("host-bound", 2),
  ])
  static let compression = Choice(words: [("yes", 1), ("no", 0)])
  static let warnWeakCrypto = Choice(words: truth + [("no-pq-kex", 0)])
  static let digest = Choice(words: [
    ("MD5", 0), ("SHA1", 1), ("SHA256", 2), ("SHA384", 3), ("SHA512", 4),
  ])
  static let logLevel = Choice(words: [
    ("SILENT", 0), ("QUIET", 0), ("FATAL", 1), ("ERROR", 2), ("INFO", 3), ("VERBOSE", 4),
    ("DEBUG", 5), ("DEBUG1", 5), ("DEBUG2", 6), ("DEBUG3", 7),
  ])
  static let logFacility = Choice(words: [
    ("DAEMON", 0), ("USER", 1), ("AUTH", 2), ("AUTHPRIV", 3), ("LOCAL0", 4), ("LOCAL1", 5),
    ("LOCAL2", 6), ("LOCAL3", 7), ("LOCAL4", 8), ("LOCAL5", 9), ("LOCAL6", 10), ("LOCAL7", 11),
  ])

  private static let truth: [(String, Int)] = [("true", 1), ("false", 0), ("yes", 1), ("no", 0)]
}
