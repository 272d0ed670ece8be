import HostBook
import SystemPackage

/// Entries to test with.
enum Sample {
  static func manual(_ alias: String = "web", _ hostname: String = "192.0.2.7") -> AliasEntry {
    AliasEntry(alias: alias, hostname: hostname, user: "bob")
  }

  static func nodes(
    _ cluster: String = "dev", count: Int = 2, incarnation: String = "k3f9",
    key: FilePath = "/k/dev"
  ) -> [AliasEntry] {
    (0..<count).map { rank in
      AliasEntry(
        alias: NodeName.alias(cluster: cluster, rank: rank),
        node: .init(cluster: cluster, rank: rank, incarnation: incarnation),
        hostname: "127.9.0.\(rank + 1)", port: 40022, user: "root", identityFile: key)
    }
  }

  static let key =
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHh0q1sV7sJ8lqBz0N4V8yqTnV6l0r0m6Q2cXhE4m3Zt"
}
