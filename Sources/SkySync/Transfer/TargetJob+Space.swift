extension TargetJob {
  /// Throws when the node said how much room there is and the files to send need more.
  func checkSpace() throws(SyncError) {
    guard target.number > 0, plan.contentBytes / 1024 > target.number else { return }
    // Only now, for it costs a look at each file: holes need no room.
    let needed = plan.puts.reduce(Int64(0)) { sum, entry in
      sum + (entry.kind == .file ? min(entry.size, source.allocated(entry.path)) : 0)
    }
    guard needed / 1024 > target.number else { return }
    throw SyncError(
      .cannotWrite, String(decoding: target.path, as: UTF8.self),
      "needs \(needed >> 20) MiB but the node has only \(target.number / 1024) MiB free")
  }
}
