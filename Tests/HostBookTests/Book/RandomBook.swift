import HostBook
import Support
import SystemPackage

/// Books with every kind of entry, from a seed.
struct RandomBook {
  private var random: SeededGenerator
  private let folder: FilePath

  init(seed: UInt64, keysIn folder: FilePath) {
    random = SeededGenerator(seed: seed)
    self.folder = folder
  }

  mutating func make() throws -> Book {
    var book = Book()
    for number in 0..<pick(0...40) { try book.put([manual(number)]) }
    for number in 0..<pick(0...5) { try book.put(cluster(number)) }
    return book
  }

  private mutating func manual(_ number: Int) -> AliasEntry {
    var entry = AliasEntry(
      alias: "h\(number)\(choose(["", ".x", "_y", "-z"]))",
      hostname: choose([
        "192.0.2.1", "host.example.org", "2001:db8::1", "fe80::1%eth0", "UPPER.org",
      ]),
      port: choose([22, 22, 22, 2222, 65535]),
      user: choose(["bob", "bob", "CORP\\ann", "a@b.org"]),
      identityFile: choose([nil, folder.appending(choose(["k", "k k", "k%h", "it's", "#k", "é"]))]),
      proxy: choose([nil, nil, .jump("u@j1:2222,j2"), .command("nc -x p:1 %h %p # x")]),
      hostKeyCheck: choose([.pinned, .acceptNew]))
    for _ in 0..<choose([0, 0, 0, 1, 3]) {
      entry.options.append(
        choose([
          .init("Compression", "yes"), .init("SendEnv", "A B*"), .init("LocalForward", "8080 a:80"),
          .init("SetEnv", "A=\"b c\""), .init("LogLevel", "ERROR"),
        ]))
    }
    return entry
  }

  private mutating func cluster(_ number: Int) -> [AliasEntry] {
    let name = "c\(number)"
    let state: AliasEntry.State = choose([.up, .stopped, .initializing])
    let key: FilePath? = choose([nil, folder.appending(name)])
    let user = choose(["root", "ubuntu"])
    return (0..<pick(1...6)).map { rank in
      AliasEntry(
        alias: NodeName.alias(cluster: name, rank: rank),
        node: .init(
          cluster: name, rank: rank, incarnation: "i\(number)x", state: state,
          infra: choose(["local", "ssh/pool-1", "slurm/c/p"])),
        hostname: "10.0.\(number).\(rank)", port: choose([22, 40022]), user: user, identityFile: key
      )
    }
  }

  private mutating func choose<T>(_ values: [T]) -> T {
    values[Int.random(in: 0..<values.count, using: &random)]
  }

  private mutating func pick(_ range: ClosedRange<Int>) -> Int {
    Int.random(in: range, using: &random)
  }
}
