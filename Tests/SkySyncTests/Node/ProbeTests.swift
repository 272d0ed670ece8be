import SkySync
import Support
import Testing

@Suite struct ProbeTests {
  @Test func `this machine says what it is`() async throws {
    try await withPlace { place in
      try await place.onNode("printf '#!/bin/sh\\necho 81559, NVIDIA H100 80GB HBM3\\n' >nvidia-smi; chmod 755 nvidia-smi")
      var node = place.node
      node.path = "\(place.node.home):/usr/bin:/bin"
      let probe = try await Probe.run(on: node)
      #expect(probe.os == (try await run("uname", ["-s"]).text.dropLast()))
      #expect(probe.arch == (try await run("uname", ["-m"]).text.dropLast()))
      #expect(probe.cpus.map(String.init) == String(try await run("nproc", []).text.dropLast()))
      #expect(probe.memoryBytes ?? 0 > 1 << 20)
      #expect(probe.diskFreeBytes ?? 0 > 0)
      #expect(probe.home == place.node.home.string)
      #expect(probe.tools["tar"]?.isEmpty == false && probe.tools["zstd"]?.isEmpty == false)
      #expect(probe.tools["cobol"] == nil)
      #expect(probe.gpus == [Probe.GPU(name: "NVIDIA H100 80GB HBM3", memoryBytes: 81559 << 20)])
      #expect(probe.foldsCase == false && probe.loginNoise == 0)
      #expect(probe.clockOffset.map { abs($0 / .seconds(1)) < 60 } == true)
    }
  }

  @Test func `a chatty login shell is seen and does no harm`() async throws {
    try await withPlace { place in
      var node = place.node
      node.shell = ["/bin/bash", "-c", "echo hello there; eval \"$0\""]
      let probe = try await Probe.run(on: node)
      #expect(probe.os == "Linux" && probe.loginNoise > 0)
    }
  }

  @Test func `a node without a shell is an error`() async throws {
    try await withPlace { place in
      var node = place.node
      node.shell = ["/bin/sh", "-c", "echo This account is not available.; exit 1"]
      let error = await #expect(throws: SyncError.self) { _ = try await Probe.run(on: node) }
      #expect(error?.code == .badAnswer)
    }
  }
}
