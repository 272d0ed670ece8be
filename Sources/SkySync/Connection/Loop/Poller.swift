#if canImport(Glibc)
  import CLibSSH2
  import Glibc

  /// epoll, edge-triggered: a descriptor is reported when it becomes readable, writable or broken.
  struct Poller: Sendable {
    private let queue: Int32
    private let wakeUp: Int32

    init() {
      queue = epoll_create1(Int32(EPOLL_CLOEXEC))
      wakeUp = eventfd(0, Int32(EFD_CLOEXEC | EFD_NONBLOCK))
      precondition(queue >= 0 && wakeUp >= 0, "no descriptors left for epoll")
      add(wakeUp)
    }

    func add(_ descriptor: Int32) {
      var event = epoll_event()
      event.events =
        EPOLLIN.rawValue | EPOLLOUT.rawValue | EPOLLRDHUP.rawValue | EPOLLET.rawValue
      event.data.fd = descriptor
      epoll_ctl(queue, EPOLL_CTL_ADD, descriptor, &event)
    }

    func remove(_ descriptor: Int32) {
      epoll_ctl(queue, EPOLL_CTL_DEL, descriptor, nil)
    }

    /// Makes a running or the next `wait` return.
    func wake() {
      var one: UInt64 = 1
      _ = write(wakeUp, &one, 8)
    }

    /// Waits up to `milliseconds` (-1: for ever) and calls `ready` for each descriptor that changed.
    func wait(milliseconds: Int32, ready: (Int32) -> Void) {
      withUnsafeTemporaryAllocation(of: epoll_event.self, capacity: 128) { events in
        let count = epoll_wait(queue, events.baseAddress, Int32(events.count), milliseconds)
        for place in 0..<max(0, Int(count)) where events[place].data.fd != wakeUp {
          ready(events[place].data.fd)
        }
      }
    }
  }
#else
  import Darwin

  /// kqueue with EV_CLEAR: a descriptor is reported when it becomes readable, writable or broken.
  struct Poller: Sendable {
    private let queue: Int32

    init() {
      queue = kqueue()
      precondition(queue >= 0, "no descriptors left for kqueue")
      change(0, EVFILT_USER, EV_ADD | EV_CLEAR)
    }

    func add(_ descriptor: Int32) {
      change(UInt(descriptor), EVFILT_READ, EV_ADD | EV_CLEAR)
      change(UInt(descriptor), EVFILT_WRITE, EV_ADD | EV_CLEAR)
    }

    func remove(_ descriptor: Int32) {
      change(UInt(descriptor), EVFILT_READ, EV_DELETE)
      change(UInt(descriptor), EVFILT_WRITE, EV_DELETE)
    }

    /// Makes a running or the next `wait` return.
    func wake() {
      change(0, EVFILT_USER, 0, UInt32(NOTE_TRIGGER))
    }

    /// Waits up to `milliseconds` (-1: for ever) and calls `ready` for each descriptor that changed.
    func wait(milliseconds: Int32, ready: (Int32) -> Void) {
      var limit = timespec(
        tv_sec: Int(milliseconds / 1000), tv_nsec: Int(milliseconds % 1000) * 1_000_000)
      withUnsafeTemporaryAllocation(of: kevent.self, capacity: 128) { events in
        let count =
          milliseconds < 0
          ? kevent(queue, nil, 0, events.baseAddress, Int32(events.count), nil)
          : kevent(queue, nil, 0, events.baseAddress, Int32(events.count), &limit)
        for place in 0..<max(0, Int(count)) where events[place].filter != Int16(EVFILT_USER) {
          ready(Int32(events[place].ident))
        }
      }
    }

    private func change(_ number: UInt, _ filter: Int32, _ flags: Int32, _ more: UInt32 = 0) {
      var event = kevent(
        ident: number, filter: Int16(filter), flags: UInt16(flags), fflags: more, data: 0,
        udata: nil)
      _ = kevent(queue, &event, 1, nil, 0, nil)
    }
  }
#endif
