import Testing

@testable import Clusters

/// A task file and what it means.
struct GoodTask: Sendable, CustomTestStringConvertible {
  var title: String
  var overrides = TaskOverrides()
  var environment: [String: String] = [:]
  var yaml: String
  var meaning: String

  var testDescription: String { title }

  func check() {
    do {
      let file = try TaskFile(parsing: Array(yaml.utf8), file: "task.yaml")
      let task = try file.resolve(overrides) { environment[$0] }
      #expect(summary(task) == meaning, "\(title)")
    } catch {
      Issue.record("\(title): \(error)")
    }
  }
}

/// What the command line says, in few words.
func overrides(
  env: [String] = [], secret: [String] = [], workdir: String? = nil, nodes: Int? = nil,
  infra: String? = nil, name: String? = nil
) -> TaskOverrides {
  var overrides = TaskOverrides()
  func assignments(_ words: [String]) -> [TaskOverrides.Assignment] {
    words.map { word in
      let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      return .init(String(parts[0]), parts.count == 2 ? String(parts[1]) : nil)
    }
  }
  overrides.envs = assignments(env)
  overrides.secrets = assignments(secret)
  overrides.workdir = workdir
  overrides.numNodes = nodes
  overrides.infra = infra
  overrides.name = name
  return overrides
}
