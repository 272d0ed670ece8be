/// What the tokens of ssh_config(5) stand for in one connection.
struct Connection {
  let tokens: Tokens

  init(
    _ environment: ResolverEnvironment, typedHost: [UInt8], host: [UInt8], user: [UInt8],
    port: Int, keyAlias: [UInt8], jump: [UInt8]
  ) {
    let local = Array(environment.localHostname.utf8)
    let port = Array(String(port).utf8)
    let uid = Array(String(environment.uid).utf8)
    let hasJump = environment.profile.hasJumpToken
    let hash = SHA1.hexDigest(local + host + port + user + (hasJump ? jump : []))
    var letters: [UInt8: [UInt8]] = [
      UInt8(ascii: "C"): hash, UInt8(ascii: "d"): Array(environment.passwdHome.string.utf8),
      UInt8(ascii: "h"): host, UInt8(ascii: "i"): uid, UInt8(ascii: "k"): keyAlias,
      UInt8(ascii: "L"): Array(local.prefix { $0 != .dot }), UInt8(ascii: "l"): local,
      UInt8(ascii: "n"): typedHost, UInt8(ascii: "p"): port, UInt8(ascii: "r"): user,
      UInt8(ascii: "u"): Array(environment.user.utf8),
    ]
    if hasJump { letters[UInt8(ascii: "j")] = jump }
    tokens = Tokens(letters: letters)
  }
}
