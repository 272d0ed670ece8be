/// The part of a push's script that receives: everything is put together beside the targets.
enum StageScript {
  static let text = stage + receive

  /// One staging folder for each file system: C is the first; `C/x/K` is target K's own part.
  private static let stage = #"""
    C= inside=
    tidy() {
    [ ! "$lane" ] || rm -rf "$lane"
    [ ! "$jobs" ] || kill $jobs 2>/dev/null
    [ "$C" ] || return
    for l in "$C"/x/*; do [ -L "$l" ] && drop "$(cd -P "$l/.." && pwd)"; done
    drop "$C"
    }
    trap 'trap - EXIT; tidy; exit 1' HUP INT TERM PIPE
    trap tidy EXIT
    stage() {
    d=$b/.sky-staging.$host.$$.$K$k
    mkdir "$d" || return
    [ "$b" != "$p" ] || inside=1
    if [ ! "$C" ]; then
    C=$d; O=$k; mkdir "$C/x" "$C/x/$k" && : >"$C/p"
    elif ln "$C/p" "$d/p" 2>/dev/null; then
    rm "$d/p"; rmdir "$d"; mkdir "$C/x/$k"
    else
    mkdir "$d/d" && ln -s "$d/d" "$C/x/$k"
    fi
    }
    place() {
    resolve "$1"
    case $st in
    folder) near;;
    absent) [ $m = d ] && b=$up; [ -d "$b" ] || (umask $U; mkdir -p "$b") || return;;
    *) echo "$p: is not a folder"; return 1;;
    esac
    stage && copies
    }
    near() {
    [ $m = d ] && [ "$p" != / ] && [ -w "$up" ] || return
    if [ $g = 1 ]; then set -- $(find "$p" "$up" -maxdepth 0 -printf '%D ' 2>/dev/null)
    else set -- $(df -Pk "$p" "$up" 2>/dev/null | { read -r q; while read -r q q q q q r; do echo "$r"; done; }); fi
    [ $# = 2 ] && [ "$1" = "$2" ] && [ ! -L "$p" ] && b=$up
    }
    k=0
    for a do
    mark place $k
    place "$a" 2>&1
    mark placed $k $?
    k=$((k+1))
    done

    """#

  /// Extracts with exact modes, in a folder that nobody else may enter (BusyBox takes the umask off, and leaves the modes
  /// of folders that are there; bsdtar has to be told that it may follow the links we made; GNU tar is to read as much
  /// as a pipe holds), drops what the client could not read whole, and compares what is staged with its digest.
  private static let receive = #"""
    mark receive
    t=-xop; case $tar in bsd) t=-xopP;; gnu) t='-xop -b128';; *) plain=1;; esac
    extract() { (cd "$1" && umask 0 && tar $t -f -); }
    r=1
    if [ "$C" ]; then
    unpack() {
    case $c in
    z*) { zstd -dqc || : >"$C/bad"; } | extract "$C/x" 2>&1;;
    *) extract "$C/x" 2>&1;;
    esac
    }
    case $c in ?m) { join | unpack; } 7>&1;; *) unpack;; esac
    r=$?
    [ -f "$C/x/end" ] && [ ! -f "$C/bad" ] || r=1
    [ -s "$C/x/drop" ] && (cd "$C/x" && xargs -0 rm -f <drop)
    fi
    mark received $r
    sum() {
    now=$C/sum.$k skip=./p told="-type d -printf 'd %p\0' -o -printf '%y %m %s %T@ %p\n%l\0'"
    cd "$C/x/$k" || return
    case $W in *m*) parts && merge && [ $e = 0 ] && sha256sum <"$now" && return;; esac
    eval "find . -path $skip -prune -o $told" | sort -z | sha256sum
    }
    whole() {
    [ $g$x = 11 ] || return 0
    w=
    while read -r q h; do [ "$q" = "$k" ] && w=$h; done <"$C/x/end"
    h=$(sum)
    [ "${h%% *}" = "$w" ] || { echo "the received files are not what was sent"; return 1; }
    }

    """#
}
