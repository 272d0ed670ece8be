import HostBook
import SkySync
import SystemPackage

/// Targets where the node's user may not write: made with `sudo -n`, so that only what is mounted becomes
/// the user's, never a folder above it.
struct OutsideHome {
  let node: ReachedNode
  let pairs: [SyncPair]

  /// The same result, or a better one where sudo helped; or why it could not.
  func mend(_ result: Result<SyncReport, any Error>) async -> Result<SyncReport, any Error> {
    guard let refused = refused(result) else { return result }
    do {
      return .success(try await push(refused, after: result))
    } catch {
      return .failure(error)
    }
  }

  /// The pairs that could not be written and may be helped; nil when there are none.
  func refused(_ result: Result<SyncReport, any Error>) -> [SyncPair]? {
    let failed: [[UInt8]]
    switch result {
    case .success(let report): failed = report.problems.map(\.path)
    case .failure(let error as SyncError) where error.code == .cannotWrite:
      failed = pairs.flatMap { [$0.target, Self.folder(of: $0.target)] }
    case .failure: return nil
    }
    let refused = pairs.filter { pair in
      let place = pair.shape == .contents ? pair.target : Self.folder(of: pair.target)
      return pair.target.first == UInt8(ascii: "/")
        && (failed.contains(place) || failed.contains(pair.target))
    }
    return refused.isEmpty ? nil : refused
  }

  /// Makes the places, sends once more what was refused, and adds that to what was done before.
  func push(
    _ refused: [SyncPair], after first: Result<SyncReport, any Error>
  ) async throws -> SyncReport {
    let ways = try await ways(for: refused)
    let again = zip(refused, ways).map { pair, way in way.isStaged ? staged(pair) : pair }
    var report = try await Push.run(again, to: node.host)
    for (pair, way) in zip(refused, ways) where way.isStaged { try await install(pair) }
    guard case .success(let before) = first else {
      // All that was refused was done; what failed besides comes out of the same words.
      if refused.count < pairs.count { _ = try first.get() }
      return report
    }
    let cured = Set(refused.flatMap { [$0.target, Self.folder(of: $0.target)] })
    report.source = before.source
    report.destination = before.destination
    report.add(before, without: cured)
    return report
  }

  private struct Way {
    /// The file goes to a folder of ours first, and is put in place by sudo.
    var isStaged: Bool
  }

  private func ways(for pairs: [SyncPair]) async throws -> [Way] {
    let list = pairs.map { (pair) -> String in
      let kind = pair.shape == .contents ? "d" : "f"
      return "prepare \(kind) \(ShellText.quoted(String(decoding: pair.target, as: UTF8.self)))\n"
    }.joined()
    let lines = try await run(Self.prepare + list)
    guard lines.count == pairs.count else {
      throw SyncError(.badAnswer, node.alias, "the node did not say whether sudo can be used")
    }
    var ways: [Way] = []
    for (pair, line) in zip(pairs, lines) {
      guard line.word != "fail" else {
        let target = String(decoding: pair.target, as: UTF8.self)
        throw WorkflowError(
          .cannotWrite, "\(node.alias):\(target)", line.text,
          advice: "Choose a target below ~, make the folder there and give it to the user, "
            + "or let the user run sudo without a password.")
      }
      ways.append(Way(isStaged: line.word == "stage"))
    }
    return ways
  }

  private func staged(_ pair: SyncPair) -> SyncPair {
    var staged = pair
    staged.shape = .file
    staged.target = Array(Self.stage(of: pair).utf8)
    staged.manifest = nil
    return staged
  }

  private func install(_ pair: SyncPair) async throws {
    let target = String(decoding: pair.target, as: UTF8.self)
    let into = pair.shape == .fileOrInto ? pair.source.lastComponent?.string ?? "" : ""
    let words = [Self.stage(of: pair), target, into].map { ShellText.quoted($0) }
    let lines = try await run(Self.install + "install \(words.joined(separator: " "))\n")
    if lines.last?.word != "installed" {
      throw WorkflowError(
        .cannotWrite, "\(node.alias):\(target)", lines.last?.text ?? "sudo gave no answer")
    }
  }

