import SkySync
import Support
import SystemPackage
import Testing

/// The whole engine over a real sshd.
@Suite struct PushOverSSHTests {
  private func pair(_ place: Place, _ sshd: LoopbackSSHD) -> SyncPair {
    let source = place.source
    return SyncPair(source: source, target: Array("~/work".utf8), manifest: place.manifest) {
      walkedTree(source)
    }
  }

  @Test func `push, edit, push, probe and pull over one connection, with a chatty bashrc`()
    async throws
  {
    try await withLoopbackSSHD { sshd in
      let home = sshd.home.string
      _ = try await run(
        "sh", ["-c", "printf 'echo welcome to %s\\nprintf half' there >\(home)/.bashrc"])
      try await withPlace { place in
        try await place.sh(
          "mkdir -p a/b; for i in $(seq 500); do head -c $((i*40)) /dev/urandom >a/b/$i; done; head -c 9000000 /dev/zero >z; ln -s z l"
        )
        try await withConnection(to: sshd.host) { connection in
          let first = try await Push.run([pair(place, sshd)], to: connection)
          #expect(first.problems == [] && first.filesSent == 502)
          let target = sshd.home.appending("work")
          #expect(try await rsyncDifferences(from: place.source, to: target) == "")
          let same = try await Push.run([pair(place, sshd)], to: connection)
          #expect(same.roundTrips == 1)
          try await place.sh("echo x >>a/b/7; rm a/b/8; mv a/b a/c")
          let second = try await Push.run([pair(place, sshd)], to: connection)
          #expect(second.filesSent == 1 && second.filesDeleted == 1, "\(second)")
          #expect(try await rsyncDifferences(from: place.source, to: target) == "")
          let probe = try await Probe.run(on: connection)
          #expect(probe.os == "Linux" && probe.home == home)
          let back = place.source.removingLastComponent().appending("back")
          let report = try await Pull.run(
            [Array("~/work/".utf8)], from: connection, to: PullDestination(back, isFolder: true))
          #expect(report.problems == [])
          #expect(try await rsyncDifferences(from: target, to: back) == "")
        }
      }
    }
  }

  @Test func `a crash of the node in the middle is an error, and the next push completes`()
    async throws
  {
    try await withLoopbackSSHD { sshd in
      try await withPlace { place in
        try await place.sh("for i in $(seq 200); do head -c 300000 /dev/urandom >$i; done")
        let error = await #expect(throws: SyncError.self) {
          try await withConnection(to: sshd.host) { connection in
            _ = try await Push.run([pair(place, sshd)], to: connection) { progress in
              if progress.bytesDone > 5_000_000 { sshd.killSessions() }
            }
          }
        }
        #expect(error?.code == .connectionLost, "\(String(describing: error))")
        try await withConnection(to: sshd.host) { connection in
          let report = try await Push.run([pair(place, sshd)], to: connection)
          #expect(report.problems == [])
        }
        let target = sshd.home.appending("work")
        #expect(try await rsyncDifferences(from: place.source, to: target) == "")
        let left = try await run("find", [sshd.home.string, "-name", ".sky-staging*"])
        #expect(left.text == "")
      }
    }
  }
}
