/// The shell functions that every script on a node is made of. POSIX sh, coreutils and rclone; no bash.
///
/// On the node: `~/.sky_node/mounts/ID/` with `record` and `conf` (0600, sent through standard input),
/// `point` (the folder without links), `cache/`, `log`, `pid` and `rc` (rclone's control socket).
/// What is said to this machine are lines `::sky WORD TEXT` on standard output; all else is noise.
enum NodeLibrary {
  static let text = basics + places + mounts + uploads + operations

  private static let basics = #"""
    PATH=$PATH:/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin
    umask 077
    exec 3>&1
    node_root=$HOME/.sky_node
    mounts_root=$node_root/mounts
    tab=$(printf '\t')
    newline='
    '
    say() { printf '::sky %s %s\n' "$1" "$2"; }
    fail() { say fail "$1 $2"; exit 1; }

    # Variables of the node's user must not change what rclone does.
    for variable in $(env | sed -n -e 's/^\(AWS_[A-Za-z0-9_]*\)=.*/\1/p' \
      -e 's/^\(RCLONE_[A-Za-z0-9_]*\)=.*/\1/p'); do unset "$variable"; done
    unset GOOGLE_APPLICATION_CREDENTIALS
    # Else rclone makes a folder for a configuration in the home.
    RCLONE_CONFIG=
    export RCLONE_CONFIG

    find_rclone() {
      for rclone in "$node_root/bin/rclone" "$(command -v rclone)"; do
        [ -n "$rclone" ] && [ -x "$rclone" ] && "$rclone" --config "" version >/dev/null 2>&1 && return 0
      done
      fail no-rclone "$(uname -s) $(uname -m)"
    }

