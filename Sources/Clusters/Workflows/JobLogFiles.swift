import HostBook
import SystemPackage

/// The logs of one job on this machine: `rank-0.log`, `rank-1.log` … as the nodes have them.
///
/// Each piece is written where it belongs, so that any number of followers write the same file.
struct JobLogFiles: Sendable {
  let folder: FilePath

  init(_ folder: FilePath) { self.folder = folder }

  func path(rank: Int) -> FilePath { folder.appending("rank-\(rank).log") }

  /// A log that cannot be kept here is no reason to stop showing it: the node has it.
  func write(_ rank: Int, _ bytes: [UInt8], endingAt offset: Int64) {
    try? put(rank, bytes, at: offset - Int64(bytes.count))
  }

  private func put(_ rank: Int, _ bytes: [UInt8], at offset: Int64) throws {
    try makeFolders(folder)
    let file = try FileDescriptor.open(
      path(rank: rank), .writeOnly, options: [.create, .closeOnExec],
      permissions: .ownerReadWrite)
    _ = try file.closeAfter { try file.writeAll(toAbsoluteOffset: offset, bytes) }
  }

  private func makeFolders(_ path: FilePath) throws(Errno) {
    if try FileSystem.status(path) != nil { return }
    try makeFolders(path.removingLastComponent())
    try FileSystem.makeFolder(path)
  }
}
