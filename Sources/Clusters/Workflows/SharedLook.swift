import SkySync
import SystemPackage

/// One look at a source, shared by all nodes that get it; begins at once, while nodes come up.
struct SharedLook: Sendable {
  private let work: Task<Result<FileScan, SyncError>, Never>

  /// A folder, without what its ignore rules leave out.
  ///
  /// - Parameter isMount: a rule that ignores the folder itself, as one for `data/` often does, is overruled
  ///   by the mount that names it.
  init(at folder: FilePath, _ git: GitEnvironment, isMount: Bool = false) {
    work = Task {
      do throws(SyncError) {
        let all = IgnoreRules.load(folder, environment: git)
        let rules = isMount ? all.ofNamedFolder : all
        return .success(try await scan(folder, ignore: rules))
      } catch {
        return .failure(error)
      }
    }
  }

  /// One file, whatever ignore rules say.
  init(atFile file: FilePath) {
    work = Task {
      do throws(SyncError) {
        return .success(FileScan(tree: FileTree(entries: [try look(at: file)])))
      } catch {
        return .failure(error)
      }
    }
  }

  func result() async throws(SyncError) -> FileScan {
    try await work.value.get()
  }
}
