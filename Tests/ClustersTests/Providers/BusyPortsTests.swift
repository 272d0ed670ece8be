import Support
import Testing

@testable import Clusters

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

@Suite("Ports that are taken") struct BusyPortsTests {
  /// As proc(5) shows it: two listeners, one for this address only, and a connection.
  private static let table = """
      sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
       0: 00000000:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1 1
       1: 0901497F:1F91 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 2 1
       2: 0100007F:1F92 0100007F:9999 01 00000000:00000000 00:00000000 00000000     0        0 3 1
    """

  @Test func `on a machine every listener counts, beside others only those in the way`() {
    let ports = BusyPorts(tables: [Self.table, "nonsense\n1: 2 3"])
    #expect(ports.taken([8080...8082]) == [8080, 8081])
    #expect(ports.taken([8081...9000, 22...22]) == [8081])
    #expect(ports.taken([8080...8090], own: "127.73.1.9") == [8080, 8081])
    #expect(ports.taken([8080...8090], own: "127.0.0.1") == [8080])
    #expect(ports.taken([8080...8090], own: "") == [8080])
    #expect(ports.taken([1...8079]) == [])
  }

  @Test func `words name a few`() {
    #expect(BusyPorts.words([]) == nil)
    #expect(BusyPorts.words([80]) == "port 80 is taken")
    #expect(BusyPorts.words([1, 2, 3, 4, 5, 6, 7]) == "ports 1, 2, 3, 4, 5 and 2 more are taken")
  }

  @Test func `a real listener is seen, here and by a shell`() async throws {
    let (listener, port) = try listen()
    defer { close(listener) }
    #expect(BusyPorts.here().taken([port...port], own: "127.0.0.1") == [port])
    try await withScratchFolder { home in
      let seen = try await BusyPorts.look(on: LocalShell("dev", home: home))
      #expect(seen.taken([port...port]) == [port])
      #expect(seen.taken([port...port], own: "127.9.9.9") == [])
    }
  }

  private func listen() throws -> (CInt, Int) {
    #if canImport(Glibc)
      let descriptor = socket(AF_INET, CInt(SOCK_STREAM.rawValue), 0)
    #else
      let descriptor = socket(AF_INET, SOCK_STREAM, 0)
    #endif
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = inet_addr("127.0.0.1")
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let bound = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, size) == 0 && startListening(descriptor, 1) == 0
          && getsockname(descriptor, $0, &size) == 0
      }
    }
    try #require(bound)
    return (descriptor, Int(UInt16(bigEndian: address.sin_port)))
  }
}

@Suite("What an allocation has of a node") struct SlurmShareTests {
  @Test func `scontrol's words are read`() {
    let share = SlurmShare(words: ["CPU_IDs=0-1,4", "Mem=1000", "GRES=gpu:a100:2(IDX:0-1)"])
    #expect((share.cpus, share.memoryMiB, share.gpus) == (3, 1000, 2))
    let open = SlurmShare(words: ["CPU_IDs=", "Mem=0", "GRES="])
    #expect((open.cpus, open.memoryMiB, open.gpus) == (nil, nil, nil))
    #expect(SlurmShare(words: ["GRES=gpu:1,nic:2,gpu:h100:3"]).gpus == 4)
  }
}

private func startListening(_ descriptor: CInt, _ backlog: CInt) -> CInt {
  listen(descriptor, backlog)
}
