import Testing

@testable import Clusters

@Suite("Task files as people write them: file mounts and buckets")
struct GoodMountsTests {
  @Test("mean what their authors meant", arguments: cases)
  func means(_ task: GoodTask) { task.check() }

  static let cases = [
    GoodTask(
      title: "files and folders from here",
      yaml: """
        file_mounts:
          /remote/datasets: ~/datasets
          ~/.netrc: ~/.netrc
          ./cfg/model.yaml: ../shared/model.yaml
          data: /srv/data
        """,
      meaning: """
        mount: /remote/datasets <- local ~/datasets
        mount: ~/.netrc <- local ~/.netrc
        mount: ~/sky_workdir/cfg/model.yaml <- local ../shared/model.yaml
        mount: ~/sky_workdir/data <- local /srv/data
        """),
    GoodTask(
      title: "trailing and doubled slashes, spaces around the colon",
      yaml: """
        file_mounts:
          ~/.ssh/ : ~/.ssh/
          /srv//models///: ./models//
          "~/with space/x": "./with space"
        """,
      meaning: """
        mount: ~/.ssh/ <- local ~/.ssh (a folder)
        mount: /srv/models/ <- local ./models (a folder)
        mount: ~/with space/x <- local ./with space
        """),
    GoodTask(
      title: "below the workdir, beside a workdir",
      yaml: """
        workdir: .
        file_mounts:
          ~/sky_workdir/data: ~/data
          weights.bin: ~/weights.bin
        """,
      meaning: """
        workdir: .
        mount: ~/sky_workdir/data <- local ~/data
        mount: ~/sky_workdir/weights.bin <- local ~/weights.bin
        """),
    GoodTask(
      title: "buckets of four stores",
      yaml: """
        file_mounts:
          /data/s3: s3://my-bucket/path/to/object.tar
          /data/gcs: gs://my_bucket.example.com/train/
          /data/r2: r2://my-bucket
          /data/cos: cos://us-east/my-bucket/a/b
        """,
      meaning: """
        mount: /data/s3 <- bucket s3://my-bucket/path/to/object.tar
        mount: /data/gcs <- bucket gs://my_bucket.example.com/train/ (a folder)
        mount: /data/r2 <- bucket r2://my-bucket
        mount: /data/cos <- bucket cos://us-east/my-bucket/a/b
        """),
    GoodTask(
      title: "a bucket for checkpoints",
      yaml: """
        file_mounts:
          /checkpoints:
            name: my-checkpoints
            store: s3
            mode: MOUNT
        """,
      meaning: "mount: /checkpoints <- storage name my-checkpoints, in s3, MOUNT"),
    GoodTask(
      title: "a local folder by way of a bucket, for this cluster only",
      yaml: """
        file_mounts:
          /dataset:
            name: my-dataset
            source: ~/datasets/cifar/
            store: GCS
            mode: copy
            persistent: false
        """,
      meaning: """
        mount: /dataset <- storage name my-dataset, from ~/datasets/cifar, in gcs, COPY, \
        for the cluster
        """),
    GoodTask(
      title: "several local sources in one bucket",
      yaml: """
        file_mounts:
          /inputs:
            name: my-inputs
            source: [./a.txt, ~/folder/b]
        """,
      meaning: "mount: /inputs <- storage name my-inputs, from ./a.txt + ~/folder/b, MOUNT"),
    GoodTask(
      title: "a bucket that is there, and a part of one",
      yaml: """
        file_mounts:
          /whole:
            source: gs://public-data
          /part:
            source: s3://public-data/2024/
            mode: COPY
        """,
      meaning: """
        mount: /whole <- storage from gs://public-data, in gcs, MOUNT
        mount: /part <- storage from s3://public-data/2024/, in s3, COPY
        """),
    GoodTask(
      title: "a cached mount with every option",
      yaml: """
        file_mounts:
          /models:
            source: r2://my-models
            store: R2
            mode: MOUNT_CACHED
            type: MODEL_CHECKPOINT_RW
            config:
              mount_cached:
                transfers: 16
                buffer_size: 64M
                vfs_cache_max_size: 20G
                vfs_cache_max_age: 1h30m
                vfs_read_ahead: 128M
                vfs_read_chunk_size: 32M
                vfs_read_chunk_streams: 4
                vfs_write_back: 5s
                read_only: false
        """,
      meaning: """
        mount: /models <- storage from r2://my-models, in r2, MOUNT_CACHED, MODEL_CHECKPOINT_RW, \
        transfers=16, buffer-size=64M, vfs-cache-max-age=1h30m, vfs-cache-max-size=20G, \
        vfs-read-ahead=128M, vfs-read-chunk-size=32M, vfs-read-chunk-streams=4, vfs-write-back=5s
        """),
    GoodTask(
      title: "a mount that refuses writes",
      yaml: """
        file_mounts:
          /ro: {source: "s3://some-bucket", config: {mount: {read_only: yes}}}
        """,
      meaning: "mount: /ro <- storage from s3://some-bucket, in s3, MOUNT, read-only"),
    GoodTask(
      title: "names that only look nested",
      yaml: """
        file_mounts:
          /data: ./a
          /data2/x: ./b
          /data-3: ./c
        """,
      meaning: """
        mount: /data <- local ./a
        mount: /data2/x <- local ./b
        mount: /data-3 <- local ./c
        """),
  ]
}
