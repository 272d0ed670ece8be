import Support
import SystemPackage
import Testing

@testable import SkySync

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A bucket that is mounted below a folder is no part of it.
@Suite(.timeLimit(.minutes(20))) struct MountedBucketTests {
  @Test func `tables of mounts are read as the kernel writes them`() {
    let info = """
      22 1 252:0 / / rw,relatime shared:1 - ext4 /dev/vda rw
      36 22 0:41 / /home/me/a\\040b rw,nosuid shared:9 master:1 - fuse.rclone bucket: rw,user_id=0
      37 22 0:42 / /mnt rw - fuse.sshfs host: rw
      38 22 0:43 / /odd rw

      """
    #expect(MountedBuckets.devices(in: Array(info.utf8)) == [Array("0:41".utf8)])
    let lines = "/home/me/a\\040b\n/x\\134y\n/cut\\04"
    #expect(
      MountedBuckets.folders(in: Array(lines.utf8))
        == ["/home/me/a b", "/x\\y", "/cut\\04"].map { Array($0.utf8) })
  }

  private static func mayMount() -> Bool { access("/dev/fuse", R_OK | W_OK) == 0 }

  /// With the folder `bucket` beside the source mounted at `point`.
  private func withMount(_ place: Place, at point: FilePath, _ body: () async throws -> Void)
    async throws
  {
    let bucket = place.node.home.removingLastComponent().appending("bucket")
    try await place.sh("mkdir -p '\(bucket)' '\(point)'; echo theirs >'\(bucket)/object'")
    let words = ["mount", ":local:\(bucket)", point.string, "--daemon", "--vfs-cache-mode=off"]
    try #require(try await run("rclone", words).status == 0)
    let outcome: Result<Void, any Error>
    do { outcome = .success(try await body()) } catch { outcome = .failure(error) }
    #expect(try await run("fusermount", ["-uz", point.string]).status == 0)
    try outcome.get()
    #expect(try await run("cat", ["\(bucket)/object"]).text == "theirs\n")
  }

  private func push(_ place: Place) async throws -> SyncReport {
    var options = PushOptions()
    options.mirror = true
    let pair = SyncPair(
      source: place.source, target: Array("~/work".utf8), manifest: place.manifest
    ) { () async throws(SyncError) in try await scan(place.source, ignore: .none).tree }
    return try await Push.run([pair], to: place.node, options: options)
  }

  @Test(.enabled(if: mayMount(), "needs /dev/fuse"))
  func `a bucket mounted here is not uploaded, and what the node has in its place stays`()
    async throws
  {
    try await withPlace { place in
      try await place.onNode("mkdir -p work/data; echo kept >work/data/kept; echo old >work/old")
      try await place.sh("echo 1 >a")
      try await withMount(place, at: place.source.appending("data")) {
        let report = try await push(place)
        #expect(report.problems.map(\.reason) == ["skipped: a mounted bucket"])
        #expect(report.problems.allSatisfy(\.isNotice) && report.filesSent == 1)
        try await place.onNode("test ! -e work/data/object; test ! -e work/old; cat work/data/kept")
      }
    }
  }

  @Test(.enabled(if: mayMount(), "needs /dev/fuse"))
  func `a bucket mounted on the node loses nothing to a mirror`() async throws {
    try await withPlace { place in
      try await place.sh("echo 1 >a")
      try await place.onNode("mkdir work; echo old >work/old")
      try await withMount(place, at: place.target.appending("in/da ta")) {
        #expect(try await push(place).problems == [])
        try await place.onNode("test ! -e work/old; test -e work/a; cat 'work/in/da ta/object'")
      }
    }
  }

  @Test(.enabled(if: mayMount(), "needs /dev/fuse"))
  func `a bucket mounted here loses nothing to a pull that mirrors`() async throws {
    try await withPlace { place in
      let here = place.source.appending("here")
      try await place.onNode("mkdir work; echo 1 >work/a")
      try await place.sh("mkdir here; echo old >here/old")
      try await withMount(place, at: here.appending("data")) {
        var options = PullOptions()
        options.mirror = true
        let report = try await Pull.run(
          [Array("work/".utf8)], from: place.node, to: PullDestination(here, isFolder: true),
          options: options)
        #expect(report.problems == [] && report.filesDeleted == 1)
        try await place.sh("test ! -e here/old; test -e here/a; cat here/data/object")
      }
    }
  }
}
