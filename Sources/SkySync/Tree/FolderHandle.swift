import Synchronization
import SystemPackage

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// An open folder, closed when its last user lets go.
final class FolderHandle: Sendable {
  let descriptor: Int32
  private let budget: HandleBudget

  /// Takes `descriptor` over; nil, with the descriptor closed, when too many are open already.
  init?(_ descriptor: Int32, budget: HandleBudget) {
    self.descriptor = descriptor
    self.budget = budget
    guard budget.open.add(1, ordering: .relaxed).newValue <= budget.limit else { return nil }
  }

  deinit {
    budget.open.subtract(1, ordering: .relaxed)
    close(descriptor)
  }
}

/// How many folders a scan may hold open for what is in them.
final class HandleBudget: Sendable {
  let limit = 128
  let open = Atomic<Int>(0)
}

/// Opens the folder `name` (NUL-terminated) of an open one; never through a link.
func openFolder(_ name: UnsafePointer<CChar>, in folder: Int32) throws(Errno) -> Int32 {
  try retrying { openat(folder, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC) }
}

/// Opens the folder at `path` below an open one, part by part: no length limit, never through a link.
func openFolder(path: [UInt8], below root: Int32) throws(Errno) -> Int32 {
  var current = try retrying { fcntl(root, F_DUPFD_CLOEXEC, 0) }
  for part in path.split(separator: slash) {
    let name = part.map { CChar(bitPattern: $0) } + [0]
    let outer = current
    defer { close(outer) }
    current = try openFolder(name, in: current)
  }
  return current
}

/// Makes a system call again while signals interrupt it.
func retrying<Value: SignedInteger>(_ call: () -> Value) throws(Errno) -> Value {
  while true {
    let result = call()
    if result >= 0 { return result }
    if errno != EINTR { throw Errno(rawValue: errno) }
  }
}
