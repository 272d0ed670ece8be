/// How a job waits for its turn on a node: a part of its runner there, in POSIX sh.
///
/// Jobs that ask for nothing start at once. The others start in the order of their numbers: when all
/// before them have started, and what those leave suffices. Each node decides for itself, by the same
/// order everywhere, so that no two jobs wait for each other. Where the ranks of a job share a home they see
/// each other, and none begins before all have their turn; other nodes know nothing of each other, so there
/// the ranks begin when their own turn comes. A node is asked for what it has at most: a
/// job that wants more than there is runs there alone.
enum TurnScript {
  static let text = #"""
    # Reads what the node has, fits the claim into it, and tells the task how many GPUs there are.
    capacity() {
    cpus=$(nproc 2>/dev/null || getconf _NPROCESSORS_ONLN 2>/dev/null)
    memory=
    if [ -r /proc/meminfo ]; then
    memory=$(sed -n 's/^MemTotal: *\([0-9]*\) kB$/\1/p' /proc/meminfo)
    memory=${memory:+$((memory/1024))}
    fi
    devices=
    if [ "${CUDA_VISIBLE_DEVICES-}" ]; then
    devices=$(printf '%s' "$CUDA_VISIBLE_DEVICES" | tr ',' ' ')
    elif command -v nvidia-smi >/dev/null 2>&1; then
    devices=$(nvidia-smi -L </dev/null 2>/dev/null | sed -n 's/^GPU \([0-9][0-9]*\):.*/\1/p' | tr '\n' ' ')
    fi
    gpus=$(count $devices)
    SKYPILOT_NUM_GPUS_PER_NODE=$gpus SKYPILOT_SETUP_NUM_GPUS_PER_NODE=$gpus
    [ -f "$D/claim" ] || return 0
    read -r c m n <"$D/claim"
    put "$D/claim" "$(least "$c" "${cpus:-0}") $(least "$m" "${memory:-$m}") $(least "$n" "$gpus")"
    }
    count() { echo $#; }
    least() { if [ "$1" -gt "$2" ]; then echo "$2"; else echo "$1"; fi; }
    # Prints the GPUs that this job may have; fails as long as it is not its turn.
    room() (
    mine=${J%/*}; mine=${mine##*/}
    read -r c m n <"$J/claim"
    c=$((cpus-c)) m=$((${memory:-0}-m)) taken=" "
    for d in "${J%/*/*}"/*/"${J##*/}"; do
    [ "$d" != "$J" ] && [ -f "$d/claim" ] && [ ! -e "$d/exit" ] && alive "$d" || continue
    i=${d%/*}; i=${i##*/}
    if [ ! -f "$d/turn" ]; then [ "$i" -gt "$mine" ] && continue; exit 1; fi
    read -r oc om on <"$d/claim"
    c=$((c-oc)) m=$((m-om))
    read -r devs <"$d/turn"
    taken="$taken$devs "
    done
    read -r oc om on <"$J/claim"
    [ "$oc" = 0 ] || [ $c -ge 0 ] || exit 1
    [ "$om" = 0 ] || [ $m -ge 0 ] || exit 1
    got=
    for g in $devices; do
    [ $n -gt 0 ] || break
    case $taken in *" $g "*) continue;; esac
    got="$got $g" n=$((n-1))
    done
    [ $n = 0 ] || exit 1
    echo $got
    )
    # Waits for the other ranks where all of them are in sight; one that has ended waits for nobody.
    peers() {
    n=0; [ -f "$J/ranks" ] && read -r n <"$J/ranks"
    r=0
    while [ $r -lt $n ]; do
    [ -d "${J%/*}/$r" ] || [ -d "${J%/*}/$r.new" ] || return 0
    r=$((r+1))
    done
    r=0
    while [ $r -lt $n ]; do
    until [ -e "${J%/*}/$r/turn" ] || [ -e "${J%/*}/$r/exit" ]; do
    [ -e "$J/cancel" ] && finish run 143
    sleep 0.3 2>/dev/null || sleep 1
    done
    r=$((r+1))
    done
    }
    turn() {
    [ -f "$J/claim" ] || return 0
    until own=$(room); do
    [ -e "$J/cancel" ] && finish run 143
    sleep 0.3 2>/dev/null || sleep 1
    done
    put "$J/turn" "$own"
    peers
    put "$J/started" "$(date +%s)"
    # Those that it asked for and no others; one that asked for none sees all.
    [ -z "$own" ] || { CUDA_VISIBLE_DEVICES=$(printf '%s' "$own" | tr ' ' ','); export CUDA_VISIBLE_DEVICES; }
    }

    """#
}
