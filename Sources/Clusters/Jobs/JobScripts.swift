/// The node's side of jobs: POSIX sh, sent over standard input to `/bin/sh`, so that nothing of a job is
/// on a command line and it does not matter which login shell the user has.
///
/// A job's files on a node, in `~/.sky_node/jobs/CLUSTER/ID/RANK`, 0700:
///
///     token    names the job; the same token is never started twice
///     env      the environment, 0600, as `export` lines
///     setup    the user's scripts, as they are
///     run
///     runner   runs both, and notes how they end
///     ranks    how many ranks the job has
///     others   how to run `ending` where the other ranks are; absent where nodes cannot reach each other
///     ending   ends a rank because another failed
///     lock     held by the runner as long as it lives
///     pid      PID PGID BORN of the runner; born tells it from a later process of that number
///     claim    CPUS MIB GPUS that it takes of the node; absent when it asks for nothing
///     turn     the numbers of its GPUs: it has had its turn
///     started  when it had its turn, seconds since 1970
///     phase    setup or run
///     run.log  what both printed
///     workdir  its own copy of the workdir, when it was asked for
///     cancel   who wanted it to end: user, or rank-N
///     exit     PHASE CODE SECONDS OOM: how it ended
///
/// Each appears by rename, whole or not at all. Answers are lines `M word…`, M random, so that a chatty
/// login shell disturbs nothing.
enum JobScripts {
  /// `born PID` prints what tells this process from a later one of the same number, nothing for a dead
  /// one; `alive FOLDER` asks whether that job's runner lives. A function that reads or prints runs in a
  /// subshell, for variables of sh belong to the whole script.
  static let common = #"""
    say() { printf '\n%s %s\n' "$M" "$*"; }
    put() { printf '%s\n' "$2" >"$1.$$.new" && mv -f "$1.$$.new" "$1"; }
    born() (
    if [ -r "/proc/$1/stat" ]; then
    IFS= read -r q <"/proc/$1/stat" 2>/dev/null || exit 1
    set -- ${q##*") "}
    case $1 in Z|X) exit 1;; esac
    shift 19
    b=; [ -r /proc/sys/kernel/random/boot_id ] && read -r b </proc/sys/kernel/random/boot_id
    printf '%s' "$1.$b"
    elif [ ! -d /proc/self ]; then
    ps -o lstart= -p "$1" 2>/dev/null | tr -d ' '
    fi
    )
    alive() {
    p= g= o=
    [ -r "$1/pid" ] && read -r p g o <"$1/pid" && plain "$p" && plain "$g" &&
    [ "$o" ] && [ "$o" = "$(born "$p")" ]
    }
    size() ( if [ -f "$1/run.log" ]; then wc -c <"$1/run.log" | tr -d ' '; else echo 0; fi )
    word() ( w=; [ -r "$1" ] && read -r w <"$1"; printf '%s' "${w:--}" )
    status() (
    a=0; alive "$1" && a=1
    w=0; [ -d "$1/workdir" ] && w=1
    e=$(word "$1/exit"); [ "$e" = - ] && e='- - - -'
    printf '%s %s %s %s %s %s %s' $a "$(word "$1/phase")" "$(word "$1/started")" "$e" \
    "$(word "$1/cancel")" "$(size "$1")" $w
    )
    # A number that kill may get: 0, 1 and what begins with - would mean whole crowds.
    plain() { case $1 in ""|*[!0-9]*|0*|1) return 1;; esac; }

    """#

  /// Makes J.new ready, says so, and starts on the word `go`: all nodes of a job are ready before one starts.
  static let prepare = #"""
    umask 077
    if [ "$(cat "$J/token" 2>/dev/null)" = "$T" ]; then
    say ready
    IFS= read -r go
    say started
    exit 0
    fi
    if alive "$J"; then say taken; exit 1; fi
    trap 'rm -rf "$J.new"' EXIT
    rm -rf "$J.new"
    mkdir -p "${J%/*}" && mkdir "$J.new" && put "$J.new/token" "$T" && : >"$J.new/run.log" || exit 1
    # A copy that shares what it can: a sync replaces files, it does not write into them.
    copy() {
    w=$HOME/sky_workdir
    cp -ax --reflink=always "$w" "$1" 2>/dev/null && return
    for how in -ac -alx -al -ax -a; do
    rm -rf "$1"
    if [ $how = -a ]; then cp $how "$w" "$1"; else cp $how "$w" "$1" 2>/dev/null; fi && return
    done
    }
    if [ "$C" = 1 ] && [ -d "$HOME/sky_workdir" ]; then copy "$J.new/workdir" || exit 1; fi

    """#

  static let begin = #"""
    say ready
    IFS= read -r go || exit 1
    [ "$go" = go ] || exit 1
    trap - EXIT
    umask "$U"
    # A background job of a shell would have SIGINT ignored for ever: let setsid do it where it can.
    launch() {
    if setsid -f true 2>/dev/null; then setsid -f "$@"
    elif command -v setsid >/dev/null 2>&1; then setsid "$@" &
    else nohup "$@" & fi
    }
    # Ends as soon as the runner has closed its output: then it is registered.
    registered=$(launch /bin/sh "$J.new/runner" "$J" </dev/null 2>&1)
    if [ "$registered" = registered ]; then say started; exit 0; fi
    printf '%s\n' "$registered" >&2
    exit 1

    """#

  /// The same where rank 0 starts a program that starts the runners on all nodes: each node waits for its own.
  static let beginSpread = #"""
    say ready
    IFS= read -r go || exit 1
    [ "$go" = go ] || exit 1
    trap - EXIT
    umask "$U"
    L=${J%/*}/spread.log
    if [ "$K" = 0 ]; then
    rm -f "$L"
    s='/bin/sh "$1.new/spread" "${1%/*}" >>"$2" 2>&1; echo "ended with $?" >>"$2"'
    if setsid -f true 2>/dev/null; then setsid -f /bin/sh -c "$s" sh "$J" "$L" </dev/null >/dev/null 2>&1
    else nohup /bin/sh -c "$s" sh "$J" "$L" </dev/null >/dev/null 2>&1 & fi
    fi
    n=1200
    until [ -f "$J/pid" ] && [ "$(word "$J/token")" = "$T" ]; do
    n=$((n-1))
    if [ $n = 0 ] || grep -qs '^ended with ' "$L"; then cat "$L" >&2; exit 1; fi
    sleep 0.1 2>/dev/null || { sleep 1; n=$((n-9)); }
    done
    say started
    exit 0

    """#

  /// The runner's own text: `$1` is the job's folder, in which `.new` still has to be dropped from its name.
  static let runner = #"""
    J=$1
    D=$1.new
    export SKYPILOT_NUM_GPUS_PER_NODE SKYPILOT_SETUP_NUM_GPUS_PER_NODE
    exec 9>>"$D/lock"
    command -v flock >/dev/null 2>&1 && flock 9 2>/dev/null
    o=$(born $$)
    g=$(ps -o pgid= -p $$ 2>/dev/null | tr -d ' ')
    if [ -r /proc/$$/stat ]; then
    IFS= read -r q </proc/$$/stat
    set -- ${q##*") "}
    g=$3
    fi
    capacity
    put "$D/pid" "$$ ${g:-$$} ${o:--}" && put "$D/started" "$(date +%s)" || exit 1
    if [ -e "$J" ]; then rm -rf "$J" || exit 1; fi
    mv "$D" "$J" || exit 1
    echo registered
    exec >>"$J/run.log" 2>&1
    # What the job does with a signal is its own affair; the runner has to outlive it to note the end.
    trap : TERM INT HUP QUIT
    shell=/bin/sh
    [ -x /bin/bash ] && shell=/bin/bash
    kills() { sed -n 's/^oom_kill //p' /proc/vmstat 2>/dev/null; }
    # What a job wrote to a mounted bucket has to be there before the job is called done.
    finish() {
    f=$HOME/.sky_node/mounts/flush
    if [ -x "$f" ] && ! "$f"; then
    echo "sky: files in a mounted bucket could not be uploaded; they stay on this node"
    [ "$2" = 0 ] && set -- "$1" 74
    fi
    # Secrets are in it, and nothing is run any more.
    rm -f "$J/env"
    oom=0
    [ "$(kills)" = "$before" ] || oom=1
    put "$J/exit" "$1 $2 $(date +%s) $oom"
    exec 9>&-
    if [ "$2" != 0 ] && [ ! -e "$J/cancel" ] && [ -f "$J/others" ]; then
    /bin/sh "$J/others" "$J" "$J/ending" </dev/null >"$J/others.log" 2>&1
    fi
    exit 0
    }
    phase() {
    [ -f "$J/$1" ] || return 0
    put "$J/phase" "$1"
    /bin/sh -c '. "$1/env"; exec "$2" "$1/$3"' sh "$J" "$shell" "$1" 9>&-
    code=$?
    [ $code = 0 ] || finish "$1" $code
    }
    before=$(kills)
    turn
    if [ -d "$J/workdir" ]; then cd "$J/workdir" || finish setup 73
    else mkdir -p "$HOME/sky_workdir" && cd "$HOME/sky_workdir" || finish setup 73
    fi
    phase setup
    # A setup may take TERM well and end with 0: the job ends all the same.
    [ -e "$J/cancel" ] && finish run 143
    phase run
    finish run 0

    """#

  /// One line for each job and rank.
  static let list = #"""
    say now "$(date +%s)"
    for d in "$B"/*/*; do
    case $d in *.new) continue;; esac
    [ -f "$d/token" ] || continue
    r=${d##*/}; i=${d%/*}; i=${i##*/}
    say job "$i" "$r" "$(status "$d")"
    done
    say end

    """#

  /// Standard output: `M log OFFSET`, then bytes of the log from there. Standard error: `M end STATUS`.
  /// Following ends when the client shuts standard input, or goes away. Each word `there` is answered with
  /// `M here` on standard error as long as all of it works: killed in part, it would be silent for ever.
  static let follow = #"""
    L=$J/run.log
    if [ ! -f "$L" ]; then say none; exit 0; fi
    s=$(size "$J")
    if [ "$N" ]; then
    k=$(head -c "$s" "$L" | tail -n "$N" | wc -c)
    O=$((s-k))
    fi
    [ "$O" -gt "$s" ] && O=$s
    say log "$O"
    report() { say end "$(status "$J")" >&2; }
    if [ "$F" = 0 ]; then
    tail -c +$((O+1)) "$L" | head -c $((s-O))
    report
    exit 0
    fi
    tail -c +$((O+1)) -f "$L" 2>/dev/null &
    t=$!
    # The runner's lock is free the moment it ends, however it ends: nobody has to keep asking.
    ended() { [ -e "$J/exit" ] || ! alive "$J"; }
    (
    f=
    trap '[ "$f" ] && kill $f 2>/dev/null; exit 0' TERM
    until ended; do
    if command -v flock >/dev/null 2>&1; then
    flock -s "$J/lock" true 2>/dev/null & f=$!
    wait $f
    fi
    ended || sleep 0.2 2>/dev/null || sleep 1
    done
    report
    [ "$(born $$)" ] || kill $t 2>/dev/null
    ) &
    w=$!
    tb=$(born $t) wb=$(born $w)
    while IFS= read -r word && [ "$word" = there ]; do
    [ "$(born $t)" = "$tb" ] || break
    if [ "$(born $w)" != "$wb" ]; then ended || break; report; fi
    say here >&2
    done
    kill $t $w 2>/dev/null
    exit 0

    """#

  /// Ends a job with all its processes: those of its group and, where they went elsewhere, those that have
  /// its id in their environment. Only a living runner's group is its own for sure.
  static let cancel = #"""
    if [ ! -f "$J/token" ]; then say none; exit 0; fi
    T=$(word "$J/token")
    if [ "$ONLY" ] && [ "$ONLY" != "$T" ]; then say none; exit 0; fi
    if [ -e "$J/exit" ] && [ ! -e "$J/cancel" ]; then say done "$(status "$J")"; exit 0; fi
    [ -e "$J/cancel" ] || put "$J/cancel" "$R"
    # Both variables whole: an id may begin with another's, and a machine may have several ranks.
    members() (
    [ -d /proc/self ] || exit 0
    for e in $(grep -lsF "SKYPILOT_TASK_ID=$T" /proc/[0-9]*/environ); do
    m=${e#/proc/}; m=${m%/environ}
    v=$(tr '\0' '\n' <"$e" 2>/dev/null |
    grep -cxF -e "SKYPILOT_TASK_ID=$T" -e "SKYPILOT_NODE_RANK=$K")
    [ "$v" = 2 ] || continue
    plain "$m" && born "$m" >/dev/null && echo "$m"
    done
    )
    left() { alive "$J" || [ "$(members)" ]; }
    strike() {
    all=$(members)
    if [ "$2" = group ] && alive "$J"; then kill "-$1" "-$g" 2>/dev/null; fi
    for one in $all; do plain "$one" && kill "-$1" "$one" 2>/dev/null; done
    }
    await() {
    n=$1
    while left; do
    [ $n -gt 0 ] || return 1
    n=$((n-1))
    sleep 0.1 2>/dev/null || { sleep 1; n=$((n-9)); }
    done
    }
    strike TERM group
    if ! await $((G*10)); then
    # First all but the runner, which then notes how the job ended.
    if [ -d /proc/self ]; then strike KILL members; await 20 || strike KILL group
    else strike KILL group; fi
    await 20
    fi
    say done "$(status "$J")"

    """#

  /// `cancel` as a program of its own, for the ranks that another one ends: `$1` is the rank's folder, `$2`
  /// the rank that failed. One that is about to start is waited for.
  static let ending =
    common + #"""
      J=$1 K=${1##*/} R=rank-$2 G=10 ONLY= M=x
      n=300
      until [ -f "$J/pid" ] || [ $n = 0 ]; do
      n=$((n-1))
      sleep 0.1 2>/dev/null || { sleep 1; n=$((n-9)); }
      done

      """# + cancel

  /// Removes what rank K has of a cluster's jobs, and the folders that are empty then.
  static let remove = #"""
    for d in "$B"/*/"$K" "$B"/*/"$K.new"; do
    if [ -d "$d" ]; then
    [ "$K" != 0 ] || rm -f "${d%/*}/spread.log"
    rm -rf "$d"; rmdir "${d%/*}" 2>/dev/null
    fi
    done
    rmdir "$B" "${B%/*}" "${B%/*/*}" 2>/dev/null
    say done

    """#
}
