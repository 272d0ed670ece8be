import Support
import SystemPackage
import Testing

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// The real program, killed before each system call by which it touches what is ours, or told there that
/// the disk is full or the file is not its own.
///
/// strace(1) counts the calls of each thread for itself, so that a fault may also meet the `ssh -G` by
/// which a new book is proved: one more way in which nothing may break.
@Suite(.serialized) struct HostsFaultTests {
  /// What is done to a home with hosts `keep` and `spare` and a config of the user's own.
  enum Action: String, CaseIterable, Sendable {
    case first, add, remove, install, inline, uninstall

    var command: String {
      switch self {
      case .first, .add: "add new 192.0.2.3 --host-key host.pub"
      case .remove: "remove spare"
      case .install: "install"
      case .inline: "install --inline"
      case .uninstall: "uninstall"
      }
    }

    /// Makes the home that the action finds, in an empty folder.
    var preparation: String {
      let hosts = """
        mkdir -m 700 .ssh; printf 'Host *\\n  User mallory\\n' > .ssh/config; chmod 600 .ssh/config
        sky hosts add keep 192.0.2.1 --host-key host.pub &&
        sky hosts add spare 192.0.2.2 --host-key host.pub
        """
      return switch self {
      case .first: ":"
      case .add, .remove, .uninstall: hosts
      case .install, .inline: hosts + " && sky hosts uninstall"
      }
    }
  }

  /// Not every machine has every call under its own name, hence the question marks.
  static let traced = [
    "open", "openat", "mkdir", "mkdirat", "write", "pwrite64", "fsync", "rename", "renameat",
    "renameat2", "link", "linkat", "unlink", "unlinkat", "rmdir", "chmod", "fchmod", "fchmodat",
    "fchown", "flock",
  ].map { "?\($0)" }.joined(separator: ",")

  /// Makes the folders `old` and `new`, and traces the action from the one to the other.
  static let prepare = """
    put() { mkdir "$1"; for part in .sky .ssh; do [ ! -e $part ] || cp -a $part "$1"; done; }
    ssh-keygen -q -t ed25519 -N '' -f host
    eval "$1" && put old &&
    strace -f -y -qq -o trace -e "trace=$2" sky hosts $3 && put new
    """

  /// `$1` is the action, `$2` are the calls, and all that follow are faults; prints what went wrong.
  static let tryEach = """
    action=$1; traced=$2; shift 2
    files='.sky/ssh_config .sky/known_hosts .ssh/config'
    same() { if [ -e "$1" ]; then cmp -s "$1" "$2"; else [ ! -e "$2" ]; fi; }
    for fault in "$@"; do
      rm -rf .sky .ssh; cp -a old/. .
      strace -f -qq -o /dev/null -e "trace=$traced" -e "inject=$fault" sky hosts $action > out 2>&1
      status=$?
      for file in $files; do
        same $file new/$file && continue
        [ $status != 0 ] || echo "$fault: success, but not of $file"
        same $file old/$file || echo "$fault: $file is neither old nor new"
      done
      # 64 and 1: it was ssh that met the fault, and did not prove the book; 127: it was the loader.
      case $fault:$status in *SIGKILL*:137|*error*:73|*:64|*:1|*:127|*:0) ;;
        *) echo "$fault: code $status: $(cat out)" ;;
      esac
      if [ -e old/.sky ]; then
        ssh -F .sky/ssh_config -G keep 2>&1 | grep -qx 'hostname 192.0.2.1' || echo "$fault: keep?"
        ssh -G keep > /dev/null 2>&1 || echo "$fault: ssh cannot read the config"
      fi
      sky hosts add next 192.0.2.9 --accept-new > out 2>&1 || echo "$fault: next: $(cat out)"
      ssh -G next 2>&1 | grep -qx 'hostname 192.0.2.9' || echo "$fault: next is not there"
      for part in .sky .ssh; do ls -A $part | grep '[.]tmp$' && echo "$fault: leftovers"; done
    done
    echo "tried $#"
    """

  @Test(arguments: Action.allCases)
  func `each file is the old or the new one, and the next change works`(action: Action)
    async throws
  {
    let isLong = getenv("SKY_FUZZ_CASES") != nil
    try await withSkyRoom(hasNodes: false) { room in
      try await room.good(Self.prepare, [action.preparation, Self.traced, action.command])
      let points = try await points(in: room)
      try #require(points.count > 10, "\(points)")
      let faults = points.flatMap { point in
        ["signal=SIGKILL", "error=ENOSPC", "error=EACCES"].map {
          "\(point.call):\($0):when=\(point.count)"
        }
      }
      let chosen = isLong ? faults : faults.shuffled().suffix(6)
      let result = try await room.script(
        Self.tryEach, [action.command, Self.traced] + chosen)
      #expect(result.text == "tried \(chosen.count)\n", "\(chosen): \(result.errorText)")
    }
  }

  /// One system call in the life of a thread: the `count`th of its kind, from 1.
  private struct Point: Hashable {
    var call: String
    var count: Int
  }

  /// Where the traced program touched our files or the user's config.
  private func points(in room: SkyRoom) async throws -> [Point] {
    var counts: [String: Int] = [:]
    var points: Set<Point> = []
    for line in try await room.good("cat trace").split(separator: "\n") {
      // `PID call(arguments) = result`
      guard let thread = line.split(separator: " ").first, let open = line.firstIndex(of: "(")
      else { continue }
      let call = line[..<open].drop { $0 != " " }.drop { $0 == " " }
      guard !call.isEmpty, call.allSatisfy({ $0.isLetter || $0.isNumber }) else { continue }
      counts["\(thread) \(call)", default: 0] += 1
      if line.contains("\(room.home)/.sky") || line.contains("\(room.home)/.ssh") {
        points.insert(Point(call: String(call), count: counts["\(thread) \(call)"] ?? 1))
      }
    }
    return points.sorted { ($0.call, $0.count) < ($1.call, $1.count) }
  }
}
