import SkySync
import Support
import SystemPackage
import Testing

/// The node's script under the shells and tools that nodes have.
@Suite struct PushShellTests {
  static let names = #"""
    mkdir -p folder/below
    for code in $(seq 1 255); do
    [ $code = 47 ] || echo $code >"folder/$(printf "\\$(printf %o $code)x")"
    done
    : >folder/"$(printf '%0255d' 7)"; ln -s "$(printf '%0300d' 7)" folder/longlink
    deep=folder/below; for i in 1 2 3 4 5 6 7 8 9; do deep=$deep/$(printf '%060d' $i); done
    mkdir -p $deep; echo deep >$deep/file
    """#

  @Test(
    "every byte is kept in names, under every shell",
    arguments: [
      "/bin/sh", "/bin/bash", "/bin/dash", "/bin/zsh", "/usr/bin/fish", "/bin/tcsh", "/bin/mksh",
    ])
  func names(shell: String) async throws {
    guard try await run("test", ["-x", shell]).status == 0 else { return }
    try await withPlace { place in
      var node = place.node
      node.shell = [shell, "-c"]
      try await place.sh(Self.names)
      #expect(try await place.push(to: node).problems == [])
      try await place.expectEqual()
      try await place.sh("find . -type f -exec sh -c 'for f do echo 2 >>\"$f\"; done' sh {} +")
      let report = try await place.push(to: node)
      #expect(report.problems == [] && report.filesSent == 256)
      try await place.expectEqual()
      try await place.sh("rm -r folder; mkdir folder; echo other >folder/other")
      #expect(try await place.push(to: node).problems == [])
      try await place.expectEqual()
    }
  }

  @Test func `busybox alone will do, without nanoseconds`() async throws {
    try await withPlace { place in
      let tools = try await busyboxFolder(place.node.home)
      var node = place.node
      node.shell = ["\(tools)/sh", "-c"]
      node.path = tools
      try await place.sh(
        "mkdir -p a/b empty; echo 1 >a/b/c; ln -s c a/b/link; echo 2 >$'n\\nl'; chmod 750 a/b/c;"
          + "echo 3 >\"$(printf '%0200d' 7)\"")
      let first = try await place.push(to: node)
      #expect(first.problems == [])
      #expect(first.filesSent == 4)
      let second = try await place.push(to: node)
      #expect(second.filesSent == 0 && second.filesUnchanged == 4, "\(second)")
      try await place.sh("echo more >>a/b/c; rm a/b/link; mv empty full; echo x >full/x")
      let third = try await place.push(to: node)
      #expect(third.problems == [])
      #expect(third.filesDeleted == 1 && third.filesSent == 2)
      try await place.expectEqual(seconds: true)
    }
  }

  @Test func `a login shell that talks disturbs nothing`() async throws {
    try await withPlace { place in
      var node = place.node
      try await place.onNode(
        "printf 'echo welcome; printf \"no newline\"; echo on stderr >&2; echo >&2' >.bashrc")
      node.shell = ["/bin/bash", "--rcfile", "/dev/null", "-c", ". ~/.bashrc; eval \"$0\""]
      try await place.sh("echo 1 >a")
      #expect(try await place.push(to: node).problems == [])
      try await place.expectEqual()
    }
  }

  @Test func `targets with odd names are found`() async throws {
    for name in ["sp ace", "it's", "-dash", "a\\b", "new\nline", "ünï", "$(x)`y`!!;&|<>*?[]"] {
      try await withPlace { place in
        try await place.sh("echo 1 >a")
        let pair = SyncPair(source: place.source, target: Array("~/\(name)".utf8)) {
          walkedTree(place.source)
        }
        let report = try await Push.run([pair], to: place.node)
        #expect(report.problems == [])
        let target = place.node.home.appending(name)
        #expect(try await rsyncDifferences(from: place.source, to: target) == "", "\(name)")
        try await place.sh("echo 2 >b")
        _ = try await Push.run([pair], to: place.node)
        #expect(try await rsyncDifferences(from: place.source, to: target) == "", "\(name)")
      }
    }
  }
}

/// A folder with nothing but BusyBox' tools.
func busyboxFolder(_ home: FilePath) async throws -> String {
  let folder = home.appending("tools").string
  let result = try await run(
    "/bin/sh",
    [
      "-c",
      "mkdir \(folder); for t in $(busybox --list); do ln -s /bin/busybox \(folder)/$t; done",
    ])
  #expect(result.status == 0)
  return folder
}
