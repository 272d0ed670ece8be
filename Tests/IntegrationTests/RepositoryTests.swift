import Support
import SystemPackage
import Testing

/// `workdir: {url, ref}` with the real program, real nodes and real git servers.
@Suite(.timeLimit(.minutes(20))) struct RepositoryTests {
  @Test
  func `a private repository is cloned by the user's agent, exactly the ref, and no work is lost`()
    async throws
  {
    try await withLoopbackSSHD { server in
      try await withSkyRoom { room in
        try await GitHome.make(in: server.folder)
        try await room.trust(server)
        let base = "ssh://\(currentUserName())@\(server.address):\(server.port)\(server.folder)/git"
        func task(_ ref: String, _ url: String = "app.git") -> String {
          "printf 'workdir: {url: \"\(base)/\(url)\"\(ref.isEmpty ? "" : ", ref: \(ref)")}\\n' >t.yaml"
        }
        let agent = "ssh-agent sh -c 'ssh-add -q .ssh/id && \"$@\"' sh"
        let launch = "\(agent) sky launch -y -c git t.yaml"
        try await room.good(
          "\(task("", "app.git")) && \(agent) sky launch -y -c git --num-nodes 2 t.yaml")
        try await room.expect([
          ScriptStep(
            "for n in git git-worker1; do ssh $n 'cd sky_workdir && cat file lib/lib && git status --porcelain && git rev-parse --abbrev-ref HEAD'; done",
            prints: "two\nlib\nmain\ntwo\nlib\nmain\n"),
          // Neither keys nor an agent nor settings stay.
          ScriptStep(
            "ssh git 'ls -A . .sky_node; env | grep -c SSH_AUTH_SOCK; ls /tmp/ssh-* 2>/dev/null'",
            status: 2, prints: ".:\n.sky_node\nsky_workdir\n\n.sky_node:\n0\n"),
          ScriptStep("\(task("v1")) && \(launch)", complains: ["tag v1"]),
          ScriptStep(
            "ssh git 'cd sky_workdir && cat file && git describe --tags'", prints: "one\nv1\n"),
          ScriptStep(
            "\(task("v2")) && \(launch)", status: 66, complains: ["v2", "did you mean v1?"]),
          ScriptStep(
            "\(task("REF")) && sed -i s/REF/$(git -C \(server.folder)/git/app.git rev-parse --short side)/ t.yaml && \(launch)"
          ),
          ScriptStep("ssh git 'cat sky_workdir/file'", prints: "side\n"),
          ScriptStep("\(task("topic/side")) && \(launch)", complains: ["branch topic/side"]),

          // Work that only the node has.
          ScriptStep("ssh git 'cd sky_workdir && echo mine >file && echo new >untracked'"),
          ScriptStep(
            "\(task("main")) && \(launch)", status: 73,
            complains: [
              "has changes that are in no commit (file)", "nothing was changed", "git stash",
            ]),
          ScriptStep(
            "\(task("topic/side")) && \(launch)",
            complains: ["has changes that are in no commit, which stay: file"]),
          ScriptStep("ssh git 'cat sky_workdir/file sky_workdir/untracked'", prints: "mine\nnew\n"),
          ScriptStep(
            "ssh git 'cd sky_workdir && git -c user.name=t -c user.email=t@example.org commit -qam mine'"
          ),
          ScriptStep(
            "\(launch)",
            complains: [
              "commits that were pushed nowhere are kept as the branch sky-kept/topic/side-"
            ]),
          ScriptStep(
            "ssh git 'cd sky_workdir && cat file && git show \"$(git branch --list \"sky-kept/*\" --format=\"%(refname)\")\":file && cat untracked'",
            prints: "side\nmine\nnew\n"),

          // A push is followed; exec brings it too.
          ScriptStep(
            "git clone -q \(server.folder)/git/app.git w && cd w && git checkout -q topic/side && echo pushed >file && git -c user.name=t -c user.email=t@example.org commit -qam p && git push -q"
          ),
          ScriptStep("\(agent) sky exec git t.yaml"),
          ScriptStep("ssh git 'cat sky_workdir/file'", prints: "pushed\n"),
          ScriptStep("\(agent) sky sync git", complains: ["is at"]),
        ])
      }
    }
  }

  @Test func `without an agent the user's key is lent, and an unknown server is refused`()
    async throws
  {
    try await withLoopbackSSHD { server in
      try await withSkyRoom { room in
        try await GitHome.make(in: server.folder)
        let task = """
          printf 'workdir: {url: "ssh://gitbox\(server.folder)/git/app.git"}\\n' >t.yaml
          """
        try await room.good(
          """
          \(task)
          mkdir -m 700 .ssh && cp \(server.userKey) .ssh/id && chmod 600 .ssh/id
          printf 'Host gitbox\\n  HostName \(server.address)\\n  Port \(server.port)\\n' >.ssh/config
          printf '  IdentityFile ~/.ssh/id\\n' >>.ssh/config
          """)
        try await room.expect([
          ScriptStep(
            "sky launch -y -c key t.yaml", status: 66,
            complains: ["Host key verification failed", "ssh -T gitbox"])
        ])
        try await room.good(
          "cat \(server.knownHosts) >>.ssh/known_hosts && sky launch -y -c key t.yaml")
        try await room.expect([
          ScriptStep("ssh key 'cat sky_workdir/file'", prints: "two\n"),
          // What is there is nobody's to remove.
          ScriptStep("mkdir plain && echo x >plain/x && sky launch -y -c other --workdir plain"),
          ScriptStep(
            "sky launch -y -c other t.yaml", status: 73,
            complains: [
              "~/sky_workdir there holds 1 files and folders that are in no repository",
              "mv sky_workdir",
            ]),
          ScriptStep("ssh other 'cat sky_workdir/x'", prints: "x\n"),
        ])
      }
    }
  }

  @Test func `a token opens a private repository on the web and stays nowhere`() async throws {
    try await withScratchFolder { folder in
      try await GitHome.make(in: folder)
      try await GitWebServer.run(folder.appending("git")) { server in
        try await withSkyRoom { room in
          let url = server.url("app.git")
          let bad = "printf 'workdir: {url: \"\(url)\", ref: main}\\n' >t.yaml"
          try await room.expect([
            ScriptStep(
              "\(bad) && sky launch -y -c web t.yaml", status: 66,
              complains: ["cannot be fetched", "--secret GIT_TOKEN"]),
            ScriptStep("sky launch -y -c web --secret GIT_TOKEN=wrong t.yaml", status: 66),
            ScriptStep("sky launch -y -c web --secret GIT_TOKEN=\(server.token) t.yaml"),
            ScriptStep("ssh web 'cat sky_workdir/file sky_workdir/lib/lib'", prints: "two\nlib\n"),
            ScriptStep("ssh web 'git -C sky_workdir remote get-url origin'", prints: "\(url)\n"),
            ScriptStep("ssh web 'grep -rl \(server.token) ~ /tmp'", status: 1),
            ScriptStep("grep -rl \(server.token) .sky", status: 1),
            // What git's helpers know here.
            ScriptStep(
              """
              printf '[credential]\\n helper = "!f() { echo username=\(server.user); echo password=\(server.token); }; f"\\n' >.gitconfig
              ssh web 'rm -rf sky_workdir' && sky launch -y -c web t.yaml
              """),
            ScriptStep(
              "ssh web 'cat sky_workdir/file; grep -rl \(server.token) ~ /tmp'", status: 1,
              prints: "two\n"),
            // A token in the address.
            ScriptStep(
              """
              rm .gitconfig && ssh web 'rm -rf sky_workdir'
              printf 'workdir: {url: "http://${T}@\(server.address):\(server.port)/app.git"}\\nsecrets: {T: null}\\n' >s.yaml
              sky launch -y -c web --secret T=\(server.token) s.yaml
              """),
            ScriptStep("ssh web 'git -C sky_workdir remote get-url origin'", prints: "\(url)\n"),
          ])
          let all = try await room.script("sky launch -c web --secret T=\(server.token) s.yaml")
          #expect(!(all.text + all.errorText).contains(server.token), "\(all.errorText)")
        }
      }
    }
  }
}

