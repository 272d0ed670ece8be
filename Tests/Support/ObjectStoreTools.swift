import SystemPackage

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The programs that tests of object stores need: from `.build/test-tools/bin` (`make test` fills it), else PATH.
public enum ObjectStoreTools {
  /// Where `make test` puts them.
  public static let folder: FilePath = {
    // Tests/Support/THIS FILE
    var root = FilePath(#filePath)
    for _ in 0..<3 { root.removeLastComponent() }
    return root.appending(".build/test-tools/bin")
  }()

  public static func find(_ name: String) throws -> FilePath {
    let path = getenv("PATH").map { String(cString: $0) } ?? ""
    let places = [folder] + path.split(separator: ":").map { FilePath(String($0)) }
    for place in places.map({ $0.appending(name) }) where access(place.string, X_OK) == 0 {
      return place
    }
    throw MissingTool(name: name)
  }

  public struct MissingTool: Error, CustomStringConvertible {
    public var name: String
    public var description: String {
      "\(name) is neither in \(ObjectStoreTools.folder) nor in PATH: run `scripts/setup.sh test`"
    }
  }
}

extension LocalShell {
  /// A node of a name and PATH of its own, with the tools of object stores unless told otherwise.
  public init(
    _ name: String, home: FilePath,
    path: String = "\(ObjectStoreTools.folder):/usr/local/bin:/usr/bin:/bin"
  ) {
    self.init(home: home)
    self.name = name
    self.path = path
  }
}
