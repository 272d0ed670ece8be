/// The connections to jump hosts: one for all the nodes behind it, closed when the last of them is.
public actor JumpPool {
  private struct Weak {
    weak var connection: SSHConnection?
  }

  typealias Answer = Result<SSHConnection, SyncError>

  private var known: [String: Weak] = [:]
  private var opening: [String: Task<Answer, Never>] = [:]

  public init() {}

  func connection(_ key: String, open: @escaping @Sendable () async -> Answer) async -> Answer {
    if let connection = known[key]?.connection, await connection.failure == nil {
      return .success(connection)
    }
    if let task = opening[key] { return await task.value }
    let task = Task { await open() }
    opening[key] = task
    let answer = await task.value
    opening[key] = nil
    if case .success(let connection) = answer { known[key] = Weak(connection: connection) }
    return answer
  }
}
