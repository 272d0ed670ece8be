import Testing

@testable import Clusters

@Suite("Wrong task files: buckets")
struct WrongBucketsTests {
  @Test("are answered by words that help", arguments: cases)
  func says(_ task: WrongTask) { task.check() }

  static let cases = [
    WrongTask(
      title: "a storage of nothing",
      yaml: """
        file_mounts:
          /a: {mode: COPY}
        """,
      error: """
        task.yaml:2:7: `file_mounts[/a]` has neither a `name` nor a `source`
          Name a bucket, or a source such as s3://bucket/path.
        """),
    WrongTask(
      title: "a local source without a name",
      yaml: """
        file_mounts:
          /a:
            source: ./data
        """,
      error: """
        task.yaml:3:5: `file_mounts[/a]` has a source here and no `name` for its bucket
          Add `name: my-bucket`; it is made when it is not there.
        """),
    WrongTask(
      title: "a name beside a bucket",
      yaml: """
        file_mounts:
          /a:
            name: abc
            source: s3://abc
        """,
      error: """
        task.yaml:3:11: `file_mounts[/a].name` stands beside a `source` that names a bucket
          Leave the name out.
        """),
    WrongTask(
      title: "a store that is not the source's",
      yaml: """
        file_mounts:
          /a:
            source: s3://abc
            store: gcs
        """,
      error: """
        task.yaml:4:12: `file_mounts[/a].store` is GCS, but the source is in S3
          Leave the store out.
        """),
    WrongTask(
      title: "a name that is a URI",
      yaml: """
        file_mounts:
          /a: {name: "s3://abc"}
        """,
      error: """
        task.yaml:2:14: `file_mounts[/a].name` is the URI s3://abc
          Write `source: s3://abc` to use a bucket that is there.
        """),
    WrongTask(
      title: "a name that is too short",
      yaml: """
        file_mounts:
          /a: {name: ab}
        """,
      error: """
        task.yaml:2:14: `file_mounts[/a].name` is "ab": the bucket's name is 2 characters long: \
        S3 takes 3 to 63
        """),
    WrongTask(
      title: "a name that Google keeps",
      yaml: """
        file_mounts:
          /a: {name: my-google-data, store: gcs}
        """,
      error: """
        task.yaml:2:14: `file_mounts[/a].name` is "my-google-data": the bucket's name holds \
        `goog` or `google`, which GCS keeps for itself
        """),
    WrongTask(
      title: "a name with two dots",
      yaml: """
        file_mounts:
          /a: {name: my..data, store: s3}
        """,
      error: """
        task.yaml:2:14: `file_mounts[/a].name` is "my..data": the bucket's name holds `..`, \
        which S3 refuses
        """),
    WrongTask(
      title: "a name that is an address",
      yaml: """
        file_mounts:
          /a: {name: 192.168.1.1}
        """,
      error: """
        task.yaml:2:14: `file_mounts[/a].name` is "192.168.1.1": the bucket's name has the form \
        of an IP address
        """),
    WrongTask(
      title: "a slip in a mode",
      yaml: """
        file_mounts:
          /a: {name: abc, mode: MOUNTED}
        """,
      error: """
        task.yaml:2:25: `file_mounts[/a].mode` is "MOUNTED"; did you mean `MOUNT`?
          Known are: MOUNT, COPY, MOUNT_CACHED.
        """),
    WrongTask(
      title: "a slip in a store",
      yaml: """
        file_mounts:
          /a: {name: abc, store: S4}
        """,
      error: """
        task.yaml:2:26: `file_mounts[/a].store` is "S4"; did you mean `S3`?
          Known are: S3, GCS, R2, IBM.
        """),
    WrongTask(
      title: "a store of another cloud by name",
      yaml: """
        file_mounts:
          /a: {name: abc, store: azure}
        """,
      error: """
        task.yaml:2:26: `file_mounts[/a].store` is "azure", which this program cannot use
          Known are: S3, GCS, R2, IBM.
        """),
    WrongTask(
      title: "sources of the same name",
      yaml: """
        file_mounts:
          /a:
            name: abc
            source: [./x/data, ./y/data/]
        """,
      error: """
        task.yaml:4:24: `file_mounts[/a].source[1]` ends in the same name as a source before it
          In the bucket, one would replace the other: rename one of them.
        """),
    WrongTask(
      title: "a bucket in a list of sources",
      yaml: """
        file_mounts:
          /a:
            name: abc
            source: [./x, s3://bucket]
        """,
      error: """
        task.yaml:4:19: `file_mounts[/a].source[1]` is "s3://bucket", which is a URI and no \
        path here
        """),
    WrongTask(
      title: "no source in a list",
      yaml: """
        file_mounts:
          /a:
            name: abc
            source: []
        """,
      error: """
        task.yaml:4:13: `file_mounts[/a].source` is empty
          Leave it out.
        """),
    WrongTask(
      title: "options of a cache without one",
      yaml: """
        file_mounts:
          /a:
            name: abc
            config:
              mount_cached: {transfers: 2}
        """,
      error: """
        task.yaml:5:21: `file_mounts[/a].config.mount_cached` works with `mode: MOUNT_CACHED` only
        """),
    WrongTask(
      title: "a preset without a cache",
      yaml: """
        file_mounts:
          /a: {name: abc, type: DATASET_RO}
        """,
      error: """
        task.yaml:2:25: `file_mounts[/a].type` works with `mode: MOUNT_CACHED` only
        """),
    WrongTask(
      title: "a cache of a strange size",
      yaml: """
        file_mounts:
          /a:
            name: abc
            mode: MOUNT_CACHED
            config:
              mount_cached:
                vfs_cache_max_size: big
        """,
      error: """
        task.yaml:7:29: `file_mounts[/a].config.mount_cached.vfs_cache_max_size` is "big"
          Write a size such as 512M or 20G.
        """),
    WrongTask(
      title: "a secret in a URI",
      yaml: """
        secrets: {TOKEN: hunter2-hunter2}
        file_mounts:
          /a: s3://abc/${TOKEN}
        """,
      error: """
        task.yaml:3:7: `file_mounts[/a]` uses a secret, and the address of a bucket is shown
          Move that variable to `envs`.
        """),
    WrongTask(
      title: "a secret in a bucket's name",
      yaml: """
        secrets: {TOKEN: hunter2-hunter2}
        file_mounts:
          /a: {name: "abc-${TOKEN}"}
        """,
      error: """
        task.yaml:3:14: `file_mounts[/a].name` uses a secret, and the address of a bucket is shown
          Move that variable to `envs`.
        """),
  ]
}
