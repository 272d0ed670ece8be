#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Runs `body` on a new thread that nobody joins; false when the system has none to give.
package func startThread(_ body: @escaping @Sendable () -> Void) -> Bool {
  let context = Unmanaged.passRetained(ThreadBody(body))
  #if canImport(Glibc)
    var thread = pthread_t()
    let status = pthread_create(&thread, nil, { runThreadBody($0) }, context.toOpaque())
    if status == 0 { pthread_detach(thread) }
  #else
    var thread: pthread_t?
    let status = pthread_create(&thread, nil, { runThreadBody($0) }, context.toOpaque())
    if let thread { pthread_detach(thread) }
  #endif
  if status != 0 { context.release() }
  return status == 0
}

private final class ThreadBody {
  let run: @Sendable () -> Void
  init(_ run: @escaping @Sendable () -> Void) { self.run = run }
}

private func runThreadBody(_ context: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
  guard let context else { return nil }
  Unmanaged<ThreadBody>.fromOpaque(context).takeRetainedValue().run()
  return nil
}
