import Support
import SystemPackage
import Testing

@testable import SkySync

/// What a hostile SFTP server may say.
@Suite(.timeLimit(.minutes(20))) struct SFTPPacketTests {
  private func packets() -> [[UInt8]] {
    func packet(_ type: UInt8, _ fill: (inout SFTPWriter) -> Void) -> [UInt8] {
      var body = SFTPWriter()
      body.byte(type)
      body.number(7)
      fill(&body)
      var all = SFTPWriter()
      all.string(body.bytes)
      return all.bytes
    }
    let attributes = SFTPAttributes(size: 1 << 40, mode: 0o100644, mtime: 9)
    return [
      packet(101) {
        $0.number(4)
        $0.string("no".utf8)
        $0.string("en".utf8)
      },
      packet(102) { $0.string([1, 2, 3]) },
      packet(103) { $0.string([UInt8](repeating: 5, count: 300)) },
      packet(104) {
        $0.number(2)
        for name in ["a", "b"] {
          $0.string(name.utf8)
          $0.string("-rw-r--r-- \(name)".utf8)
          attributes.write(to: &$0)
        }
      },
      packet(105) { attributes.write(to: &$0) },
      packet(201) { $0.large(4096) },
    ]
  }

  @Test func `answers are read as they were written`() throws {
    var buffer = SFTPBuffer()
    buffer.add(packets().flatMap(\.self))
    var replies: [SFTPReply] = []
    while let packet = try buffer.next("node") {
      var reader = SFTPReader(packet)
      let type = reader.byte() ?? 0
      #expect(reader.number() == 7)
      replies.append(try #require(SFTPReply(type: type, reader.rest)))
    }
    #expect(replies.count == 6)
    #expect(replies[0] == .status(code: 4, message: "no"))
    #expect(replies[1] == .handle([1, 2, 3]))
    #expect(replies[4] == .attributes(SFTPAttributes(size: 1 << 40, mode: 0o100644, mtime: 9)))
    guard case .names(let names) = replies[3] else { throw SyncError(.badAnswer, "", "") }
    #expect(names.map(\.name) == [[97], [98]])
  }

  @Test func `damaged answers are errors, never traps`() {
    let seed = UInt64.random(in: 0 ... .max)
    var random = SeededRandom(seed)
    let good = packets().flatMap(\.self)
    for _ in 0..<5_000 {
      var bytes = good
      for _ in 0..<Int.random(in: 1...6, using: &random) {
        bytes[Int.random(in: 0..<bytes.count, using: &random)] = .random(
          in: 0...255, using: &random)
      }
      var buffer = SFTPBuffer()
      var rest = bytes[...]
      do {
        while !rest.isEmpty {
          let count = Int.random(in: 1...200, using: &random)
          buffer.add(Array(rest.prefix(count)))
          rest = rest.dropFirst(count)
          while let packet = try buffer.next("node") {
            var reader = SFTPReader(packet)
            guard let type = reader.byte(), reader.number() != nil else { continue }
            _ = SFTPReply(type: type, reader.rest)
            _ = SFTPGreeting.extensions(in: packet)
          }
        }
      } catch {
        #expect(error.code == .badAnswer, "seed \(seed)")
      }
    }
  }

  /// A server that greets and then lies.
  @Test(
    "a lying, dying or silent SFTP server is an error",
    arguments: [
      (#"head -c 90000 /dev/urandom; cat >/dev/null"#, SyncError.Code.badAnswer),
      (#"exit 0"#, .connectionLost),
      (#"cat >/dev/null"#, .timeout),
      (#"printf '\0\0\0\5\145\0\0\0\7'; cat >/dev/null"#, .badAnswer),
      (
        #"printf '\0\0\0\26\150\0\0\0\1\0\0\0\1\0\0\0\1/\0\0\0\0\0\0\0\0'; exit 0"#, .connectionLost
      ),
      (#"cat /dev/zero"#, .badAnswer),
    ])
  func lies(script: String, code: SyncError.Code) async throws {
    try await withPlace { place in
      try await place.sh("echo 1 >a")
      var node = place.node
      node.shell = ["/bin/false"]
      node.fileServer = [
        "/bin/sh", "-c", #"head -c 9 >/dev/null; printf '\0\0\0\5\2\0\0\0\3'; "# + script,
      ]
      var options = PushOptions()
      options.patience = .milliseconds(700)
      let error = await #expect(throws: SyncError.self) {
        _ = try await place.push(to: node, options)
      }
      #expect(error?.code == code, "\(String(describing: error))")
    }
  }
}
