import HostBook
import Support
import SystemPackage
import Testing

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

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

@Suite struct BookStoreGuardTests {
  private func store(_ home: SkyHome) -> BookStore { BookStore(home, ssh: "/nonexistent/ssh") }

  private func put(_ entries: [AliasEntry], _ home: SkyHome) throws {
    try store(home).change { (book, _) throws(BookError) in try book.put(entries) }
  }

  @Test func `a full book is not emptied unless that is meant`() async throws {
    try await withScratchHome { home in
      try put(Sample.nodes(), home)
      let before = try FileSystem.read(home.book)
      #expect {
        try store(home).change { (book, _) throws(BookError) in book = Book() }
      } throws: {
        ($0 as? BookError)?.code == .wouldEmpty
      }
      #expect(try FileSystem.read(home.book) == before)
      try store(home).change(mayEmpty: true) { (book, _) throws(BookError) in book = Book() }
      #expect(try store(home).read().isEmpty)
    }
  }

  @Test func `what ssh reads otherwise is not written`() async throws {
    try await withScratchHome { home in
      try put([Sample.manual()], home)
      let before = try FileSystem.read(home.book)
      // `127.1` is an address for ssh, and it writes it out.
      for entry in [Sample.manual("a", "127.1")] + [optioned("Compression", "maybe")] {
        #expect {
          try BookStore(home).change { (book, _) throws(BookError) in try book.put([entry]) }
        } throws: {
          ($0 as? BookError)?.code == .checkFailed
        }
      }
      #expect(try FileSystem.read(home.book) == before)
      #expect(try FileSystem.list(home.root).filter { $0.string.hasSuffix(".tmp") } == [])
    }
  }

  private func optioned(_ keyword: String, _ value: String) -> AliasEntry {
    var entry = Sample.manual("b")
    entry.options = [.init(keyword, value)]
    return entry
  }

  @Test func `a book that sky did not write is not written over`() async throws {
    try await withScratchHome { home in
      try writeFile(home.book, "Host mine\n  HostName x\n")
      #expect {
        try put([Sample.manual()], home)
      } throws: {
        ($0 as? BookError)?.subject == "\(home.book):1"
      }
      #expect(try FileSystem.read(home.book) == Array("Host mine\n  HostName x\n".utf8))
    }
  }

  @Test func `a body that throws, or changes nothing, writes nothing`() async throws {
    try await withScratchHome { home in
      try put(Sample.nodes(), home)
      let before = try FileSystem.status(home.book)
      let records = try FileSystem.list(home.backups)
      try put(Sample.nodes(), home)
      _ = try? store(home).change { (book, _) throws(BookError) in
        book.remove("dev")
        throw BookError(.unknown, "x", "y")
      }
      #expect(try FileSystem.status(home.book) == before)
      #expect(try FileSystem.list(home.backups) == records)
    }
  }

  @Test func `files and folders are private whatever the umask`() async throws {
    try await withScratchHome { home in
      try writeFile(home.book, "", mode: 0o666)
      try put([Sample.manual()], home)
      try store(home).change { (_, pins) throws(BookError) in
        try pins.set("sky.web", keys: [Sample.key])
      }
      for file in [home.book, home.knownHosts] {
        #expect(try FileSystem.status(file)?.mode == 0o600)
      }
      for folder in [home.locks, home.backups, SocketPath.folder(home)] {
        #expect(try FileSystem.status(folder)?.mode == 0o700)
      }
    }
  }

  @Test func `undo goes back step by step, twenty changes at most`() async throws {
    try await withScratchHome { home in
      var texts: [[UInt8]?] = []
      for number in 0..<25 {
        texts.append(try FileSystem.read(home.book))
        try put([Sample.manual("h\(number)")], home)
      }
      #expect(try FileSystem.list(home.backups).count == 20)
      for number in (5..<25).reversed() {
        let undone = try #require(try store(home).undo())
        #expect(undone.removed == ["h\(number)"])
        #expect(try FileSystem.read(home.book) == texts[number])
      }
      #expect(try store(home).undo() == nil)
    }
  }

  @Test func `undo brings back the first state, keys, and a book that was damaged`() async throws {
    try await withScratchHome { home in
      try store(home).change { (book, pins) throws(BookError) in
        try book.put([Sample.manual()])
        try pins.set("sky.web", keys: [Sample.key])
      }
      try store(home).change(mayEmpty: true) { (book, pins) throws(BookError) in
        book.remove("web")
        pins.remove(["sky.web"])
      }
      #expect(try store(home).undo()?.restored == ["web"])
      #expect(try store(home).readPins().keys(of: "sky.web") == [Sample.key])
      try put([Sample.manual("x")], home)
      try writeFile(home.book, "rubbish")
      #expect(try store(home).undo() != nil)
      #expect(try store(home).read().entries == [Sample.manual()])
      _ = try store(home).undo()
      #expect(try FileSystem.read(home.book) == nil && FileSystem.read(home.knownHosts) == nil)
    }
  }

  @Test func `undo of an installation keeps what the user wrote since`() async throws {
    try await withScratchHome { home in
      try writeFile(home.userConfig, "Host a\n")
      let include = IncludeLine(home)
      try include.install()
      let text = try #require(try FileSystem.read(home.userConfig))
      try writeFile(home.userConfig, text + Array("Host b\n".utf8))
      #expect(try store(home).undo()?.config == .nothing)
      #expect(try FileSystem.read(home.userConfig) == Array("Host a\nHost b\n".utf8))
      #expect(try store(home).undo() == nil)
    }
  }

  @Test func `a home that no Include can name is refused`() async throws {
    try await withScratchHome { home in
      var odd = home
      odd.root = home.home.appending("100%")
      #expect {
        try put([Sample.manual()], odd)
      } throws: {
        ($0 as? BookError)?.code == .invalid
      }
    }
  }

  @Test func `a home with spaces and quotes works with the real ssh`() async throws {
    try await withScratchHome { home in
      var odd = home
      odd.root = home.home.appending("it's my sky #1")
      let entries = Sample.nodes(key: odd.keys.appending("a key"))
      try BookStore(odd).change { (book, _) throws(BookError) in try book.put(entries) }
      try IncludeLine(odd).install()
      let proof = ProofBySSH(odd)
      for entry in entries {
        let answer = try #require(try proof.ask(entry.alias, in: odd.userConfig))
        #expect(proof.differences(entry, answer) == [])
      }
    }
  }
}

@Suite(.enabled(if: geteuid() == 0, "only root can play sudo")) struct SudoTests {
  @Test func `sudo sky leaves nothing of root's in a user's home`() async throws {
    try await withScratchHome { home in
      let folder = home.userConfig.removingLastComponent()
      try makeFolders(folder)
      for path in [home.home, folder] {
        guard chown(path.string, 12345, 23456) == 0 else { throw Errno(rawValue: errno) }
      }
      let store = BookStore(home, ssh: "/nonexistent/ssh")
      try store.change { (book, pins) throws(BookError) in
        try book.put([Sample.manual()])
        try pins.set("sky.web", keys: [Sample.key])
      }
      try store.change { (book, _) throws(BookError) in try book.put([Sample.manual("b")]) }
      try IncludeLine(home).install()
      let made = [
        home.root, home.book, home.knownHosts, home.locks, home.locks.appending("book"),
        home.backups, SocketPath.folder(home), home.userConfig,
      ]
      for path in made {
        let status = try #require(try FileSystem.status(path))
        #expect(status.owner == 12345 && status.group == 23456, "\(path)")
      }
    }
  }
}
