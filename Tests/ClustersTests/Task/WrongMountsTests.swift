import Testing

@testable import Clusters

@Suite("Wrong task files: file mounts")
struct WrongMountsTests {
  @Test("are answered by words that help", arguments: cases)
  func says(_ task: WrongTask) { task.check() }

  static let cases = [
    WrongTask(
      title: "a URI as target",
      yaml: """
        file_mounts:
          s3://bucket/a: ./a
        """,
      error: """
        task.yaml:2:3: the target s3://bucket/a is a URI
          The path on the node stands before the colon, the source behind it.
        """),
    WrongTask(
      title: "an unknown scheme",
      yaml: """
        file_mounts:
          /a: ftp://host/a
        """,
      error: """
        task.yaml:2:7: ftp://host/a has an unknown scheme
          Known are s3://, gs://, r2://, cos://.
        """),
    WrongTask(
      title: "a slip in a scheme",
      yaml: """
        file_mounts:
          /a: s4://my-bucket
        """,
      error: """
        task.yaml:2:7: s4://my-bucket has an unknown scheme; did you mean `s3://`?
          Known are s3://, gs://, r2://, cos://.
        """),
    WrongTask(
      title: "a file URI",
      yaml: """
        file_mounts:
          /a: file:///etc/hosts
        """,
      error: """
        task.yaml:2:7: file:///etc/hosts has an unknown scheme
          A file or folder here is written as a path.
        """),
    WrongTask(
      title: "a store of another cloud",
      yaml: """
        file_mounts:
          /a: https://acct.blob.core.windows.net/c
        """,
      error: """
        task.yaml:2:7: https://acct.blob.core.windows.net/c is in a store that this program \
        cannot use
          It can use s3://, gs://, r2://, cos://.
        """),
    WrongTask(
      title: "a bucket with capitals",
      yaml: """
        file_mounts:
          /a: s3://My_Bucket/x
        """,
      error: """
        task.yaml:2:7: s3://My_Bucket/x names a bucket that holds `M`: S3 takes small letters, \
        digits and `.`, `-`
        """),
    WrongTask(
      title: "a URI without a bucket",
      yaml: """
        file_mounts:
          /a: gs:///x
        """,
      error: """
        task.yaml:2:7: gs:///x names a bucket that is 0 characters long: GCS takes 3 to 63
        """),
    WrongTask(
      title: "a region without a bucket",
      yaml: """
        file_mounts:
          /a: cos://us-east
        """,
      error: """
        task.yaml:2:7: cos://us-east has no region and bucket
          Write cos://REGION/BUCKET/PATH.
        """),
    WrongTask(
      title: "a target that climbs",
      yaml: """
        file_mounts:
          ~/../etc/passwd: ./a
        """,
      error: """
        task.yaml:2:3: the target ~/../etc/passwd cannot be meant
          Write an absolute path, ~/PATH, or a path below the workdir, without `..`.
        """),
    WrongTask(
      title: "the root as target",
      yaml: """
        file_mounts:
          /: ./a
        """,
      error: """
        task.yaml:2:3: the target / cannot be meant
          Write an absolute path, ~/PATH, or a path below the workdir, without `..`.
        """),
    WrongTask(
      title: "another user's home as target",
      yaml: """
        file_mounts:
          ~bob/a: ./a
        """,
      error: """
        task.yaml:2:3: the target ~bob/a cannot be meant
          Write an absolute path, ~/PATH, or a path below the workdir, without `..`.
        """),
    WrongTask(
      title: "a target twice",
      yaml: """
        file_mounts:
          ~/a: ./a
          ~/a/: ./b
        """,
      error: """
        task.yaml:3:3: ~/a is already the target of line 2
          Keep one of them.
        """),
    WrongTask(
      title: "a target in a target",
      yaml: """
        file_mounts:
          /data: ./a
          /other: ./c
          /data/x/y: ./b
        """,
      error: """
        task.yaml:4:3: /data/x/y is inside /data, a target too (line 2)
          Put both into one source, or name targets that lie apart.
        """),
    WrongTask(
      title: "a target around a target",
      yaml: """
        file_mounts:
          /data/x/y: ./b
          /data: ./a
        """,
      error: """
        task.yaml:3:3: /data/x/y is inside /data, a target too (line 2)
          Put both into one source, or name targets that lie apart.
        """),
    WrongTask(
      title: "the workdir's place",
      yaml: """
        workdir: .
        file_mounts:
          ~/sky_workdir/: ./a
        """,
      error: """
        task.yaml:3:3: ~/sky_workdir is where the workdir goes
          Mount below it, or leave `workdir` out.
        """),
    WrongTask(
      title: "the workdir around a mount", overrides: overrides(workdir: "."),
      yaml: """
        file_mounts:
          ~: ./a
        """,
      error: """
        task.yaml:2:3: ~ is where the workdir goes
          Mount below it, or leave `workdir` out.
        """),
  ]
}
