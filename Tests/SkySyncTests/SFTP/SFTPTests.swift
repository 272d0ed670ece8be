import SkySync
import Support
import SystemPackage
import Testing

/// Nodes that have SFTP and no shell.
@Suite(.timeLimit(.minutes(20))) struct SFTPTests {
  /// A node whose login shell refuses, with OpenSSH's own SFTP server beside it.
  private func withNode<Result>(_ body: (Place, LocalShell) async throws -> Result) async throws
    -> Result
  {
    try await withPlace { place in
      var node = place.node
      node.shell = ["/bin/sh", "-c", "echo This account is currently not available.; exit 1"]
      node.fileServer = ["/usr/lib/openssh/sftp-server"]
      return try await body(place, node)
    }
  }

  private let sample = #"""
    mkdir -p a/b/c empty 'sp ace'
    echo one >a/one; echo two >a/b/two; : >zero; printf '#!/bin/sh\n' >run; chmod 755 run
    echo s >a/secret; chmod 600 a/secret; ln -s a/one link; ln -s /nowhere dangling; ln a/one hard
    echo nl >$'new\nline'; echo bad >$'inv\xff\x81alid'; echo dash >-dash; echo x >"$(printf '%0255d' 7)"
    head -c 3000000 /dev/urandom >big; touch -d '2001-02-03 04:05:06.789 UTC' a/b; chmod 700 a/b/c
    truncate -s 5M holes; printf x | dd of=holes bs=1 seek=2000000 conv=notrunc status=none; truncate -s 1M hole
    touch -d '2001-02-03 UTC' link -h
    """#

  @Test func `a push makes the node equal, the second sends nothing, edits are all that travels`()
    async throws
  {
    try await withNode { place, node in
      try await place.sh(sample)
      let first = try await place.push(to: node)
      #expect(first.problems == [])
      #expect(first.notices.contains { $0.reason.contains("only SFTP") })
      try await place.expectEqual(seconds: true)
      try await place.onNode(
        "test work/hard -ef work/a/one; test $(du -k work/holes | cut -f1) -lt 100; test $(du -k work/hole | cut -f1) -lt 100"
      )
      let second = try await place.push(to: node)
      #expect(second.filesSent == 0 && second.filesUnchanged == first.filesSent, "\(second)")
      try await place.sh(
        "echo more >>a/b/two; mv a/secret a/public; rm -r empty zero; mkdir zero; echo z >zero/z; chmod 700 run; ln -sfn a/b link; rm dangling; echo f >dangling"
      )
      let third = try await place.push(to: node)
      #expect(third.problems == [] && third.filesSent == 4 && third.filesMoved == 1, "\(third)")
      try await place.expectEqual(seconds: true)
      try await place.onNode("test -z \"$(find . -name '.sky-*')\"")
    }
  }

  @Test func `mirroring, dry runs and checksums mean what they mean elsewhere`() async throws {
    try await withNode { place, node in
      try await place.sh("mkdir a; echo one >a/x; echo two >b; touch -d @1000 a/x b")
      _ = try await place.push(to: node)
      try await place.onNode(
        "echo eno >work/a/x; touch -d @1000 work/a/x; mkdir work/e; echo t >work/e/f")
      var options = PushOptions()
      options.mirror = true
      options.checksum = true
      options.dryRun = true
      let planned = try await place.push(to: node, options)
      #expect(planned.plan?.filter { $0.kind == .delete }.count == 2)
      try await place.onNode("test -e work/e/f; grep -q eno work/a/x")
      options.dryRun = false
      let report = try await place.push(to: node, options)
      #expect(report.filesSent == 1 && report.filesDeleted == 1, "\(report)")
      try await place.expectEqual(seconds: true)
    }
  }

  @Test func `a file goes to the name it is given, with the folders on its way`() async throws {
    try await withNode { place, node in
      try await place.sh("echo 1 >one")
      let source = place.source.appending("one")
      for (target, shape) in [
        ("new/er/name", SyncPair.Shape.file), ("~/into", .fileOrInto), ("plain", .fileOrInto),
      ] {
        try await place.onNode("mkdir -p into")
        let pair = SyncPair(source: source, target: Array(target.utf8), shape: shape) {
          () async throws(SyncError) in FileTree(entries: [try look(at: source)])
        }
        #expect(try await Push.run([pair], to: node).filesSent == 1)
      }
      try await place.onNode("grep -q 1 new/er/name into/one plain")
    }
  }

  @Test(
    "a pull brings what is named, whatever it is",
    arguments: [
      (["work/"], "here", false, "here/a/one"), (["work"], "here", false, "here/work/a/one"),
      (["~/work/a/o*"], "g", true, "g/one"), (["work/*/b", "work/zero"], "g", false, "g/b/two"),
      (["work/a/one"], "file", false, "file"), (["work/link"], "l", false, "l"),
      (["."], "home", false, "home/work/zero"),
    ])
  func pulls(sources: [String], name: String, isFolder: Bool, expected: String) async throws {
    try await withNode { place, node in
      try await place.onNode("mkdir work; cd work;" + sample)
      let report = try await Pull.run(
        sources.map { Array($0.utf8) }, from: node,
        to: PullDestination(place.source.appending(name), isFolder: isFolder))
      #expect(report.problems == [])
      try await place.sh(
        "test -e '\(expected)' -o -L '\(expected)'; test -z \"$(find . -name '.sky-*')\"")
      if sources == ["work/"] {
        let left = try await rsyncDifferences(
          from: place.target, to: place.source.appending(name), seconds: true)
        // SFTP tells whole seconds.
        #expect(left.split(separator: "\n").allSatisfy { $0.contains("..t") }, "\(left)")
        let again = try await Pull.run(
          sources.map { Array($0.utf8) }, from: node,
          to: PullDestination(place.source.appending(name), isFolder: isFolder))
        #expect(again.filesSent == 0)
      }
    }
  }

  @Test(
    "a cut leaves old or new files, and the next transfer goes on where it was",
    arguments: [CutHost.Way.connection, .kill, .connectionOfReader])
  func cut(way: CutHost.Way) async throws {
    try await withNode { place, node in
      try await place.sh("for i in $(seq 50); do head -c 100000 /dev/urandom >$i; done")
      let limit = way == .connectionOfReader ? 10_000 : 3_500_000
      await #expect(throws: SyncError.self) {
        _ = try await place.push(to: CutHost(node, after: limit, way))
      }
      try await place.onNode(
        "test ! -d work || for f in work/[0-9]*; do test ! -e $f || test $(stat -c %s $f) = 100000; done"
      )
      let report = try await place.push(to: node)
      #expect(report.problems == [] && (way == .connectionOfReader || report.filesSent < 50))
      try await place.onNode(
        "find work -name '.sky-part*' -delete; touch -r \(place.source) work")
      try await place.expectEqual(seconds: true)
    }
  }

  @Test func `what cannot be written is named, the rest arrives`() async throws {
    try await withNode { place, node in
      try await place.sh("echo 1 >a; echo 2 >b; mkdir d; echo 3 >d/c")
      try await place.onNode(
        "mkdir -p work/b/own; echo k >work/b/own/k; mkdir outside; ln -s ../outside work/d")
      let report = try await place.push(to: node)
      #expect(report.problems.map(\.path) == [Array("b".utf8)])
      try await place.onNode("grep -q 1 work/a; test ! -L work/d; test -z \"$(ls outside)\"")
      let pair = SyncPair(source: place.source, target: Array("/proc/sky/x".utf8)) {
        walkedTree(place.source)
      }
      let error = await #expect(throws: SyncError.self) {
        _ = try await Push.run([pair], to: node)
      }
      #expect(error?.code == .cannotWrite)
    }
  }

  @Test func `a node with neither shell nor SFTP is an error`() async throws {
    try await withNode { place, node in
      try await place.sh("echo 1 >a")
      for server in [nil, ["/bin/false"], ["/usr/bin/env", "head", "-c", "90000", "/dev/zero"]] {
        var other = node
        other.fileServer = server
        let error = await #expect(throws: SyncError.self) { _ = try await place.push(to: other) }
        #expect(error?.code == .badAnswer && error?.advice != nil)
      }
    }
  }

  @Test func `a real sshd with ForceCommand internal-sftp takes and gives files`() async throws {
    try await withLoopbackSSHD(.init(lines: ["ForceCommand internal-sftp -d %d"])) { sshd in
      try await withPlace { place in
        try await place.sh("mkdir a; for i in $(seq 60); do echo $i >a/$i; done; ln -s a l")
        let target = place.node.home.appending("far")
        let pair = SyncPair(source: place.source, target: Array(target.string.utf8)) {
          walkedTree(place.source)
        }
        try await withConnection(to: sshd.host) { connection in
          let report = try await Push.run([pair], to: connection)
          #expect(report.problems == [] && report.filesSent == 61)
          #expect(
            try await rsyncDifferences(from: place.source, to: target, seconds: true) == "")
          #expect(try await Probe.run(on: connection).hasOnlySFTP)
          let back = place.node.home.appending("back")
          let pulled = try await Pull.run(
            [Array("\(target)/".utf8)], from: connection, to: PullDestination(back, isFolder: true))
          #expect(pulled.filesSent == 61)
          #expect(try await rsyncDifferences(from: target, to: back, seconds: true) == "")
        }
      }
    }
  }

  @Test func `a real sshd whose user has no shell but the SFTP subsystem`() async throws {
    // As an appliance does: it takes no commands.
    try await withLoopbackSSHD(.init(lines: ["ForceCommand echo no commands here; exit 1"])) {
      sshd in
      try await withPlace { place in
        try await withConnection(to: sshd.host) { connection in
          let error = await #expect(throws: SyncError.self) {
            _ = try await Pull.run(
              [Array("x".utf8)], from: connection,
              to: PullDestination(place.source, isFolder: true))
          }
          #expect(error?.code == .badAnswer)
        }
      }
    }
  }
}
