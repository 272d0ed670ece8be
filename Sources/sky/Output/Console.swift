import SystemPackage

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Where text goes: results to stdout, messages and progress to stderr.
struct Console: Sendable {
  /// stdout is a terminal that understands colour.
  var colour: Bool
  /// stderr is a terminal: live progress makes sense.
  var live: Bool
  /// stdin and stderr are terminals: a question can be asked.
  var interactive: Bool
  var write: @Sendable (_ bytes: [UInt8], _ descriptor: Int32) -> Void
  /// How large the terminal is that stderr shows.
  var screen: @Sendable () -> (columns: Int, rows: Int) = { (80, 24) }

  /// The process's own streams; honours NO_COLOR and TERM=dumb.
  static func live() -> Console {
    let plain = getenv("NO_COLOR") != nil || getenv("TERM").map { String(cString: $0) } == "dumb"
    return Console(
      colour: isatty(1) == 1 && !plain, live: isatty(2) == 1 && !plain,
      interactive: isatty(0) == 1 && isatty(2) == 1,
      write: { bytes, descriptor in writeAll(bytes, to: descriptor) }, screen: screenSize)
  }

  /// A result, on stdout, with a line end.
  func say(_ line: String) { write(Array((line + "\n").utf8), 1) }

  /// Bytes of somebody else (a log, a list of paths), on stdout as they are.
  func pass(_ bytes: [UInt8]) { write(bytes, 1) }

  /// A message, on stderr, with a line end. What a node or a file's name put into it moves no cursor.
  func note(_ line: String) {
    write(Array((line.replacingControls() + "\n").utf8), 2)
  }

  /// An error, on stderr.
  func complain(_ error: any Error) {
    note(error is CancellationError ? "sky: interrupted" : "sky: \(error)")
  }

  /// Asks on the terminal; `fallback` where nobody can answer.
  func confirm(_ question: String, fallback: Bool) -> Bool {
    guard interactive else { return fallback }
    write(Array("\(question) [Y/n] ".utf8), 2)
    guard let answer = readLine() else { return false }
    return answer.isEmpty || answer.lowercased().hasPrefix("y")
  }
}

extension String {
  /// With a question mark for every control character but line ends and tabs.
  fileprivate func replacingControls() -> String {
    func isControl(_ scalar: Unicode.Scalar) -> Bool {
      scalar.properties.generalCategory == .control && scalar != "\n" && scalar != "\t"
    }
    guard unicodeScalars.contains(where: isControl) else { return self }
    var text = String.UnicodeScalarView()
    for scalar in unicodeScalars { text.append(isControl(scalar) ? "?" : scalar) }
    return String(text)
  }
}

@Sendable private func screenSize() -> (columns: Int, rows: Int) {
  var size = winsize()
  guard ioctl(2, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0, size.ws_row > 0 else {
    return (80, 24)
  }
  return (Int(size.ws_col), Int(size.ws_row))
}

private func writeAll(_ bytes: [UInt8], to descriptor: Int32) {
  // A reader that went away (`sky … | head`) is no error of ours.
  _ = try? FileDescriptor(rawValue: descriptor).writeAll(bytes)
}
