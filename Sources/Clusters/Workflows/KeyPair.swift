import HostBook
import SystemPackage

/// A cluster's own ed25519 key pair: `PATH` (0600) and `PATH.pub`.
enum KeyPair {
  /// Makes the pair unless both halves are there; a half one is made anew.
  static func ensure(at path: FilePath, comment: String) throws(WorkflowError) {
    let folder = path.removingLastComponent()
    do throws(Errno) {
      if try exists(path), try exists(publicHalf(path)) { return }
      try FileSystem.makeFolder(folder)
    } catch {
      throw WorkflowError(.cannotWrite, folder.string, "cannot make a key there: \(error)")
    }
    remove(at: path)
    // ssh-keygen writes the private half 0600 whatever the umask is.
    let arguments = ["-q", "-t", "ed25519", "-N", "", "-C", comment, "-f", path.string]
    let reason: String
    do throws(Errno) {
      let result = try Program.run(["ssh-keygen"] + arguments)
      if result.status == 0 { return }
      reason = String(decoding: result.errorOutput, as: UTF8.self)
    } catch {
      reason = "\(error)"
    }
    throw WorkflowError(
      .toolFailed, "ssh-keygen", "cannot make the key \(path): \(reason)",
      advice: "It comes with the package openssh-client.")
  }

  /// Removes both halves; none is no error.
  static func remove(at path: FilePath) {
    for half in [path, publicHalf(path)] { _ = try? FileSystem.unlink(half) }
  }

  private static func publicHalf(_ path: FilePath) -> FilePath { FilePath(path.string + ".pub") }

  private static func exists(_ path: FilePath) throws(Errno) -> Bool {
    try FileSystem.status(path) != nil
  }
}
