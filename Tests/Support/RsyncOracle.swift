import SystemPackage

/// What rsync would still have to do to make `target` equal to `source`: nothing when a sync was right.
/// Compares names, kinds, content, modes, links and times (`seconds`: as far as BusyBox can set them).
public func rsyncDifferences(
  from source: FilePath, to target: FilePath, delete: Bool = true, seconds: Bool = false
) async throws -> String {
  let window = seconds ? "--modify-window=0" : "--modify-window=-1"
  let times = [window] + (seconds ? ["--omit-link-times"] : [])
  let flags = ["-a", "-n", "-i", "--checksum", "--no-owner", "--no-group"] + times
  let result = try await run(
    "rsync", flags + (delete ? ["--delete"] : []) + ["\(source.string)/", "\(target.string)/"])
  return result.text + (result.status == 0 ? "" : "rsync failed: \(result.errorText)")
}
