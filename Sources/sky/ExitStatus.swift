import ArgumentParser
import Clusters
import HostBook
import SkySync

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The one table of exit codes; `sysexits.h` where it has a name for it.
struct ExitStatus: RawRepresentable, Hashable, Sendable {
  let rawValue: Int32

  static let done = ExitStatus(rawValue: 0)
  static let failed = ExitStatus(rawValue: 1)
  static let partlyDone = ExitStatus(rawValue: 3)
  static let usage = ExitStatus(rawValue: 64)
  static let badInput = ExitStatus(rawValue: 65)
  static let noSource = ExitStatus(rawValue: 66)
  static let unknownName = ExitStatus(rawValue: 68)
  static let unreachable = ExitStatus(rawValue: 69)
  static let cannotWrite = ExitStatus(rawValue: 73)
  static let hostKey = ExitStatus(rawValue: 76)
  static let authentication = ExitStatus(rawValue: 77)
  static let interrupted = ExitStatus(rawValue: 130)

  /// Stands in help texts for whatever the user's own command returns.
  static let ofCommand = ExitStatus(rawValue: -1)

  /// What help texts say of it.
  var meaning: String {
    switch self {
    case .done: "done"
    case .failed: "failed for a reason not listed"
    case .partlyDone: "partly done: some files or nodes failed, the report names them"
    case .usage: "usage: unknown flag or missing argument"
    case .badInput: "bad input file"
    case .noSource: "a source file or folder does not exist"
    case .unknownName: "unknown cluster, alias or job"
    case .unreachable: "a node cannot be reached"
    case .cannotWrite: "cannot write, here or on the node"
    case .hostKey: "the host key is not the pinned one"
    case .authentication: "authentication refused"
    case .interrupted: "interrupted"
    default: "the exit code of your own command"
    }
  }
}

/// An error of the command line itself.
struct CommandError: Error, CustomStringConvertible {
  var status: ExitStatus
  var description: String

  init(_ status: ExitStatus, _ description: String) {
    self.status = status
    self.description = description
  }
}

extension ExitStatus {
  /// nil for what is not ours: ArgumentParser's errors carry their own code and text.
  init?(_ error: any Error) {
    switch error {
    case let error as CommandError: self = error.status
    case let error as SyncError: self = Self.of(error.code)
    case let error as ProviderError: self = Self.of(error.code)
    case let error as StateError: self = Self.of(error.code)
    case let error as BookError: self = Self.of(error.code)
    case let error as TaskError: self = Self.of(error.code)
    case let error as WorkflowError: self = Self.of(error.code)
    case let error as StorageError: self = Self.of(error.code)
    case is CancellationError: self = .interrupted
    default: return nil
    }
  }

  private static func of(_ code: SyncError.Code) -> ExitStatus {
    switch code {
    case .unreachable, .connectionLost, .timeout, .nodeGone: .unreachable
    case .unknownHost: .unknownName
    case .badConfiguration: .badInput
    case .hostKey: .hostKey
    case .authentication: .authentication
    case .cancelled: .interrupted
    case .cannotWrite: .cannotWrite
    case .noSource: .noSource
    default: .failed
    }
  }

  private static func of(_ code: StateError.Code) -> ExitStatus {
    switch code {
    case .noSuchCluster, .noSuchJob: .unknownName
    case .cannotWrite: .cannotWrite
    case .cancelled: .interrupted
    default: .failed
    }
  }

  private static func of(_ code: BookError.Code) -> ExitStatus {
    switch code {
    case .invalid, .clash: .usage
    case .unknown: .unknownName
    case .malformed: .badInput
    case .cannotWrite, .cannotRead: .cannotWrite
    case .unreachable: .unreachable
    default: .failed
    }
  }

  private static func of(_ code: TaskError.Code) -> ExitStatus {
    switch code {
    case .badOption: .usage
    case .noFile: .noSource
    case .unreadable: .failed
    default: .badInput
    }
  }

  private static func of(_ code: WorkflowError.Code) -> ExitStatus {
    switch code {
    case .badRequest: .usage
    case .unknownName: .unknownName
    case .noSource, .noRepository: .noSource
    case .notUp: .unreachable
    case .cannotWrite, .inTheWay: .cannotWrite
    case .partly: .partlyDone
    default: .failed
    }
  }

  private static func of(_ code: StorageError.Code) -> ExitStatus {
    switch code {
    case .noBucket: .unknownName
    case .noSource: .noSource
    case .unreachable, .nodeLost: .unreachable
    case .denied, .noCredentials: .authentication
    case .cannotWrite: .cannotWrite
    case .partly: .partlyDone
    case .cancelled: .interrupted
    default: .failed
    }
  }

  private static func of(_ code: ProviderError.Code) -> ExitStatus {
    switch code {
    case .nodeFailed, .tooFew: .unreachable
    case .cannotWrite: .cannotWrite
    case .hostKey: .hostKey
    case .authentication: .authentication
    case .badInput: .badInput
    case .unknownName: .unknownName
    case .cancelled: .interrupted
    default: .failed
    }
  }
}

extension ExitStatus {
  /// Ends the program at once: exit(3) would take OpenSSL's locks away from a connection that is still
  /// closing on a thread of its own.
  func leave() -> Never {
    fflush(nil)
    _exit(rawValue)
  }
}
