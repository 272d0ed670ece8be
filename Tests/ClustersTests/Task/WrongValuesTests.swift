import Testing

@testable import Clusters

@Suite("Wrong task files: values")
struct WrongValuesTests {
  @Test("are answered by words that help", arguments: cases)
  func says(_ task: WrongTask) { task.check() }

  static let cases = [
    WrongTask(
      title: "a name with a blank",
      yaml: "name: my task\n",
      error: """
        task.yaml:1:7: `name` is "my task"
          A task's name is made of letters and digits, joined by `-`, `_` or `.`.
        """),
    WrongTask(
      title: "no node",
      yaml: "num_nodes: 0\n",
      error: """
        task.yaml:1:12: `num_nodes` must be at least 1, not 0
        """),
    WrongTask(
      title: "less than no node",
      yaml: "num_nodes: -2\n",
      error: """
        task.yaml:1:12: `num_nodes` must be at least 1, not -2
        """),
    WrongTask(
      title: "an empty workdir",
      yaml: "workdir: ''\n",
      error: """
        task.yaml:1:10: `workdir` is empty
          Write a path such as `.`, or leave it out.
        """),
    WrongTask(
      title: "a bucket as workdir",
      yaml: "workdir: s3://my-bucket/code\n",
      error: """
        task.yaml:1:10: `workdir` is "s3://my-bucket/code", which is a URI and no path here
        """),
    WrongTask(
      title: "a repository without address",
      yaml: "workdir: {ref: main}\n",
      error: """
        task.yaml:1:10: `workdir` has no `url`
          Name the repository, and a branch, tag or commit.
        """),
    WrongTask(
      title: "a repository that is none",
      yaml: "workdir: {url: ./code}\n",
      error: """
        task.yaml:1:16: `workdir.url` is "./code", which is no address of a repository
          Write https://HOST/PATH, ssh://USER@HOST/PATH or USER@HOST:PATH.
        """),
    WrongTask(
      title: "a branch that is an option",
      yaml: "workdir: {url: https://github.com/a/b, ref: --upload-pack=x}\n",
      error: """
        task.yaml:1:45: `workdir.ref` is "--upload-pack=x", which is no name of a branch, tag \
        or commit
        """),
    WrongTask(
      title: "a variable's name that no shell knows",
      yaml: """
        envs:
          MY-VAR: 1
        """,
      error: """
        task.yaml:2:3: `MY-VAR` in `envs` is no name for a variable
          It is made of letters, digits and `_`, not beginning with a digit.
        """),
    WrongTask(
      title: "an env that is a secret too",
      yaml: """
        envs: {TOKEN: a}
        secrets: {TOKEN: b}
        """,
      error: """
        task.yaml:1:8: `TOKEN` stands in `envs` and in `secrets`
          Keep it in `secrets` when nobody should see its value.
        """),
    WrongTask(
      title: "an env without a value",
      yaml: """
        envs:
          A: 1
          MODEL:
          DATA: null
        """,
      error: """
        task.yaml:3:3: `envs.MODEL`, `envs.DATA` have no value
          Give --env MODEL=VALUE --env DATA=VALUE, or the name alone to take it from your \
        environment.
        """),
    WrongTask(
      title: "a secret without a value",
      yaml: """
        secrets:
          TOKEN: null
        """,
      error: """
        task.yaml:2:3: `secrets.TOKEN` has no value
          Give --secret TOKEN=VALUE, or the name alone to take it from your environment.
        """),
    WrongTask(
      title: "an env made of itself",
      yaml: """
        envs:
          PATH: /opt/bin:${PATH}
        """,
      error: """
        task.yaml:2:9: `envs.PATH` needs its own value: PATH -> PATH
          To add to a variable of the node, export it in `setup` or `run`.
        """),
    WrongTask(
      title: "envs that run in a circle",
      yaml: """
        envs:
          A: ${B}
          B: x${C}
          C: ${A}
        """,
      error: """
        task.yaml:4:6: `envs.C` needs its own value: A -> B -> C -> A
          To add to a variable of the node, export it in `setup` or `run`.
        """),
    WrongTask(
      title: "a variable that nothing sets",
      yaml: """
        envs: {DATASET: a}
        workdir: ~/x/${DATSET}
        """,
      error: """
        task.yaml:2:10: `workdir` uses ${DATSET}, which nothing sets; did you mean `DATASET`?
          Add `DATSET: value` to `envs`, or give --env DATSET=value.
        """),
    WrongTask(
      title: "volumes",
      yaml: """
        volumes:
          /data: my-volume
        """,
      error: """
        task.yaml:2:3: `volumes` needs volumes of a cloud or of Kubernetes, which nodes here lack
          Use `file_mounts` for data from here, or a bucket with `mode: MOUNT`.
        """),
    WrongTask(
      title: "cpus as a word",
      yaml: "resources: {cpus: many}\n",
      error: """
        task.yaml:1:19: `resources.cpus` is "many"
          Write a number such as 4, or 4+ for four or more.
        """),
    WrongTask(
      title: "no cpu",
      yaml: "resources: {cpus: 0}\n",
      error: """
        task.yaml:1:19: `resources.cpus` is "0"
          Write a number such as 4, or 4+ for four or more.
        """),
    WrongTask(
      title: "memory in a strange unit",
      yaml: "resources: {memory: 16 parsecs}\n",
      error: """
        task.yaml:1:21: `resources.memory` is "16 parsecs"
          Write GiB such as 16, 16+ for that or more, or a size such as 512MB.
        """),
    WrongTask(
      title: "no GPU",
      yaml: "resources: {accelerators: \"A100:0\"}\n",
      error: """
        task.yaml:1:27: "A100:0" has no count above zero
          Write a name and a count such as A100:8.
        """),
    WrongTask(
      title: "a GPU with a strange count",
      yaml: """
        resources:
          accelerators: {A100: lots}
        """,
      error: """
        task.yaml:2:24: `resources.accelerators.A100` must be a count above zero, not text
        """),
    WrongTask(
      title: "a GPU with blanks",
      yaml: "resources: {accelerators: A100 x 8}\n",
      error: """
        task.yaml:1:27: "A100 x 8" is no accelerator
          Write a name and a count such as A100:8.
        """),
    WrongTask(
      title: "a port out of range",
      yaml: "resources: {ports: [80, 70000]}\n",
      error: """
        task.yaml:1:25: `resources.ports[1]` must be 1 to 65535, not 70000
        """),
    WrongTask(
      title: "ports the wrong way round",
      yaml: "resources: {ports: 90-80}\n",
      error: """
        task.yaml:1:20: `resources.ports` is "90-80"
          Write a port of 1 to 65535 or a range such as 8000-8010.
        """),
    WrongTask(
      title: "a time in words",
      yaml: "resources: {autostop: 2 hours}\n",
      error: """
        task.yaml:1:23: `resources.autostop` is "2 hours"
          Write minutes, or a time such as 30m, 2h or 1d.
        """),
    WrongTask(
      title: "two kinds of alternatives",
      yaml: """
        resources:
          any_of: [{cpus: 1}]
          ordered: [{cpus: 2}]
        """,
      error: """
        task.yaml:2:11: `resources.any_of` stands beside `resources.ordered`
          Keep one of them.
        """),
    WrongTask(
      title: "no alternative",
      yaml: """
        resources:
          ordered: []
        """,
      error: """
        task.yaml:2:12: `resources.ordered` is empty
          Leave it out.
        """),
    WrongTask(
      title: "a slip in infra",
      yaml: "resources: {infra: slrum/hpc}\n",
      error: """
        task.yaml:1:20: `resources.infra` is "slrum/hpc"; did you mean `slurm/hpc`?
          Write local, ssh/POOL or slurm/CLUSTER[/PARTITION].
        """),
    WrongTask(
      title: "an infra without its name",
      yaml: "resources: {infra: ssh}\n",
      error: """
        task.yaml:1:20: `resources.infra` is "ssh"
          Write local, ssh/POOL or slurm/CLUSTER[/PARTITION].
        """),
    WrongTask(
      title: "a priority out of range",
      yaml: "resources: {priority: 5000}\n",
      error: """
        task.yaml:1:23: `resources.priority` must be -1000 to 1000, not 5000
        """),
    WrongTask(
      title: "a price below zero",
      yaml: "resources: {max_hourly_cost: -1}\n",
      error: """
        task.yaml:1:30: `resources.max_hourly_cost` must be above zero, not -1
        """),
    WrongTask(
      title: "a branch that a variable makes an option",
      yaml: """
        envs: {REF: --upload-pack=x}
        workdir: {url: "https://github.com/a/b", ref: "${REF}"}
        """,
      error: """
        task.yaml:2:47: `workdir.ref` is "--upload-pack=x", which is no name of a branch, tag \
        or commit
        """),
    WrongTask(
      title: "a repository that runs a program",
      yaml: "workdir: {url: \"ext::sh -c id\"}\n",
      error: """
        task.yaml:1:16: `workdir.url` is "ext::sh -c id", which is no address of a repository
          Write https://HOST/PATH, ssh://USER@HOST/PATH or USER@HOST:PATH.
        """),
  ]
}
