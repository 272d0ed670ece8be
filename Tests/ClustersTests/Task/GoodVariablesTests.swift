import Testing

@testable import Clusters

@Suite("Task files as people write them: envs and secrets")
struct GoodVariablesTests {
  @Test("mean what their authors meant", arguments: cases)
  func means(_ task: GoodTask) { task.check() }

  static let cases = [
    GoodTask(
      title: "numbers become text",
      yaml: """
        envs:
          EPOCHS: 10
          LR: 3e-4
          WEIGHT: 0.5
          OFFSET: -3
          EMPTY: ""
          ZIP: "01234"
        run: python train.py --epochs $EPOCHS
        """,
      meaning: """
        run: python train.py --epochs $EPOCHS
        env: EPOCHS=10
        env: LR=3e-4
        env: WEIGHT=0.5
        env: OFFSET=-3
        env: EMPTY=
        env: ZIP=01234
        """),
    GoodTask(
      title: "what YAML 1.1 changes is set as SkyPilot sets it, and said",
      yaml: """
        envs:
          DEBUG: yes
          QUOTED: "yes"
          VERSION: 1.10
          MODE: 0755
          TIME: 1:30
          MASK: 0xff
          MILLION: 1_000_000
          DAY: 2026-11-23
        """,
      meaning: """
        env: DEBUG=True
        env: QUOTED=yes
        env: VERSION=1.1
        env: MODE=493
        env: TIME=90
        env: MASK=255
        env: MILLION=1000000
        env: DAY=2026-11-23
        notice: task.yaml:2:10: `envs.DEBUG` is set to "True": so YAML reads yes; \
        put it in quotes to keep it
        notice: task.yaml:4:12: `envs.VERSION` is set to "1.1": so YAML reads 1.10; \
        put it in quotes to keep it
        notice: task.yaml:5:9: `envs.MODE` is set to "493": so YAML reads 0755; \
        put it in quotes to keep it
        notice: task.yaml:6:9: `envs.TIME` is set to "90": so YAML reads 1:30; \
        put it in quotes to keep it
        notice: task.yaml:7:9: `envs.MASK` is set to "255": so YAML reads 0xff; \
        put it in quotes to keep it
        notice: task.yaml:8:12: `envs.MILLION` is set to "1000000": so YAML reads 1_000_000; \
        put it in quotes to keep it
        """),
    GoodTask(
      title: "a null env that the command line gives",
      overrides: overrides(env: ["MODEL=llama 3", "HOME_DIR", "EXTRA=a=b", "MODEL=qwen"]),
      environment: ["HOME_DIR": "/home/me"],
      yaml: """
        envs:
          MODEL: null
          HOME_DIR:
        run: serve $MODEL
        """,
      meaning: """
        run: serve $MODEL
        env: MODEL=qwen
        env: HOME_DIR=/home/me
        env: EXTRA=a=b
        """),
    GoodTask(
      title: "envs made of envs, whatever their order",
      yaml: """
        envs:
          OUT: ${ROOT}/out
          ROOT: /mnt/${USER_NAME:-nobody}
          KEPT: $ROOT and ${UNKNOWN}
          FALLBACK: ${EMPTY:-full}
          EMPTY: ""
        """,
      meaning: """
        env: OUT=/mnt/nobody/out
        env: ROOT=/mnt/nobody
        env: KEPT=$ROOT and ${UNKNOWN}
        env: FALLBACK=full
        env: EMPTY=
        """),
    GoodTask(
      title: "a value of the command line is taken as it is",
      overrides: overrides(env: ["A=${B}", "C=new"]),
      yaml: """
        envs: {A: x, B: y, C: old, D: "${C}"}
        """,
      meaning: """
        env: A=${B}
        env: B=y
        env: C=new
        env: D=new
        """),
    GoodTask(
      title: "secrets, and envs that hold one",
      overrides: overrides(secret: ["HF_TOKEN=hf_abc", "WANDB=w1"]),
      yaml: """
        envs:
          URL: https://me:${HF_TOKEN}@example.com
        secrets:
          HF_TOKEN: null
          PIN: 1234
        """,
      meaning: """
        env: URL=https://me:hf_abc@example.com
        secret: HF_TOKEN=hf_abc shown as ***
        secret: PIN=1234 shown as ***
        secret: WANDB=w1 shown as ***
        """),
    GoodTask(
      title: "variables in workdir and file mounts",
      overrides: overrides(env: ["WHO=zoe"]),
      yaml: """
        envs:
          WHO: null
          PROJECT: demo
          BUCKET: my-data
        workdir: ~/src/${PROJECT}
        file_mounts:
          /data/$PROJECT: s3://${BUCKET}/${PREFIX:-train}/$WHO
          ~/cfg-${WHO}.json: ./configs/${WHO}.json
          /out:
            name: ${PROJECT}-${WHO}-out
        """,
      meaning: """
        workdir: ~/src/demo
        env: WHO=zoe
        env: PROJECT=demo
        env: BUCKET=my-data
        mount: /data/demo <- bucket s3://my-data/train/zoe
        mount: ~/cfg-zoe.json <- local ./configs/zoe.json
        mount: /out <- storage name demo-zoe-out, MOUNT
        """),
    GoodTask(
      title: "anchors, aliases and merged mappings",
      yaml: """
        envs: &common
          A: "1"
          B: &b two
        secrets:
          C: *b
        resources:
          any_of:
            - &small {cpus: 2, memory: 4}
            - <<: *small
              memory: 8+
        """,
      meaning: """
        env: A=1
        env: B=two
        secret: C=two shown as ***
        needs any: cpus 2.0, memory 4.0 | cpus 2.0, memory 8.0+
        """),
  ]
}
