/// How far a transfer with one node is.
public struct SyncProgress: Equatable, Sendable {
  public enum Phase: String, Sendable {
    case comparing, sending, committing, done
  }

  public var phase: Phase
  /// Content to move, and what of it was handed to the connection or came out of it.
  public var bytesTotal: Int64
  public var bytesDone: Int64
  public var filesTotal: Int
  /// Files and links whose content is through.
  public var filesDone: Int

  public init(
    phase: Phase, bytesTotal: Int64 = 0, bytesDone: Int64 = 0, filesTotal: Int = 0,
    filesDone: Int = 0
  ) {
    self.phase = phase
    self.bytesTotal = bytesTotal
    self.bytesDone = bytesDone
    self.filesTotal = filesTotal
    self.filesDone = filesDone
  }
}
