import HostBook
import Support
import SystemPackage
import Testing

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Each rule: a healthy home, one thing broken, the finding with its place, and the home healed.
@Suite struct DoctorTests {
  @Test func `a healthy home has no findings`() async throws {
    try await withHealthyHome { home in #expect(await examine(home) == []) }
  }

  @Test func `an Include that is missing or slipped is found and put back`() async throws {
    try await withHealthyHome { home in
      let good = try FileSystem.read(home.userConfig) ?? []
      try writeFile(home.userConfig, "Host *\n  Compression yes\n")
      try await expect("include-missing", in: home, mends: true)
      try writeFile(home.userConfig, Array("Host *\n  User mallory\n".utf8) + good)
      let slipped = try await expect("include-slipped", in: home, mends: false)
      #expect(slipped.line == 4)
      let findings = await examine(home)
      // Inside `Host *` the Include still applies, so the alias now means something else.
      #expect(findings.contains { $0.id == "means-otherwise" && $0.line == 2 && $0.alias == "dev" })
      _ = try await doctor(home).mend(findings)
      #expect(await examine(home) == [])
    }
  }

  @Test(arguments: [
    ("Hots dev\n", 4), ("Host x\n  Bogus yes\n", 5), ("Host \"x\n", 4),
  ])
  func `a config that ssh refuses is named with the line`(text: String, line: Int) async throws {
    try await withHealthyHome { home in
      let good = try FileSystem.read(home.userConfig) ?? []
      try writeFile(home.userConfig, good + Array(text.utf8))
      let finding = try await expect("config-refused", in: home, mends: false)
      #expect(finding.line == line && finding.file == home.userConfig)
    }
  }

  @Test func `modes that ssh or keys do not stand are found and mended`() async throws {
    try await withHealthyHome { home in
      for (path, mode, id) in [
        (home.book, 0o666, "writable-by-others"), (home.userConfig, 0o666, "writable-by-others"),
        (home.keys.appending("dev"), 0o644, "key-open-to-others"),
        (home.root, 0o777, "folder-writable-by-others"),
      ] {
        guard chmod(path.string, mode_t(mode)) == 0 else { throw Errno(rawValue: errno) }
        let finding = try await expect(id, in: home, mends: true)
        #expect(finding.file == path)
        #expect(try FileSystem.status(path).map { $0.mode & 0o022 } == 0)
      }
    }
  }

  @Test func `a missing key, a missing pin and keys of nobody are found`() async throws {
    try await withHealthyHome { home in
      try removeTree(home.keys.appending("dev"))
      try await expect("key-missing", in: home, mends: false)
      try writeFile(home.keys.appending("dev"), "key")
      try quiet(home).change { (_, pins) throws(BookError) in
        pins.remove(["sky-dev-k3f9-1"])
        try pins.set("sky-old-a-0", keys: [Sample.key])
      }
      let missing = try await expect("host-key-missing", in: home, mends: false)
      #expect(missing.alias == "dev-worker1")
      try await expect("host-keys-left", in: home, mends: true)
    }
  }

  @Test func `a cluster that is gone and a name that is taken are found`() async throws {
    try await withHealthyHome { home in
      try await expect("cluster-gone", in: home, clusters: [], mends: false)
      let good = try FileSystem.read(home.userConfig) ?? []
      try writeFile(home.userConfig, good + Array("Host a dev\n  Compression yes\n".utf8))
      let finding = try await expect("name-taken", in: home, mends: false)
      #expect(finding.line == 4 && finding.alias == "dev")
    }
  }

  @Test(arguments: [
    "LocalForward 8080 localhost:80", "BindAddress 10.0.0.1", "PermitLocalCommand yes",
    "CertificateFile ~/.ssh/c", "ClearAllForwardings yes",
  ])
  func `what no line can shield is named with its place`(line: String) async throws {
    try await withHealthyHome { home in
      let good = try FileSystem.read(home.userConfig) ?? []
      try writeFile(home.userConfig, good + Array("Host *\n  \(line)\n".utf8))
      let finding = try await expect("leaks-in", in: home, mends: false)
      #expect(finding.line == 5 && finding.file == home.userConfig)
    }
  }

  @Test func `leftovers are found and swept`() async throws {
    try await withHealthyHome { home in
      try writeFile(home.root.appending(".ssh_config.sky-x1.tmp"), "half")
      try await expect("leftover-temp-file", in: home, mends: true)
    }
  }

  @Test func `a book that is no book is found`() async throws {
    try await withHealthyHome { home in
      try writeFile(home.book, "Host x\n")
      try await expect("book-unreadable", in: home, mends: false)
    }
  }

  @Test func `inline, old hosts and torn markers are found`() async throws {
    try await withHealthyHome { home in
      try IncludeLine(home).reach(.inline)
      #expect(await examine(home) == [])
      let text = String(decoding: try FileSystem.read(home.userConfig) ?? [], as: UTF8.self)
      try writeFile(home.userConfig, text.replacing("40022", with: "40023"))
      try await expect("inline-outdated", in: home, mends: true)
      try writeFile(home.userConfig, text.replacing("<<<", with: ""))
      try await expect("inline-markers", in: home, mends: false)
    }
  }

  // MARK: -

  private func quiet(_ home: SkyHome) -> BookStore { BookStore(home, ssh: "/nonexistent/ssh") }

  private func withHealthyHome(_ body: (SkyHome) async throws -> Void) async throws {
    try await withScratchHome { home in
      let entries = Sample.nodes(key: home.keys.appending("dev"))
      try writeFile(home.keys.appending("dev"), "key")
      try quiet(home).change { (book, pins) throws(BookError) in
        try book.put(entries)
        for entry in entries { try pins.set(entry.hostKeyAlias, keys: [Sample.key]) }
      }
      try IncludeLine(home).install()
      try await body(home)
    }
  }

  private func doctor(_ home: SkyHome, _ clusters: Set<String> = ["dev"]) async -> Doctor {
    let profile = VersionProfile.installed() ?? .portable10_5
    return Doctor(
      home,
      resolver: Resolver(
        environment: .live(profile: profile, source: .file(home.userConfig), exec: .skip)),
      clusters: clusters)
  }

  private func examine(_ home: SkyHome) async -> [Finding] {
    await doctor(home).examine()
  }

  @discardableResult
  private func expect(
    _ id: String, in home: SkyHome, clusters: Set<String> = ["dev"], mends: Bool,
    sourceLocation: SourceLocation = #_sourceLocation
  ) async throws -> Finding {
    let doctor = await doctor(home, clusters)
    let findings = doctor.examine()
    let finding = try #require(
      findings.first { $0.id == id }, "\(findings)", sourceLocation: sourceLocation)
    #expect(!finding.fix.isEmpty, sourceLocation: sourceLocation)
    #expect(finding.isMendable == mends || !mends, sourceLocation: sourceLocation)
    guard mends else { return finding }
    #expect(try doctor.mend(findings).contains(finding), sourceLocation: sourceLocation)
    #expect(!doctor.examine().contains { $0.id == id }, sourceLocation: sourceLocation)
    return finding
  }
}
