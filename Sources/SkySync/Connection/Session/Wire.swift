import CLibSSH2

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// One libssh2 session between two byte queues; libssh2 itself never touches a socket.
///
/// The outgoing queue takes every packet whole: after a partial send libssh2 1.10 would insist on the same
/// call again and lose the session otherwise. Owned by one actor.
final class Wire {
  let session: OpaquePointer
  var inbound = ByteQueue(capacity: 16 << 10)
  var outbound = ByteQueue(capacity: 16 << 10)
  /// No byte will arrive any more; what is queued is still read.
  var inboundEnded = false
  /// Whatever is sent from now on is refused.
  var closed = false
  /// What libssh2 wants signed, and what it gets for it.
  var signing = Signing.idle
  private(set) var stage = Stage.plain

  /// How far libssh2 is with what it sends: after NEWKEYS (RFC 4253 section 7.3) it asks for the login service.
  enum Stage { case plain, newKeys, serviceRequested }

  enum Signing {
    case idle
    case wanted([UInt8])
    case signed([UInt8])
    case refused
  }

  init?() {
    guard libraryIsReady, let session = libssh2_session_init_ex(nil, nil, nil, nil) else {
      return nil
    }
    self.session = session
    libssh2_session_set_blocking(session, 0)
    libssh2_session_abstract(session).pointee = Unmanaged.passUnretained(self).toOpaque()
    setCallback(LIBSSH2_CALLBACK_SEND, unsafeBitCast(sendBytes, to: UnsafeMutableRawPointer.self))
    setCallback(
      LIBSSH2_CALLBACK_RECV, unsafeBitCast(receiveBytes, to: UnsafeMutableRawPointer.self))
  }

  fileprivate func send(_ bytes: UnsafeRawBufferPointer) {
    outbound.append(bytes)
    switch stage {
    case .plain: if Self.isNewKeys(bytes) { stage = .newKeys }
    case .newKeys: stage = .serviceRequested
    case .serviceRequested: break
    }
  }

  /// Whether these are one whole packet in plain text (RFC 4253 section 6) of that kind.
  private static func isNewKeys(_ bytes: UnsafeRawBufferPointer) -> Bool {
    guard bytes.count > 5, bytes[5] == 21 else { return false }
    return bytes[..<4].reduce(0) { $0 << 8 | Int($1) } + 4 == bytes.count
  }

  deinit {
    // A session that may still talk would wait for its channels to close.
    inboundEnded = true
    closed = true
    var tries = 0
    while libssh2_session_free(session) == LIBSSH2_ERROR_EAGAIN && tries < 1000 { tries += 1 }
  }

  private func setCallback(_ kind: Int32, _ function: UnsafeMutableRawPointer) {
    libssh2_session_callback_set(session, kind, function)
  }

  /// libssh2's own words for its last error.
  var lastMessage: String {
    var text: UnsafeMutablePointer<CChar>?
    let code = libssh2_session_last_error(session, &text, nil, 0)
    return text.map { "\(String(cString: $0)) (libssh2 \(code))" } ?? "libssh2 error \(code)"
  }
}

private typealias Abstract = UnsafeMutablePointer<UnsafeMutableRawPointer?>

/// The session's abstract pointer is the `Wire` that owns the session, so it is alive during calls.
private func wire(_ abstract: Abstract?) -> Wire? {
  abstract?.pointee.map { Unmanaged<Wire>.fromOpaque($0).takeUnretainedValue() }
}

private let sendBytes: @convention(c) (Int32, UnsafeRawPointer?, Int, Int32, Abstract?) -> Int = {
  _, bytes, count, _, abstract in
  guard let wire = wire(abstract), !wire.closed else { return -Int(EPIPE) }
  wire.send(UnsafeRawBufferPointer(start: bytes, count: count))
  return count
}

private let receiveBytes:
  @convention(c) (Int32, UnsafeMutableRawPointer?, Int, Int32, Abstract?) -> Int = {
    _, target, size, _, abstract in
    guard let wire = wire(abstract), let target else { return -Int(EBADF) }
    if wire.inbound.isEmpty { return wire.inboundEnded ? 0 : -Int(EAGAIN) }
    return wire.inbound.take(into: target, size)
  }

/// Handed to libssh2_userauth_publickey: asks for a signature by answering "try again".
let signBytes:
  @convention(c) (
    OpaquePointer?, UnsafeMutablePointer<UnsafeMutablePointer<UInt8>?>?,
    UnsafeMutablePointer<Int>?, UnsafePointer<UInt8>?, Int,
    UnsafeMutablePointer<UnsafeMutableRawPointer?>?
  ) -> Int32 = { session, signature, signatureSize, bytes, count, _ in
    guard let session, let wire = wire(libssh2_session_abstract(session)) else { return -1 }
    switch wire.signing {
    case .idle, .wanted:
      wire.signing = .wanted(Array(UnsafeBufferPointer(start: bytes, count: count)))
      return LIBSSH2_ERROR_EAGAIN
    case .refused: return -1
    case .signed(let made):
      // libssh2 frees it with free(3), as the session was made with the default allocator.
      guard let copy = malloc(max(1, made.count)) else { return -1 }
      memcpy(copy, made, made.count)
      signature?.pointee = copy.assumingMemoryBound(to: UInt8.self)
      signatureSize?.pointee = made.count
      return 0
    }
  }
