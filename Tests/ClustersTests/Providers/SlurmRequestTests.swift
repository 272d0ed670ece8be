import Testing

@testable import Clusters

@Suite struct SlurmRequestTests {
  @Test(
    arguments: [
      ("{}", [], []),
      ("{cpus: 4+}", [], ["--cpus-per-task=4"]),
      ("{cpus: 2, memory: 3x}", [], ["--cpus-per-task=2", "--mem=6144M"]),
      ("{memory: 0.5}", [], ["--mem=512M"]),
      ("{accelerators: 'A100:2'}", ["gpu:a100:4(S:0-1)"], ["--gres=gpu:a100:2"]),
      ("{accelerators: 'H100'}", ["gpu:H100:8,lustre:1"], ["--gres=gpu:H100:1"]),
      ("{accelerators: 'T4:1'}", ["gpu:4", "(null)"], ["--gres=gpu:1"]),
      ("{accelerators: 'T4:1'}", [], ["--gres=gpu:t4:1"]),
    ] as [(String, [String], [String])])
  func `resources become words of sbatch`(
    resources: String, gres: [String], words: [String]
  ) throws {
    let file = try TaskFile(
      parsing: Array("run: 'true'\nresources: \(resources)\n".utf8), file: "task.yaml")
    let task = try file.resolve(TaskOverrides(), environment: { _ in nil })
    var request = SlurmRequest(
      jobName: "sky-dev-abc", numNodes: 3, partition: "gpu",
      requirements: task.resources.alternatives.first)
    request.gres = gres
    request.options = [BatchOption("time", "2:00:00")]
    #expect(
      request.words == [
        "--parsable", "--job-name=sky-dev-abc", "--nodes=3", "--ntasks-per-node=1",
        "--no-requeue", "--wait-all-nodes=1", "--output=/dev/null", "--error=/dev/null",
        "--partition=gpu",
      ] + words + ["--time=2:00:00"])
  }
}
