import SkySync
import Testing

/// A script in the place of a node's, and the error that it should be.
struct Lie: Sendable, CustomTestStringConvertible {
  var script: String
  var code: SyncError.Code
  var testDescription: String { "\(script.suffix(60))" }

  init(_ script: String, _ code: SyncError.Code) {
    self.script = script
    self.code = code
  }

  private static let mark = #"M=$(printf %s "$0" | grep -o 'sky-[0-9a-f]\{16\}' | head -n 1); "#
  private static let hello = mark + #"printf '\n%s hello 1 0 1 1 Linux\n' $M; "#
  private static let scan = hello + #"printf '\n%s scan\n' $M; "#
  private static let ready = #"; printf '\n%s ready\n\n%s .\n' $M $M; cat >/dev/null"#

  /// Says that the node has this listing, and waits for the end then.
  static func listing(_ text: String) -> String {
    scan + "printf '" + text + "'" + ready
  }

  /// What is one to a push and to a pull.
  static let toAll: [Lie] = [
    Lie("exit 3", .badAnswer),
    Lie("head -c 100000 /dev/urandom", .badAnswer),
    Lie("cat /dev/zero", .badAnswer),
    Lie("yes This account is currently not available.", .badAnswer),
    Lie(hello + "exit 0", .connectionLost),
    Lie(scan + "exit 0", .connectionLost),
    Lie(scan + "cat /dev/zero", .badAnswer),
    Lie(listing("nonsense"), .badAnswer),
    Lie(listing(#"T 0 folder 0\0/x\0\0"#), .badAnswer),
    Lie(listing("nonsense").replacing("1 0 1 1", with: "1 1 1 1"), .badAnswer),
  ]
}
