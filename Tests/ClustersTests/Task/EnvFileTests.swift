import Testing

@testable import Clusters

@Suite("The file of --env-file")
struct EnvFileTests {
  private static let environment = ["FROM_OUTSIDE": "outside", "SHADOWED": "outer"]

  @Test(
    "gives what its lines say",
    arguments: [
      ("", []),
      ("A=1\nB=two words\n", ["A=1", "B=two words"]),
      ("export A=1\r\nexport  B = 2 \r\n", ["A=1", "B=2"]),
      ("\u{FEFF}A=1", ["A=1"]),
      ("# note\n\n  A=1 # note\nB=1#no note\nC=#x\n", ["A=1", "B=1#no note", "C="]),
      (
        "A='$X # \\n'\nB=\"a\\tb \\\"q\\\" \\$X \\d\" # note\n",
        ["A=$X # \\n", "B=a\tb \"q\" $X \\d"]
      ),
      ("KEY='-----BEGIN\nabc\n-----END'\nB=2", ["KEY=-----BEGIN\nabc\n-----END", "B=2"]),
      ("A=1\nB=${A}${FROM_OUTSIDE}\nC=${NONE:-x y}$A\n", ["A=1", "B=1outside", "C=x y$A"]),
      ("SHADOWED=in\nB=\"${SHADOWED}\"\nC='${B}'\n", ["SHADOWED=in", "B=in", "C=${B}"]),
      (
        "FROM_OUTSIDE\nNOWHERE # note\nD=${FROM_OUTSIDE}", ["FROM_OUTSIDE", "NOWHERE", "D=outside"]
      ),
      ("A=1\nA=2\nURL=https://h/?a=b&c=d\nÜ_NOT\u{20}=", nil),
    ] as [(String, [String]?)])
  func lines(_ text: String, _ wanted: [String]?) {
    let found = try? EnvFile.parse(Array(text.utf8), file: ".env") { Self.environment[$0] }
    #expect(found?.map { $0.name + ($0.value.map { "=\($0)" } ?? "") } == wanted)
  }

  @Test(
    "says where it is wrong, without values",
    arguments: [
      (
        "A=1\n2B=hunter2\n",
        ".env:2:1: is no line such as NAME=value\n  "
          + "A name is made of letters, digits and `_`, not beginning with a digit."
      ),
      ("A=1\nB=\"hunter2\nC=3\n", ".env:2:1: a quote opens and does not close"),
      (
        "A='hunter' 2",
        ".env:1:1: something follows the value\n  Put the whole value in quotes."
      ),
      ("A B=hunter2", ".env:1:1: something follows the value\n  Put the whole value in quotes."),
    ])
  func wrong(_ text: String, _ wanted: String) {
    let error = #expect(throws: TaskError.self) {
      try EnvFile.parse(Array(text.utf8), file: ".env") { _ in nil }
    }
    #expect(error?.description == wanted)
  }

  @Test func `bytes that are no text are refused`() {
    let error = #expect(throws: TaskError.self) {
      try EnvFile.parse([0x41, 0x3d, 0xff], file: ".env") { _ in nil }
    }
    #expect(error?.description == ".env:1:1: holds bytes that are not UTF-8 text")
  }
}

@Suite("--env NAME=VALUE")
struct AssignmentTests {
  @Test(
    "is a name with or without a value",
    arguments: [
      ("A=1", .init("A", "1")), ("A=", .init("A", "")), ("A", .init("A", nil)),
      ("_a9=b=c d", .init("_a9", "b=c d")),
    ] as [(String, TaskOverrides.Assignment)])
  func reads(_ text: String, _ wanted: TaskOverrides.Assignment) throws {
    #expect(try TaskOverrides.Assignment(parsing: text, option: "--env") == wanted)
  }

  @Test("is refused without being quoted", arguments: ["", "=x", "hunter-2", "9a=1", "a b=c"])
  func refuses(_ text: String) {
    let error = #expect(throws: TaskError.self) {
      try TaskOverrides.Assignment(parsing: text, option: "--secret")
    }
    #expect(
      error?.description == """
        --secret needs NAME=VALUE, or NAME to take it from the environment
          A name is made of letters, digits and `_`, not beginning with a digit.
        """)
  }
}
