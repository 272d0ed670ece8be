import HostBook
import Support
import SystemPackage
import Testing

@Suite struct BookTests {
  @Test func `hosts come first, then clusters by name and rank`() throws {
    let book = try Book(Sample.nodes("b", count: 12) + Sample.nodes("a") + [Sample.manual("z")])
    #expect(book.entries.map(\.alias).prefix(5) == ["z", "a", "a-worker1", "b", "b-worker1"])
    #expect(book.entries.last?.alias == "b-worker11")
    #expect(book.clusters == ["a", "b"])
    #expect(book["a-worker1"]?.role == .worker)
  }

  @Test func `a worker may not take the name of another cluster's head, nor the other way round`()
    throws
  {
    var book = try Book(Sample.nodes("dev-worker1", count: 1))
    expectClash { () throws(BookError) in try book.put(Sample.nodes("dev")) }
    #expect(book.entries.count == 1)
    book = try Book(Sample.nodes("dev"))
    expectClash { () throws(BookError) in try book.put(Sample.nodes("dev-worker1", count: 1)) }
    expectClash { () throws(BookError) in try book.put([Sample.manual("dev")]) }
    expectClash { () throws(BookError) in try book.put([Sample.manual("DEV")]) }
    expectClash { () throws(BookError) in try book.rename("dev", to: "dev-worker1") }
    try book.rename("dev", to: "Dev")
    #expect(book["Dev"]?.hostKeyAlias == "sky-dev-k3f9-0")
  }

  @Test func `a smaller cluster loses its spare workers`() throws {
    var book = try Book(Sample.nodes(count: 4) + [Sample.manual()])
    try book.replaceCluster("dev", with: Sample.nodes(count: 2, incarnation: "next"))
    #expect(book.entries.map(\.alias) == ["web", "dev", "dev-worker1"])
    #expect(book.removeCluster("dev").count == 2)
    #expect(book.remove("web") != nil && book.isEmpty && book.remove("web") == nil)
  }

  @Test func `a state belongs to all nodes of a cluster`() throws {
    var book = try Book(Sample.nodes() + Sample.nodes("other"))
    book.setState(.stopped, of: "dev")
    #expect(book.entries.map(\.state) == [.stopped, .stopped, .up, .up])
  }

  @Test func `re-creation gives new names to keys and sockets`() throws {
    let home = SkyHome(root: "/s", userConfig: "/c", home: "/h", passwdHome: "/h")
    let old = Sample.nodes(incarnation: "a")
    let new = Sample.nodes(incarnation: "b")
    let sockets = (old + new).compactMap { SocketPath.path($0, home) }
    #expect(Set(sockets).count == 4)
    #expect(Set((old + new).map(\.hostKeyAlias)).count == 4)
  }

  @Test(arguments: [("/home/bob/.sky", true), ("/" + String(repeating: "x", count: 70), false)])
  func `a socket's path is never too long`(root: String, fits: Bool) throws {
    let home = SkyHome(root: FilePath(root), userConfig: "/c", home: "/h", passwdHome: "/h")
    let entry = Sample.manual()
    let path = SocketPath.path(entry, home)
    #expect((path != nil) == fits)
    #expect((path?.string.utf8.count ?? 0) <= 86)
    let text = String(decoding: try BookText(home).render(try Book([entry])), as: UTF8.self)
    #expect(text.contains("ControlPath none") == !fits)
  }

  private func expectClash(
    _ body: () throws(BookError) -> Void, sourceLocation: SourceLocation = #_sourceLocation
  ) {
    do throws(BookError) {
      try body()
      Issue.record("there was no clash", sourceLocation: sourceLocation)
    } catch {
      #expect(error.code == .clash, sourceLocation: sourceLocation)
    }
  }
}
