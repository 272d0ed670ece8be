import SystemPackage

/// The unlocked keys of this process: each passphrase is asked for and worked on once, however many
/// connections want the key.
public actor KeyRing {
  typealias Ask = @Sendable (_ key: FilePath, _ attempt: Int) async -> [UInt8]?

  private var keys: [FilePath: Task<Result<SigningKey, KeyProblem>, Never>] = [:]

  public init() {}

  func unlock(_ file: KeyFile, ask: Ask?) async -> Result<SigningKey, KeyProblem> {
    if let known = keys[file.path] { return await known.value }
    let task = Task { await Self.open(file, ask) }
    keys[file.path] = task
    return await task.value
  }

  private static func open(_ file: KeyFile, _ ask: Ask?) async -> Result<SigningKey, KeyProblem> {
    guard file.isEncrypted else {
      return await offThread { () throws(KeyProblem) in try file.unlock([]) }
    }
    guard let ask else {
      return .failure(KeyProblem("it is encrypted and nobody can be asked for its passphrase"))
    }
    for attempt in 1...3 {
      guard let passphrase = await ask(file.path, attempt) else { break }
      let result = await offThread { () throws(KeyProblem) in try file.unlock(passphrase) }
      if case .failure(let problem) = result, problem.isWrongPassphrase { continue }
      return result
    }
    return .failure(KeyProblem("it is encrypted and its passphrase was not given"))
  }
}

/// Does blocking work with keys on a thread of its own.
func offThread<Value: Sendable>(
  isolation: isolated (any Actor)? = #isolation,
  _ work: @escaping @Sendable () throws(KeyProblem) -> Value
) async -> Result<Value, KeyProblem> {
  await withCheckedContinuation { continuation in
    BlockingThreads.shared.submit {
      do throws(KeyProblem) {
        continuation.resume(returning: .success(try work()))
      } catch {
        continuation.resume(returning: .failure(error))
      }
    }
  }
}
