/// Ends a node that has nothing to do: a small watcher in POSIX sh on the node itself.
///
/// Its files are `~/.sky_node/autostop/CLUSTER` (a token: a watcher whose token is not there any more
/// ends) and `CLUSTER.watch`, the watcher.
enum AutostopScript {
  /// `C` is the cluster, `T` the token, `L` the idle seconds; below 0 the watcher is ended.
  static let begin = #"""
    umask 077
    F=$HOME/.sky_node/autostop/$C
    rm -f "$F" "$F.watch"
    [ "$L" -ge 0 ] || { rmdir "${F%/*}" 2>/dev/null; say off; exit 0; }
    mkdir -p "${F%/*}" && put "$F" "$T" || exit 1

    """#

  static let end = #"""
    if setsid -f true 2>/dev/null; then
    setsid -f /bin/sh "$F.watch" "$F" "$T" "$L" "$B" "$W" "$H" "$P" </dev/null >/dev/null 2>&1
    else nohup /bin/sh "$F.watch" "$F" "$T" "$L" "$B" "$W" "$H" "$P" </dev/null >/dev/null 2>&1 &
    fi
    say on

    """#

  /// Preceded by a function `others_busy`, followed by what ends the node. A worker (it has a head's address) ends when the head has ended.
  static let watcher = #"""
    F=$1 T=$2 L=$3 B=$4 W=$5 H=$6 P=$7
    shell_is_open() {
    for p in /proc/[0-9]*; do
    [ -O "$p" ] && tr '\0' ' ' <"$p/cmdline" 2>/dev/null | grep -q '^sshd[a-z-]*: [^ ]*@' && return 0
    done
    return 1
    }
    busy() {
    [ "$W" != none ] || return 1
    for d in "$B"/*/*; do
    [ -f "$d/token" ] && [ ! -e "$d/exit" ] && alive "$d" && return 0
    done
    [ "$W" = jobs_and_ssh ] && shell_is_open
    }
    head_is_there() {
    [ "$H" ] || return 1
    [ -x /bin/bash ] || return 0
    /bin/bash -c 'exec 3<>"/dev/tcp/$1/$2"' sh "$H" "$P" 2>/dev/null
    }
    [ -z "$H" ] || L=3
    step=10
    [ "$L" -ge 10 ] || step=1
    idle=0
    while sleep $step; [ "$(cat "$F" 2>/dev/null)" = "$T" ]; do
    if busy || head_is_there; then idle=0; continue; fi
    idle=$((idle+step))
    [ $idle -ge "$L" ] || continue
    if [ "$W" != none ] && others_busy; then idle=0; continue; fi
    f=$HOME/.sky_node/mounts/flush
    if [ -x "$f" ] && ! "$f"; then idle=0; continue; fi
    rm -f "$F" "$F.watch"
    break
    done
    [ $idle -ge "$L" ] && [ $idle -gt 0 ] || exit 0

    """#
}
