import Testing

@testable import Clusters

@Suite("Task files as people write them: resources")
struct GoodResourcesTests {
  @Test("mean what their authors meant", arguments: cases)
  func means(_ task: GoodTask) { task.check() }

  static let cases = [
    GoodTask(
      title: "amounts with and without quotes and plus",
      yaml: """
        resources:
          cpus: "8+"
          memory: 32GB+
          accelerators: A100-80GB:8
        """, meaning: "needs: cpus 8.0+, memory 32.0+, A100-80GB:8.0"),
    GoodTask(
      title: "half a core, half a GPU, memory by the core",
      yaml: """
        resources: {cpus: 0.5, memory: 4x, accelerators: "L4:0.5"}
        """, meaning: "needs: cpus 0.5, memory 4.0x, L4:0.5"),
    GoodTask(
      title: "one of several GPUs, in a set",
      yaml: """
        resources:
          accelerators: {A100:1, V100:2, T4}
          memory: 512MB
        """, meaning: "needs: memory 0.5, A100:1.0 or V100:2.0 or T4:1.0"),
    GoodTask(
      title: "one of several GPUs, in a mapping",
      yaml: """
        resources:
          accelerators:
            H100: 8
            A100-80GB: 8
        """, meaning: "needs: H100:8.0 or A100-80GB:8.0"),
    GoodTask(
      title: "one of several GPUs, in a list",
      yaml: """
        resources:
          accelerators: ['L40S:1', RTX4090]
        """, meaning: "needs: L40S:1.0 or RTX4090:1.0"),
    GoodTask(
      title: "ports",
      yaml: """
        resources:
          ports:
            - 8080
            - 10022-10040
            - "80"
        """, meaning: "ports: 8080 10022-10040 80"),
    GoodTask(
      title: "one port", yaml: "resources: {ports: 8888}", meaning: "ports: 8888"),
    GoodTask(
      title: "autostop as minutes", yaml: "resources: {autostop: 10}",
      meaning: "autostop: stop after 10 min, jobs_and_ssh"),
    GoodTask(
      title: "autostop as a time", yaml: "resources: {autostop: 2h}",
      meaning: "autostop: stop after 120 min, jobs_and_ssh"),
    GoodTask(
      title: "autostop as yes and as no",
      yaml: """
        resources: {autostop: true, any_of: [{cpus: 1}], infra: local}
        """,
      meaning: """
        infra: local
        autostop: stop after 5 min, jobs_and_ssh
        needs: on local, cpus 1.0
        """),
    GoodTask(
      title: "autostop as a mapping",
      yaml: """
        resources:
          autostop:
            idle_minutes: 30
            down: true
            wait_for: jobs
            hook: ./save.sh
        """,
      meaning: """
        autostop: down after 30 min, jobs
        notice: task.yaml:6:11: `resources.autostop.hook` is left out: no hook runs on nodes
        """),
    GoodTask(
      title: "a pool of machines, a Slurm cluster, in order",
      yaml: """
        resources:
          memory: 16+
          ordered:
            - infra: ssh/lab
              accelerators: H100:4
            - infra: slurm/hpc/gpu
              memory: 64
        """,
      meaning: """
        needs first: on ssh/lab, memory 16.0+, H100:4.0 | on slurm/hpc/gpu, memory 64.0
        """),
    GoodTask(
      title: "what only a cloud has",
      yaml: """
        resources:
          infra: aws/us-east-1
          instance_type: p4d.24xlarge
          use_spot: true
          disk_size: 256GB
          disk_tier: best
          labels: {team: vision}
          image_id: docker:ubuntu:22.04
          job_recovery: {strategy: FAILOVER, max_restarts_on_errors: 3}
        run: nvidia-smi
        service:
          replicas: 2
        """,
      meaning: """
        run: nvidia-smi
        notice: task.yaml:2:10: `resources.infra` is left out: aws/us-east-1 is no infra of this \
        program; --infra names one, local is used otherwise
        notice: task.yaml:3:18: `resources.instance_type` is left out: it names a machine of a cloud
        notice: task.yaml:4:13: `resources.use_spot` is left out: only clouds have spot machines
        notice: task.yaml:5:14: `resources.disk_size` is left out: nodes have the disks they have
        notice: task.yaml:6:14: `resources.disk_tier` is left out: nodes have the disks they have
        notice: task.yaml:7:11: `resources.labels` is left out: they are put on machines of a cloud
        notice: task.yaml:8:13: `resources.image_id` is left out: nodes keep the system they have
        notice: task.yaml:9:17: `resources.job_recovery` is left out: it belongs to managed jobs
        notice: task.yaml:12:3: `service` is left out: SkyServe is not part of this program
        """),
    GoodTask(
      title: "what asks a cloud for nothing is not mentioned",
      yaml: """
        resources:
          infra: "*"
          use_spot: false
          autostop: no
        api_server_access: off
        """, meaning: ""),
  ]
}
