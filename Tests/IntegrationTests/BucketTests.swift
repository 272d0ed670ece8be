import Support
import SystemPackage
import Testing

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Buckets of a real S3 server in real local nodes, from launch to down.
@Suite struct BucketTests {
  /// A FUSE mount needs a device that the node's user may open.
  static let canMount = access("/dev/fuse", R_OK | W_OK) == 0

  @Test(.enabled(if: canMount, "needs /dev/fuse"))
  func
    `checkpoints of two nodes are in the bucket while the task's nodes live, after stop and after down`()
    async throws
  {
    try await ObjectStoreServer.run { server in
      try await server.rclone(["mkdir", "s:ckpt"])
      try await server.rclone(["rcat", "s:ckpt/inputs/a"], input: Array("input".utf8))
      try await withSkyRoom { room in
        let task = """
          file_mounts:
            /tmp/inputs: s3://ckpt/inputs
            /tmp/outputs:
              source: s3://ckpt/outputs
              mode: MOUNT
            /tmp/cache:
              source: s3://ckpt/cache
              mode: MOUNT_CACHED
          run: |
            cat /tmp/inputs/a > /tmp/outputs/rank-$SKYPILOT_NODE_RANK
            seq 1000 > /tmp/cache/rank-$SKYPILOT_NODE_RANK
          """
        _ = try await room.run("sh", ["-c", "cat > task.yaml"], input: Array(task.utf8))
        let launched = try await room.sky(
          "launch", "-y", "-c", "b", "--num-nodes", "2", "task.yaml",
          environment: server.environment)
        try #require(launched.status == 0, "\(launched.errorText)\(launched.text)")
        for rank in 0...1 {
          let output = try await server.rclone(["cat", "s:ckpt/outputs/rank-\(rank)"])
          #expect(output.text == "input")
          let cached = try await server.rclone(["cat", "s:ckpt/cache/rank-\(rank)"])
          #expect(cached.text.hasSuffix("999\n1000\n"), "flushed before the job is done")
        }
        let keys = try await room.run(
          "sh", ["-c", "grep -rl '\(server.owner.secret)' .sky/state.db .sky/logs"])
        #expect(keys.text == "", "a key is stored: \(keys.text)")

        #expect(
          try await room.sky("stop", "-y", "b", environment: server.environment).status == 0)
        let started = try await room.sky("start", "-y", "b", environment: server.environment)
        #expect(started.status == 0, "\(started.errorText)")
        let seen = try await room.run("ssh", ["b-worker1", "cat /tmp/outputs/rank-0"])
        #expect(seen.text == "input", "mounted again after a start: \(seen.errorText)")

        _ = try await room.run("ssh", ["b", "echo late > /tmp/cache/late"])
        let down = try await room.sky("down", "-y", "b", environment: server.environment)
        #expect(down.status == 0, "\(down.errorText)")
        #expect(try await server.rclone(["cat", "s:ckpt/cache/late"]).text == "late\n")
        #expect(try await server.rclone(["lsf", "s:ckpt"]).text.contains("outputs/"))
      }
    }
  }
}