/// Bare repositories in `FOLDER/git`: `app.git` with a submodule `lib.git`, a tag and a branch.
enum GitHome {
  static func make(in folder: FilePath) async throws {
    let made = try await run(
      "sh",
      [
        "-ec",
        """
        export GIT_CONFIG_GLOBAL=/dev/null GIT_AUTHOR_NAME=t GIT_AUTHOR_EMAIL=t@example.org
        export GIT_COMMITTER_NAME=t GIT_COMMITTER_EMAIL=t@example.org
        mkdir git && cd git
        git init -q --bare -b main lib.git && git init -q --bare -b main app.git
        git init -q -b main lib && cd lib && echo lib >lib && git add . && git commit -qm lib
        git push -q ../lib.git main && cd ..
        git init -q -b main app && cd app && echo one >file && echo '*.out' >.gitignore
        git add . && git commit -qm one && git tag v1
        git -c protocol.file.allow=always submodule -q add ../lib.git lib
        git config -f .gitmodules submodule.lib.url ../lib.git
        echo two >file && git add . && git commit -qm two
        git checkout -qb topic/side v1 && echo side >file && git commit -qam side && git branch side
        git push -q --all ../app.git && git push -q --tags ../app.git
        cd .. && rm -rf app lib
        """,
      ], in: folder)
    try #require(made.status == 0, "\(made.errorText)")
  }
}

extension SkyRoom {
  /// The room's user knows the server, and has the key that it lets in at `~/.ssh/id`.
  fileprivate func trust(_ server: LoopbackSSHD) async throws {
    try await good(
      """
      mkdir -p -m 700 .ssh && cp \(server.userKey) .ssh/id && chmod 600 .ssh/id
      cat \(server.knownHosts) >>.ssh/known_hosts
      """)
  }
}
