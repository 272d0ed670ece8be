#if os(Linux)
  import Glibc
  import Synchronization
  import SystemPackage

  /// The kernel's queue of changes in watched folders (inotify(7)).
  final class InotifyQueue: Sendable {
    private struct State {
      var watches: [FilePath: CInt] = [:]
      /// There are more folders than the user may watch.
      var isBlind = false
    }

    private let descriptor: CInt
    private let state = Mutex(State())

    /// nil when the user has no more of them.
    init?() {
      descriptor = inotify_init1(CInt(IN_NONBLOCK | IN_CLOEXEC))
      guard descriptor >= 0 else { return nil }
    }

    deinit { close(descriptor) }

    /// Not all folders could be watched.
    var isBlind: Bool { state.withLock { $0.isBlind } }

    func watch(_ folders: Set<FilePath>) -> Bool {
      state.withLock { state in
        state.isBlind = false
        for (folder, number) in state.watches where !folders.contains(folder) {
          inotify_rm_watch(descriptor, number)
          state.watches[folder] = nil
        }
        var isNew = false
        for folder in folders {
          // Again also where one is: a folder made anew under its old name is another folder.
          let number = folder.withPlatformString { inotify_add_watch(descriptor, $0, Self.mask) }
          if number < 0 {
            if errno == ENOSPC || errno == ENOMEM { state.isBlind = true }
            state.watches[folder] = nil
          } else if state.watches.updateValue(number, forKey: folder) != number {
            isNew = true
          }
        }
        return isNew
      }
    }

    /// Empties the queue; whether there was something in it.
    func take() -> Bool {
      var buffer = [UInt8](repeating: 0, count: 64 << 10)
      var found = false
      while read(descriptor, &buffer, buffer.count) > 0 { found = true }
      return found
    }

    private static let mask = UInt32(
      IN_CLOSE_WRITE | IN_MODIFY | IN_ATTRIB | IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO
        | IN_DELETE_SELF | IN_MOVE_SELF)
  }
#endif
