import SystemPackage
import Testing

@testable import Clusters

@Suite("The words of the command line are a file, a command or nothing")
struct TaskEntryTests {
  @Test(
    "as they look",
    arguments: [
      (["task.yaml"], .file("task.yaml")),
      (["./my tasks/a.YML"], .file("./my tasks/a.YML")),
      (["echo hi"], .command("echo hi")),
      (["python", "train.py", "--config", "a.yaml"], .command("python train.py --config a.yaml")),
      (["cat task.yaml"], .command("cat task.yaml")),
      (["hostname"], .command("hostname")),
      ([], .nothing), ([""], .nothing), ([" "], .nothing),
    ] as [([String], TaskEntry)])
  func entry(_ words: [String], _ entry: TaskEntry) {
    #expect(TaskEntry(words) == entry)
  }

  @Test func `a command is a task that options may change`() throws {
    let task = try TaskFile(command: "echo $A").resolve(overrides(env: ["A=1"], nodes: 3))
    #expect(summary(task) == "nodes: 3\nrun: echo $A\nenv: A=1")
  }
}

@Suite("A task file that cannot be had")
struct UnreadableFileTests {
  @Test(
    "is an error in words",
    arguments: [
      (
        .noSuchFileOrDirectory, .noFile,
        "a.yaml: there is no such file\n  Relative paths are taken from where sky is run."
      ),
      (.isDirectory, .unreadable, "a.yaml is a folder\n  Name the task file in it."),
      (.permissionDenied, .unreadable, "a.yaml cannot be read: Permission denied"),
    ] as [(Errno, TaskError.Code, String)])
  func words(_ errno: Errno, _ code: TaskError.Code, _ text: String) {
    let error = TaskError(reading: "a.yaml", errno)
    #expect(error.code == code)
    #expect(error.description == text)
  }
}
