import Synchronization
import SystemPackage

/// How OpenSSH's own client is to be started.
public struct OpenSSHUse: Sendable {
  /// A program name for PATH, or a path.
  public var program = "ssh"
  /// The configuration to read, nil for the user's and the system's.
  public var config: FilePath?
  /// Where sockets of shared connections are kept: ours, 0700, its path short.
  public var sockets: FilePath
  /// Whether ssh may ask for passphrases, passwords and codes on the terminal.
  public var mayAsk: Bool
  /// Whom the user was told about; shared by all copies.
  let told = Told()

  /// Says each thing once.
  final class Told: Sendable {
    private let said = Mutex(Set<String>())

    func isNew(_ thing: String) -> Bool { said.withLock { $0.insert(thing).inserted } }
  }

  public init(config: FilePath?, sockets: FilePath, mayAsk: Bool) {
    self.config = config
    self.sockets = sockets
    self.mayAsk = mayAsk
  }
}
