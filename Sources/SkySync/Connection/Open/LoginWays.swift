import HostBook

/// The ways in that the configuration allows: PubkeyAuthentication, PasswordAuthentication,
/// KbdInteractiveAuthentication and PreferredAuthentications (ssh_config(5)).
struct LoginWays: Equatable, Sendable {
  private let allowed: Set<String>
  /// How often a password is asked for, at least once.
  let prompts: Int

  init(_ host: ResolvedHost) {
    let switches = [
      ("publickey", "pubkeyauthentication"), ("password", "passwordauthentication"),
      ("keyboard-interactive", "kbdinteractiveauthentication"),
    ]
    var allowed: Set<String> = []
    for (method, key) in switches {
      if host.first(key) != "no", host.first(key) != "false" { allowed.insert(method) }
    }
    if host.first("gssapiauthentication") == "yes" { allowed.insert("gssapi-with-mic") }
    if let preferred = host.first("preferredauthentications") {
      allowed.formIntersection(preferred.split(separator: ",").map(String.init))
    }
    self.allowed = allowed
    prompts = max(1, host.first("numberofpasswordprompts").flatMap(Int.init) ?? 3)
  }

  var publicKey: Bool { allowed.contains("publickey") }
  var password: Bool { allowed.contains("password") }

  /// What the server offers and the user allows, and only OpenSSH's own client can do.
  func forOpenSSH(_ offered: [String]) -> [String] {
    offered.filter { $0 != "publickey" && $0 != "password" && allowed.contains($0) }
  }
}
