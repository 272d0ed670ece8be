import Foundation
import Support
import SystemPackage
import Testing

/// Every verb of `sky hosts` with the real program, judged by the real ssh.
@Suite struct HostsTests {
  /// Host keys and a user's key, made in the room's home folder.
  static let keys = """
    ssh-keygen -q -t ed25519 -N '' -C '' -f host && ssh-keygen -q -t ed25519 -N '' -C '' -f id
    """

  @Test func `hosts are added, shown, renamed and removed, and ssh agrees at every step`()
    async throws
  {
    let user = currentUserName()
    func column(_ text: String) -> String {
      text.padding(toLength: max(4, user.count), withPad: " ", startingAt: 0)
    }
    try await withSkyRoom(hasNodes: false) { room in
      try await room.good(Self.keys)
      try await room.expect([
        ScriptStep(
          """
          sky hosts add web bob@192.0.2.7:2222 -i id -J jump.example,x:24 --host-key host.pub \
            -o Compression=yes -o 'LocalForward=8080 localhost:80' -o 'SetEnv A=b'
          """, prints: "", complains: ["added to", "/.sky/ssh_config", "`ssh web`"]),
        ScriptStep(
          """
          ssh -G web | grep -E '^(hostname|port|user|identityfile|proxyjump|compression|localforward|setenv) '
          """,
          prints: """
            user bob
            hostname 192.0.2.7
            port 2222
            compression yes
            localforward 8080 [localhost]:80
            identityfile ~/id
            setenv A=b
            proxyjump jump.example,x:24

            """),
        ScriptStep(
          "grep -c \"^sky.web $(cut -d' ' -f1,2 host.pub)$\" .sky/known_hosts", prints: "1\n"),
        ScriptStep("sky hosts add db db.example --accept-new", complains: ["added db"]),
        ScriptStep("ssh -G db | grep -x 'stricthostkeychecking accept-new'"),
        ScriptStep("sky hosts add six [2001:db8::1]:24 --accept-new"),
        ScriptStep("ssh -G six | grep -x 'hostname 2001:db8::1'"),
        ScriptStep(
          "sky hosts list",
          prints: """
            ALIAS  CLUSTER  ROLE  ADDRESS         \(column("USER"))  STATE
            db     -        -     db.example:22   \(column(user))  -
            six    -        -     2001:db8::1:24  \(column(user))  -
            web    -        -     192.0.2.7:2222  \(column("bob"))  -

            """),
        ScriptStep("sky hosts show web", says: ["Host web\n  HostName 192.0.2.7\n  User bob\n"]),
        "sky hosts show web > one && ssh -F .ssh/config -G web > a && ssh -F one -G web > b && cmp a b",
        "for h in web db six 192.0.2.9; do sky hosts resolve $h > a; ssh -G $h > b; cmp a b || exit 1; done",
        "printf 'Host x\\n  Port 99\\n' > f; sky hosts resolve -F f u@x > a; ssh -F f -G u@x > b; cmp a b",
        "sky hosts rename web webb",
        ScriptStep("sky hosts show web", status: 68, complains: ["web", "did you mean webb?"]),
        ScriptStep("ssh -G webb | grep -x 'hostkeyalias sky.webb'"),
        ScriptStep(
          "grep -c '^sky.webb ' .sky/known_hosts; grep -c '^sky.web ' .sky/known_hosts; :",
          prints: "1\n0\n"),
        ScriptStep("sky hosts remove webb dbb", status: 68, complains: ["did you mean db?"]),
        ScriptStep("ssh -G webb | grep -x 'hostname 192.0.2.7'"),
        "sky hosts remove webb db six",
        ScriptStep("ssh -G webb | grep -x 'hostname webb'"),
        ScriptStep("sky hosts list", prints: "", complains: ["No aliases"]),
        ScriptStep("grep -c sky.webb .sky/known_hosts", status: 1, prints: "0\n"),
        ScriptStep("sky hosts list --json", prints: "[\n\n]\n"),
      ])
    }
  }

