import SkySync

/// What is done on a machine when a cluster gets it, and when the cluster gives it back.
///
/// While a cluster has it, `~/.sky_node/held/CLUSTER-INCARNATION-RANK` is there and says whose
/// `~/sky_workdir` is: `ours` when there was none before, else `theirs`; beside it, in `….made`, stand the
/// paths of file mounts that were not there before.
enum PoolScripts {
  struct Claim: Equatable, Sendable {
    /// The address by which the machine was reached, as its own sshd sees it; nil when it does not say.
    var address: String?
    /// The same for machines that share a home.
    var home: String
  }

  /// Marks the machine as ours; repeated, it changes nothing.
  static func claim(_ mark: String, on host: any CommandHost) async throws(SyncError) -> Claim {
    let answers = try await NodeScript.answers(
      claimBody, settings: [("K", ShellText.quoted(mark))], on: host)
    guard let answer = answers.last, answer.first == "held", answer.count > 1 else {
      throw SyncError(
        .cannotWrite, host.name, "cannot make ~/.sky_node there",
        advice: "see what `ssh \(host.name) mkdir -p .sky_node` says")
    }
    return Claim(address: answer.count > 2 ? answer[2] : nil, home: answer[1])
  }

  /// Notes which of these paths are not there yet: those go with the cluster, what was there stays.
  static func announce(
    _ targets: [String], _ mark: String, on host: any CommandHost
  ) async throws(SyncError) {
    let words = targets.filter { !$0.contains("\n") }.map(ShellText.quoted).joined(separator: " ")
    let answers = try await NodeScript.answers(
      "set -- \(words)\n" + announceBody, settings: [("K", ShellText.quoted(mark))], on: host)
    guard answers.last?.first == "noted" else {
      throw SyncError(.cannotWrite, host.name, "cannot write to ~/.sky_node there")
    }
  }

  private static let announceBody = #"""
    L=$HOME/.sky_node/held/$K.made
    touch "$L" || exit 1
    for t do
    case $t in "~") continue;; "~/"*) t=$HOME/${t#"~/"};; esac
    [ -e "$t" ] || [ -L "$t" ] && continue
    # The highest folder that has to be made, for it is made with the others.
    while u=${t%/*}; [ "$u" ] && [ ! -e "$u" ]; do t=$u; done
    [ "$t" = "$HOME/sky_workdir" ] && continue
    grep -qxF -e "$t" "$L" || printf '%s\n' "$t" >>"$L" || exit 1
    done
    say noted

    """#

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
    case $f in *.made|*.leaving|*/id) continue;; esac
    [ -f "$f" ] && [ "$(cat "$f")" = ours ] && w=ours
    done
    fi
    put "$H/$K" "$w" || exit 1
    fi
    # Whoever is first names the home; NFS keeps the promise of noclobber, too.
    ( set -C; echo "$M" >"$H/id" ) 2>/dev/null
    until [ -s "$H/id" ]; do sleep 1; done
    set -- ${SSH_CONNECTION:-}
    say held "$(cat "$H/id")" ${3:-}

    """#

  private static let releaseBody = #"""
    N=$HOME/.sky_node
    H=$N/held
    # First out of the way of others who share the home and leave at the same time.
    [ -f "$H/$K" ] && { mv -f "$H/$K" "$H/$K.leaving" || exit 1; }
    w=$(cat "$H/$K.leaving" 2>/dev/null)
    # Never into what is mounted there, a bucket above all: that is not ours to empty.
    wipe() {
    [ -e "$1" ] || [ -L "$1" ] || return 0
    find "$1" -xdev -type d ! -perm -700 -exec chmod u+rwx {} \; 2>/dev/null
    find "$1" -xdev ! -type d -exec rm -f {} + 2>/dev/null
    find "$1" -xdev -depth -type d -exec rmdir {} + 2>/dev/null
    [ ! -e "$1" ] && [ ! -L "$1" ]
    }
    if [ -f "$H/$K.made" ]; then
    while IFS= read -r t; do wipe "$t" || exit 1; done <"$H/$K.made"
    fi
    others=
    for f in "$H"/*; do
    case $f in *.made|*.leaving|*.new|*/id) ;; *) [ -f "$f" ] && others=1;; esac
    done
    if [ ! "$others" ]; then
    if [ "$w" = ours ]; then wipe "$HOME/sky_workdir" || exit 1; fi
    # A sync that was killed may have left its staging folder.
    for d in "$HOME"/.sky-staging."$(uname -n)".*; do
    [ -d "$d" ] && [ ! -L "$d" ] || continue
    q=${d##*/.sky-staging."$(uname -n)".}; q=${q%%.*}
    plain "$q" && kill -0 "$q" 2>/dev/null || rm -rf "$d"
    done
    # Only what is ours by name: a folder that is still mounted is never walked into.
    rm -rf "$N/sync" "$N/bin" "$N/held" || exit 1
    rmdir "$N/jobs" "$N/mounts" "$N" 2>/dev/null
    else
    rm -f "$H/$K".* || exit 1
    fi
    say free

    """#
}
