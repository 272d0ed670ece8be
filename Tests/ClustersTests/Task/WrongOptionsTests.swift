import Testing

@testable import Clusters

@Suite("Wrong task files: options")
struct WrongOptionsTests {
  @Test("are answered by words that help", arguments: cases)
  func says(_ task: WrongTask) { task.check() }

  static let cases = [
    WrongTask(
      title: "an env that the environment lacks", overrides: overrides(env: ["MISSING"]),
      yaml: "run: x\n",
      error: """
        --env MISSING: the environment has no MISSING
          Give --env MISSING=VALUE, or set it before calling sky.
        """),
    WrongTask(
      title: "an env and a secret of one name",
      overrides: overrides(env: ["TOKEN=a"], secret: ["TOKEN=b"]),
      yaml: "secrets: {TOKEN: null}\n",
      error: """
        TOKEN is given as an env and as a secret
          Give it with --secret when nobody should see its value.
        """),
    WrongTask(
      title: "no node asked for", overrides: overrides(nodes: 0),
      yaml: "run: x\n",
      error: """
        --num-nodes must be at least 1, not 0
        """),
    WrongTask(
      title: "a cloud as infra", overrides: overrides(infra: "aws"),
      yaml: "run: x\n",
      error: """
        --infra aws: this program brings up no nodes there
          Write local, ssh/POOL or slurm/CLUSTER[/PARTITION].
        """),
    WrongTask(
      title: "a slip in --infra", overrides: overrides(infra: "locl"),
      yaml: "run: x\n",
      error: """
        --infra locl is unknown; did you mean `local`?
          Write local, ssh/POOL or slurm/CLUSTER[/PARTITION].
        """),
    WrongTask(
      title: "a bad name", overrides: overrides(name: "a b"),
      yaml: "run: x\n",
      error: """
        "a b" is no name for a task
          It is made of letters and digits, joined by `-`, `_` or `.`.
        """),
    WrongTask(
      title: "an empty --workdir", overrides: overrides(workdir: ""),
      yaml: "run: x\n",
      error: """
        --workdir is empty
        """),
    WrongTask(
      title: "a secret that the environment lacks", overrides: overrides(secret: ["TOKEN"]),
      yaml: "secrets: {TOKEN: null}\n",
      error: """
        --secret TOKEN: the environment has no TOKEN
          Give --secret TOKEN=VALUE, or set it before calling sky.
        """),
  ]
}
