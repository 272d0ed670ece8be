import HostBook
import Support
import SystemPackage
import Testing

@Suite struct BookStoreTests {
  @Test func `a launched cluster resolves as it was meant`() async throws {
    try await withScratchHome { home in
      let store = BookStore(home)
      let nodes = Sample.nodes(key: home.keys.appending("dev"))
      try store.change { (book, pins) throws(BookError) in
        try book.replaceCluster("dev", with: nodes)
        for node in nodes { try pins.set(node.hostKeyAlias, keys: [Sample.key]) }
      }
      let book = try store.read()
      #expect(book.entries == nodes)
      #expect(try store.readPins().keys(of: "sky-dev-k3f9-1") == [Sample.key])
      let proof = ProofBySSH(home)
      for node in nodes {
        let answer = try #require(try proof.ask(node.alias, in: home.book))
        #expect(proof.differences(node, answer) == [])
      }
    }
  }

  @Test func `installing and uninstalling leaves nothing behind`() async throws {
    try await withScratchHome { home in
      let include = IncludeLine(home)
      #expect(try include.status() == .absent)
      try include.install()
      #expect(try include.status() == .installed(line: 2))
      try include.uninstall()
      #expect(try FileSystem.status(home.userConfig.removingLastComponent()) == nil)
    }
  }
}
