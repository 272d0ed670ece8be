import SkySync
import Support
import SystemPackage
import Testing

@testable import Clusters

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Targets that only real sudo can make, on a "node" in a mount namespace of its own: its user is no root,
/// `/srv`, the passwd file and the sudoers are the test's.
@Suite(.enabled(if: SudoNode.isPossible, "needs root, sudo and mount namespaces"))
struct OutsideHomeTests {
  @Test func `folders and files outside the home become the user's, their parents do not`()
    async throws
  {
    try await SudoNode.run(sudoers: "ada ALL=(ALL) NOPASSWD: ALL") { node in
      try await node.here(
        "mkdir -p set/deep && echo 1 >set/deep/a && echo key >key && chmod 600 key"
      )
      let pairs = [
        try node.pair("set", "/srv/made/set"), try node.pair("key", "/srv/conf/app.key"),
        try node.pair("set", "~/own/set"), try node.pair("set", "/srv/empty"),
      ]
      try await node.here("mkdir -m 755 srv/empty")
      let report = try await node.push(pairs)
      #expect(report.problems == [])
      let owners = """
        755 root srv/made
        755 4321 srv/made/set
        644 4321 srv/made/set/deep/a
        755 root srv/conf
        600 4321 srv/conf/app.key
        755 4321 srv/empty
        755 root srv

        """
      let look =
        "stat -c '%a %U %n' srv/made srv/made/set srv/made/set/deep/a srv/conf srv/conf/app.key srv/empty srv | sed s/UNKNOWN/4321/"
      #expect(try await node.here(look) == owners)
      #expect(
        try await node.here("ls -A srv srv/conf home/.sky_node/outside | grep -c staging || true")
          == "0\n")

      try await node.here("echo 2 >>key && rm set/deep/a && echo 3 >set/b")
      #expect(try await node.push(pairs).problems == [])
      #expect(try await node.here("cat srv/conf/app.key srv/made/set/b") == "key\n2\n3\n")
      #expect(
        try await node.here(look.replacing("srv/made/set/deep/a ", with: "")).contains(
          "600 4321 srv/conf/app.key"))
    }
  }

  @Test func `a file link is replaced, never followed`() async throws {
    try await SudoNode.run(sudoers: "ada ALL=(ALL) NOPASSWD: ALL") { node in
      try await node.here("echo mine >f && echo precious >srv/precious && ln -s precious srv/link")
      #expect(try await node.push([try node.pair("f", "/srv/link")]).problems == [])
      #expect(
        try await node.here("cat srv/precious srv/link; stat -c %F srv/link")
          == "precious\nmine\nregular file\n")
    }
  }

  @Test func `a folder that holds another user's files is left alone, with words`() async throws {
    try await SudoNode.run(sudoers: "ada ALL=(ALL) NOPASSWD: ALL") { node in
      try await node.here(
        "echo 1 >f && mkdir set && echo x >set/x && mkdir -m 755 srv/theirs && echo 1 >srv/theirs/f"
      )
      let error = await #expect(throws: WorkflowError.self) {
        try await node.push([try node.pair("set", "/srv/theirs"), try node.pair("f", "~/f")])
      }
      #expect(error?.code == .cannotWrite)
      #expect(error?.subject == "dev:/srv/theirs")
      #expect(error?.reason == "/srv/theirs belongs to root and is not empty")
      #expect(
        try await node.here("stat -c %U srv/theirs; ls srv/theirs; cat home/f") == "root\nf\n1\n")
    }
  }

  @Test func `without a right to sudo the error names the folder, and nothing is made`()
    async throws
  {
    try await SudoNode.run(sudoers: "ada ALL=(ALL) ALL") { node in
      try await node.here("mkdir set && echo x >set/x")
      let error = await #expect(throws: WorkflowError.self) {
        try await node.push([try node.pair("set", "/srv/a/b")])
      }
      #expect(error?.subject == "dev:/srv/a/b")
      #expect(
        error?.reason == "ada may not write in /srv, and sudo is not there or asks for a password")
      #expect(error?.advice?.contains("Choose a target below ~") == true)
      #expect(try await node.here("ls -A srv") == "")
    }
  }
}

/// A node whose user may be allowed to use sudo.
struct SudoNode: Sendable {
  static let isPossible =
    geteuid() == 0 && access("/usr/bin/sudo", X_OK) == 0 && access("/usr/bin/unshare", X_OK) == 0

  /// Holds `home` and `srv` of the node, and what tests send.
  let folder: FilePath
  let host: LocalShell

  static func run(sudoers: String, _ body: (SudoNode) async throws -> Void) async throws {
    try await withScratchFolder { folder in
      let passwd = "root:x:0:0::/root:/bin/sh\nada:x:4321:4321::\(folder)/home:/bin/sh\n"
      try writeFile(folder.appending("passwd"), passwd, mode: 0o644)
      try writeFile(folder.appending("sudoers"), sudoers + "\n", mode: 0o440)
      try writeFile(
        folder.appending("shadow"), "root:*:19000::::::\nada:*:19000::::::\n", mode: 0o600)
      let prepare = """
        for f in passwd shadow sudoers; do mount --bind \(folder)/$f /etc/$f; done
        mount --bind \(folder)/srv /srv && cd /
        exec setpriv --reuid=4321 --regid=4321 --clear-groups /bin/sh -c "$0"
        """
      var host = LocalShell("dev", home: folder.appending("home"), path: "/usr/bin:/bin")
      host.shell = ["unshare", "-m", "/bin/sh", "-c", prepare]
      let node = SudoNode(folder: folder, host: host)
      try await node.here("chmod 711 . && mkdir -m 755 home srv && chown 4321:4321 home")
      try await body(node)
    }
  }

  /// Runs a script beside the node, in `folder`, as root; what it printed.
  @discardableResult
  func here(_ script: String) async throws -> String {
    let result = try await Support.run("/bin/sh", ["-c", "umask 022; \(script)"], in: folder)
    try #require(result.status == 0, "\(script): \(result.errorText)")
    return result.text
  }

  func pair(_ source: String, _ target: String) throws -> SyncPair {
    let path = folder.appending(source)
    var status = stat()
    try #require(stat(path.string, &status) == 0)
    let isFolder = status.st_mode & S_IFMT == S_IFDIR
    return SyncPair(
      source: path, target: Array(target.utf8), shape: isFolder ? .contents : .file
    ) { () async throws(SyncError) in
      isFolder ? try await scan(path).tree : FileTree(entries: [try look(at: path)])
    }
  }

  /// As `SyncTask` does it.
  func push(_ pairs: [SyncPair]) async throws -> SyncReport {
    let first = await Push.run([(host: host, pairs: pairs)])[0].mapError { $0 as any Error }
    let node = ReachedNode(rank: 0, alias: "dev", internalIP: "127.0.0.1", host: host)
    let outside = OutsideHome(node: node, pairs: pairs)
    guard let refused = outside.refused(first) else { return try first.get() }
    return try await outside.push(refused, after: first)
  }
}
