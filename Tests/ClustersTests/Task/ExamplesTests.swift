import Support
import SystemPackage
import Testing

@testable import Clusters

@Suite("The examples")
struct ExamplesTests {
  private static let folder = FilePath(#filePath)
    .removingLastComponent().removingLastComponent().removingLastComponent()
    .removingLastComponent().appending("examples")

  /// Each with the options that its own comment gives.
  private static let examples: [String: TaskOverrides] = [
    "hello.yaml": overrides(),
    "nodes.yaml": overrides(),
    "envs.yaml": overrides(env: ["MODEL=small"], secret: ["API_TOKEN=abc"]),
    "mounts.yaml": overrides(),
    "buckets.yaml": overrides(env: ["BUCKET=my-bucket"]),
    "repository.yaml": overrides(),
    "gpu.yaml": overrides(infra: "ssh/lab"),
    "train/task.yaml": overrides(),
  ]

  private static func task(_ name: String) async throws -> ClusterTask {
    let text = try await run("cat", [folder.appending(name).string])
    try #require(text.status == 0)
    let file = try TaskFile(parsing: text.output, file: name)
    return try file.resolve(try #require(examples[name]))
  }

  @Test func `all are known here`() async throws {
    let found = try await run("find", [".", "-name", "*.y*ml"], in: Self.folder)
    let names = found.text.split(separator: "\n").map { String($0.dropFirst(2)) }
    #expect(names.sorted() == Self.examples.keys.sorted())
  }

  @Test("are task files of which nothing is left out", arguments: examples.keys.sorted())
  func parses(_ name: String) async throws {
    let task = try await Self.task(name)
    #expect(task.notices == [])
    #expect(task.run != nil)
    for mount in task.fileMounts {
      guard case .local(let source) = mount.source, source.value != "README.md" else { continue }
      let path = Self.folder.removingLastComponent().appending(source.value)
      #expect(try await run("test", ["-e", path.string]).status == 0, "\(source)")
    }
  }

  @Test("run in a shell", arguments: ["hello.yaml", "nodes.yaml", "envs.yaml"])
  func runs(_ name: String) async throws {
    let task = try await Self.task(name)
    var environment = [
      "SKYPILOT_NODE_RANK": "0", "SKYPILOT_NUM_NODES": "3", "SKYPILOT_SETUP_NODE_RANK": "0",
      "SKYPILOT_NODE_IPS": "127.0.0.1\n127.0.0.2\n127.0.0.3",
    ]
    for variable in task.variables { environment[variable.name] = variable.value.value }
    let script = "set -eu\n\(task.setup ?? "")\n\(task.run ?? "")"
    let result = try await run("bash", ["-c", script], environment: environment)
    #expect(result.status == 0 && result.errorText.isEmpty, "\(result.errorText)")
    let said = result.text.split(separator: "\n").last.map(String.init) ?? ""
    switch name {
    case "nodes.yaml": #expect(said == "The others are at: 127.0.0.2 127.0.0.3")
    case "envs.yaml": #expect(said == "Run small-plain takes 100 steps, with a token of 3 letters.")
    default: #expect(said.hasPrefix("Hello from "))
    }
  }
}