  @Test func `documents for programs have the keys of the contract`() async throws {
    try await withSkyRoom(hasNodes: false) { room in
      try await room.good(
        """
        \(Self.keys); mkdir -m 700 .ssh; printf 'Host web\\n  Ciphers aes256-ctr\\nHost *\\n  User mallory\\n  LogLevel ERROR\\n' > .ssh/config
        sky hosts add b bob@192.0.2.7 -i id --host-key host.pub && sky hosts add a 192.0.2.8 --accept-new
        """)
      let hosts = try document(await room.good("sky hosts list --json"))
      let list = try #require(hosts as? [[String: Any]])
      #expect(list.map { $0["alias"] as? String } == ["a", "b"])
      for host in list {
        #expect(
          Set(host.keys) == [
            "alias", "cluster", "role", "rank", "hostname", "port", "user", "identity_file",
            "state", "infra",
          ])
        #expect(host["cluster"] is NSNull && host["role"] is NSNull && host["rank"] is NSNull)
      }
      #expect(list[1]["port"] as? Int == 22 && list[1]["user"] as? String == "bob")
      #expect(list[1]["identity_file"] as? String == room.home.appending("id").string)

      let text = try await room.good("sky hosts explain b --json")
      let explained = try #require(try document(text) as? [String: Any])
      #expect(explained["host"] as? String == "b")
      let values = try #require(explained["values"] as? [[String: Any]])
      let spelt = values.map { "\($0["key"] ?? "") \($0["value"] ?? "")\n" }.joined()
      #expect(try await room.good("ssh -G b") == spelt, "explain says what ssh says")
      let user = try #require(values.first { $0["key"] as? String == "user" })
      #expect(Set(user.keys) == ["key", "value", "file", "line", "overrides"])
      let lines = try await room.good("cat .sky/ssh_config").split(
        separator: "\n", omittingEmptySubsequences: false)
      #expect(user["file"] as? String == room.home.appending(".sky/ssh_config").string)
      #expect(lines[(user["line"] as? Int ?? 1) - 1] == "  User bob")
      let overrides = try #require(user["overrides"] as? [[String: Any]])
      #expect(overrides.count == 1 && overrides[0]["value"] as? String == "mallory")
      #expect(overrides[0]["file"] as? String == room.home.appending(".ssh/config").string)
      #expect(overrides[0]["line"] as? Int == 7, "the Include and its mark stand above")
      try await room.expect([
        ScriptStep("sky hosts explain b", says: ["user bob  # ", "overrides mallory  # "])
      ])
    }
  }

  @Test func `a bundle goes from one home to another, and cannot say more than it may`()
    async throws
  {
    try await withSkyRoom(hasNodes: false) { room in
      try await room.good(
        """
        \(Self.keys); sky hosts add web bob@192.0.2.7:2222 -i id -o Compression=yes --host-key host.pub
        sky hosts add db 192.0.2.8 -J web --accept-new; sky hosts export > all; sky hosts export db > one
        ssh -G web > web; ssh -G db > db; cp .sky/ssh_config book
        """)
      try await room.expect([
        ScriptStep("sky hosts export wbe", status: 68, complains: ["did you mean web?"]),
        ScriptStep("sky hosts import all", complains: ["added: 0; there already: 2"]),
        "sky hosts remove web db && sky hosts import - < all && cmp book .sky/ssh_config",
        "ssh -G web | cmp - web && ssh -G db | cmp - db && grep -q '^sky.web ' .sky/known_hosts",
        "sky hosts remove db && sky hosts import one && ssh -G db | cmp - db",
        "cp .sky/ssh_config book; cp .sky/known_hosts pins; cp .ssh/config config",
      ])
      let evil = [
        (#""alias" : "db""#, #""alias" : "x\nHost *""#),
        (#""alias" : "db""#, #""alias" : "*""#),
        (#""hostname" : "192.0.2.8""#, #""hostname" : "h\n  ProxyCommand touch pwned""#),
        (#""user" : "USER""#, #""user" : "u\r\n  LocalCommand touch pwned""#),
        (#""proxy_jump" : "web""#, #""proxy_jump" : "-oProxyCommand=touch pwned""#),
        (#""proxy_jump" : "web""#, #""proxy_command" : "touch pwned""#),
        (#""options" : ["#, #""options" : ["Compression yes\nHost *""#),
        (#""options" : ["#, #""options" : ["PermitLocalCommand yes""#),
        (#""options" : ["#, #""options" : ["Include /etc/passwd""#),
        (#""options" : ["#, #""options" : ["Compression maybe""#),
        (#""host_keys" : ["#, #""host_keys" : ["ssh-ed25519 AAAA\n* ssh-ed25519 AAAA""#),
        (#""host_key_check" : "accept-new""#, #""host_key_check" : "no""#),
        (#""port" : 22"#, #""port" : 65536"#),
      ]
      let good = try await room.good("cat one").replacing(currentUserName(), with: "USER")
      for (field, attack) in evil {
        let bundle = good.replacing("\"db\"", with: "\"new\"").replacing(
          field.replacing("\"db\"", with: "\"new\""), with: attack)
        #expect(bundle.contains(attack))
        let result = try await room.script("sky hosts import -", input: Array(bundle.utf8))
        #expect(result.status == 65, "\(attack): \(result.errorText)")
        try await room.good(
          """
          cmp book .sky/ssh_config && cmp pins .sky/known_hosts && cmp config .ssh/config && test ! -e pwned
          """)
      }
    }
  }

  @Test func `undo goes back through hosts and the Include, and no further`() async throws {
    try await withSkyRoom(hasNodes: false) { room in
      try await room.expect([
        "mkdir -m 700 .ssh; printf 'Host mine\\n  User me\\n' > .ssh/config; cp .ssh/config before",
        "sky hosts add a 192.0.2.1 --accept-new; sky hosts add b 192.0.2.2 --accept-new",
        "cp .sky/ssh_config two; sky hosts remove b; sky hosts rename a c",
        ScriptStep("sky hosts undo", prints: "restored a\nremoved c\n"),
        ScriptStep("sky hosts undo; cmp two .sky/ssh_config", prints: "restored b\n"),
        ScriptStep("sky hosts undo", prints: "removed b\n"),
        "sky hosts uninstall && cmp before .ssh/config",
        ScriptStep(
          "sky hosts undo && ssh -G a | grep -x 'hostname 192.0.2.1'",
          says: ["put the Include back"]),
        // A line that somebody took away by hand is no step of its own, and costs none.
        "cp before .ssh/config",
        ScriptStep("sky hosts undo", prints: "removed a\n"),
        ScriptStep("sky hosts undo", status: 1, complains: ["no change to take back"]),
        "cmp before .ssh/config",
      ])
    }
  }

  @Test func `doctor names what is wrong, and mends what is safe to mend`() async throws {
    try await withSkyRoom(hasNodes: false) { room in
      try await room.good(
        "\(Self.keys); sky hosts add web 192.0.2.7 -i id --host-key host.pub; sky hosts add db h --accept-new"
      )
      try await room.expect([
        ScriptStep("sky hosts doctor --json", prints: "[\n\n]\n"),
        ScriptStep("sky hosts doctor", prints: "", complains: ["nothing found"]),
        "chmod 666 .sky/ssh_config; printf 'Host other\\n  User x\\n' > .ssh/config",
        ScriptStep("sky hosts doctor", status: 1, says: ["[include-missing]", "ssh_config"]),
      ])
      let result = try await room.script("sky hosts doctor --json")
      #expect(result.status == 1)
      let findings = try #require(try document(result.text) as? [[String: Any]])
      #expect(findings.count >= 2)
      for finding in findings {
        #expect(
          Set(finding.keys) == ["id", "severity", "alias", "message", "fix", "file", "line"])
        #expect(["error", "warning"].contains(finding["severity"] as? String))
        #expect((finding["fix"] as? String)?.isEmpty == false)
      }
      try await room.expect([
        ScriptStep("sky hosts doctor --fix", complains: ["cured include-missing"]),
        ScriptStep("sky hosts doctor --json", prints: "[\n\n]\n"),
        "ssh -G web | grep -x 'hostname 192.0.2.7' && stat -c %a .sky/ssh_config | grep -x 600",
        "rm id",
        ScriptStep("sky hosts doctor --fix", status: 1, says: ["[key-missing]"]),
        ScriptStep(
          "echo rubbish > .sky/ssh_config; sky hosts doctor", status: 1,
          says: [".sky/ssh_config:1", "[book-unreadable]", "sky hosts undo"]),
        "cp host id; sky hosts undo && printf 'Hots x\\n' >> .ssh/config",
        ScriptStep(
          "sky hosts doctor", status: 1, says: [".ssh/config:6: error", "[config-refused]"]),
        ScriptStep(
          "sky hosts resolve web", status: 65,
          complains: [".ssh/config:6: Bad configuration option: hots; did you mean host?"]),
        ScriptStep(
          "sky probe web", status: 65,
          complains: [".ssh/config:6: Bad configuration option: hots; did you mean host?"]),
        "rm .ssh/config; sky hosts resolve nothing.example | grep -x 'hostname nothing.example'",
        ScriptStep(
          "sky probe wbe", status: 68,
          complains: ["cannot find the address of “wbe”", "did you mean web?"]),
      ])
    }
  }

  struct Mistake: Sendable {
    var arguments: String
    var status: Int32
    var says: [String]
  }

  static let mistakes = [
    Mistake(arguments: "add 'a b' h --accept-new", status: 64, says: ["'a b'", "use letters"]),
    Mistake(arguments: "add --accept-new -- -x h", status: 64, says: ["'-x'"]),
    Mistake(arguments: "add a 'h;x' --accept-new", status: 64, says: ["'h;x'"]),
    Mistake(arguments: "add a h:99999 --accept-new", status: 64, says: ["h:99999"]),
    Mistake(arguments: "add a 'u x@h' --accept-new", status: 64, says: ["u x"]),
    Mistake(
      arguments: "add \"$(printf 'a\\nHost *')\" h --accept-new", status: 64, says: ["Host *"]),
    Mistake(arguments: "add a h", status: 64, says: ["--host-key", "--accept-new"]),
    Mistake(
      arguments: "add a h --accept-new --host-key host.pub", status: 64, says: ["either"]),
    Mistake(arguments: "add a", status: 64, says: ["Missing expected argument"]),
    Mistake(arguments: "add a h --accept-new -o Nope", status: 64, says: ["KEY=VALUE"]),
    Mistake(
      arguments: "add a h --accept-new -o Nope=1", status: 64,
      says: ["Bad configuration option: nope", "nothing was written"]),
    Mistake(
      arguments: "add a h --accept-new -o Compression=maybe", status: 64, says: ["maybe"]),
    Mistake(
      arguments: "add a h --accept-new -o StrictHostKeyChecking=no", status: 64,
      says: ["always checked"]),
    Mistake(
      arguments: "add a h --accept-new -J=-oProxyCommand=x", status: 64, says: ["ProxyJump"]),
    Mistake(arguments: "add a h --accept-new -i nope", status: 66, says: ["nope"]),
    Mistake(arguments: "add a h --accept-new -i .ssh", status: 66, says: [".ssh", "folder"]),
    Mistake(arguments: "add a h --host-key nope", status: 66, says: ["nope"]),
    Mistake(arguments: "add a h --host-key id", status: 65, says: ["no public host key"]),
    Mistake(
      arguments: "add mine h --accept-new", status: 64, says: [".ssh/config:4", "`Host mine`"]),
    Mistake(
      arguments: "add web h --accept-new", status: 64,
      says: [".sky/ssh_config:", "sky hosts rename web"]),
    Mistake(arguments: "rename web mine", status: 64, says: [".ssh/config:4"]),
    Mistake(arguments: "rename wbe x", status: 68, says: ["did you mean web?"]),
    Mistake(arguments: "rename web 'a b'", status: 64, says: ["'a b'"]),
    Mistake(arguments: "remove", status: 64, says: ["Missing"]),
    Mistake(arguments: "show nothing-like-it", status: 68, says: ["sky hosts list"]),
    Mistake(arguments: "import nope", status: 66, says: ["nope"]),
    Mistake(arguments: "import .ssh", status: 66, says: ["folder"]),
    Mistake(arguments: "import host.pub", status: 65, says: ["not a bundle"]),
    Mistake(arguments: "resolve -F host.pub x", status: 65, says: ["host.pub:1: "]),
    Mistake(arguments: "explain -F host.pub x", status: 65, says: ["host.pub:1: "]),
    Mistake(arguments: "resolve -- '-x'", status: 64, says: ["-x"]),
    Mistake(arguments: "lsit", status: 64, says: ["lsit"]),
  ]

  @Test func `each mistake has its words and its exit code, and changes nothing`() async throws {
    try await withSkyRoom(hasNodes: false) { room in
      try await room.good(
        """
        \(Self.keys); mkdir -m 700 .ssh; printf 'Host mine\\n  User me\\n' > .ssh/config
        sky hosts add web 192.0.2.7 --host-key host.pub; cp -a .sky kept; cp -a .ssh ssh
        """)
      for mistake in Self.mistakes {
        let result = try await room.script("sky hosts \(mistake.arguments)")
        let story = "\(mistake.arguments): \(result.status) \(result.errorText)"
        #expect(result.status == mistake.status, "\(story)")
        #expect(result.text == "", "\(story)")
        for words in mistake.says { #expect(result.errorText.contains(words), "\(story)") }
        #expect(!result.errorText.contains(".tmp"), "\(story)")
      }
      try await room.good("diff -r kept/ssh_config .sky/ssh_config && diff -r ssh .ssh")
    }
  }

  private func document(_ text: String) throws -> Any {
    try JSONSerialization.jsonObject(with: Data(text.utf8))
  }
}
