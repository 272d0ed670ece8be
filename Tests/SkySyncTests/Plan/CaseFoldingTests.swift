import Support
import SystemPackage
import Testing

@testable import SkySync

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Targets that take names which differ in case only for one.
@Suite(.timeLimit(.minutes(20))) struct CaseFoldingTests {
  private func tree(_ names: String...) -> [FileEntry] {
    names.map { name in
      let isFolder = name.hasSuffix("/")
      let path = Array((isFolder ? String(name.dropLast()) : name).utf8)
      return FileEntry(
        path: path, kind: isFolder ? .folder : .file, mode: 0o644, size: isFolder ? 0 : 1, mtime: 1)
    }
  }

  private func names(_ entries: EntryList) -> [String] {
    entries.map { String(decoding: $0.path, as: UTF8.self) }
  }

  @Test func `the first of two names stays, a folder goes with all that is in it`() {
    let split = CaseFolding.split(
      EntryList(tree("A", "B/", "B/x", "a", "b/", "b/y", "b/z/", "b/z/q", "c", "É", "é")))
    #expect(names(split.kept) == ["A", "B", "B/x", "c", "É"])
    #expect(
      split.clashes.map { String(decoding: $0.path, as: UTF8.self) } == ["a", "b", "é"])
    #expect(split.clashes[0].reason.contains("differs from A in case only"))
  }

  @Test func `names that are no text are compared as bytes`() {
    var entries = tree("a", "b")
    entries[0].path = [0xFE]
    entries[1].path = [0xFF]
    #expect(CaseFolding.split(EntryList(entries)).clashes.isEmpty)
  }

  @Test func `what stands there is known by our spelling`() {
    let there = CaseFolding.respell(
      EntryList(tree("Dir/", "Dir/Own", "Dir/X", "readme")),
      as: EntryList(tree("README", "dir/", "dir/x")))
    #expect(names(there) == ["README", "dir", "dir/Own", "dir/x"])
  }

  @Test func `clashes are problems before anything is sent`() async throws {
    try await withPlace { place in
      try await place.sh("mkdir d; echo 1 >d/File; echo 2 >d/file; echo 3 >other")
      // A node that says so, on a disk where it is not so: nothing must depend on the difference.
      var node = place.node
      let listing = #"T 0 folder 0 folds\0/x\0\0E 0 0\0\0"#
      node.shell = [
        "/bin/sh", "-c",
        #"M=$(printf %s "$0" | grep -o 'sky-[0-9a-f]\{16\}' | head -n 1); "#
          + #"printf '\n%s hello 1 0 1 1 Linux 1\n\n%s scan\n' $M $M; printf '"# + listing
          + #"'; printf '\n%s ready\n\n%s .\n' $M $M; cat >/dev/null"#,
      ]
      var options = PushOptions()
      options.dryRun = true
      let report = try await place.push(to: node, options)
      #expect(report.problems.map(\.path) == [Array("d/file".utf8)])
      #expect(report.plan?.filter { $0.kind == .put }.count == 2)
    }
  }

  @Test(.enabled(if: canMount, "needs rclone and /dev/fuse"))
  func `a real disk that takes them for one is seen`() async throws {
    try await withPlace { place in
      try await place.sh("echo 1 >File; echo 2 >file; echo 3 >other")
      try await place.onNode("mkdir there work; echo x >there/Readme")
      let home = place.node.home
      let rclone = try spawn(
        "/usr/bin/rclone",
        [
          "mount", "--config=/dev/null", "--vfs-case-insensitive", "\(home)/there", "\(home)/work",
        ], environment: ["HOME=\(home)", "PATH=/usr/bin:/bin"], log: home.appending("log"))
      _ = try await run(
        "sh", ["-c", "for i in $(seq 100); do test -e work/Readme && exit; sleep 0.1; done"],
        in: home)
      var options = PushOptions()
      options.dryRun = true
      let report = try? await place.push(options)
      _ = try await run("fusermount", ["-u", "\(home)/work"])
      end(rclone)
      #expect(report?.problems.map(\.path) == [Array("file".utf8)])
    }
  }

  private static var canMount: Bool {
    access("/dev/fuse", R_OK | W_OK) == 0 && access("/usr/bin/rclone", X_OK) == 0
      && access("/usr/bin/fusermount", X_OK) == 0
  }

  @Test func `a disk that tells case apart is taken for what it is`() async throws {
    try await withPlace { place in
      try await place.onNode("mkdir work; echo 1 >work/File; ln -s File work/fILE")
      try await place.sh("echo 1 >File; echo 2 >file; echo 3 >fILE")
      #expect(try await place.push().problems == [])
      try await place.expectEqual()
    }
  }
}