  private func run(_ body: String) async throws -> [NodeAnswer.Line] {
    let script = "main() {\n\(body)}\nmain </dev/null\nexit\n"
    return try await NodeShell.run(Array(script.utf8), on: node.host)
  }

  private static func folder(of target: [UInt8]) -> [UInt8] {
    guard let slash = target.lastIndex(of: UInt8(ascii: "/")), slash > 0 else { return [0x2f] }
    return Array(target[..<slash])
  }

  /// Below the home, by the digest of the target.
  private static func stage(of pair: SyncPair) -> String {
    "~/.sky_node/outside/\(String(decoding: SHA1.hexDigest(pair.target), as: UTF8.self))"
  }

  private static let common: String = #"""
    PATH=$PATH:/usr/bin:/bin:/usr/sbin:/sbin
    LC_ALL=C
    umask 022
    say() { printf '::sky %s %s\n' "$1" "$2"; }
    me=$(id -u):$(id -g)
    may() { sudo -n true 2>/dev/null; }

    """#

  /// Says, for each target in turn, `ready`, `stage` or `fail WORDS`.
  private static let prepare: String =
    common + #"""
      above() {
        up=$1
        while [ ! -e "$up" ]; do up=${up%/*}; up=${up:-/}; done
      }
      prepare() {
        p=$2
        [ "$1" = d ] || { p=${2%/*}; p=${p:-/}; }
        above "$p"
        [ -d "$up" ] || { say fail "$up is no folder"; return; }
        if [ -d "$p" ] && [ -w "$p" ]; then say ready ''; return; fi
        if [ "$1" = d ] && [ -d "$p" ] && [ "$(ls -A -- "$p" 2>&1)" ]; then
          say fail "$p belongs to $(stat -c %U -- "$p" 2>/dev/null || echo another user) and is not empty"
          return
        fi
        if [ -d "$up" ] && [ -w "$up" ] && [ "$up" != "$p" ]; then say ready ''; return; fi
        may || { say fail "$(id -un) may not write in $up, and sudo is not there or asks for a password"
          return; }
        case $1 in
          d) words=$( { [ -d "$p" ] || sudo -n mkdir -p -- "$p"; } 2>&1 &&
              sudo -n chown -- "$me" "$p" 2>&1) && say ready '' || say fail "$p: $words" ;;
          f) words=$( { [ -d "$p" ] || sudo -n mkdir -p -- "$p"; } 2>&1) &&
              say stage '' || say fail "$p: $words" ;;
        esac
      }

      """#

  /// The file appears whole, with its mode and as the user's own.
  private static let install: String =
    common + #"""
      install() {
        from=$HOME/${1#'~/'} to=$2
        if [ -d "$to" ] && [ ! -L "$to" ]; then
          [ "$3" ] || { say fail "$to is a folder there"; return; }
          to=$to/$3
        fi
        if [ ! -L "$to" ] && cmp -s "$from" "$to" &&
          [ "$(stat -c '%a %u' "$from")" = "$(stat -c '%a %u' "$to")" ]; then
          say installed ''
          return
        fi
        new=${to%/*}/.sky-new.$$
        words=$( { sudo -n cp -p -- "$from" "$new" && sudo -n chown -- "$me" "$new" &&
          sudo -n mv -f -- "$new" "$to"; } 2>&1) && say installed '' || say fail "$to: $words"
      }

      """#
}

extension SyncReport {
  /// Adds another push to the same node, without its problems at `paths`.
  mutating func add(_ other: SyncReport, without paths: Set<[UInt8]>) {
    addWork(of: other)
    filesUnchanged += other.filesUnchanged
    seconds += other.seconds
    problems += other.problems.filter { !paths.contains($0.path) }
    notices += other.notices
  }
}
