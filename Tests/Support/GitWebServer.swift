import SystemPackage

/// A git server over http on loopback that wants a password: stock `git http-backend` behind Python's server.
public struct GitWebServer: Sendable {
  public let address: String
  public let port: UInt16
  public let user = "x-access-token"
  public let token = "ghp_secretToken4Tests"

  public func url(_ repository: String) -> String { "http://\(address):\(port)/\(repository)" }

  /// Runs `body` beside a server of the bare repositories in `folder`.
  public static func run(
    _ folder: FilePath, _ body: @Sendable (GitWebServer) async throws -> Void
  ) async throws {
    let place = try freeLoopbackAddress()
    let server = GitWebServer(address: place.address, port: place.port)
    try await withScratchFolder { scratch in
      let script = scratch.appending("server.py")
      try writeFile(script, program)
      let words = [
        script.string, place.address, "\(place.port)", folder.string, server.user, server.token,
      ]
      try await GuardedProgram.run(
        "/usr/bin/python3", words, log: scratch.appending("log"),
        isUp: { try await Support.run("curl", ["-so/dev/null", server.url("")]).status == 0 }
      ) { try await body(server) }
    }
  }

  private static let program = #"""
    import base64, http.server, os, subprocess, sys
    address, port, root, user, token = sys.argv[1:]
    wanted = "Basic " + base64.b64encode(f"{user}:{token}".encode()).decode()

    class Handler(http.server.BaseHTTPRequestHandler):
        def serve(self):
            if self.headers.get("Authorization") != wanted:
                self.send_response(401)
                self.send_header("WWW-Authenticate", 'Basic realm="git"')
                self.end_headers()
                return
            path, _, query = self.path.partition("?")
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            environment = {
                "PATH": os.environ["PATH"], "GIT_PROJECT_ROOT": root, "GIT_HTTP_EXPORT_ALL": "1",
                "PATH_INFO": path, "QUERY_STRING": query, "REQUEST_METHOD": self.command,
                "CONTENT_TYPE": self.headers.get("Content-Type", ""), "CONTENT_LENGTH": str(len(body)),
                "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", ""),
                "GIT_PROTOCOL": self.headers.get("Git-Protocol", ""), "REMOTE_USER": user,
                "GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "safe.directory", "GIT_CONFIG_VALUE_0": "*"}
            answer = subprocess.run(
                ["git", "http-backend"], input=body, env=environment, capture_output=True).stdout
            head, _, content = answer.partition(b"\r\n\r\n")
            lines = [line.split(": ", 1) for line in head.decode().split("\r\n")]
            status = next((value for name, value in lines if name == "Status"), "200 OK")
            self.send_response(int(status.split()[0]))
            for name, value in lines:
                if name != "Status":
                    self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = serve

    http.server.ThreadingHTTPServer((address, int(port)), Handler).serve_forever()
    """#
}
