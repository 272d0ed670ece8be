import HostBook
import SystemPackage

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A key that may be offered to a server.
struct Identity: Sendable {
  enum Source: Sendable {
    case agent(Agent)
    case file(KeyFile)
  }

  /// For messages: the file, or the agent and the key's comment.
  let label: String
  /// nil when it takes a passphrase to know.
  let publicKey: [UInt8]?
  let source: Source
}

/// The keys that ssh would offer, in its order, and what it cannot use.
struct Identities: Sendable {
  var usable: [Identity] = []
  /// Sentences about keys that were left out.
  var skipped: [String] = []
  /// There are keys that OpenSSH can use and this library cannot: certificates, security keys, smartcards.
  var hasForeign = false

  /// Reads key files and asks the agent; blocks.
  static func gather(_ host: ResolvedHost, _ user: LocalUser) -> Identities {
    var found = Identities()
    found.hasForeign = host.first("pkcs11provider").map { $0 != "none" } ?? false
    for file in host.all("certificatefile") where file != "none" { found.noteCertificate(file) }
    var files = found.readFiles(PathExpansion(host: host, user: user), host.identityFiles)
    var matching: [Identity] = []
    var others: [Identity] = []
    if let agent = found.agent(host, user) {
      for key in found.keys(of: agent) {
        let identity = Identity(
          label: "\(key.comment) (agent)", publicKey: key.publicKey, source: .agent(agent))
        if files.contains(where: { $0.publicKey == key.publicKey }) {
          files.removeAll { $0.publicKey == key.publicKey }
          matching.append(identity)
        } else if !host.identitiesOnly {
          others.append(identity)
        }
      }
    }
    found.usable = matching + others + files.compactMap(\.identity)
    return found
  }

  /// One IdentityFile; without a private part it only names a key of the agent.
  private struct Named {
    var publicKey: [UInt8]?
    var identity: Identity?
  }

  private mutating func readFiles(_ paths: PathExpansion, _ values: [String]) -> [Named] {
    var named: [Named] = []
    for value in values where value != "none" {
      do {
        let path = try paths.path(value)
        if access(path.string + "-cert.pub", R_OK) == 0 {
          noteCertificate(path.string + "-cert.pub")
        }
        if let entry = read(path, value), !named.contains(where: { Self.same($0, entry) }) {
          named.append(entry)
        }
      } catch {
        skipped.append(error.reason)
      }
    }
    return named
  }

  private mutating func noteCertificate(_ path: String) {
    hasForeign = true
    skipped.append("\(path): certificates are not supported")
  }

  private static func same(_ one: Named, _ other: Named) -> Bool {
    one.publicKey != nil && one.publicKey == other.publicKey
  }

  private mutating func read(_ path: FilePath, _ label: String) -> Named? {
    let publicKey = (try? KeyFile.publicKey(beside: path)) ?? nil
    do throws(KeyProblem) {
      guard let file = try KeyFile(path) else {
        return publicKey.map { Named(publicKey: $0, identity: nil) }
      }
      let key = file.publicKey ?? publicKey
      if let key, let reason = Self.unsupported(key) {
        hasForeign = true
        throw KeyProblem(reason)
      }
      return Named(
        publicKey: key, identity: Identity(label: label, publicKey: key, source: .file(file)))
    } catch {
      if publicKey == nil { skipped.append("\(label): \(error.reason)") }
      return publicKey.map { Named(publicKey: $0, identity: nil) }
    }
  }

  private mutating func agent(_ host: ResolvedHost, _ user: LocalUser) -> Agent? {
    let value = host.identityAgent ?? "SSH_AUTH_SOCK"
    if value == "none" { return nil }
    if value == "SSH_AUTH_SOCK" { return user.environment[value].map { Agent(socket: $0) } }
    if value.hasPrefix("$"), !value.hasPrefix("${") {
      return user.environment[String(value.dropFirst())].map { Agent(socket: $0) }
    }
    do {
      return Agent(socket: try PathExpansion(host: host, user: user).path(value).string)
    } catch {
      skipped.append(error.reason)
      return nil
    }
  }

  private mutating func keys(of agent: Agent) -> [Agent.Key] {
    do throws(KeyProblem) {
      return try agent.keys().filter { key in
        guard let reason = Self.unsupported(key.publicKey) else { return true }
        hasForeign = true
        skipped.append("\(key.comment) (agent): \(reason)")
        return false
      }
    } catch {
      skipped.append(error.reason)
      return []
    }
  }

  private static func unsupported(_ key: [UInt8]) -> String? {
    let type = KnownHosts.keyType(key) ?? "unknown"
    let supported = [
      "ssh-ed25519", "ssh-rsa", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521",
    ]
    return supported.contains(type) ? nil : "keys of the type \(type) are not supported"
  }
}
