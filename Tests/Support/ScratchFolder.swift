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
    _ = try await run("chmod", ["-R", "u+rwX", path.string])
    _ = try await run("rm", ["-rf", "--", path.string])
    return result
  } catch {
    _ = try? await run("chmod", ["-R", "u+rwX", path.string])
    _ = try? await run("rm", ["-rf", "--", path.string])
    throw error
  }
}

private func makeScratchFolder() throws -> FilePath {
  // Short, for a unix socket's path has to fit below it.
  var template = Array("/tmp/sky-test-XXXXXX".utf8CString)
  guard mkdtemp(&template) != nil else { throw Errno(rawValue: errno) }
  return FilePath(platformString: template)
}
