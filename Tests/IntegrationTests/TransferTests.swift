import Support
import SystemPackage
import Testing

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// `sky push` and `sky pull` as whole programs, over real servers.
@Suite(.timeLimit(.minutes(20))) struct TransferTests {
  /// A room with aliases `one` and `two` for a server, and `gone` for nobody.
  private func withNodes(
    _ settings: LoopbackSSHD.Settings = .init(),
    _ body: (SkyRoom, LoopbackSSHD) async throws -> Void
  ) async throws {
    try await withLoopbackSSHD(settings) { sshd in
      try await withSkyRoom { room in
        let key = "-i \(sshd.userKey) --host-key \(sshd.folder)/host_ed25519.pub"
        let place = "\(currentUserName())@\(sshd.address):\(sshd.port)"
        try await room.good(
          """
          for h in one two; do sky hosts add $h \(place) \(key); done
          sky hosts add gone \(sshd.address):9 \(key)
          """)
        try await body(room, sshd)
      }
    }
  }

  @Test func `several nodes are pulled side by side, with a row for each`() async throws {
    try await withNodes { room, sshd in
      try await room.expect([
        ScriptStep(
          "mkdir -p \(sshd.home)/d/e; cd \(sshd.home)/d; echo 1 >a.log; echo 2 >e/b; mkfifo f"),
        ScriptStep(
          "sky pull one:~/d/ two:'~/d/*.log' all",
          complains: ["one  2 fetched", "1 skipped (neither", "two  1 fetched"]),
        "test -f all/one/a.log; test -f all/one/e/b; test -f all/two/a.log; test ! -e all/two/e",
        ScriptStep(
          "sky pull --json one:~/d/ gone:d two:~/d/e/ all | grep -c files_sent", prints: "3\n"),
        ScriptStep(
          "sky pull one:~/d/ gone:d all", status: 3,
          complains: ["one   0 fetched, 2 unchanged", "gone  failed", "gone: cannot connect"]),
        ScriptStep("sky pull gone:d all", status: 69),
        ScriptStep("sky pull one:nothing all", status: 66),
        ScriptStep("sky pull --json one:~/d/e/ x | grep -c '^{'", prints: "1\n"),
      ])
    }
  }

  @Test func `a push says in one line what it did, skipped and ignored, and why`() async throws {
    try await withNodes { room, sshd in
      try await room.good(
        "mkdir w; cd w; echo 1 >a; mkfifo p; echo '*.o' >.gitignore; echo o >x.o; git init -q . ; git add -f x.o"
      )
      try await room.expect([
        ScriptStep(
          "sky push w/ one:~/w 2>&1 | grep -e ' sent, '", says: ["1 skipped (a FIFO)", "1 ignored"]),
        ScriptStep("sky push w/ one:~/w", complains: ["git tracks", "x.o", "!/x.o"]),
        ScriptStep("ls \(sshd.home)/w", prints: "a\n"),
      ])
    }
  }

  @Test func `on a terminal progress is shown and gone in the end, elsewhere there is none`()
    async throws
  {
    // One channel through a narrow pipe, so that there is something to see.
    try await withNodes { room, sshd in
      try await room.good("mkdir w; head -c 60000000 /dev/urandom >w/big")
      try await withDelayProxy(to: sshd, delay: .milliseconds(60)) { proxy in
        try await room.good(
          """
          sky hosts add slow \(currentUserName())@\(proxy.address):\(proxy.port) \\
            -i \(sshd.userKey) --host-key \(sshd.folder)/host_ed25519.pub
          """)
        let shown = try await room.script(
          "env -u NO_COLOR TERM=xterm script -qec 'sky push w/ slow:~/w' /dev/null")
        #expect(shown.status == 0)
        #expect(
          shown.text.contains("slow  sending") && shown.text.contains("\u{1B}[K"), "\(shown.text)")
        let last = shown.text.split(separator: "\u{1B}[J").last ?? ""
        #expect(last.contains("1 sent") && !last.contains("sending"), "\(last)")
        let piped = try await room.script("sky pull slow:~/w/ back 2>&1")
        #expect(!piped.text.contains("\u{1B}") && piped.text.contains("1 fetched"))
      }
    }
  }

  @Test func `kill -9 of a push or a pull anywhere, and the next one completes`() async throws {
    try await withNodes { room, sshd in
      let seed = UInt64.random(in: 0 ... .max)
      var random = SystemRandomNumberGenerator()
      let home = sshd.home
      try await room.good(
        "mkdir w; for i in $(seq 150); do head -c 200000 /dev/urandom >w/$i; done; ln -s 1 w/l; ln w/1 w/h"
      )
      for round in 0..<5 {
        let pause = Double.random(in: 0.05...0.9, using: &random)
        for command in ["push w/ one:~/w", "pull one:~/w/ back"] {
          let killed = try await room.script(
            "sky \(command) >/dev/null 2>&1 & p=$!; sleep \(pause); kill -9 $p; wait $p")
          #expect([0, 66, 137].contains(killed.status), "seed \(seed), round \(round)")
        }
        try await room.good(
          "cd w; for i in $(seq \(round) 7 150); do head -c 200000 /dev/urandom >$i; done; mv 3 t$RANDOM.\(round) || :"
        )
      }
      try await room.good("sky push --delete w/ one:~/w && sky pull --delete one:~/w/ back")
      let here = room.folder
      #expect(try await rsyncDifferences(from: here.appending("w"), to: home.appending("w")) == "")
      #expect(
        try await rsyncDifferences(from: home.appending("w"), to: here.appending("back")) == "")
      let left = try await run("find", [home.string, "-name", ".sky-staging*"])
      #expect(left.text == "")
    }
  }

  @Test(.enabled(if: geteuid() == 0, "only root can mount a small disk"))
  func `a full disk is told before or after, and leaves what was there`() async throws {
    try await withNodes { room, sshd in
      let disk = sshd.home.appending("small")
      _ = try await run("mkdir", [disk.string])
      let mounted = try await run(
        "mount", ["-t", "tmpfs", "-o", "size=2m,nr_inodes=60", "none", disk.string])
      guard mounted.status == 0 else { return }
      do {
        try await room.expect([
          "mkdir ok large many; echo old >ok/a; sky push ok/ one:~/small/ok",
          "cp -r ok many/ok; head -c 5000000 /dev/urandom >large/x",
          ScriptStep("sky push large/ one:~/small/large", status: 73, complains: ["MiB free"]),
          "for i in $(seq 100); do echo $i >many/$i; done",
          ScriptStep("sky push many/ one:~/small/ok", status: 73, complains: ["No space left"]),
          ScriptStep("cd \(disk); find . -name '.sky*' ; cat ok/a; ls ok", prints: "old\na\n"),
          ScriptStep(
            "mount -o remount,size=9m,nr_inodes=1000 \(disk); sky push many/ one:~/small/ok"),
          ScriptStep("ls \(disk)/ok | wc -l", prints: "102\n"),
          // The same here: the disk that a pull fills.
          ScriptStep("mkdir \(sshd.home)/far; head -c 12000000 /dev/urandom >\(sshd.home)/far/x"),
        ])
        let full = try await room.script("sky pull one:~/far/ \(disk)/near")
        #expect(full.status == 73 && full.errorText.contains("No space left"), "\(full.errorText)")
        try await room.expect([
          ScriptStep("find \(disk)/near -type f", prints: "")
        ])
      } catch {
        _ = try await run("umount", [disk.string])
        throw error
      }
      _ = try await run("umount", [disk.string])
    }
  }

  @Test func `a node with SFTP alone is pushed to, pulled from and probed`() async throws {
    try await withNodes(.init(lines: ["ForceCommand internal-sftp"])) { room, sshd in
      let far = sshd.home.appending("far")
      try await room.expect([
        "mkdir w; echo 1 >w/a; ln -s a w/l",
        ScriptStep("sky push w/ one:\(far)", complains: ["2 sent", "only SFTP"]),
        ScriptStep("sky push w/ one:\(far)", complains: ["0 sent, 2 unchanged"]),
        ScriptStep("sky pull one:\(far) .", complains: ["2 fetched", "only SFTP"]),
        ScriptStep("cat far/l", prints: "1\n"),
        ScriptStep("sky probe --json one", says: ["only SFTP", #""reachable" : true"#]),
      ])
    }
  }
}
