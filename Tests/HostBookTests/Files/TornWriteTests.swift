import HostBook
import Support
import SystemPackage
import Testing

/// Whatever happens at whichever call of a writer, each file is the old one or the new one.
@Suite(.serialized) struct TornWriteTests {
  enum Fault: String, CaseIterable, Sendable {
    case death, tornDeath, failure

    func verdict(_ index: Int, _ call: FileCall) -> FaultScript.Verdict {
      switch self {
      case .death: .die
      // Only a write can be torn; at other calls the process then just ends.
      case .tornDeath: call == .write ? .tear(7) : .die
      case .failure: .fail([.noSpace, .permissionDenied, .readOnlyFileSystem][index % 3])
      }
    }
  }

  @Test(arguments: Fault.allCases)
  func `a change of the book is whole or not at all`(fault: Fault) async throws {
    try await atEachCall(fault) { home in
      try Self.store(home).change { (book, pins) throws(BookError) in
        try book.replaceCluster("dev", with: Sample.nodes(count: 3, incarnation: "new"))
        pins.retire(cluster: "dev")
        for node in book.nodes(of: "dev") { try pins.set(node.hostKeyAlias, keys: [Sample.key]) }
      }
    }
  }

  @Test(arguments: Fault.allCases)
  func `an installation is whole or not at all`(fault: Fault) async throws {
    try await atEachCall(fault) { home in try IncludeLine(home).install() }
  }

  @Test(arguments: Fault.allCases)
  func `an undo is whole or not at all`(fault: Fault) async throws {
    try await atEachCall(fault) { home in _ = try Self.store(home).undo() }
  }

  /// Runs `action` once for each of its file calls, with the fault at that call.
  private func atEachCall(
    _ fault: Fault, _ action: @Sendable (SkyHome) throws -> Void
  ) async throws {
    try await withScratchHome { home in
      try prepare(home)
      let old = try Files(home)
      let image = try filesBelow(home.home)
      let counter = FaultScript { _, _ in .proceed }
      try FaultScript.$current.withValue(counter) { try action(home) }
      let new = try Files(home)
      #expect(old != new)
      for position in counter.calls.indices {
        try restore(image, home)
        let script = FaultScript { index, call in
          index == position ? fault.verdict(index, call) : .proceed
        }
        let failed = FaultScript.$current.withValue(script) { (try? action(home)) == nil }
        let name = "\(fault) at call \(position), \(counter.calls[position])"
        let now = try Files(home)
        for file in Files.all {
          #expect(
            now[keyPath: file] == old[keyPath: file] || now[keyPath: file] == new[keyPath: file],
            "\(name)")
        }
        #expect(failed || now == new, "\(name)")
        try expectKeysForAll(home, name)
        // The next one finds nothing in its way, and clears up.
        try FaultScript.$current.withValue(FaultScript { _, _ in .proceed }) { try action(home) }
        try expectKeysForAll(home, name)
        #expect(try leftovers(home) == [], "\(name)")
      }
    }
  }

  private struct Files: Equatable {
    var book: [UInt8]?
    var config: [UInt8]?
    static let all: [KeyPath<Files, [UInt8]?> & Sendable] = [\.book, \.config]

    init(_ home: SkyHome) throws {
      book = try FileSystem.read(home.book)
      config = try FileSystem.read(home.userConfig)
    }
  }

  /// No ssh is asked: its answers have tests of their own, and there are hundreds of runs here.
  private static func store(_ home: SkyHome) -> BookStore {
    BookStore(home, ssh: "/nonexistent/ssh")
  }

  private func prepare(_ home: SkyHome) throws {
    try writeFile(home.userConfig, "Host *\n  User mallory\n")
    for entries in [[Sample.manual()], Sample.nodes()] {
      try Self.store(home).change { (book, pins) throws(BookError) in
        try book.put(entries)
        for entry in entries { try pins.set(entry.hostKeyAlias, keys: [Sample.key]) }
      }
    }
  }

  /// All files below a folder.
  private func filesBelow(_ folder: FilePath) throws -> [(FilePath, [UInt8])] {
    try FileSystem.list(folder).flatMap { name in
      let path = folder.appending(name)
      guard let status = try FileSystem.status(path) else { return [] as [(FilePath, [UInt8])] }
      if status.kind == .folder { return try filesBelow(path) }
      return [(path, try FileSystem.read(path) ?? [])]
    }
  }

  private func restore(_ image: [(FilePath, [UInt8])], _ home: SkyHome) throws {
    try removeTree(home.root)
    try removeTree(home.userConfig.removingLastComponent())
    for (path, bytes) in image { try writeFile(path, bytes) }
  }

  private func expectKeysForAll(_ home: SkyHome, _ name: String) throws {
    let pins = try Self.store(home).readPins()
    for entry in try Self.store(home).read().entries {
      #expect(pins.keys(of: entry.hostKeyAlias) == [Sample.key], "\(name): \(entry.alias)")
    }
  }

  private func leftovers(_ home: SkyHome) throws -> [String] {
    let folders = [home.root, home.userConfig.removingLastComponent()]
    return try folders.flatMap { try FileSystem.list($0) }.map(\.string)
      .filter { $0.hasSuffix(".tmp") }
  }
}
