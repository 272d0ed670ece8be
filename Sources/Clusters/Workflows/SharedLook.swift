import SkySync
import SystemPackage

/// One look at a source, shared by all nodes that get it; begins at once, while nodes come up.
struct SharedLook: Sendable {
  private let work: Task<Result<FileScan, SyncError>, Never>

  /// A folder, without what its ignore rules leave out.
  init(at folder: FilePath, _ git: GitEnvironment) {
    work = Task {
      do throws(SyncError) {
        let rules = IgnoreRules.load(folder, environment: git)
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