    """#

  private static let places = #"""
    # The folder named on this node: $target with ~ replaced.
    expand_target() {
      case $target in
        '~') target=$HOME ;;
        '~/'*) target=$HOME/${target#'~/'} ;;
      esac
    }

    # Makes a folder, with sudo where the user may not; only the folder itself then becomes the user's.
    make_folder() {
      [ -d "$1" ] && return 0
      words=$( (umask 022; mkdir -p -- "$1") 2>&1) && return 0
      if sudo -n mkdir -p -- "$1" 2>/dev/null; then
        sudo -n chown "$(id -u):$(id -g)" -- "$1" && return 0
      fi
      fail cannot-write "${words##*mkdir: }"
    }

    # $real: the absolute path of $1 without links; works for a dead mount, which cannot be entered.
    find_real() {
      if [ -L "$1" ]; then real=$(readlink -f -- "$1")
      else
        parent=$(dirname -- "$1")
        real=$(cd -P -- "$parent" 2>/dev/null && pwd -P) || real=$parent
        real=${real%/}/$(basename -- "$1")
      fi
    }

    # The folder of our files for the mount at $real.
    find_home() { home=$mounts_root/$(printf %s "$real" | sha256sum | cut -c 1-16); }

    # $state: none, live, dead, or foreign (a mount that is none of ours).
    find_state() {
      point=$(printf %s "$real" | sed -e 's/\\/\\134/g' -e 's/ /\\040/g' -e "s/$tab/\\\\011/g")
      state=none
      while read -r id parent device root place rest; do
        [ "$place" = "$point" ] || continue
        case $rest in *' - fuse.rclone '*) state=live ;; *) state=foreign ;; esac
      done </proc/self/mountinfo
      [ $state = live ] || return 0
      # A dead mount answers "Transport endpoint is not connected", a hung one nothing.
      timeout -k 1 10 stat -- "$real" >/dev/null 2>&1 || state=dead
    }

    """#

  private static let mounts = #"""
    unmounter() { command -v fusermount3 || command -v fusermount; }

    is_running() {
      pid=$(cat "$home/pid" 2>/dev/null) && [ -n "$pid" ] || return 1
      case $(cat "/proc/$pid/cmdline" 2>/dev/null | tr '\0' ' ') in
        *"$home/conf"*) return 0 ;;
      esac
      return 1
    }

    has_ended() {
      letter=$(cut -d ' ' -f 3 "/proc/$1/stat" 2>/dev/null)
      [ -z "$letter" ] || [ "$letter" = Z ]
    }

    clear_dead() {
      is_running && kill -9 "$pid"
      "$(unmounter)" -uz "$real" 2>/dev/null || umount -l "$real" 2>/dev/null || :
    }

    # The process ends by itself once its folder is unmounted.
    await_end() {
      turns=0
      while is_running && [ $turns -lt 100 ] && { [ $turns -lt 5 ] || is_unmounted; }; do
        turns=$((turns + 1))
        sleep 0.1
      done
    }
    is_unmounted() {
      find_state
      [ $state != live ]
    }

    last_error() {
      grep -E 'ERROR|Fatal|Failed|CRITICAL' "$home/log" 2>/dev/null | tail -n 1 |
        sed -e 's/^[0-9/]* [0-9:]* //'
    }

    # Options that this rclone is too old for are left out, and that is said.
    known_options() {
      help=$("$rclone" mount --help 2>/dev/null; "$rclone" help flags 2>/dev/null)
      for option in $mount_options; do
        case $help in
          *"${option%%=*} "*) printf '%s\n' "$option" ;;
          *) say note "this rclone does not know ${option%%=*}: left out" >&3 ;;
        esac
      done
    }

    # Mounts what $home/record says at $real; the process outlives this session.
    start_mount() {
      . "$home/record"
      IFS=$newline
      set -f
      set -- $(known_options)
      unset IFS
      set +f
      rm -f "$home/rc"
      # A path of a socket has 107 bytes (unix(7)); rclone before 1.61 cannot do it at all. Without one,
      # uploads that wait cannot be hurried at a job's end, so they must not wait for long.
      case "${#home} $("$rclone" version | head -n 1)" in
        ???' '* | 10?' '* | *' v1.'[0-9].* | *' v1.'[1-5]?.* | *' v1.60.'*)
          [ "$mount_mode" = mount ] || set -- "$@" --vfs-write-back=1s ;;
        *) set -- "$@" --rc --rc-no-auth "--rc-addr=unix://$home/rc" ;;
      esac
      use_files "$home"
      : >"$home/log"
      (
        cd /
        exec setsid /bin/sh -c 'echo $$ >"$0/pid"; exec "$@"' "$home" "$rclone" mount \
          "$mount_source" "$real" --config "$home/conf" --cache-dir "$home/cache" "$@" \
          </dev/null >>"$home/log" 2>&1 3>&-
      ) &
      starter=$!
      turns=0
      while find_state; [ $state != live ]; do
        turns=$((turns + 1))
        if [ $turns -gt 200 ] || has_ended $starter; then
          [ $state = dead ] && clear_dead
          is_running && kill "$pid"
          return 1
        fi
        sleep 0.1
      done
      # In a user namespace nothing can be made on a fresh mount before its root was looked at.
      stat -- "$real" >/dev/null
    }

    """#

  private static let uploads = #"""
    # Files written to the mount that are not in the bucket yet, below the cache's folder, one a line.
    unflushed() { grep -rls '"Dirty": *true' "$home/cache/vfsMeta" 2>/dev/null; }

    # Uploads that wait for their time begin now.
    hurry() {
      [ -S "$home/rc" ] || return 0
      for number in $(timeout 10 "$rclone" rc --unix-socket "$home/rc" vfs/queue 2>/dev/null |
        sed -n -e 's/.*"id": *\([0-9][0-9]*\).*/\1/p'); do
        timeout 10 "$rclone" rc --unix-socket "$home/rc" vfs/queue-set-expiry "id=$number" \
          expiry=-1000000000 >/dev/null 2>&1
      done
    }

    # A write that failed while the store was away is in no queue: rclone tries it again after the next write.
    # What a program has open is the program's to close.
    retry_failed() {
      if [ -S "$home/rc" ]; then
        case $(timeout 10 "$rclone" rc --unix-socket "$home/rc" vfs/stats 2>/dev/null) in
          *'"uploadsInProgress": 0'*'"uploadsQueued": 0'*) ;;
          *) return 0 ;;
        esac
      # An older rclone does not say; once, for a write cuts off an upload that goes on.
      elif [ $turns != 300 ]; then return 0; fi
      root=${mount_source#store:}
      unflushed | while IFS= read -r file; do
        file=$real/${file#"$home/cache/vfsMeta/store/${root%/}/"}
        [ -f "$file" ] || continue
        ls -l /proc/[0-9]*/fd 2>/dev/null | grep -qF -e "-> $file" && continue
        if [ -s "$file" ]; then dd if="$file" of="$file" bs=1 count=1 conv=notrunc; else : >"$file"; fi
      done 2>/dev/null
    }

    # One number of rclone's statistics.
    statistic() {
      [ -S "$home/rc" ] || return 0
      timeout 10 "$rclone" rc --unix-socket "$home/rc" core/stats 2>/dev/null |
        sed -n -e 's/.*"'"$1"'": *\([0-9][0-9]*\).*/\1/p' | head -n 1
    }

    # Sets $stalled where uploads make headway: a file is done, or bytes go without errors since the last one.
    note_headway() {
      bytes=$(statistic bytes)
      errors=$(statistic errors)
      if [ "$count" != "$last_count" ]; then
        last_count=$count
        last_errors=$errors
        stalled=$turns
      elif [ "$bytes" != "$last_bytes" ] && [ "$errors" = "$last_errors" ]; then stalled=$turns; fi
      last_bytes=$bytes
    }

    # Waits until all that was written is in the bucket; gives up after $patience seconds without headway.
    flush_mount() {
      turns=0
      last_count=
      # Nor does it say how far a large file is.
      [ -S "$home/rc" ] || [ "$patience" -lt 60 ] || patience=600
      while files=$(unflushed); [ -n "$files" ]; do
        count=$(printf '%s\n' "$files" | wc -l | tr -d ' ')
        if [ $((turns % 25)) = 0 ]; then
          [ $turns = 0 ] || say waiting "$count $mount_uri"
          find_state
          if [ $state != live ]; then
            [ $state = dead ] && clear_dead
            start_mount || return 1
          fi
          hurry
          retry_failed
          note_headway
          if [ $((turns - stalled)) -ge $((patience * 5)) ] && [ $turns -gt 0 ]; then return 1; fi
        fi
        turns=$((turns + 1))
        sleep 0.2
      done
    }

    name_unflushed() {
      unflushed | head -n 3 | while read -r file; do printf '%s, ' "${file##*/vfsMeta/store/}"; done
    }

    still_unflushed() {
      fail unflushed "$(unflushed | wc -l | tr -d ' ') $mount_uri $(name_unflushed)$tab$(last_error)"
    }

    # Unmounts without losing a byte. Unmounting does not upload, so what raced with it is sent after
    # mounting once more.
    leave_mount() {
      tries=0
      while :; do
        flush_mount || [ "$force" = yes ] || still_unflushed
        find_state
        if [ $state = live ]; then
          words=$("$(unmounter)" -u "$real" 2>&1) || {
            [ "$force" = yes ] || fail busy "$real ${words##*: }"
            clear_dead
          }
        fi
        await_end
        is_running && kill -9 "$pid"
        [ -z "$(unflushed)" ] && return 0
        tries=$((tries + 1))
        if [ $tries -gt 3 ] || [ "$force" = yes ]; then break; fi
        start_mount || still_unflushed
      done
      [ "$force" = yes ] || still_unflushed
      say lost "$(unflushed | wc -l | tr -d ' ') $mount_uri $(name_unflushed)"
    }

    """#
}
