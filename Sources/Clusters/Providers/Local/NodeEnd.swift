#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Ends all processes of nodes, and nobody else's.
enum NodeEnd {
  /// Returns when none is left. No file is touched.
  static func end(_ folders: [NodeFolder]) async throws(ProviderError) {
    // Counts from the first blow: on a machine that is very busy a look alone may take that long.
    var deadline: ContinuousClock.Instant?
    while true {
      let left = processes(of: folders)
      guard let first = left.first else { return }
      if let deadline, ContinuousClock.now >= deadline {
        throw ProviderError(
          .nodeFailed, "process \(first.pid)", "of a local node does not end, though it was killed",
          advice: "see what it waits for: cat /proc/\(first.pid)/wchan")
      }
      // Nobody may know the child of a monitor that forks between our look and its end.
      for entry in left { entry.send(SIGSTOP) }
      for entry in processes(of: folders) { entry.send(SIGKILL) }
      deadline = deadline ?? .now + .seconds(20)
      // Also when cancelled: half a stop would leave nodes that look alive.
      try? await pause(.milliseconds(10))
    }
  }

  private static func processes(of folders: [NodeFolder]) -> [ProcessTable.Entry] {
    let table = ProcessTable.now()
    return folders.flatMap { table.all(of: $0) }
  }
}
