import CLibSSH2

/// libssh2's once-per-process initialization; read before anything else is asked of it or of libcrypto.
///
/// libcrypto must not clean up at exit: loops that still end their connections use it until the very end.
let libraryIsReady: Bool =
  OPENSSL_init_crypto(UInt64(OPENSSL_INIT_NO_ATEXIT), nil) == 1 && libssh2_init(0) == 0

/// libssh2 1.11 and later sign with rsa-sha2 by themselves.
let libraryKnowsRSASHA2: Bool = libssh2_version(0x01_0B_00) != nil

let tryAgain = Int(LIBSSH2_ERROR_EAGAIN)
