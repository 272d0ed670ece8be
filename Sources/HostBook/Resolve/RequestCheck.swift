/// What may be asked for on a command line; names from configuration files are not held to it.
enum RequestCheck {
  static func isValidHost(_ host: [UInt8]) -> Bool {
    host.first != UInt8(ascii: "-")
      && host.allSatisfy { !"'`\"$\\;&<>|(){},".utf8.contains($0) && !$0.isSpace && !$0.isControl }
  }

  static func isValidUser(_ user: [UInt8]) -> Bool {
    if user.first == UInt8(ascii: "-") || user.last == .backslash { return false }
    for (index, byte) in user.enumerated() {
      if byte.isControl || "'`\";&<>|(){}".utf8.contains(byte) { return false }
      let following = index + 1 < user.count ? user[index + 1] : 0
      if byte.isSpace, following == UInt8(ascii: "-") { return false }
    }
    return true
  }
}
