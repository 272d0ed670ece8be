import Testing

@testable import Clusters

@Suite("Task files as people write them: name, workdir, setup, run")
struct GoodBasicsTests {
  @Test("mean what their authors meant", arguments: cases)
  func means(_ task: GoodTask) { task.check() }

  static let cases = [
    GoodTask(
      title: "the smallest one", yaml: "run: echo hello\n", meaning: "run: echo hello"),
    GoodTask(
      title: "the one of the quickstart",
      yaml: """
        # Comments stand anywhere.
        name: hello-sky

        resources:
          cpus: 2+

        workdir: .

        setup: |
          echo "Running setup."

        run: |
          echo "Hello!"
          nproc
        """,
      meaning: """
        name: hello-sky
        workdir: .
        setup: echo "Running setup."\\n
        run: echo "Hello!"\\nnproc
        needs: cpus 2.0+
        """),
    GoodTask(
      title: "several nodes that know their rank",
      yaml: """
        name: ring
        num_nodes: 4
        run: |
          head=$(echo "$SKYPILOT_NODE_IPS" | head -n1)
          python -m ring --rank ${SKYPILOT_NODE_RANK} --head $head

        """,
      meaning: """
        name: ring
        nodes: 4
        run: head=$(echo "$SKYPILOT_NODE_IPS" | head -n1)\\n\
        python -m ring --rank ${SKYPILOT_NODE_RANK} --head $head\\n
        """),
    GoodTask(
      title: "folded and stripped blocks",
      yaml: """
        setup: >-
          pip install
          -r requirements.txt
        run: |-
          make
          ./a.out
        """,
      meaning: """
        setup: pip install -r requirements.txt
        run: make\\n./a.out
        """),
    GoodTask(
      title: "fields that are there and empty",
      yaml: """
        name:
        workdir: ~
        num_nodes: null
        setup:
        run: |
        envs:
        secrets:
        file_mounts:
        resources:
        """,
      meaning: """
        notice: task.yaml:2:10: `workdir` is nothing: so YAML reads ~ alone; \
        put it in quotes to send your home
        """),
    GoodTask(
      title: "flow style, as other programs write it",
      yaml: """
        {"name": "from-json", "num_nodes": 2, "envs": {"A": "1"}, "run": "env | sort"}
        """,
      meaning: """
        name: from-json
        nodes: 2
        run: env | sort
        env: A=1
        """),
    GoodTask(
      title: "a document that begins and ends as such, with Windows' line ends",
      yaml: "---\r\nname: win.do_ws-1\r\nrun: |\r\n  echo 1\r\n  echo 2\r\n...\r\n",
      meaning: "name: win.do_ws-1\nrun: echo 1\\necho 2\\n"),
    GoodTask(
      title: "a repository as workdir",
      yaml: """
        workdir:
          url: https://github.com/octocat/Hello-World.git
          ref: 7fd1a60b01f91b314f59955a4e4d4e80d8edf11d
        run: ls
        """,
      meaning: """
        workdir: git https://github.com/octocat/Hello-World.git at \
        7fd1a60b01f91b314f59955a4e4d4e80d8edf11d
        run: ls
        """),
    GoodTask(
      title: "a private repository by ssh, at a tag that looks like a number",
      yaml: """
        workdir: {url: git@github.com:me/private.git, ref: 1.10}
        run: make test
        """,
      meaning: "workdir: git git@github.com:me/private.git at 1.10\nrun: make test"),
    GoodTask(
      title: "a repository and a branch, named by variables",
      yaml: """
        envs:
          REPO: octocat/Hello-World
        workdir:
          url: ssh://git@github.com/${REPO}
          ref: ${BRANCH:-feature/x.y}
        """,
      meaning: """
        workdir: git ssh://git@github.com/octocat/Hello-World at feature/x.y
        env: REPO=octocat/Hello-World
        """),
    GoodTask(
      title: "the command line wins over the file",
      overrides: overrides(
        workdir: "/elsewhere", nodes: 8, infra: "slurm/big/gpu", name: "other"),
      yaml: """
        name: mine
        workdir: ~/here
        num_nodes: 2
        resources:
          infra: local
        run: hostname
        """,
      meaning: """
        name: other
        workdir: /elsewhere
        nodes: 8
        run: hostname
        infra: slurm/big/gpu
        needs: on slurm/big/gpu
        """),
    GoodTask(
      title: "a repository at its default branch",
      yaml: "workdir: {url: 'file:///srv/git/project.git'}",
      meaning: "workdir: git file:///srv/git/project.git at default"),
    GoodTask(
      title: "a file that begins with a byte order mark", yaml: "\u{FEFF}run: make\n",
      meaning: "run: make"),
    GoodTask(
      title: "a quoted name and unicode in texts",
      yaml: """
        name: "2024-11-05"
        workdir: "~/Projekte/Grüße an Zoë"
        run: 'echo "it''s naïve: ☃"'
        """,
      meaning: """
        name: 2024-11-05
        workdir: ~/Projekte/Grüße an Zoë
        run: echo "it's naïve: ☃"
        """),
  ]
}
