/// The files of `/etc` that every node has its own version of: who is known there, and by which names.
///
/// The rest of `/etc` is the machine's, read-only.
enum AccountFiles {
  static let names = ["passwd", "group", "shadow", "hosts", "hostname"]

  /// passwd(5): the system accounts of this machine, and the login user; nobody else.
  static func passwd(host: String, login: LocalMachine.Login) -> String {
    let kept = lines(host).filter { line in
      let fields = split(line)
      guard fields.count == 7, let uid = UInt32(fields[2]) else { return false }
      return fields[0] != login.name && uid != login.uid && isSystem(uid)
    }
    let own =
      "\(login.name):x:\(login.uid):\(login.gid):\(login.name):\(login.home):\(login.shell)"
    // Root's sshd wants an account without rights for the part that speaks before anybody logged in.
    let sshd = kept.contains { $0.hasPrefix("sshd:") } ? [] : [sshdAccount]
    return text([own] + kept + sshd)
  }

  /// group(5): the system groups, without `tty`: as it cannot be mapped in an ordinary user's node,
  /// giving a terminal to it would fail there.
  static func group(host: String, login: LocalMachine.Login) -> String {
    let kept = lines(host).compactMap { line -> String? in
      let fields = split(line)
      guard fields.count == 4, let gid = UInt32(fields[2]), fields[0] != "tty" else { return nil }
      guard isSystem(gid) || gid == login.gid else { return nil }
      return "\(fields[0]):x:\(gid):"
    }
    let known = kept.contains { split($0)[2] == String(login.gid) }
    return text((known ? [] : ["\(login.name):x:\(login.gid):"]) + kept)
  }

  /// shadow(5): no password and no expiry. A `!`, which the machine's own file may have for root,
  /// would make sshd refuse the account as locked even with the right key.
  static func shadow(login: LocalMachine.Login) -> String {
    text(["\(login.name):*:19000:0:99999:7:::"])
  }

  /// hosts(5): all nodes of the cluster by alias.
  static func hosts(nodes: [(name: String, address: String)]) -> String {
    text(
      ["127.0.0.1 localhost", "::1 localhost ip6-localhost ip6-loopback"]
        + nodes.map { "\($0.address) \($0.name)" })
  }

  private static let sshdAccount = "sshd:x:102:65534::/run/sshd:/usr/sbin/nologin"

  /// Below 1000 by convention of login.defs(5); 65534 is nobody.
  private static func isSystem(_ id: UInt32) -> Bool { id < 1000 || id == 65534 }

  private static func lines(_ text: String) -> [String] {
    text.split(separator: "\n").map(String.init)
  }

  private static func split(_ line: String) -> [String] {
    line.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
  }

  private static func text(_ lines: [String]) -> String {
    lines.map { $0 + "\n" }.joined()
  }
}
