import SystemPackage

/// What rsync would still have to do to make `target` equal to `source`: nothing when a sync was right.
/// Compares names, kinds, content, modes, links and times, byte for byte.
public func rsyncDifferences(
  from source: FilePath, to target: FilePath, delete: Bool = true
) async throws -> String {
  let flags = ["-a", "-n", "-i", "--checksum", "--no-owner", "--no-group", "--modify-window=-1"]
  let result = try await run(
    "rsync", flags + (delete ? ["--delete"] : []) + ["\(source.string)/", "\(target.string)/"])
  return result.text + (result.status == 0 ? "" : "rsync failed: \(result.errorText)")
}
