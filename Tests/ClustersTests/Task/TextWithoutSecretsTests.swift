import Testing

@testable import Clusters

@Suite("A task file to be remembered")
struct TextWithoutSecretsTests {
  @Test func `holds everything but secrets and comments`() throws {
    let yaml = """
      # token: hunter2
      name: demo
      run: |
        echo "a: b"   # kept, for it belongs to the command

        echo ünïcode
      secrets: &s
        TOKEN: hunter2
        PIN: "0042"
      envs:
        QUOTED: "yes"
        NUMBER: "010"
        COPY: hunter2
      file_mounts:
        ~/.ssh/ : ~/.ssh/

      """
    let text = try TaskFile.textWithoutSecrets(Array(yaml.utf8), file: "task.yaml")
    #expect(
      text == """
        name: demo
        run: |
          echo "a: b"   # kept, for it belongs to the command

          echo ünïcode
        secrets:
          TOKEN: null
          PIN: null
        envs:
          QUOTED: "yes"
          NUMBER: "010"
          COPY: null
        file_mounts:
          ~/.ssh/: ~/.ssh/

        """)
  }

  private static var allGood: [GoodTask] {
    GoodBasicsTests.cases + GoodVariablesTests.cases + GoodMountsTests.cases
      + GoodResourcesTests.cases
  }

  @Test("means the same once the secrets are given again", arguments: allGood)
  func roundTrip(_ good: GoodTask) throws {
    func meaning(_ bytes: [UInt8], _ overrides: TaskOverrides) throws -> ClusterTask {
      let file = try TaskFile(parsing: bytes, file: "task.yaml")
      var task = try file.resolve(overrides) { good.environment[$0] }
      task.notices = []
      return task
    }
    let bytes = Array(good.yaml.utf8)
    let task = try meaning(bytes, good.overrides)
    let text = try TaskFile.textWithoutSecrets(bytes, file: "task.yaml")
    var again = good.overrides
    again.secrets = task.secrets.map { .init($0.name, $0.value.value) }
    let envs = task.envs.filter { env in task.secrets.contains { $0.value.value == env.value.value }
    }
    again.envs += envs.map { .init($0.name, $0.value.value) }
    #expect(summary(try meaning(Array(text.utf8), again)) == summary(task))
  }

  @Test func `a file that unfolds without end is refused`() {
    var yaml = "config:\n  a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
    for level in 1...8 {
      let list = Array(repeating: "*a\(level - 1)", count: 10).joined(separator: ", ")
      yaml += "  a\(level): &a\(level) [\(list)]\n"
    }
    let error = #expect(throws: TaskError.self) {
      try TaskFile.textWithoutSecrets(Array(yaml.utf8), file: "task.yaml")
    }
    #expect(error?.message == "is too large to be remembered without its secrets")
  }
}
