import Support
import SystemPackage
import Testing

/// What `install` and `uninstall` do to a config of the user's own.
@Suite struct HostsInstallTests {
  /// A config, or nil for none, and whether ssh itself can read it.
  struct Config: Sendable {
    var name: String
    var bytes: [UInt8]?

    init(_ name: String, _ text: String?) {
      self.name = name
      bytes = text.map { Array($0.utf8) }
    }

    init(_ name: String, bytes: [UInt8]) {
      self.name = name
      self.bytes = bytes
    }
  }

  static let configs = [
    Config("none", nil), Config("empty", ""),
    Config("plain", "Host *\n  User mallory\n  Port 99\n\nHost a b\n  HostName c\n"),
    Config("windows", "Host *\r\n  User mallory\r\n"),
    Config("no last line end", "Host *\n  User mallory"),
    Config("comments above", "# mine\n\n# more\nUser mallory\n"),
    Config("tabs and equals", "\tHost=*\n\tUser = mallory  # why\n"),
    Config("includes", "Include other.conf\nMatch host x\n  User y\n"),
    Config("not UTF-8", bytes: Array("# \u{e9}".utf8) + [0xe9, 0xff, 0x0a]),
  ]

  @Test func `what is installed is taken out byte for byte, and patch applies the dry run`()
    async throws
  {
    try await withSkyRoom(hasNodes: false) { room in
      try await room.good("sky hosts add web 192.0.2.7 --accept-new && sky hosts uninstall")
      for config in Self.configs {
        try await room.good("rm -rf .ssh before copy")
        if let bytes = config.bytes {
          try writeFile(room.folder.appending(".ssh/config"), bytes)
          try writeFile(room.folder.appending("before"), bytes)
          try writeFile(room.folder.appending("copy"), bytes)
        }
        for goal in ["install", "install --inline"] {
          let result = try await room.script(
            """
            changed() { if [ -e before ]; then ! cmp -s before .ssh/config; else [ -e .ssh ]; fi; }
            step() { echo "$1" >&2; shift; "$@" || exit 1; }
            sky hosts \(goal) --dry-run > diff || exit 1
            if changed; then echo 'the dry run changed something'; exit 1; fi
            if [ -e before ]; then cp before copy; else rm -f copy; fi
            step patch patch -s copy diff
            step install sky hosts \(goal)
            step equal cmp copy .ssh/config
            step means sh -c 'ssh -G web | grep -qx "hostname 192.0.2.7"'
            step again sky hosts \(goal)
            step once cmp copy .ssh/config
            step nothing sh -c '! sky hosts \(goal) --dry-run | grep .'
            sky hosts uninstall --dry-run > diff || exit 1
            step patch-back patch -s copy diff; [ -e before ] && touch copy
            step uninstall sky hosts uninstall
            if changed; then echo 'something is left'; exit 1; fi
            if [ -e before ]; then step same cmp before copy; else step away test ! -s copy; fi
            """)
          #expect(
            result.status == 0, "\(config.name), \(goal): \(result.text)\(result.errorText)")
        }
      }
    }
  }

  private static let python = TestTools.folder.appending("bin/python3").string
  /// paramiko's own reader, which knows no Include.
  private static let paramiko = """
    import os, paramiko
    host = paramiko.SSHConfig.from_path(os.path.expanduser("~/.ssh/config")).lookup("web")
    print(host["hostname"], host["user"], host["hostkeyalias"])
    """

  @Test func `inline hosts follow the book, for clients that know no Include`() async throws {
    try await withSkyRoom(hasNodes: false) { room in
      try await room.expect([
        "mkdir -m 700 .ssh; printf 'Host *\\n  User mallory\\n' > .ssh/config; cp .ssh/config before",
        "sky hosts install --inline; sky hosts add web bob@192.0.2.7 --accept-new",
        ScriptStep("grep -ci '^ *include' .ssh/config", status: 1),
        ScriptStep(
          "ssh -G web | grep -E '^(user|hostname) '", prints: "user bob\nhostname 192.0.2.7\n"),
        ScriptStep("\(Self.python) -c '\(Self.paramiko)'", prints: "192.0.2.7 bob sky.web\n"),
        "sky hosts rename web www; ssh -G www | grep -qx 'user bob'",
        "ssh -G web | grep -qx 'hostname web'",
        ScriptStep("sky hosts doctor --json", prints: "[\n\n]\n"),
        "sky hosts install; grep -q '^Include' .ssh/config; ! grep -q 'Host www' .ssh/config",
        "sky hosts install --inline; sed -i '/<<<.sky/d' .ssh/config; cp .ssh/config torn",
        ScriptStep("sky hosts install", status: 65, complains: [".ssh/config:"]),
        ScriptStep("sky hosts uninstall", status: 65, complains: [".ssh/config:"]),
        "cmp torn .ssh/config",
      ])
    }
  }

  @Test func `a config that is not ours to write is left alone, and the line is told`() async throws
  {
    try await withSkyRoom(hasNodes: false) { room in
      try await room.expect([
        "mkdir -m 700 .ssh; echo 'Host x' > .ssh/config; chmod 444 .ssh/config",
        ScriptStep(
          "sky hosts install", status: 73,
          complains: ["read-only", "/.sky/ssh_config", "ssh -F"]),
        ScriptStep("sky hosts add web 192.0.2.7 --accept-new", complains: ["read-only"]),
        ScriptStep("cat .ssh/config", prints: "Host x\n"),
        "ssh -F .sky/ssh_config -G web | grep -qx 'hostname 192.0.2.7'",
        // A chain of links into a folder of dotfiles stays one.
        "rm .ssh/config; mkdir dot; echo 'Host x' > dot/real; ln -s real dot/link; chmod 640 dot/real",
        "ln -s ../dot/link .ssh/config; sky hosts install; test -L .ssh/config -a -L dot/link",
        "test \"$(stat -c %a dot/real)\" = 640 && ssh -G web | grep -qx 'hostname 192.0.2.7'",
        "sky hosts uninstall; test \"$(cat dot/real)\" = 'Host x'",
        // ssh refuses a byte-order mark, so a line above it would mend nothing.
        "printf '\\357\\273\\277Host x\\n' > dot/real; cp dot/real before",
        ScriptStep("sky hosts install", status: 65, complains: ["byte-order mark"]),
        "cmp before dot/real",
      ])
    }
  }
}
