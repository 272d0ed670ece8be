import SystemPackage

/// The environment and the files in which users keep their keys; nothing else is looked at.
public struct UserFiles: Sendable {
  public var environment: [String: String]
  public var home: FilePath

  public init(environment: [String: String], home: FilePath) {
    self.environment = environment
    self.home = home
  }

  /// The variable's value, nil when it is not set or empty.
  func variable(_ name: String) -> String? {
    guard let value = environment[name], !value.isEmpty else { return nil }
    return value
  }

  /// The path that a variable names (`~` is the home), else one below the home.
  func path(_ name: String?, _ fallback: String) -> FilePath {
    guard let value = name.flatMap({ variable($0) }) else { return home.appending(fallback) }
    return value.hasPrefix("~/") ? home.appending(String(value.dropFirst(2))) : FilePath(value)
  }

  /// The text of a file; nil when there is none.
  func text(_ path: FilePath) throws(StorageError) -> String? {
    do {
      let file = try FileDescriptor.open(path, .readOnly, options: .closeOnExec)
      let bytes = try file.closeAfter { try Self.all(of: file) }
      guard let text = String(validating: bytes, as: UTF8.self) else {
        throw StorageError(.noCredentials, path.string, "is not UTF-8 text")
      }
      return text
    } catch let error as StorageError {
      throw error
    } catch let error as Errno {
      if error == .noSuchFileOrDirectory || error == .notDirectory { return nil }
      throw StorageError(.noCredentials, path.string, "cannot be read: \(error)")
    } catch {
      throw StorageError(.noCredentials, path.string, "cannot be read: \(error)")
    }
  }

  private static func all(of file: FileDescriptor) throws -> [UInt8] {
    var bytes: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 16 << 10)
    while true {
      let count = try piece.withUnsafeMutableBytes { try file.read(into: $0) }
      // A file of keys is small; what is not small is no such file.
      if count == 0 || bytes.count > 4 << 20 { return bytes }
      bytes += piece[..<count]
    }
  }
}
