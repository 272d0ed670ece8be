import SystemPackage

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Another door to an object store on loopback: with TLS of a private authority, or one that closes and opens
/// again at the same address. Ended by `close`.
public final class StoreFront: Sendable {
  public let address: String
  public let port: UInt16
  private let folder: FilePath
  private let target: (address: String, port: UInt16)
  private let isSecure: Bool

  public var endpoint: String { "http\(isSecure ? "s" : "")://\(address):\(port)" }
  /// The authority's certificate.
  public var authority: FilePath { folder.appending("authority.pem") }

  /// - Parameter folder: where its files go.
  public init(
    to target: (address: String, port: UInt16), in folder: FilePath, isSecure: Bool = false
  ) async throws {
    let place = try freeLoopbackAddress()
    (address, port) = (place.address, place.port)
    (self.folder, self.target, self.isSecure) = (folder, target, isSecure)
    try writeFile(folder.appending("front.py"), Self.program)
    guard isSecure else { return }
    let made = try await run("sh", ["-ec", Self.certificates, "sh", address], in: folder)
    guard made.status == 0 else { throw Failure(words: made.errorText) }
  }

  /// Runs `body` while the door is open; whoever is inside when it closes is cut off.
  public func open<Result: Sendable>(
    _ body: () async throws -> Result
  ) async throws -> Result {
    let words =
      [folder.appending("front.py").string, address, "\(port)", target.address, "\(target.port)"]
      + (isSecure ? [folder.appending("own.pem").string] : [])
    try removeTree(folder.appending("front.log"))
    let process = try spawn(
      "/usr/bin/python3", words, environment: ["PATH=/usr/bin:/bin"],
      log: folder.appending("front.log"))
    defer {
      kill(process, SIGKILL)
      waitpid(process, nil, 0)
    }
    for _ in 0..<500 {
      let log = (try? readFile(folder.appending("front.log"))) ?? []
      if String(decoding: log, as: UTF8.self).contains("open") { break }
      try await Task.sleep(for: .milliseconds(20))
    }
    return try await body()
  }

  public struct Failure: Error { public let words: String }

  private static let certificates = """
    openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=authority -keyout ca.key -out authority.pem
    openssl req -newkey rsa:2048 -nodes -subj /CN=$1 -keyout own.key -out own.csr
    printf 'subjectAltName=IP:%s' "$1" >names
    openssl x509 -req -in own.csr -CA authority.pem -CAkey ca.key -CAcreateserial -days 2 -extfile names -out own.crt
    cat own.key own.crt >own.pem
    """

  private static let program = """
    import asyncio, ssl, sys
    address, port, far, far_port = sys.argv[1:5]

    async def pass_on(reader, writer):
        try:
            while data := await reader.read(65536):
                writer.write(data)
                await writer.drain()
            writer.write_eof() if writer.can_write_eof() else writer.close()
        except (OSError, RuntimeError):
            writer.close()

    async def serve(reader, writer):
        try:
            there = await asyncio.open_connection(far, int(far_port))
        except OSError:
            return writer.close()
        await asyncio.gather(pass_on(reader, there[1]), pass_on(there[0], writer))
        writer.close()

    async def main():
        context = None
        if len(sys.argv) > 5:
            context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
            context.load_cert_chain(sys.argv[5])
        server = await asyncio.start_server(serve, address, int(port), ssl=context, reuse_address=True)
        print("open", flush=True)
        await server.serve_forever()

    asyncio.run(main())
    """
}
