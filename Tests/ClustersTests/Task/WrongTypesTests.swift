import Testing

@testable import Clusters

@Suite("Wrong task files: types")
struct WrongTypesTests {
  @Test("are answered by words that help", arguments: cases)
  func says(_ task: WrongTask) { task.check() }

  static let cases = [
    WrongTask(
      title: "a number as name",
      yaml: "name: 123\n",
      error: """
        task.yaml:1:7: `name` must be text, not the number 123
          Put quotes around it.
        """),
    WrongTask(
      title: "a boolean as name",
      yaml: "name: yes\n",
      error: """
        task.yaml:1:7: `name` must be text, not the boolean yes
          YAML 1.1 takes yes, no, on, off, true and false without quotes for booleans: put \
        quotes around it.
        """),
    WrongTask(
      title: "a list of commands",
      yaml: """
        run:
          - echo a
          - echo b
        """,
      error: """
        task.yaml:2:3: `run` must be text, not a list
          Write `run: |` and the commands below it, one a line, without dashes.
        """),
    WrongTask(
      title: "a mapping of commands",
      yaml: """
        setup:
          step: echo a
        """,
      error: """
        task.yaml:2:3: `setup` must be text, not a mapping
        """),
    WrongTask(
      title: "nodes in quotes",
      yaml: "num_nodes: \"2\"\n",
      error: """
        task.yaml:1:12: `num_nodes` must be a whole number, not text
          Take the quotes away.
        """),
    WrongTask(
      title: "half a node",
      yaml: "num_nodes: 1.5\n",
      error: """
        task.yaml:1:12: `num_nodes` must be a whole number, not the number 1.5
        """),
    WrongTask(
      title: "nodes as words",
      yaml: "num_nodes: two\n",
      error: """
        task.yaml:1:12: `num_nodes` must be a whole number, not text
        """),
    WrongTask(
      title: "envs as a list",
      yaml: """
        envs:
          - A=1
        """,
      error: """
        task.yaml:2:3: `envs` must be a mapping of `NAME: value`, not a list
        """),
    WrongTask(
      title: "an env that is a list",
      yaml: """
        envs:
          A: [1, 2]
        """,
      error: """
        task.yaml:2:6: `envs.A` must be text, not a list
        """),
    WrongTask(
      title: "secrets of a server",
      yaml: """
        secrets:
          - secrets:TOKEN
        """,
      error: """
        task.yaml:2:3: `secrets` names secrets of a SkyPilot server, and there is none here
          Write `secrets:` with a line `NAME: null` for each, and give it with --secret NAME.
        """),
    WrongTask(
      title: "secrets as text",
      yaml: "secrets: hunter2hunter2\n",
      error: """
        task.yaml:1:10: `secrets` must be a mapping of `NAME: value`, not text
        """),
    WrongTask(
      title: "a secret that is a mapping",
      yaml: """
        secrets:
          TOKEN:
            value: hunter2hunter2
        """,
      error: """
        task.yaml:3:5: `secrets.TOKEN` must be text, not a mapping
        """),
    WrongTask(
      title: "a list as workdir",
      yaml: "workdir: [a, b]\n",
      error: """
        task.yaml:1:10: `workdir` must be a path, or a mapping of `url` and `ref`, not a list
        """),
    WrongTask(
      title: "resources as text",
      yaml: "resources: A100\n",
      error: """
        task.yaml:1:12: `resources` must be a mapping, not text
        """),
    WrongTask(
      title: "file mounts as a list",
      yaml: """
        file_mounts:
          - ~/a
        """,
      error: """
        task.yaml:2:3: `file_mounts` must be a mapping of `/path/on/node: source`, not a list
        """),
    WrongTask(
      title: "a mount that is a list",
      yaml: """
        file_mounts:
          /a: [./b]
        """,
      error: """
        task.yaml:2:7: `file_mounts[/a]` must be a path, a URI or a mapping such as {name: \
        my-bucket}, not a list
        """),
    WrongTask(
      title: "a mount without a source",
      yaml: """
        file_mounts:
          /a:
        """,
      error: """
        task.yaml:2:6: `file_mounts[/a]` must be a path, a URI or a mapping such as {name: \
        my-bucket}, not null
        """),
    WrongTask(
      title: "a home that is null",
      yaml: """
        file_mounts:
          /a: ~
        """,
      error: """
        task.yaml:2:7: `file_mounts[/a]` must be a path, a URI or a mapping such as {name: \
        my-bucket}, not null
          YAML reads ~ alone as null: put it in quotes.
        """),
    WrongTask(
      title: "a quoted boolean",
      yaml: """
        resources:
          use_spot: "true"
        """,
      error: """
        task.yaml:2:13: `resources.use_spot` must be true or false, not text
          Take the quotes away.
        """),
    WrongTask(
      title: "a boolean that asks",
      yaml: """
        file_mounts:
          /a: {name: abc, persistent: maybe}
        """,
      error: """
        task.yaml:2:31: `file_mounts[/a].persistent` must be true or false, not text
        """),
    WrongTask(
      title: "labels as text",
      yaml: """
        resources:
          labels: team
        """,
      error: """
        task.yaml:2:11: `resources.labels` must be a mapping, not text
        """),
    WrongTask(
      title: "one alternative that is no list",
      yaml: """
        resources:
          any_of:
            cpus: 2
        """,
      error: """
        task.yaml:3:5: `resources.any_of` must be a list of mappings, not a mapping
        """),
    WrongTask(
      title: "a port that is a mapping",
      yaml: """
        resources:
          ports: {http: 80}
        """,
      error: """
        task.yaml:2:10: `resources.ports` must be a port or a range such as 8000-8010, not a \
        mapping
        """),
  ]
}
