import SystemPackage

/// What `sky launch` and `sky exec` are asked for.
public struct LaunchRequest: Sendable {
  public var cluster: String
  public var task: ClusterTask
  /// Where `sky` runs: relative paths of the task are taken from here.
  public var folder: FilePath
  /// Bring nodes up that are not; else the cluster has to be up.
  public var bringUp = true
  /// Run the task's setup.
  public var setup = true
  /// Run in a copy of the workdir that no later sync changes.
  public var snapshot = false

  public init(cluster: String, task: ClusterTask, folder: FilePath) {
    self.cluster = cluster
    self.task = task
    self.folder = folder
  }
}
