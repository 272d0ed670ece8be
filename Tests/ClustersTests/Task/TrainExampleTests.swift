import Support
import SystemPackage
import Testing

@testable import Clusters

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The training project by itself: its own `setup` and `run`, once for each node, on loopback.
@Suite("The training example")
struct TrainExampleTests {
  private static let example = FilePath(#filePath)
    .removingLastComponent().removingLastComponent().removingLastComponent()
    .removingLastComponent().appending("examples/train")

  private static func task() async throws -> ClusterTask {
    let text = try await run("cat", [example.appending("task.yaml").string])
    let file = try TaskFile(parsing: text.output, file: "task.yaml")
    return try file.resolve(overrides(env: ["EPOCHS=4"]))
  }

  /// Runs the task on `count` nodes, each with a copy of the project; gives what each printed.
  private static func train(_ count: Int, in folder: FilePath) async throws -> [String] {
    let task = try await task()
    // Addresses of our own, so that tests side by side do not meet.
    let process = getpid()
    let addresses = (1...count).map { "127.\(60 + count).\(process % 250 + 1).\($0)" }
    return try await withThrowingTaskGroup(of: (Int, String).self) { group in
      for rank in 0..<count {
        group.addTask {
          let node = folder.appending("node\(rank)")
          _ = try await run("cp", ["-r", example.appending("project").string, node.string])
          var environment = [
            "SKYPILOT_NODE_RANK": "\(rank)", "SKYPILOT_SETUP_NODE_RANK": "\(rank)",
            "SKYPILOT_NODE_IPS": addresses.joined(separator: "\n"),
            "SKYPILOT_SETUP_NODE_IPS": addresses.joined(separator: "\n"),
          ]
          for variable in task.variables { environment[variable.name] = variable.value.value }
          let script = "set -e\n\(task.setup ?? "")\n\(task.run ?? "")"
          let result = try await run("bash", ["-c", script], environment: environment, in: node)
          #expect(result.status == 0, "\(result.errorText)")
          return (rank, result.text)
        }
      }
      var printed = Array(repeating: "", count: count)
      for try await (rank, text) in group { printed[rank] = text }
      return printed
    }
  }

  @Test("learns on any number of nodes", arguments: 1...3)
  func learns(_ count: Int) async throws {
    try await withScratchFolder { folder in
      let printed = try await Self.train(count, in: folder)
      for (rank, text) in printed.enumerated() {
        #expect(text.contains("node \(rank + 1) of \(count): Python"))
        #expect(text.split(separator: "\n").count { $0.hasPrefix("epoch") } == 4)
        let node = folder.appending("node\(rank)")
        let files = try await run(
          "sh", ["-c", "ls checkpoints; wc -l < metrics-rank\(rank).jsonl"], in: node)
        let summary = rank == 0 ? "summary.json\n" : ""
        #expect(files.text == "rank\(rank)-epoch004.json\n\(summary)4\n")
      }
      let summary = try await run(
        "cat", [folder.appending("node0/checkpoints/summary.json").string])
      #expect(summary.text.contains("\"nodes\": \(count),"))
      let accuracy = summary.text.firstMatch(of: /"held_out_accuracy": ([0-9.]+)/)
      #expect(accuracy.flatMap { Double($0.1) } ?? 0 > 0.9)
    }
  }

  @Test func `all nodes end with the same weights, and every run with the same numbers`()
    async throws
  {
    try await withScratchFolder { folder in
      var seen: Set<String> = []
      for name in ["first", "second"] {
        let place = folder.appending(name)
        _ = try await run("mkdir", [place.string])
        _ = try await Self.train(4, in: place)
        for rank in 0..<4 {
          let script = """
            import json, sys
            print(json.load(open(sys.argv[1]))["weights"])
            """
          let path = "node\(rank)/checkpoints/rank\(rank)-epoch004.json"
          seen.insert(try await run("python3", ["-c", script, path], in: place).text)
        }
      }
      #expect(seen.count == 1 && seen.first != "")
    }
  }

  @Test func `damaged data is refused`() async throws {
    try await withScratchFolder { folder in
      let node = folder.appending("node")
      _ = try await run("cp", ["-r", Self.example.appending("project").string, node.string])
      _ = try await run("sh", ["-c", "echo >> data/penguins.csv"], in: node)
      let result = try await run("python3", ["prepare.py"], in: node)
      #expect(result.status == 1)
      #expect(result.errorText.contains("penguins.csv is damaged: its SHA-256 is"))
    }
  }

  @Test func `what a run writes is ignored, and nothing else`() async throws {
    try await withScratchFolder { folder in
      let project = Self.example.appending("project").string
      _ = try await run("cp", ["-r", project, folder.appending("p").string])
      let node = folder.appending("p")
      _ = try await run("sh", ["-c", "rm -rf checkpoints shards scratch __pycache__"], in: node)
      _ = try await run("git", ["init", "-q"], in: node)
      _ = try await run(
        "sh", ["-c", "mkdir scratch; touch scratch/big.bin; python3 prepare.py; python3 train.py"],
        in: node)
      let sent = try await run(
        "git", ["ls-files", "--others", "--exclude-standard"], in: node)
      #expect(
        sent.text.split(separator: "\n") == [
          ".gitignore", "DATA-LICENSE", "README.md", "data/SHA256SUMS", "data/penguins.csv",
          "exchange.py", "model.py", "prepare.py", "train.py",
        ])
    }
  }
}
