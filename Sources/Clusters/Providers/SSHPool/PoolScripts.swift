import SkySync

/// What is done on a machine when a cluster gets it, and when the cluster gives it back.
///
/// While a cluster has it, `~/.sky_node/held/CLUSTER-INCARNATION-RANK` is there and says whose
/// `~/sky_workdir` is: `ours` when there was none before, else `theirs`.
enum PoolScripts {
  struct Claim: Equatable, Sendable {
    /// The address by which the machine was reached, as its own sshd sees it; nil when it does not say.
    var address: String?
  }

  /// Marks the machine as ours; repeated, it changes nothing.
  static func claim(_ mark: String, on host: any CommandHost) async throws(SyncError) -> Claim {
    let answers = try await NodeScript.answers(
      claimBody, settings: [("K", ShellText.quoted(mark))], on: host)
    guard let answer = answers.last, answer.first == "held" else {
      throw SyncError(
        .cannotWrite, host.name, "cannot make ~/.sky_node there",
        advice: "see what `ssh \(host.name) mkdir -p .sky_node` says")
    }
    return Claim(address: answer.count > 1 ? answer[1] : nil)
  }

  /// Takes away all that a cluster has put there, but no file of the user's: a workdir that was there
  /// before stays as it is.
  static func release(_ mark: String, on host: any CommandHost) async throws(SyncError) {
    let answers = try await NodeScript.answers(
      releaseBody, settings: [("K", ShellText.quoted(mark))], on: host)
    guard answers.last?.first == "free" else {
      throw SyncError(
        .cannotWrite, host.name, "what the cluster left there cannot be removed",
        advice: "see what `ssh \(host.name) ls -la .sky_node sky_workdir` says")
    }
  }

  /// Ends what jobs that have ended left running.
  static func endStrays(of cluster: String, on host: any CommandHost) async throws(SyncError) {
    _ = try await NodeScript.answers(
      strayBody, settings: [("B", JobPlace.folder(cluster))], on: host)
  }

  private static let strayBody = #"""
    strays() (
    [ -d /proc/self ] || exit 0
    for f in "$B"/*/*/token; do
    [ -f "$f" ] && [ -e "${f%/*}/exit" ] || continue
    v=SKYPILOT_TASK_ID=$(cat "$f")
    for e in $(grep -lsF "$v" /proc/[0-9]*/environ); do
    m=${e#/proc/}; m=${m%/environ}
    tr '\0' '\n' <"$e" 2>/dev/null | grep -qxF "$v" || continue
    plain "$m" && born "$m" >/dev/null && echo "$m"
    done
    done
    )
    n=20
    for one in $(strays); do kill -TERM "$one" 2>/dev/null; done
    while [ $n -gt 0 ] && [ "$(strays)" ]; do
    n=$((n-1)); sleep 0.1 2>/dev/null || { sleep 1; n=$((n-9)); }
    done
    for one in $(strays); do kill -KILL "$one" 2>/dev/null; done
    say done

    """#

  private static let claimBody = #"""
    umask 077
    H=$HOME/.sky_node/held
    mkdir -p "$H" || exit 1
    if [ ! -s "$H/$K" ]; then
    w=ours
    # Another cluster of a shared home may have made the folder a moment ago.
    if [ -e "$HOME/sky_workdir" ]; then
    w=theirs
    for f in "$H"/*; do
    [ -f "$f" ] && [ "$(cat "$f")" = ours ] && w=ours
    done
    fi
    put "$H/$K" "$w" || exit 1
    fi
    set -- ${SSH_CONNECTION:-}
    say held ${3:-}

    """#

  private static let releaseBody = #"""
    N=$HOME/.sky_node
    H=$N/held
    w=
    [ -f "$H/$K" ] && w=$(cat "$H/$K")
    rm -f "$H/$K" "$H/$K.new" || exit 1
    others=
    for f in "$H"/*; do [ -f "$f" ] && others=1; done
    if [ ! "$others" ]; then
    if [ "$w" = ours ]; then
    chmod -R u+rwx "$HOME/sky_workdir" 2>/dev/null
    rm -rf "$HOME/sky_workdir" || exit 1
    fi
    # A sync that was killed may have left its staging folder.
    for d in "$HOME"/.sky-staging."$(uname -n)".*; do
    [ -d "$d" ] && [ ! -L "$d" ] || continue
    q=${d##*/.sky-staging."$(uname -n)".}; q=${q%%.*}
    plain "$q" && kill -0 "$q" 2>/dev/null || rm -rf "$d"
    done
    # Only what is ours by name: a folder that is still mounted is never walked into.
    rm -rf "$N/sync" "$N/bin" "$N/held" || exit 1
    rmdir "$N/jobs" "$N/mounts" "$N" 2>/dev/null
    fi
    say free

    """#
}
