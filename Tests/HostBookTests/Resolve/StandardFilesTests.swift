import Support
import SystemPackage
import Testing

@testable import HostBook

@Suite struct StandardFilesTests {
  private let user: FilePath = "/home/me/.ssh/config"
  private let system: FilePath = "/etc/ssh/ssh_config"

  private func resolve(_ files: MemoryFiles) throws -> ResolvedHost {
    try Resolver(environment: .memory(files)).resolve("dev").host
  }

  @Test func `the user's file comes before the system's`() throws {
    let host = try resolve(
      MemoryFiles(texts: [
        user: "User bob\nIdentityFile ~/k\n",
        system: "User root\nPort 99\nIdentityFile ~/k\nIdentityFile ~/k\n",
      ]))
    #expect(host.user == "bob")
    #expect(host.port == 99)
    // The same key counts once in each of the two.
    #expect(host.identityFiles == ["~/k", "~/k"])
  }

  @Test func `without any file there are defaults`() throws {
    let host = try resolve(MemoryFiles(texts: [:]))
    #expect(host.hostname == "dev")
    #expect(host.user == "me")
    #expect(host.userKnownHostsFiles.first == "/home/me/.ssh/known_hosts")
  }

  @Test func `includes of the system's file are relative to it`() throws {
    let host = try resolve(
      MemoryFiles(texts: [
        system: "Include ssh_config.d/*.conf\n", "/etc/ssh/ssh_config.d/a.conf": "Port 7\n",
        "/etc/ssh/ssh_config.d/b.conf": "Port 8\n", "/etc/ssh/ssh_config.d/.c.conf": "bad",
      ]))
    #expect(host.port == 7)
  }

  @Test func `the system's file cannot include from a home`() {
    #expect(throws: ResolveError.self) {
      try resolve(MemoryFiles(texts: [system: "Include ~/x\n"]))
    }
  }

  @Test func `a user's file that others may write is refused, an unreadable one passed over`()
    throws
  {
    #expect(throws: ResolveError.self) {
      try resolve(MemoryFiles(texts: [user: "Port 7\n"], untrusted: [user]))
    }
    let host = try resolve(MemoryFiles(texts: [user: "Port 7\n"], unreadable: [user]))
    #expect(host.port == 22)
  }

  @Test func `an unreadable include is refused in words`() {
    let files = MemoryFiles(
      texts: [user: "Include x\n", "/home/me/.ssh/x": ""], unreadable: ["/home/me/.ssh/x"])
    #expect {
      try resolve(files)
    } throws: { error in
      (error as? ResolveError)?.description.hasPrefix("/home/me/.ssh/x: cannot open") == true
    }
  }

  @Test func `a name is made canonical and read again`() throws {
    let text = """
      Host www
        User first
      CanonicalizeHostname yes
      CanonicalDomains example.org
      CanonicalizePermittedCNAMEs *.example.org:*.example.org
      Match canonical host real.example.org
        Port 7
      Host real.example.org
        User second
        ForwardAgent yes
      """
    let host = try Resolver(environment: .memory(text)).resolve("www").host
    #expect(host.hostname == "real.example.org")
    #expect(host.user == "first")
    #expect(host.port == 7)
    #expect(host.first("forwardagent") == "yes")
  }

  @Test func `this machine's own configuration resolves alike`() async throws {
    let profile = try #require(VersionProfile.installed())
    let environment = ResolverEnvironment.live(profile: profile, exec: .refuse)
    let ours = try? Resolver(environment: environment).resolve("unheard-of.example").host.lines
    let theirs = try await run("ssh", ["-G", "--", "unheard-of.example"])
    guard let ours, theirs.status == 0 else { return }
    #expect(ours == theirs.text.split(separator: "\n").map(String.init))
  }
}
