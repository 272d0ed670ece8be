import Support
import Testing

@testable import Clusters

@Suite struct PoolFileTests {
  @Test func `strings, mappings and defaults are read as SkyPilot has them`() throws {
    let file = try PoolFile(
      parsing: Array(
        """
        my-pool:
          user: ubuntu
          identity_file: ~/.ssh/k
          password: top secret
          hosts:
            - 1.2.3.4
            - ip: 5.6.7.8
              user: alice
              identity_file: /keys/a b
            - gpu1
        other:
          hosts: ['fe80::1']
        """.utf8), file: "pools.yaml")
    #expect(file.pools.map(\.name) == ["my-pool", "other"])
    let pool = file.pools[0]
    #expect(pool.defaults.user == "ubuntu" && pool.defaults.identityFile == "~/.ssh/k")
    #expect(pool.hosts.map(\.name) == ["1.2.3.4", "5.6.7.8", "gpu1"])
    #expect(pool.hosts[0].login == PoolLogin())
    #expect(pool.hosts[1].login == PoolLogin(user: "alice", identityFile: "/keys/a b"))
    #expect(pool.defaults.password?.value == "top secret")
    #expect(!"\(file)".contains("top secret"), "a password is printed")
  }

  @Test(arguments: [
    ("pool: [a]\n", "p:1:7: `pool` must be a mapping with `hosts`"),
    ("pool:\n  host: [a]\n", "p:2:3: unknown key `host` in `pool`; did you mean `hosts`?"),
    ("pool:\n  user: me\n", "p:1:1: the pool `pool` has no `hosts`"),
    ("pool:\n  hosts: []\n", "p:2:10: the pool `pool` has no hosts"),
    (
      "pool:\n  hosts:\n    - usr: a\n",
      "p:3:7: unknown key `usr` in `pool.hosts[0]`; did you mean `user`?"
    ),
    ("pool:\n  hosts:\n    - user: a\n", "p:3:7: a host has no `ip`"),
    ("pool:\n  hosts: [me@a]\n", "p:2:11: `pool.hosts[0]` is \"me@a\", which is no address"),
    ("pool:\n  hosts: [a, a]\n", "p:2:14: the host a stands twice in the pool `pool`"),
    ("a b:\n  hosts: [a]\n", "p:1:1: `a b` cannot be the name of a pool"),
    ("pool:\n  hosts: [a]\npool:\n  hosts: [b]\n", "p:1:1: the key `pool` stands here and again"),
    ("pool:\n  hosts: [a]\n  identity_file: k\n", "p:3:18: `pool.identity_file` is \"k\""),
    ("pool:\n  hosts: [a]\n  password: 12\n", "p:3:13: `pool.password` must be text, not a number"),
    ("- a\n", "p:1:1: must be a mapping of pools"),
    ("pool:\n\thosts: [a]\n", "p:2:1: is not YAML"),
  ])
  func `what is wrong is named with its place`(text: String, message: String) throws {
    let error = #expect(throws: TaskError.self) {
      try PoolFile(parsing: Array(text.utf8), file: "p")
    }
    #expect(error?.description.hasPrefix(message) == true, "\(error?.description ?? "")")
    #expect(error?.description.contains("12") != true || !text.contains("password"))
  }

  @Test func `an unknown pool is answered with the nearest`() throws {
    let file = try PoolFile(parsing: Array("lab: {hosts: [a]}\n".utf8), file: "p")
    let error = #expect(throws: ProviderError.self) { try file.pool("lba", file: "p") }
    #expect(
      error?.description
        == "ssh/lba: p has no pool of this name; did you mean lab?\n  The pools are: lab.")
    #expect(try PoolFile(parsing: [], file: "p").pools.isEmpty)
  }
}
