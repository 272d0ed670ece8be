import Support
import SystemPackage
import Testing

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A server that asks questions (keyboard-interactive, by PAM) after it has taken the key.
@Suite(.enabled(if: SecondFactor.isPossible, "needs root and PAM"), .timeLimit(.minutes(20)))
struct SecondFactorTests {
  @Test func `its questions reach the terminal; without one the error says what to do`()
    async throws
  {
    try await SecondFactor.with { sshd in
      try await withSkyRoom(hasNodes: false) { room in
        try room.knows([sshd], pool: [sshd.name])
        let silent = try await room.script(
          "sky launch -y -c dev --infra ssh/mine 'echo let in' </dev/null")
        #expect(silent.status == 77, "\(silent.errorText)")
        #expect(silent.errorText.contains("ssh -fNM \(sshd.name)"), "\(silent.errorText)")
        try room.write(SkyRoom.terminal, to: "terminal.py")
        let asked = try await room.script(
          """
          python3 terminal.py 'Password' 'open sesame' sky launch -y -c dev --infra ssh/mine 'echo let "in"'
          echo "ended with $?"; sky exec dev 'echo again'
          sky down -y dev; echo "down $?"
          for socket in .sky/s/o*; do ssh -S $socket -O exit \(sshd.name) 2>/dev/null; done
          """)
        let story = asked.text + asked.errorText
        #expect(asked.text.contains("let in"), "\(story)")
        #expect(asked.text.contains("ended with 0\n"), "\(story)")
        #expect(asked.text.contains("again\n"), "the login is kept: \(story)")
        #expect(asked.text.ranges(of: "Password").count == 1, "\(story)")
        #expect(asked.text.contains("down 0\n"), "\(story)")
        let wrong = try await room.script(
          "python3 terminal.py 'Password' 'wrong' sky launch -y -c dev --infra ssh/mine 'echo let in'; echo $?"
        )
        #expect(wrong.text.hasSuffix("77\n"), "\(wrong.text)")
      }
    }
  }
}

/// An sshd under a name of its own, by which PAM finds rules of its own; both are gone afterwards.
private enum SecondFactor {
  static var isPossible: Bool {
    geteuid() == 0 && access("/etc/pam.d", W_OK) == 0
      && ["pam_exec.so", "pam_permit.so"].allSatisfy { module in
        ["/lib/x86_64-linux-gnu/security", "/lib/aarch64-linux-gnu/security", "/lib/security"]
          .contains { access("\($0)/\(module)", F_OK) == 0 }
      }
  }

  static func with(_ body: (LoopbackSSHD) async throws -> Void) async throws {
    try await withScratchFolder { folder in
      let name = "sky-test-\(folder.lastComponent?.string.lowercased() ?? "sshd")"
      let program = folder.appending(name)
      try writeFile(program, readFile("/usr/sbin/sshd"))
      chmod(program.string, 0o755)
      let check = folder.appending("check")
      try writeFile(
        check, Array("#!/bin/sh\n[ \"$(tr -d '\\000')\" = 'open sesame' ]\n".utf8))
      chmod(check.string, 0o755)
      let rules = FilePath("/etc/pam.d").appending(name)
      try writeFile(
        rules,
        Array(
          """
          auth required pam_exec.so expose_authtok quiet \(check)
          auth required pam_permit.so
          account required pam_permit.so
          session required pam_permit.so

          """.utf8))
      defer { unlink(rules.string) }
      var settings = LoopbackSSHD.Settings(
        lines: [
          "UsePAM yes", "KbdInteractiveAuthentication yes",
          "AuthenticationMethods publickey,keyboard-interactive",
        ], name: "twofold")
      settings.wrapper = ["/bin/sh", "-c", "shift; exec \"$0\" \"$@\"", program.string]
      let place = folder.appending("server")
      mkdir(place.string, 0o755)
      let sshd = try await LoopbackSSHD.start(in: place, settings)
      defer { sshd.stop() }
      try await body(sshd)
    }
  }
}
