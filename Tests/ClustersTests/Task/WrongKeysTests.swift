import Testing

@testable import Clusters

@Suite("Wrong task files: keys")
struct WrongKeysTests {
  @Test("are answered by words that help", arguments: cases)
  func says(_ task: WrongTask) { task.check() }

  static let cases = [
    WrongTask(
      title: "a slip of the finger",
      yaml: "runn: echo\n",
      error: """
        task.yaml:1:1: unknown key `runn`; did you mean `run`?
        """),
    WrongTask(
      title: "a dash for an underscore",
      yaml: "num-nodes: 2\n",
      error: """
        task.yaml:1:1: unknown key `num-nodes`; did you mean `num_nodes`?
        """),
    WrongTask(
      title: "another program's word",
      yaml: "command: echo\n",
      error: """
        task.yaml:1:1: unknown key `command`; did you mean `run`?
        """),
    WrongTask(
      title: "graphics cards by another name",
      yaml: """
        resources:
          gpus: 2
        """,
      error: """
        task.yaml:2:3: unknown key `gpus` in `resources`; did you mean `accelerators`?
        """),
    WrongTask(
      title: "a word nobody knows",
      yaml: """
        colour: red
        run: x
        """,
      error: """
        task.yaml:1:1: unknown key `colour`
          Known are: name, workdir, num_nodes, setup, run, envs, secrets, file_mounts, resources.
        """),
    WrongTask(
      title: "capital letters",
      yaml: "Run: echo\n",
      error: """
        task.yaml:1:1: unknown key `Run`; did you mean `run`?
        """),
    WrongTask(
      title: "a singular",
      yaml: """
        env:
          A: 1
        """,
      error: """
        task.yaml:1:1: unknown key `env`; did you mean `envs`?
        """),
    WrongTask(
      title: "a field of resources one level too high",
      yaml: """
        accelerators: A100:1
        run: x
        """,
      error: """
        task.yaml:1:1: unknown key `accelerators`
          It belongs below `resources`, indented by two spaces.
        """),
    WrongTask(
      title: "a field of the task one level too low",
      yaml: """
        resources:
          cpus: 2
          num_nodes: 2
        """,
      error: """
        task.yaml:3:3: unknown key `num_nodes` in `resources`
          It belongs to the task itself: take the indentation away.
        """),
    WrongTask(
      title: "a slip in resources",
      yaml: """
        resources:
          acelerators: A100
        """,
      error: """
        task.yaml:2:3: unknown key `acelerators` in `resources`; did you mean `accelerators`?
        """),
    WrongTask(
      title: "a word nobody knows in resources",
      yaml: """
        resources:
          weather: fine
        """,
      error: """
        task.yaml:2:3: unknown key `weather` in `resources`
          Known are: infra, cpus, memory, accelerators, ports, autostop, any_of, ordered.
        """),
    WrongTask(
      title: "a slip in workdir",
      yaml: """
        workdir:
          url: https://github.com/a/b
          branch: main
        """,
      error: """
        task.yaml:3:3: unknown key `branch` in `workdir`
          Known are: url, ref.
        """),
    WrongTask(
      title: "a slip in a storage",
      yaml: """
        file_mounts:
          /a:
            name: abc
            persistant: false
        """,
      error: """
        task.yaml:4:5: unknown key `persistant` in `file_mounts[/a]`; did you mean `persistent`?
        """),
    WrongTask(
      title: "a slip in autostop",
      yaml: """
        resources:
          autostop:
            idle_minute: 3
        """,
      error: """
        task.yaml:3:5: unknown key `idle_minute` in `resources.autostop`; did you mean \
        `idle_minutes`?
        """),
    WrongTask(
      title: "a slip in an alternative",
      yaml: """
        resources:
          any_of:
            - cpus: 2
            - memroy: 2
        """,
      error: """
        task.yaml:4:7: unknown key `memroy` in `resources.any_of[1]`; did you mean `memory`?
        """),
    WrongTask(
      title: "an alternative in an alternative",
      yaml: """
        resources:
          any_of:
            - any_of: []
        """,
      error: """
        task.yaml:3:7: unknown key `any_of` in `resources.any_of[0]`
          Known are: infra, cpus, memory, accelerators, ports.
        """),
    WrongTask(
      title: "an unknown option of a cached mount",
      yaml: """
        file_mounts:
          /a:
            name: abc
            mode: MOUNT_CACHED
            config:
              mount_cached:
                vfs_write_bak: 5s
        """,
      error: """
        task.yaml:7:9: unknown key `vfs_write_bak` in `file_mounts[/a].config.mount_cached`; \
        did you mean `vfs_write_back`?
        """),
  ]
}
