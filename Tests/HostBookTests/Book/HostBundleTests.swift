import HostBook
import Support
import SystemPackage
import Testing

@Suite struct HostBundleTests {
  private func store(_ home: SkyHome) -> BookStore { BookStore(home, ssh: "/nonexistent/ssh") }

  @Test func `what one exports the other imports, keys that are not there excepted`() async throws {
    try await withScratchHome { there in
      var web = Sample.manual()
      web.identityFile = there.home.appending("key")
      web.proxy = .jump("a,b")
      web.options = [.init("LocalForward", "80 a:80"), .init("Compression", "yes")]
      try store(there).add(web, keys: [Sample.key])
      try store(there).add(Sample.manual("db"), keys: [])
      let bundle = try store(there).export([])
      #expect(bundle.hosts.map(\.alias) == ["db", "web"])
      try await withScratchHome { here in
        let imported = try store(here).add(bundle)
        #expect(imported.added == ["db", "web"] && imported.notes.count == 1)
        var expected = web
        expected.identityFile = nil
        #expect(try store(here).find("web") == expected)
        #expect(try store(here).readPins().keys(of: "sky.web") == [Sample.key])
        #expect(try store(here).add(bundle).unchanged == ["db", "web"])
        try writeFile(here.home.appending("key"), "")
        try store(here).remove(["web"])
        expected.identityFile = here.home.appending("key")
        #expect(try store(here).add(bundle).added == ["web"])
        #expect(try store(here).find("web") == expected)
      }
    }
  }

  @Test func `nothing in a bundle injects a line or runs a program`() async throws {
    try await withScratchHome { home in
      try store(home).add(Sample.manual("mine"), keys: [])
      let before = try FileSystem.read(home.book)
      let good = try store(home).export(["mine"]).hosts[0]
      let attacks: [(inout HostBundle.Host) -> Void] = [
        { $0.alias = "x\nHost *" }, { $0.hostname = "h\n  ProxyCommand id" },
        { $0.user = "u\r" }, { $0.options = ["ProxyCommand id"] },
        { $0.options = ["LocalCommand id"] }, { $0.options = ["PermitLocalCommand yes"] },
        { $0.options = ["Compression yes\nHost *"] }, { $0.options = ["PKCS11Provider /x.so"] },
        { $0.options = ["StrictHostKeyChecking no"] }, { $0.options = ["Include /etc/passwd"] },
        { $0.proxyCommand = "id" }, { $0.proxyJump = "-oProxyCommand=id" },
        { $0.hostKeyCheck = "no" }, { $0.hostKeys = ["* ssh-rsa AAAA"] },
        {
          $0.alias = "mine"
          $0.user = "mallory"
        },
        { $0.port = 0 },
      ]
      for (number, attack) in attacks.enumerated() {
        var host = good
        host.alias = "other"
        attack(&host)
        #expect(throws: BookError.self, "\(number)") {
          try store(home).add(HostBundle(hosts: [host]))
        }
        #expect(try FileSystem.read(home.book) == before, "\(number)")
      }
    }
  }

  @Test(
    arguments: [
      ("h", nil, "h", nil), ("u@h:22", "u", "h", 22), ("[::1]:2222", nil, "::1", 2222),
      ("u@[fe80::1%eth0]", "u", "fe80::1%eth0", nil), ("2001:db8::1", nil, "2001:db8::1", nil),
      ("a@b@h", "a@b", "h", nil),
    ] as [(String, String?, String, UInt16?)])
  func `addresses are read as people write them`(
    text: String, user: String?, host: String, port: UInt16?
  ) throws {
    let address = try HostAddress(text)
    #expect(address.user == user && address.hostname == host && address.port == port)
  }

  @Test(arguments: ["", "@h", "h:", "h:0", "h:65536", "h:x", "u@", "-h", "[::1]x", "h h", "u@h\n"])
  func `what is no address is refused`(text: String) {
    expectInvalid { () throws(BookError) in _ = try HostAddress(text) }
  }

  @Test func `pruning takes what belongs to nothing, and only that`() async throws {
    try await withScratchHome { home in
      try store(home).change { (book, pins) throws(BookError) in
        try book.put(Sample.nodes("gone") + Sample.nodes("here") + [Sample.manual()])
        for entry in book.entries { try pins.set(entry.hostKeyAlias, keys: [Sample.key]) }
        try pins.set("sky-older-x-0", keys: [Sample.key])
        try pins.set("not-ours", keys: [Sample.key])
      }
      let plan = try store(home).prune(clusters: ["here"], dryRun: true)
      #expect(plan.aliases == ["gone", "gone-worker1"])
      #expect(plan.keys == ["sky-gone-k3f9-0", "sky-gone-k3f9-1", "sky-older-x-0"])
      #expect(try store(home).prune(clusters: ["here"]).aliases == plan.aliases)
      #expect(try store(home).read().entries.map(\.alias) == ["web", "here", "here-worker1"])
      #expect(try store(home).readPins().names.count == 4)
    }
  }

  @Test func `nodes of clusters are neither removed nor renamed as hosts`() async throws {
    try await withScratchHome { home in
      try store(home).change { (book, _) throws(BookError) in try book.put(Sample.nodes()) }
      expectInvalid { () throws(BookError) in try store(home).remove(["dev"]) }
      expectInvalid { () throws(BookError) in try store(home).rename("dev", to: "x") }
      try store(home).remove(["dev-worker1"], force: true)
      #expect(try store(home).read().entries.map(\.alias) == ["dev"])
    }
  }
}
