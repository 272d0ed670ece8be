import Testing

@testable import Clusters

@Suite("Where nodes come from") struct ChooseInfraTests {
  @Test(
    "alternatives become places, in the order in which they are tried",
    arguments: [
      ("resources: {cpus: 4}", "local:4"),
      ("resources: {infra: ssh/mine, cpus: 4}", "ssh/mine:4"),
      ("resources: {infra: aws, cpus: 4}", "local:4"),
      (
        "resources: {ordered: [{infra: slurm/hpc, cpus: 8}, {infra: ssh/mine}, {cpus: 2}, {cpus: 1}]}",
        "slurm/hpc:8 ssh/mine:- local:2,1"
      ),
      (
        "resources: {any_of: [{infra: slurm/hpc/gpu, cpus: 8}, {infra: ssh/mine, cpus: 1}, {infra: local}, {infra: ssh/mine, cpus: 2}]}",
        "local:- ssh/mine:1,2 slurm/hpc/gpu:8"
      ),
      // Slurm grants one wish at a time.
      (
        "resources: {infra: slurm/hpc, any_of: [{cpus: 8}, {cpus: 2}]}", "slurm/hpc:8 slurm/hpc:2"
      ),
      // Clouds are no choice beside what is one; alone, their wishes are this machine's.
      ("resources: {any_of: [{infra: aws/us-east-1}, {infra: ssh/mine}]}", "ssh/mine:-"),
      ("resources: {any_of: [{infra: aws}, {infra: gcp, cpus: 3}]}", "local:-,3"),
      ("resources: {infra: aws, any_of: [{infra: ssh/mine}, {cpus: 3}]}", "ssh/mine:-"),
      ("resources: {infra: '*', cpus: 3}", "local:3"),
    ])
  func places(_ text: String, _ expected: String) throws {
    let places = ChooseInfra.places(try resources(text))
    #expect(places.map(words).joined(separator: " ") == expected)
  }

  @Test func `the command line's infra holds for every alternative`() throws {
    var overrides = TaskOverrides()
    overrides.infra = "ssh/other"
    let text = "resources: {any_of: [{infra: aws, cpus: 1}, {infra: ssh/mine, cpus: 2}]}"
    let task = try TaskFile(parsing: Array(text.utf8), file: "t.yaml").resolve(overrides)
    #expect(ChooseInfra.places(task.resources).map(words) == ["ssh/other:1,2"])
  }

  @Test func `a cluster that is there keeps its place, or the task is refused`() throws {
    let two = try resources(
      "resources: {any_of: [{infra: ssh/mine, cpus: 1}, {infra: slurm/hpc}, {infra: aws}]}")
    var cluster = ClusterRecord.dev
    cluster.infra = "ssh/mine"
    #expect(words(try ChooseInfra.place(of: cluster, two)) == "ssh/mine:1")
    cluster.infra = "local"
    let error = #expect(throws: WorkflowError.self) { try ChooseInfra.place(of: cluster, two) }
    #expect(error?.reason == "this cluster is on local, not on ssh/mine or slurm/hpc")
    let anything = try resources("resources: {cpus: 1}")
    #expect(words(try ChooseInfra.place(of: cluster, anything)) == "local:1")
  }

  private func resources(_ text: String) throws -> Resources {
    try TaskFile(parsing: Array(text.utf8), file: "t.yaml").resolve().resources
  }

  private func words(_ place: ChooseInfra.Place) -> String {
    let wishes = place.requirements.map { $0.cpus.map { "\(Int($0.amount))" } ?? "-" }
    return "\(place.infra):\(wishes.joined(separator: ","))"
  }
}
