import SystemPackage

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// A folder of one test's own, gone when the test ends.
public func withScratchFolder<Result>(
  _ body: (FilePath) async throws -> Result
) async throws -> Result {
  let path = try makeScratchFolder()
  do {
    let result = try await body(path)
    try await removeScratchFolder(path)
    return result
  } catch {
    try? await removeScratchFolder(path)
    throw error
  }
}

/// What a failed test left mounted is let go first: a mount whose store is gone answers nobody.
private func removeScratchFolder(_ path: FilePath) async throws {
  let mounts = (try? readFile("/proc/self/mounts")) ?? []
  for line in mounts.split(separator: UInt8(ascii: "\n")) {
    let place = String(decoding: line, as: UTF8.self).split(separator: " ")[1]
    guard place.hasPrefix("\(path)/") else { continue }
    _ = try await run("fusermount3", ["-u", "-z", String(place)])
  }
  _ = try await run("chmod", ["-R", "u+rwX", path.string])
  _ = try await run("rm", ["-rf", "--one-file-system", "--", path.string])
}

private func makeScratchFolder() throws -> FilePath {
  // Short, for a unix socket's path has to fit below it.
  var template = Array("/tmp/sky-test-XXXXXX".utf8CString)
  guard mkdtemp(&template) != nil else { throw Errno(rawValue: errno) }
  return FilePath(platformString: template)
}
