import Testing

@testable import Clusters

@Suite("A task file made to do harm")
struct HostileFileTests {
  @Test("that nests without end is an error", arguments: [("[", "]"), ("{a: ", "}"), ("- ", "")])
  func nested(_ open: String, _ close: String) {
    let count = 50_000
    let yaml =
      "config: \n  " + String(repeating: open, count: count) + "x"
      + String(repeating: close, count: count)
    let error = #expect(throws: TaskError.self) {
      try TaskFile(parsing: Array(yaml.utf8), file: "task.yaml")
    }
    #expect(error?.code == .syntax)
  }

  @Test func `that is not text is an error with its line`() {
    let error = #expect(throws: TaskError.self) {
      try TaskFile(parsing: Array("run: a\nname: ".utf8) + [0xff, 0x0a], file: "task.yaml")
    }
    #expect(
      error?.description
        == "task.yaml:2:1: holds bytes that are not UTF-8 text\n  "
        + "Save it as UTF-8. Is it a task file at all?")
  }

  @Test func `that is an executable is an error`() {
    let bytes: [UInt8] = [0x7f, 0x45, 0x4c, 0x46, 0x02, 0x01, 0x01, 0x00, 0x00, 0x00]
    #expect(throws: TaskError.self) { try TaskFile(parsing: bytes, file: "task.yaml") }
  }

  @Test func `that merges itself is an error`() {
    let yaml = "envs: &e\n  A: 1\n  <<: *e\n"
    #expect(throws: TaskError.self) { try TaskFile(parsing: Array(yaml.utf8), file: "task.yaml") }
  }
}
