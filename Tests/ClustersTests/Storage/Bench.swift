import HostBook
import Support
import SystemPackage

@testable import Clusters

/// What a test of buckets works with: a store, this machine's side, and a node.
struct StoreBench: Sendable {
  let server: ObjectStoreServer
  /// A home of this machine's user; empty.
  let home: FilePath
  /// The node's home.
  let nodeHome: FilePath
  let bucket: String
  let here: ObjectStores
  let node: NodeStorage

  var uri: BucketURI { BucketURI(.s3, bucket: bucket) }

  func at(_ path: String, isFolder: Bool = false) -> BucketURI {
    BucketURI(.s3, bucket: bucket, path: path, isFolder: isFolder)
  }

  func remote() async throws -> RcloneRemote { try await here.remote(.s3) }

  /// Puts an object into the bucket, past the code under test.
  func put(_ path: String, _ text: String) async throws {
    let result = try await server.rclone(["rcat", "s:\(bucket)/\(path)"], input: Array(text.utf8))
    guard result.status == 0 else { throw BenchError(words: result.errorText) }
  }

  /// An object of the bucket, past the code under test; nil when it is not there.
  func object(_ path: String) async throws -> String? {
    // `cat` of what is not there prints nothing, and calls that a success.
    let listed = try await server.rclone(["lsf", "s:\(bucket)/\(path)"])
    guard listed.status == 0, !listed.text.isEmpty else { return nil }
    return try await server.rclone(["cat", "s:\(bucket)/\(path)"]).text
  }

  /// Runs a command in a shell of the node.
  func shell(_ command: String) async throws -> ProgramResult {
    try await Support.run(
      "/bin/sh", ["-c", command], environment: ["HOME": nodeHome.string])
  }

  struct BenchError: Error { var words: String }
}

/// Runs `body` with an empty bucket of its own; nothing stays mounted afterwards.
func withStoreBench(
  variables: [String: String] = [:],
  _ body: (StoreBench) async throws -> Void
) async throws {
  let server = try ObjectStoreTrait.started
  try await withScratchFolder { folder in
    let path = "\(ObjectStoreTools.folder):/usr/local/bin:/usr/bin:/bin"
    var environment = server.environment
    environment["PATH"] = path
    environment.merge(variables) { $1 }
    let home = folder.appending("here")
    let nodeHome = folder.appending("node")
    for place in [home, nodeHome] { _ = try await Support.run("mkdir", [place.string]) }
    let here = ObjectStores(environment: environment, home: home)
    let host = LocalShell("dev", home: nodeHome, path: path)
    let bench = StoreBench(
      server: server, home: home, nodeHome: nodeHome,
      bucket: "bucket-\(UInt64.random(in: 0...UInt64.max))", here: here,
      node: NodeStorage(host, here: here))
    try await server.rclone(["mkdir", "s:\(bench.bucket)"])
    do {
      try await body(bench)
    } catch {
      try? await bench.node.unmount(force: true)
      throw error
    }
    try await bench.node.unmount(force: true)
  }
}
