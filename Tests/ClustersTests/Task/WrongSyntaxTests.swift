import Testing

@testable import Clusters

@Suite("Wrong task files: what is not YAML, or no task")
struct WrongSyntaxTests {
  @Test("are answered by words that help", arguments: cases)
  func says(_ task: WrongTask) { task.check() }

  static let cases = [
    WrongTask(
      title: "an empty file",
      yaml: "",
      error: """
        task.yaml:1:1: holds no task
          The smallest one is a line such as `run: echo hello`.
        """),
    WrongTask(
      title: "only comments",
      yaml: "# nothing\n",
      error: """
        task.yaml:1:1: holds no task
          The smallest one is a line such as `run: echo hello`.
        """),
    WrongTask(
      title: "a list",
      yaml: "- run: echo\n",
      error: """
        task.yaml:1:1: the task must be a mapping such as `run: echo hello`, not a list
        """),
    WrongTask(
      title: "plain text",
      yaml: "echo hello\n",
      error: """
        task.yaml:1:1: the task must be a mapping such as `run: echo hello`, not text
        """),
    WrongTask(
      title: "two documents",
      yaml: """
        name: pipeline
        ---
        run: echo a
        """,
      error: """
        task.yaml:2:1: a second document begins here
          A pipeline of several tasks is not supported: write one task a file, and launch one \
        after the other.
        """),
    WrongTask(
      title: "a colon in plain text",
      yaml: "run: echo note: this\n",
      error: """
        task.yaml:1:15: is not YAML: mapping values are not allowed in this context
          Put text that holds `: ` in quotes, and look at the indentation of this line.
        """),
    WrongTask(
      title: "an open quote",
      yaml: """
        run: "echo
        setup: x
        """,
      error: """
        task.yaml:2:9: is not YAML: found unexpected end of stream while scanning a quoted \
        scalar that begins on line 1
          A quote opens there and does not close.
        """),
    WrongTask(
      title: "an open bracket",
      yaml: """
        resources:
          ports: [80, 81
        run: x
        """,
      error: """
        task.yaml:3:4: is not YAML: did not find expected ',' or ']' while parsing a flow \
        sequence that begins on line 2
        """),
    WrongTask(
      title: "a tab for indentation",
      yaml: "envs:\n\tA: 1\n",
      error: """
        task.yaml:2:1: is not YAML: found character that cannot start any token while scanning \
        for the next token that begins on line 2
          The line begins with a tab: YAML is indented with spaces only.
        """),
    WrongTask(
      title: "a block that falls out",
      yaml: """
        run: |
            one
          two
        name: a
        """,
      error: """
        task.yaml:3:3: is not YAML: did not find expected key while parsing a block mapping \
        that begins on line 1
        """),
    WrongTask(
      title: "a wrong indentation",
      yaml: """
        setup: a
         run: b
        """,
      error: """
        task.yaml:2:5: is not YAML: mapping values are not allowed in this context
          Put text that holds `: ` in quotes, and look at the indentation of this line.
        """),
    WrongTask(
      title: "an alias of nothing",
      yaml: "run: *cmd\n",
      error: """
        task.yaml:1:6: is not YAML: found undefined alias
        """),
    WrongTask(
      title: "a key twice",
      yaml: """
        run: a
        name: b
        run: c
        """,
      error: """
        task.yaml:1:1: the key `run` stands here and again below
          Keep one of them.
        """),
    WrongTask(
      title: "an env twice",
      yaml: """
        envs:
          A: 1
          A: 2
        """,
      error: """
        task.yaml:2:3: the key `A` stands here and again below
          Keep one of them.
        """),
    WrongTask(
      title: "a control character",
      yaml: "run: \"a\"\nname: b\u{7}\n",
      error: """
        task.yaml:2:8: is not YAML: control characters are not allowed
        """),
    WrongTask(
      title: "a key that is a list",
      yaml: "[a, b]: c\n",
      error: """
        task.yaml:1:1: a key must be one word, not a list or a mapping
        """),
    WrongTask(
      title: "a tag of another program",
      yaml: "run: !vault abc\n",
      error: """
        task.yaml:1:6: `run` has the tag `!vault`, which means nothing here
          Leave it out.
        """),
    WrongTask(
      title: "no blank behind the colon",
      yaml: "run:echo hi\n",
      error: """
        task.yaml:1:1: the task must be a mapping such as `run: echo hello`, not text
        """),
    WrongTask(
      title: "a secret with a tag",
      yaml: """
        secrets:
          TOKEN: !hunter2hunter2 x
        """,
      error: """
        task.yaml:2:10: `secrets.TOKEN` has a tag
          Leave it out.
        """),
  ]
}
