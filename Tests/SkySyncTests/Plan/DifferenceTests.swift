import Testing

@testable import SkySync

/// Trees as literals: `path kind size time mode`, kind f, d or l.
private func tree(_ lines: String...) -> [FileEntry] {
  lines.map { line in
    let parts = line.split(separator: " ").map(String.init)
    let kind: FileEntry.Kind = parts[1] == "d" ? .folder : parts[1] == "l" ? .link : .file
    return FileEntry(
      path: Array(parts[0].utf8), kind: kind,
      mode: parts.count > 4 ? UInt16(parts[4], radix: 8) ?? 0 : 0o644,
      size: Int64(parts.count > 2 ? parts[2] : "0") ?? 0,
      mtime: Int64(parts.count > 3 ? parts[3] : "7") ?? 0)
  }
}

private func told(_ plan: SyncPlan) -> [String] {
  plan.operations.map { "\($0.kind.rawValue) \(String(decoding: $0.path, as: UTF8.self))" }
}

@Suite struct DifferenceTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var local: [FileEntry]
    var remote: [FileEntry]?
    var sent: [FileEntry] = []
    var mirror = false
    var expected: [String]
  }

  static let cases: [Case] = [
    Case(
      testDescription: "nothing there: all is made and put",
      local: tree("a d", "a/b f 3"), remote: nil, expected: ["mkdir a", "put a/b"]),
    Case(
      testDescription: "equal: nothing", local: tree("a f 3 9"), remote: tree("a f 3 9"),
      expected: []),
    Case(
      testDescription: "another size or time: put",
      local: tree("a f 3 9", "b f 3 9"), remote: tree("a f 4 9", "b f 3 8"),
      expected: ["put a", "put b"]),
    Case(
      testDescription: "times cut to seconds or microseconds are equal",
      local: tree("a f 3 5000001234", "b f 3 5999999999"),
      remote: tree("a f 3 5000001000", "b f 3 5000000000"), expected: []),
    Case(
      testDescription: "another mode alone: mode",
      local: tree("a f 3 9 755"), remote: tree("a f 3 9 644"), expected: ["mode a"]),
    Case(
      testDescription: "a name that sorts between a folder and its files",
      local: tree("a d", "a-b f 1", "a/x f 1"), remote: tree("a d", "a-b f 1", "a/x f 1"),
      expected: []),
    Case(
      testDescription: "theirs stays", local: tree("a f 1"),
      remote: tree("a f 1", "b f 1", "c d", "c/d f 1"), expected: []),
    Case(
      testDescription: "ours that is gone here goes there, folders when they are empty",
      local: tree("z f 1"),
      remote: tree("c d", "c/d f 1", "e d", "e/f f 1", "e/theirs f 1", "z f 1"),
      sent: tree("c d", "c/d f 1", "e d", "e/f f 1", "z f 1"),
      expected: ["delete c/d", "delete e/f", "delete c"]),
    Case(
      testDescription: "ours that was changed there stays, and so does its folder",
      local: tree("z f 1"), remote: tree("c d", "c/d f 2", "z f 1"),
      sent: tree("c d", "c/d f 1", "z f 1"), expected: []),
    Case(
      testDescription: "mirroring deletes all that is not here",
      local: tree("z f 1"), remote: tree("c d", "c/d f 2", "z f 1"), mirror: true,
      expected: ["delete c/d", "delete c"]),
    Case(
      testDescription: "an empty source deletes nothing",
      local: [], remote: tree("c f 1"), sent: tree("c f 1"), mirror: true, expected: []),
    Case(
      testDescription: "a file where a folder of ours was",
      local: tree("a f 1"), remote: tree("a d", "a/b f 1"), sent: tree("a d", "a/b f 1"),
      expected: ["delete a/b", "delete a", "put a"]),
    Case(
      testDescription: "a file where a folder with theirs is: a problem, not a loss",
      local: tree("a f 1"), remote: tree("a d", "a/b f 1", "a/c f 1"), sent: tree("a d", "a/b f 1"),
      expected: ["delete a/b"]),
    Case(
      testDescription: "a folder where a file was",
      local: tree("a d", "a/b f 1"), remote: tree("a f 1"),
      expected: ["delete a", "mkdir a", "put a/b"]),
  ]

  @Test(arguments: cases)
  func `the plan is what the case says`(_ example: Case) {
    var policy = SyncPolicy()
    policy.mirror = example.mirror
    let plan = Difference.plan(
      from: FileTree(entries: example.local), to: example.remote.map { EntryList($0) },
      manifest: example.sent.isEmpty ? nil : Manifest(entries: EntryList(example.sent)),
      policy: policy)
    #expect(told(plan) == example.expected)
  }

  private func file(_ path: String, _ inode: UInt64, _ kind: FileEntry.Kind = .file) -> FileEntry {
    FileEntry(
      path: Array(path.utf8), kind: kind, mode: kind == .folder ? 0o755 : 0o644,
      size: kind == .file ? 5 : 0, mtime: 9,
      identity: FileEntry.Identity(device: 1, inode: inode, links: 1, ctime: 9))
  }

  @Test func `a renamed folder is one move, and the edits in it are made after it`() {
    let sent = [file("a", 1, .folder), file("a/x", 2), file("a/y", 3), file("k", 4)]
    let local = [file("b", 1, .folder), file("b/new", 9), file("b/x", 2), file("k", 4)]
    let plan = Difference.plan(
      from: FileTree(entries: local), to: EntryList(sent),
      manifest: Manifest(entries: EntryList(sent)),
      policy: SyncPolicy())
    #expect(told(plan) == ["move b", "delete b/y", "put b/new", "mode b"])
    #expect(plan.movedFiles == 2)
  }

  @Test func `files that moved into a new folder are moved, others are sent`() {
    let sent = [file("a", 1), file("b", 2), file("c", 3)]
    var edited = file("n/b", 2)
    edited.size = 6
    let local = [file("c", 3), file("n", 7, .folder), file("n/a", 1), edited]
    let plan = Difference.plan(
      from: FileTree(entries: local), to: EntryList(sent),
      manifest: Manifest(entries: EntryList(sent)),
      policy: SyncPolicy())
    #expect(told(plan) == ["mkdir n", "move n/a", "delete b", "put n/b"])
  }

  @Test func `a file that was changed on the node is not moved`() {
    let sent = [file("a", 1)]
    var there = sent
    there[0].size = 77
    let plan = Difference.plan(
      from: FileTree(entries: [file("b", 1)]), to: EntryList(there),
      manifest: Manifest(entries: EntryList(sent)),
      policy: SyncPolicy())
    #expect(told(plan) == ["put b"])
    #expect(plan.notices.count == 1)
  }
}
