import CLibSSH2

/// libssh2's once-per-process initialization; read before the first session is made.
let libraryIsReady: Bool = libssh2_init(0) == 0

/// libssh2 1.11 and later sign with rsa-sha2 by themselves.
let libraryKnowsRSASHA2: Bool = libssh2_version(0x01_0B_00) != nil

let tryAgain = Int(LIBSSH2_ERROR_EAGAIN)
