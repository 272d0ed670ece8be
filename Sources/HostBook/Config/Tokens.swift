/// `%x` tokens and `${NAME}` variables (TOKENS and ENVIRONMENT VARIABLES of ssh_config(5)).
struct Tokens {
  /// What each letter stands for, `%%` aside.
  var letters: [UInt8: [UInt8]] = [:]
  /// The environment, when `${NAME}` is expanded too.
  var variables: [String: String]?

  enum Failure: Error, Equatable {
    case unknownToken(UInt8)
    case loneToken
    case unclosedVariable
    case emptyVariable
    case missingVariable(String)

    var message: String {
      switch self {
      case .unknownToken(let letter): "unknown token %\([letter].text)"
      case .loneToken: "a lone % at the end (write %%)"
      case .unclosedVariable: "${ without closing }"
      case .emptyVariable: "${} names no variable"
      case .missingVariable(let name): "environment variable \(name) is not set"
      }
    }
  }

  func expand(_ text: Bytes) throws(Failure) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(text.count)
    var missing: String?
    var index = text.startIndex
    while index < text.endIndex {
      let byte = text[index]
      let following = index + 1 < text.endIndex ? text[index + 1] : 0
      if let variables, byte == .dollar, following == UInt8(ascii: "{") {
        let name = try variableName(in: text[(index + 2)...])
        if let value = variables[name.text] {
          result += value.utf8
        } else {
          missing = missing ?? name.text
        }
        index = name.endIndex + 1
      } else if byte == .percent, !letters.isEmpty {
        try appendToken(following, isLast: index + 1 == text.endIndex, to: &result)
        index += 2
      } else {
        result.append(byte)
        index += 1
      }
    }
    if let missing { throw .missingVariable(missing) }
    return result
  }

  private func variableName(in text: Bytes) throws(Failure) -> Bytes {
    guard let close = text.firstIndex(of: UInt8(ascii: "}")) else { throw .unclosedVariable }
    guard close > text.startIndex else { throw .emptyVariable }
    return text[..<close]
  }

  private func appendToken(_ letter: UInt8, isLast: Bool, to result: inout [UInt8]) throws(Failure)
  {
    if isLast { throw .loneToken }
    if letter == .percent {
      result.append(.percent)
    } else if let value = letters[letter] {
      result += value
    } else {
      throw .unknownToken(letter)
    }
  }
}
