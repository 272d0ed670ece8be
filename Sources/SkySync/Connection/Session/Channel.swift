/// One command's channel, as the connection that owns it sees it.
final class Channel {
  /// A write that is not wholly accepted yet.
  struct Writing {
    var bytes: [UInt8]
    var sent = 0
    var done: Once<Void>
  }

  enum Input {
    case open
    case finishing(Once<Void>)
    case finished
  }

  let id: Int
  /// libssh2's channel; nil before it is open and when it is freed.
  var pointer: OpaquePointer?
  var output = ByteQueue(capacity: 1024)
  var errors = ByteQueue(capacity: 256)
  var outputReader: Once<[UInt8]?>?
  var errorReader: Once<[UInt8]?>?
  var writing: Writing?
  var input = Input.open
  /// The node has said all it will say; what is queued is still to be read.
  var outputEnded = false
  var outcome: Result<RemoteOutcome, SyncError>?
  var outcomeWaiters: [Once<RemoteOutcome>] = []
  /// Nobody is interested any more: only to be closed.
  var isClosing = false
  /// Still in libssh2's hands, to be left alone.
  var isOpening = true
  /// Nobody holds its handle any more.
  var isDropped = false
  var timer: TimerHeap.ID?
  /// Of a tunnel: tells the session inside that there is something to do.
  var tunnelIsReady: (@Sendable () -> Void)?
  /// Of a tunnel: the session inside has more to send.
  var tunnelWaits = false

  init(id: Int) {
    self.id = id
  }

  /// Neither stream is to be read further until its reader has taken some.
  var isFull: Bool { output.count >= Channel.bufferLimit || errors.count >= Channel.bufferLimit }

  static let bufferLimit = 256 << 10

  /// What the channel is for.
  enum Purpose {
    case command(String)
    case subsystem(String)
    case tunnel(host: String, port: UInt16)
  }

  /// Gives the readers what they can have.
  func serveReaders() {
    if let tunnelIsReady {
      let takesMore = tunnelWaits && writing == nil
      if takesMore { tunnelWaits = false }
      if takesMore || !output.isEmpty || outputEnded || outcome != nil { tunnelIsReady() }
    }
    if let reader = outputReader, let answer = answer(&output) {
      outputReader = nil
      reader.resume(answer)
    }
    if let reader = errorReader, let answer = answer(&errors) {
      errorReader = nil
      reader.resume(answer)
    }
  }

  /// The next answer to a reader of `queue`, nil when it has to wait.
  func answer(_ queue: inout ByteQueue) -> Result<[UInt8]?, SyncError>? {
    if !queue.isEmpty { return .success(queue.takeAll()) }
    if outputEnded { return .success(nil) }
    if case .failure(let error) = outcome { return .failure(error) }
    return nil
  }

  /// What a writer hears after the end.
  var inputRefusal: SyncError {
    if case .failure(let error) = outcome { return error }
    return SyncError(.connectionLost, "input", "the command ended before it had read its input")
  }

  /// Settles how it ended; only the first word counts.
  func settle(_ result: Result<RemoteOutcome, SyncError>) {
    guard outcome == nil else { return }
    outcome = result
    for waiter in outcomeWaiters { waiter.resume(result) }
    outcomeWaiters = []
    writing?.done.resume(.failure(inputRefusal))
    writing = nil
    if case .finishing(let done) = input { done.resume(result.map { _ in }) }
    serveReaders()
  }
}
