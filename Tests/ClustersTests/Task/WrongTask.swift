import Testing

@testable import Clusters

/// A task file, or options for it, that cannot be meant, and every word that is said about it.
struct WrongTask: Sendable, CustomTestStringConvertible {
  var title: String
  var overrides = TaskOverrides()
  var yaml: String
  var error: String

  var testDescription: String { title }

  func check() {
    do {
      let file = try TaskFile(parsing: Array(yaml.utf8), file: "task.yaml")
      let task = try file.resolve(overrides)
      Issue.record("\(title): accepted as\n\(summary(task))")
    } catch {
      #expect(error.description == self.error, "\(title)")
    }
  }
}
