import HostBook

/// What an alias has to say so that it means to ssh what a name of the user's own means.
///
/// Only what sets that name apart from any other goes into the alias: `Host *` and the like hold for the
/// alias as well. Host keys are not among it: those are pinned.
struct AliasSettings: Equatable, Sendable {
  var proxy: AliasEntry.Proxy?
  var options: [AliasEntry.Option] = []

  /// - Parameters:
  ///   - host: what ssh would do for the name.
  ///   - any: what it would do for a name that nobody has written into its configuration.
  init(_ host: ResolvedHost, unlike any: ResolvedHost) {
    if let jump = host.proxyJump, jump != "none" {
      proxy = .jump(jump)
    } else if let command = host.proxyCommand, command != "none" {
      proxy = .command(Self.replacingName(command, host.name))
    }
    // Aliases are shielded from what others say of these.
    if let family = host.first("addressfamily"), family != "any" {
      options.append(.init("addressfamily", family))
    }
    if host.first("proxyusefdpass") == "yes" { options.append(.init("proxyusefdpass", "yes")) }
    for key in Self.copied {
      let values = host.all(key)
      guard values != any.all(key) else { continue }
      for value in values {
        options.append(.init(key, Self.word(Self.replacingName(value, host.name), key)))
      }
    }
  }

  /// As `ssh -G` spells them, so that the book keeps a list of keys where one `IdentityFile` is usual.
  private static let copied = [
    "identityfile", "certificatefile", "identitiesonly", "identityagent", "pkcs11provider",
    "securitykeyprovider", "preferredauthentications", "pubkeyauthentication",
    "passwordauthentication", "kbdinteractiveauthentication", "gssapiauthentication",
    "numberofpasswordprompts", "pubkeyacceptedalgorithms", "hostkeyalgorithms", "ciphers",
    "kexalgorithms", "macs", "compression", "rekeylimit", "bindaddress", "bindinterface", "ipqos",
    "tcpkeepalive", "connectionattempts", "connecttimeout", "serveralivecountmax",
    "serveraliveinterval",
  ]

  private static let paths: Set<String> = [
    "identityfile", "certificatefile", "identityagent", "pkcs11provider", "securitykeyprovider",
  ]

  private static func word(_ value: String, _ key: String) -> String {
    paths.contains(key) && value.contains(" ") ? "\"\(value)\"" : value
  }

  /// `%n` is the name as typed, which is the alias's from now on.
  private static func replacingName(_ text: String, _ name: String) -> String {
    var result = ""
    var isToken = false
    for character in text {
      if isToken {
        result += character == "n" ? name : "%\(character)"
        isToken = false
      } else if character == "%" {
        isToken = true
      } else {
        result.append(character)
      }
    }
    return isToken ? result + "%" : result
  }
}
