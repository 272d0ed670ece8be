import Dispatch

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Turns SIGINT, SIGTERM and SIGHUP into the cancellation of the running command, so that it tidies up;
/// a second one ends the program at once.
struct Interrupts {
  func run(_ body: @escaping @Sendable () async throws -> Void) async throws {
    let work = Task(operation: body)
    let sources = [SIGINT, SIGTERM, SIGHUP].map { number in
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
      source.setEventHandler {
        if work.isCancelled { _exit(128 + number) }
        work.cancel()
      }
      source.resume()
      return source
    }
    signal(SIGPIPE, SIG_IGN)
    defer { sources.forEach { $0.cancel() } }
    do {
      try await work.value
    } catch {
      // Whatever an interrupted step says, the reason is the interruption.
      if work.isCancelled { throw CancellationError() }
      throw error
    }
  }
}
