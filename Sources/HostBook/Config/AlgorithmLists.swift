extension Algorithms {
  /// The lists of one release, in the order in which `ssh -Q` prints them.
  init(profile: VersionProfile) {
    let new = profile.isAtLeast(10, 0)
    let keys = Self.words(new ? Self.keys10 : Self.keys9)
    let plain = keys.filter { !$0.text.contains("-cert-") }
    self.init(
      ciphers: Self.make(Self.allCiphers, defaults: new ? Self.ciphers10 : Self.ciphers9),
      macs: Self.make(Self.allMacs, defaults: Self.macs9),
      kex: Self.make(
        new ? Self.allKex9 + " mlkem768nistp256-sha256 mlkem768x25519-sha256" : Self.allKex9,
        defaults: (new ? "mlkem768x25519-sha256 " : "") + Self.kex9),
      keys: Names(all: keys, defaults: Self.list(new ? Self.publicKeys10 : Self.publicKeys9)),
      signatures: Names(
        all: plain, defaults: Self.list(new ? Self.signatures10 : Self.signatures9)))
  }

  private static func make(_ all: String, defaults: String) -> Names {
    Names(all: words(all), defaults: list(defaults))
  }

  private static func words(_ text: String) -> [[UInt8]] {
    text.utf8.split(separator: UInt8.space).map(Array.init)
  }

  private static func list(_ text: String) -> [UInt8] {
    Array(words(text).joined(separator: [UInt8.comma]))
  }

  private static let allCiphers = """
    3des-cbc aes128-cbc aes192-cbc aes256-cbc aes128-ctr aes192-ctr aes256-ctr \
    aes128-gcm@openssh.com aes256-gcm@openssh.com chacha20-poly1305@openssh.com
    """
  private static let ciphers9 = """
    chacha20-poly1305@openssh.com aes128-ctr aes192-ctr aes256-ctr \
    aes128-gcm@openssh.com aes256-gcm@openssh.com
    """
  private static let ciphers10 = """
    chacha20-poly1305@openssh.com aes128-gcm@openssh.com aes256-gcm@openssh.com \
    aes128-ctr aes192-ctr aes256-ctr
    """
  private static let allMacs = """
    hmac-sha1 hmac-sha1-96 hmac-sha2-256 hmac-sha2-512 hmac-md5 hmac-md5-96 \
    umac-64@openssh.com umac-128@openssh.com hmac-sha1-etm@openssh.com \
    hmac-sha1-96-etm@openssh.com hmac-sha2-256-etm@openssh.com hmac-sha2-512-etm@openssh.com \
    hmac-md5-etm@openssh.com hmac-md5-96-etm@openssh.com umac-64-etm@openssh.com \
    umac-128-etm@openssh.com
    """
  private static let macs9 = """
    umac-64-etm@openssh.com umac-128-etm@openssh.com hmac-sha2-256-etm@openssh.com \
    hmac-sha2-512-etm@openssh.com hmac-sha1-etm@openssh.com umac-64@openssh.com \
    umac-128@openssh.com hmac-sha2-256 hmac-sha2-512 hmac-sha1
    """
  private static let allKex9 = """
    diffie-hellman-group1-sha1 diffie-hellman-group14-sha1 diffie-hellman-group14-sha256 \
    diffie-hellman-group16-sha512 diffie-hellman-group18-sha512 \
    diffie-hellman-group-exchange-sha1 diffie-hellman-group-exchange-sha256 \
    ecdh-sha2-nistp256 ecdh-sha2-nistp384 ecdh-sha2-nistp521 curve25519-sha256 \
    curve25519-sha256@libssh.org sntrup761x25519-sha512 sntrup761x25519-sha512@openssh.com
    """
  private static let kex9 = """
    sntrup761x25519-sha512 sntrup761x25519-sha512@openssh.com curve25519-sha256 \
    curve25519-sha256@libssh.org ecdh-sha2-nistp256 ecdh-sha2-nistp384 ecdh-sha2-nistp521 \
    diffie-hellman-group-exchange-sha256 diffie-hellman-group16-sha512 \
    diffie-hellman-group18-sha512 diffie-hellman-group14-sha256
    """
  private static let ecdsaKeys = """
    ecdsa-sha2-nistp256 ecdsa-sha2-nistp256-cert-v01@openssh.com ecdsa-sha2-nistp384 \
    ecdsa-sha2-nistp384-cert-v01@openssh.com ecdsa-sha2-nistp521 \
    ecdsa-sha2-nistp521-cert-v01@openssh.com sk-ecdsa-sha2-nistp256@openssh.com \
    sk-ecdsa-sha2-nistp256-cert-v01@openssh.com webauthn-sk-ecdsa-sha2-nistp256@openssh.com
    """
  private static let edKeys = """
    ssh-ed25519 ssh-ed25519-cert-v01@openssh.com sk-ssh-ed25519@openssh.com \
    sk-ssh-ed25519-cert-v01@openssh.com
    """
  private static let rsaKeys = """
    ssh-rsa ssh-rsa-cert-v01@openssh.com rsa-sha2-256 rsa-sha2-256-cert-v01@openssh.com \
    rsa-sha2-512 rsa-sha2-512-cert-v01@openssh.com
    """
  private static let keys9 =
    "\(edKeys) \(ecdsaKeys) ssh-dss ssh-dss-cert-v01@openssh.com \(rsaKeys)"
  private static let keys10 =
    "\(edKeys) \(ecdsaKeys) webauthn-sk-ecdsa-sha2-nistp256-cert-v01@openssh.com \(rsaKeys)"
  private static let signatures9 = """
    ssh-ed25519 ecdsa-sha2-nistp256 ecdsa-sha2-nistp384 ecdsa-sha2-nistp521 \
    sk-ssh-ed25519@openssh.com sk-ecdsa-sha2-nistp256@openssh.com rsa-sha2-512 rsa-sha2-256
    """
  private static let signatures10 = """
    ssh-ed25519 ecdsa-sha2-nistp256 ecdsa-sha2-nistp384 ecdsa-sha2-nistp521 \
    sk-ssh-ed25519@openssh.com sk-ecdsa-sha2-nistp256@openssh.com \
    webauthn-sk-ecdsa-sha2-nistp256@openssh.com rsa-sha2-512 rsa-sha2-256
    """
  private static let certificates9 = """
    ssh-ed25519-cert-v01@openssh.com ecdsa-sha2-nistp256-cert-v01@openssh.com \
    ecdsa-sha2-nistp384-cert-v01@openssh.com ecdsa-sha2-nistp521-cert-v01@openssh.com \
    sk-ssh-ed25519-cert-v01@openssh.com sk-ecdsa-sha2-nistp256-cert-v01@openssh.com
    """
  private static let rsaCertificates = """
    rsa-sha2-512-cert-v01@openssh.com rsa-sha2-256-cert-v01@openssh.com
    """
  private static let publicKeys9 = "\(certificates9) \(rsaCertificates) \(signatures9)"
  private static let publicKeys10 = """
    \(certificates9) webauthn-sk-ecdsa-sha2-nistp256-cert-v01@openssh.com \
    \(rsaCertificates) \(signatures10)
    """
}
