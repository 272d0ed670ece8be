import HostBook
import Support
import SystemPackage
import Testing

@Suite struct NameClashTests {
  private func clash(_ home: SkyHome, _ names: [String], _ cluster: String?) throws -> String? {
    do throws(BookError) {
      try BookStore(home).requireFree(names, for: cluster)
      return nil
    } catch {
      #expect(error.code == .clash && error.advice != nil)
      return error.reason
    }
  }

  @Test func `the user's own Host is found with its place, also in an Include`() async throws {
    try await withScratchHome { home in
      let folder = home.userConfig.removingLastComponent()
      try writeFile(home.userConfig, "Include \(folder)/conf.d/*\n\nHost x \"dev\" y # z\n")
      try writeFile(folder.appending("conf.d").appending("work"), "\n host=DEV other\n")
      try IncludeLine(home).install()
      #expect(
        try clash(home, ["dev", "dev-worker1"], "dev")?.contains("\(home.userConfig):6") == true)
      #expect(try clash(home, ["other"], nil)?.contains("conf.d/work:2") == true)
      for free in ["z", "x\"", "Host", "de", "dev-worker1"] where !free.contains("\"") {
        #expect(try clash(home, [free], nil) == nil, "\(free)")
      }
    }
  }

  @Test func `patterns and negations are not the name itself`() async throws {
    try await withScratchHome { home in
      try writeFile(home.userConfig, "Host dev* !dev de?\nMatch host dev\n# Host dev\n")
      #expect(try clash(home, ["dev"], "dev") == nil)
    }
  }

  @Test func `worker one of dev and the cluster dev-worker1 cannot both be`() async throws {
    try await withScratchHome { home in
      let store = BookStore(home, ssh: "/nonexistent/ssh")
      try store.change { (book, _) throws(BookError) in
        try book.put(Sample.nodes("dev-worker1", count: 1))
      }
      let reason = try #require(try clash(home, ["dev", "dev-worker1"], "dev"))
      #expect(
        reason.contains("the head of cluster dev-worker1") && reason.contains("\(home.book):7"))
      #expect(try clash(home, ["dev-worker1"], "dev-worker1") == nil)
      #expect(try clash(home, ["dev-worker1"], nil) != nil)
      #expect(try clash(home, ["DEV-worker1"], "DEV-worker1") != nil)
    }
  }

  @Test func `what a cluster has already is free for it, whatever the user added for it since`()
    async throws
  {
    try await withScratchHome { home in
      let store = BookStore(home, ssh: "/nonexistent/ssh")
      try store.change { (book, _) throws(BookError) in try book.put(Sample.nodes()) }
      try writeFile(home.userConfig, "Host dev\n  LocalForward 8888 localhost:8888\n")
      #expect(try clash(home, ["dev", "dev-worker1"], "dev") == nil)
    }
  }

  @Test func `inline the book is no clash with itself`() async throws {
    try await withScratchHome { home in
      let store = BookStore(home, ssh: "/nonexistent/ssh")
      try store.change { (book, _) throws(BookError) in try book.put(Sample.nodes()) }
      try IncludeLine(home).reach(.inline)
      try store.change(mayEmpty: true) { (book, _) throws(BookError) in book.removeCluster("dev") }
      #expect(try clash(home, ["dev"], "dev") == nil)
    }
  }
}
