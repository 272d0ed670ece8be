/// A path as git prints it for people: as it is when it is plain ASCII, else in double quotes with C escapes
/// (`core.quotePath` in git-config(1)).
func quoted(_ path: [UInt8]) -> [UInt8] {
  let quote = UInt8(ascii: "\"")
  let backslash = UInt8(ascii: "\\")
  guard path.contains(where: { $0 < 32 || $0 > 126 || $0 == quote || $0 == backslash }) else {
    return path
  }
  let letters: [UInt8: Character] = [
    7: "a", 8: "b", 9: "t", 10: "n", 11: "v", 12: "f", 13: "r", quote: "\"", backslash: "\\",
  ]
  var text = [quote]
  for byte in path {
    if let letter = letters[byte] {
      text += "\\\(letter)".utf8
    } else if byte < 32 || byte > 126 {
      let octal = String(byte, radix: 8)
      text += "\\\(String(repeating: "0", count: 3 - octal.count))\(octal)".utf8
    } else {
      text.append(byte)
    }
  }
  return text + [quote]
}
