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

  /// The process's own streams; honours NO_COLOR and TERM=dumb.
  static func live() -> Console {
    let plain = getenv("NO_COLOR") != nil || getenv("TERM").map { String(cString: $0) } == "dumb"
    return Console(
      colour: isatty(1) == 1 && !plain, live: isatty(2) == 1 && !plain,
      interactive: isatty(0) == 1 && isatty(2) == 1,
      write: { bytes, descriptor in writeAll(bytes, to: descriptor) })
  }

  /// A result, on stdout, with a line end.
  func say(_ line: String) { write(Array((line + "\n").utf8), 1) }

  /// Bytes of somebody else (a log, a list of paths), on stdout as they are.
  func pass(_ bytes: [UInt8]) { write(bytes, 1) }

  /// A message, on stderr, with a line end.
  func note(_ line: String) { write(Array((line + "\n").utf8), 2) }

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

private func writeAll(_ bytes: [UInt8], to descriptor: Int32) {
  // A reader that went away (`sky … | head`) is no error of ours.
  _ = try? FileDescriptor(rawValue: descriptor).writeAll(bytes)
}
