import SkySync
import Support
import Testing

@Suite(.timeLimit(.minutes(20))) struct PasswordTests {
  @Test func `a password is given when no key is taken, and asked for again when it was wrong`()
    async throws
  {
    try await withPasswordServer { server in
      var options = ConnectionOptions.patient
      options.password = { _, attempt in
        Array((attempt == 1 ? "wrong" : PasswordServer.password).utf8)
      }
      let answer = try await withConnection(to: server.host, options) {
        try await $0.answer("cat; exit 3", input: Array("in".utf8))
      }
      #expect(answer.text == "in" && answer.outcome == .exited(3))
    }
  }

  @Test func `without one to give, or where passwords are off, the door stays shut`() async throws {
    try await withPasswordServer { server in
      var options = ConnectionOptions.patient
      let silent = try await syncError {
        try await withConnection(to: server.host, options) { _ in }
      }
      #expect(silent?.code == .authentication)
      options.password = { _, _ in Array(PasswordServer.password.utf8) }
      var off = server.host
      off.set("passwordauthentication", "no")
      let error = try await syncError { [options, off] in
        try await withConnection(to: off, options) { _ in }
      }
      #expect(error?.code == .authentication)
      #expect(error.map { "\($0)".contains(PasswordServer.password) } == false)
    }
  }
}
