/// What to write where, so that a path that is left out is sent.
public struct Reinclusion: Equatable, Sendable {
  /// The ignore file, named as in `Rule`.
  public var file: [UInt8]
  /// To be added as its last line.
  public var line: [UInt8]
}

extension FileScan.Ignored {
  /// A `!` line for the path, or for the ignored folder it is in: below an ignored folder nothing can be
  /// re-included.
  ///
  /// It goes to the file that left it out when that is an ignore file of the tree, for the root's would be
  /// overruled by it; else to the root's.
  ///
  /// - Parameter name: of the ignore files that count, `.gitignore` or `.skyignore`.
  public func reinclusion(in name: String = ".gitignore") -> Reinclusion {
    let name = Array(name.utf8)
    let isInTree = rule.file.first != slash && rule.file.split(separator: slash).last == name[...]
    let file = isInTree ? rule.file : name
    var line = Array("!/".utf8)
    for byte in cause.dropFirst(file.count - name.count) {
      if isSpecial(byte) { line.append(UInt8(ascii: "\\")) }
      line.append(byte)
    }
    // A line's last space would be trimmed.
    if line.last == UInt8(ascii: " ") { line.insert(UInt8(ascii: "\\"), at: line.count - 1) }
    if causeIsFolder { line.append(slash) }
    return Reinclusion(file: file, line: line)
  }
}

/// Whether a byte means more than itself in a pattern.
func isSpecial(_ byte: UInt8) -> Bool {
  byte == UInt8(ascii: "*") || byte == UInt8(ascii: "?") || byte == UInt8(ascii: "[")
    || byte == UInt8(ascii: "\\")
}
