import Support
import SystemPackage
import Testing

/// Stock programs, told nothing but a name, reach the nodes of a cluster.
@Suite struct ClientsTests {
  /// A command line and what has to stand in its output.
  struct Client: Sendable {
    var name: String
    var script: String
    var expected: String
  }

  static let clients = [
    Client(name: "ssh to the head", script: "ssh dev hostname", expected: "dev\n"),
    Client(name: "ssh to a worker", script: "ssh dev-worker1 hostname", expected: "dev-worker1\n"),
    Client(name: "ssh with a terminal", script: "ssh -tt dev tty", expected: "/dev/pts/"),
    Client(
      name: "scp", script: "scp -q note dev-worker1:from-scp && ssh dev-worker1 cat from-scp",
      expected: "a note"),
    Client(
      name: "scp with the old protocol",
      script: "scp -O -q note dev:from-scp-O && ssh dev cat from-scp-O", expected: "a note"),
    Client(
      name: "sftp", script: "echo 'put note from-sftp' | sftp -b - dev && ssh dev cat from-sftp",
      expected: "a note"),
    Client(
      name: "rsync there and back",
      script: "rsync -Pavz note dev:there/ && rsync -Pavz dev:there/ back/ && cat back/note",
      expected: "a note"),
    Client(
      name: "git",
      script: """
        ssh dev git init -q --bare repo.git && git init -q g && cd g &&
        git -c user.name=t -c user.email=t@example.org commit -q --allow-empty -m first &&
        git push -q dev:repo.git HEAD:refs/heads/main && git ls-remote dev:repo.git
        """, expected: "refs/heads/main"),
    Client(
      name: "ansible",
      script: """
        printf 'dev\\ndev-worker1\\n' > inventory &&
        ansible -i inventory all -m ping -o
        """, expected: "dev-worker1 | SUCCESS"),
    Client(
      name: "asyncssh",
      script: """
        $TOOLS/bin/python3 -c '
        import asyncio, asyncssh
        async def main():
            async with asyncssh.connect("dev-worker1") as connection:
                print((await connection.run("hostname")).stdout)
        asyncio.run(main())'
        """, expected: "dev-worker1"),
    Client(
      name: "lftp", script: "lftp -c 'open sftp://dev; cat note-for-lftp'",
      expected: "for lftp"),
    Client(
      name: "pssh", script: "parallel-ssh -i -H 'dev dev-worker1' hostname",
      expected: "dev-worker1\n"),
  ]

  @Test func `stock clients reach dev and dev-worker1 by name, without a prompt or a warning`()
    async throws
  {
    try await withSkyRoom { room in
      let launched = try await room.sky("launch", "-y", "-c", "dev", "--num-nodes", "2")
      try #require(launched.status == 0, "\(launched.errorText)")
      _ = try await room.run(
        "sh", ["-c", "echo a note > note; echo for lftp | ssh dev 'cat > note-for-lftp'"])
      for client in Self.clients {
        let result = try await room.run(
          "sh", ["-c", client.script], environment: ["TOOLS": TestTools.folder.string])
        #expect(result.status == 0, "\(client.name): \(result.errorText)")
        #expect(result.text.contains(client.expected), "\(client.name): \(result.text)")
        let warned =
          result.errorText.contains("Warning") || result.errorText.contains("fingerprint")
        #expect(!warned, "\(client.name): \(result.errorText)")
      }
    }
  }
}
