import Support
import Testing

@testable import Clusters

/// What every provider promises to the workflows, asked of real nodes of each kind.
@Suite(.timeLimit(.minutes(20))) struct ProviderContractTests {
  @Test(arguments: ContractedProvider.all)
  func `nodes come up by rank, with keys that ssh accepts and no other`(kind: ContractedProvider)
    async throws
  {
    try await kind.run { bench in
      #expect(await bench.provider.missing() == nil)
      let spec = try await bench.spec(nodes: 2)
      let nodes = try await bench.provider.up(spec)
      #expect(nodes.map(\.rank) == [0, 1])
      for node in nodes {
        #expect(!node.hostKeys.isEmpty && !node.internalIP.isEmpty)
        #expect(try await bench.say(node, "echo in", of: spec) == "in\n")
      }
      let places = Set(nodes.map { "\($0.hostname):\($0.port)" })
      #expect(places.count == 2, "one machine has two ranks")
      #expect(try await bench.provider.nodes(of: spec).map(\.state) == [.up, .up])
      try await bench.provider.down(spec)
    }
  }

  @Test(arguments: ContractedProvider.all)
  func `up again gives the same nodes with their files`(kind: ContractedProvider) async throws {
    try await kind.run { bench in
      let spec = try await bench.spec(nodes: 2)
      let first = try await bench.provider.up(spec)
      _ = try await bench.say(
        first[1], "mkdir ~/sky_workdir && echo kept > ~/sky_workdir/f", of: spec)
      #expect(try await bench.provider.up(spec) == first)
      #expect(try await bench.say(first[1], "cat ~/sky_workdir/f", of: spec) == "kept\n")
      try await bench.provider.down(spec)
    }
  }

  @Test(arguments: ContractedProvider.all)
  func `two clusters share no node, and each goes without the other`(kind: ContractedProvider)
    async throws
  {
    try await kind.run { bench in
      let (one, two) = (
        try await bench.spec("dev", nodes: 2), try await bench.spec("prod", nodes: 2)
      )
      async let first = bench.provider.up(one)
      async let second = bench.provider.up(two)
      let nodes = try await first + second
      #expect(Set(nodes.map { "\($0.hostname):\($0.port)" }).count == 4)
      try await bench.provider.down(one)
      #expect(try await bench.provider.nodes(of: two).map(\.state) == [.up, .up])
      #expect(try await bench.say(nodes[3], "echo in", of: two) == "in\n")
      try await bench.provider.down(two)
    }
  }

  @Test(arguments: ContractedProvider.all)
  func `two at once bring up one cluster`(kind: ContractedProvider) async throws {
    try await kind.run { bench in
      let spec = try await bench.spec(nodes: 2)
      async let one = bench.provider.up(spec)
      async let two = bench.provider.up(spec)
      let (first, second) = (try await one, try await two)
      #expect(first == second)
      try await bench.provider.down(spec)
    }
  }

  @Test(arguments: ContractedProvider.all)
  func `down leaves nothing, may be repeated, and is no error for a cluster that never was`(
    kind: ContractedProvider
  ) async throws {
    try await kind.run { bench in
      let spec = try await bench.spec(nodes: 2)
      #expect(try await bench.provider.nodes(of: spec).map(\.state) == [.gone, .gone])
      try await bench.provider.down(spec)
      _ = try await bench.provider.up(spec)
      try await bench.provider.down(spec)
      #expect(try await bench.provider.nodes(of: spec).map(\.state) == [.gone, .gone])
      try await bench.provider.down(spec)
    }
  }

  @Test(arguments: ContractedProvider.all, [1, 40, 150])
  func `up that was interrupted is finished by the next one, or cleared by down`(
    kind: ContractedProvider, after ms: Int
  ) async throws {
    try await kind.run { bench in
      let spec = try await bench.spec(nodes: 3)
      for clears in [true, false] {
        let work = Task { try await bench.provider.up(spec) }
        try await Task.sleep(for: .milliseconds(ms))
        work.cancel()
        _ = await work.result
        if clears {
          try await bench.provider.down(spec)
          #expect(try await bench.provider.nodes(of: spec).allSatisfy { $0.state == .gone })
        }
      }
      let nodes = try await bench.provider.up(spec)
      #expect(try await bench.say(nodes[2], "echo in", of: spec) == "in\n")
      try await bench.provider.down(spec)
    }
  }

  @Test(arguments: ContractedProvider.all)
  func `stop keeps files and names, or says that it cannot`(kind: ContractedProvider) async throws {
    try await kind.run { bench in
      let spec = try await bench.spec(nodes: 2)
      let nodes = try await bench.provider.up(spec)
      if let problem = bench.provider.stopProblem {
        #expect(problem.code == .unsupported && problem.advice != nil)
        let error = await #expect(throws: ProviderError.self) {
          try await bench.provider.stop(spec)
        }
        #expect(error == problem)
        #expect(try await bench.provider.nodes(of: spec).map(\.state) == [.up, .up])
      } else {
        _ = try await bench.say(nodes[0], "echo kept > ~/f", of: spec)
        try await bench.provider.stop(spec)
        #expect(try await bench.provider.nodes(of: spec).map(\.state) == [.stopped, .stopped])
        #expect(try await bench.provider.up(spec) == nodes)
        #expect(try await bench.say(nodes[0], "cat ~/f", of: spec) == "kept\n")
      }
      try await bench.provider.down(spec)
    }
  }
}
