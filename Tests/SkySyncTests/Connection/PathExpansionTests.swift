import HostBook
import SkySync
import Support
import SystemPackage
import Testing

@Suite struct PathExpansionTests {
  static let names = [
    "~/keys/a", "%d/b", "/k/%h-%p-%r", "/k/%n", "/k/%u-%i", "/k/%l_%L", "/k/%k", "/k/%C",
    "/k/100%%",
    "${SKY_TEST_FOLDER}/c", "${SKY_TEST_FOLDER}/%n${SKY_TEST_FOLDER}",
  ]

  /// The stock client says which files it looks for, once it is connected.
  @Test func `names of key files expand as ssh expands them`() async throws {
    try await withLoopbackSSHD { sshd in
      let config = sshd.folder.appending("names")
      let lines = Self.names.map { "IdentityFile \"\($0)\"\n" }.joined()
      let rest = String(decoding: try readFile(sshd.config), as: UTF8.self)
      try writeFile(config, lines + rest)
      let variables = ["SKY_TEST_FOLDER": "/some where"]
      let stock = try await run(
        "ssh", ["-v", "-F", config.string, "-o", "LogLevel=DEBUG1", sshd.name, "true"],
        environment: variables)
      let marker = "debug1: identity file "
      let expected = stock.errorText.split(separator: "\r\n").flatMap { $0.split(separator: "\n") }
        .filter { $0.hasPrefix(marker) && !$0.contains("-cert") }
        .map { line in
          let words = line.dropFirst(marker.count).split(separator: " ")
          return words.dropLast(2).joined(separator: " ")
        }
      var user = LocalUser.current
      user.environment = variables
      var host = sshd.host
      host.name = sshd.name
      let paths = PathExpansion(host: host, user: user)
      let ours = try Self.names.map { try paths.path($0).string }
      #expect(ours == Array(expected.prefix(ours.count)))
    }
  }

  @Test(arguments: ["/k/%z", "/k/%", "${SKY_NOT_SET}/k", "${OPEN", "~no-such-user-here/k"])
  func `what cannot be expanded is an error that names it`(value: String) throws {
    let paths = PathExpansion(
      host: ResolvedHost(name: "box", settings: []),
      user: LocalUser(name: "me", id: 1, home: "/home/me", machine: "here", environment: [:]))
    let error = #expect(throws: SyncError.self) { try paths.path(value) }
    #expect(error?.reason.contains(value) == true)
  }
}
