import SystemPackage

/// The user's no to an Include in their ssh config, kept as an empty file: nobody is asked twice.
public struct Consent: Sendable {
  private let path: FilePath

  public init(_ home: SkyHome) { path = home.root.appending("include-declined") }

  public var isDeclined: Bool { (try? FileSystem.status(path)) != .some(nil) }

  public func decline() throws(BookError) {
    guard !isDeclined else { return }
    do throws(Errno) {
      let file = FileDescriptor(rawValue: try FileSystem.create(path))
      try? file.close()
    } catch {
      throw BookError.cannotWrite(path, error)
    }
  }

  /// The next change asks again.
  public func forget() throws(BookError) {
    do throws(Errno) { try FileSystem.unlink(path) } catch {
      throw BookError.cannotWrite(path, error)
    }
  }
}
