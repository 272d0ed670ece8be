import GRDB
import SystemPackage

extension StateError {
  /// The one place where an error of the database becomes words.
  init(reading path: FilePath, _ error: any Error) {
    switch error {
    case let error as StateError:
      self = error
    case let error as DatabaseError:
      self.init(path, error)
    case let error as UnreadableValue:
      self.init(
        .corrupt, path.string, "holds \"\(error.text)\" as a \(error.column)",
        advice: Self.startAnew(path))
    default:
      self.init(.failed, path.string, "\(error)")
    }
  }

  private init(_ path: FilePath, _ error: DatabaseError) {
    let words = error.message ?? "error \(error.resultCode.rawValue)"
    switch error.resultCode {
    case .SQLITE_CORRUPT, .SQLITE_NOTADB:
      self.init(
        .corrupt, path.string, "is damaged (\(words))", advice: Self.startAnew(path))
    case .SQLITE_BUSY, .SQLITE_LOCKED:
      self.init(
        .busy, path.string, "another sky has held it for ten seconds",
        advice: "Run the command again; `fuser \(path)` names the process.")
    case .SQLITE_READONLY, .SQLITE_CANTOPEN, .SQLITE_PERM, .SQLITE_FULL, .SQLITE_IOERR:
      self.init(
        .cannotWrite, path.string, "cannot be written (\(words))",
        advice: "Make room and the folder writable, or name another folder with SKY_HOME.")
    default:
      self.init(.failed, path.string, words)
    }
  }

  private static func startAnew(_ path: FilePath) -> String {
    """
    Move it away (mv \(path) \(path).damaged) and launch the clusters again; \
    nodes and ssh aliases are not touched by that.
    """
  }
}
