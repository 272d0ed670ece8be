/// The node's side of a push: one POSIX sh script, started once a sync, that looks, receives and commits.
///
/// What is said (each mark is a line `S word…`, S random, so that a chatty login shell disturbs nothing; a lone
/// dot is a mark that only ends the one before it):
///
///     node    hello VERSION ZSTD FIND SUM SYSTEM HOLES CHECKER   what it can do: 1 or 0 each
///     node    scan, followed by the listing          zstd-compressed when both sides can
///     node    ready, followed by lines               where buckets are mounted
///     client  bye                                    nothing to do, or
///     client  lanes                                  a large stream comes: can it have several channels?
///     node    lanes, followed by a folder            of FIFOs, see `LaneScript`; nothing: it cannot; then
///     client  go z|n TOKEN + one tar stream          zstd-compressed or not, or
///     client  go zm|nm TOKEN + stripes               the same in stripes, see `Lanes`; a b after z or m: many files
///     node    open                                   only with stripes: channels may join now
///     node    place, received, apply, applied …      statuses, each followed by its error messages
///     node    bye
///
/// The tar stream has `c/K/…` lists of what to do in target K (NUL-separated, each path `./…`), `K/G/name` what
/// belongs in that target's folder G (`K/w` when the target is new), and at last `end`, which names the
/// digest of each target's staged files: without it nothing is committed. Everything is staged beside the
/// target, so that what a reader sees changes by renames only.
enum PushScript {
  static let stagingPrefix = ".sky-staging."

  static let text =
    ScriptParts.setup + resolve + ScriptParts.walk + lives + KeptScript.look + folds + scan + lanes
    + PatchScript.orders + go + PatchScript.copies + stage + receive + PatchScript.mend + commit
    + KeptScript.remember

  /// MODE[=KEY=DIGEST]:NAME:PATH, the last two as printf %b reads them. Mode d: the folder PATH; f: the file NAME in the
  /// folder PATH; i: the file PATH, or NAME inside of it when it is a folder.
  private static let resolve = #"""
    resolve() {
    m=${1%%:*}; tag=${m#?}; m=${m%"$tag"}; p=${1#*:}; n=$(printf '%b_' "${p%%:*}"); n=${n%_}
    p=$(printf '%b_' "${p#*:}"); p=${p%_}
    case $p in
    "~") p=$HOME;;
    "~/"*) p=$HOME/${p#??};;
    /*) ;;
    *) p=$here/$p;;
    esac
    if [ $m = i ]; then
    m=f
    [ -d "$p" ] || { n=${p##*/}; p=${p%/*}; p=${p:-/}; }
    fi
    b=$p
    if [ -d "$p" ]; then st=folder
    elif [ -e "$p" ] || [ -L "$p" ]; then st=other
    else st=absent; fi
    up=${p%/*}; up=${up:-/}
    }

    """#

  /// A zombie is dead too: not every container reaps them.
  private static let lives = #"""
    lives() {
    kill -0 $1 2>/dev/null || return
    { read -r r </proc/$1/stat; } 2>/dev/null || return 0
    case $r in *") Z "*) return 1;; esac
    }

    """#

  /// Whether the folder `$1` takes names that differ in case only for one: asks for one of the names in it, or its
  /// own, with its letters swapped. A glob finds a name only as it is written.
  private static let folds = #"""
    folds() {
    for q in "$1"/[[:alpha:]]*; do break; done
    [ -e "$q" ] || q=$1
    f=${q%/*} r=$(printf %s "${q##*/}" | tr '[:lower:][:upper:]' '[:upper:][:lower:]')
    [ "$r" != "${q##*/}" ] && [ "$f/$r" -ef "$q" ] || return
    for q in "$f"/[${r%"${r#?}"}]"${r#?}"; do [ ! -e "$q" ] || return 1; done
    }

    """#

  /// The listing: `T K STATE KB [folds]`, path, name, then two fields an entry, `E K STATUS` and an empty field, each
  /// ended by NUL. `drop` and `sweep` remove staging folders: a dead process's, or a day old on another
  /// host. `all` asks what the node can do while the looks that `begin` began are under way; its last words of
  /// that go to the script itself, for it runs beside it.
  private static let scan = #"""
    drop() { rm -rf "$1" 2>/dev/null && return; find "$1" -type d -exec chmod u+rwx {} \; ; rm -rf "$1"; }
    sweep() {
    for d in "$p"/.sky-staging.* "$up"/.sky-staging.*; do
    [ -d "$d" ] && [ ! -L "$d" ] || continue
    q=${d##*/.sky-staging.}; h=${q%%.*}; q=${q#*.}; q=${q%%.*}
    case $q in ""|*[!0-9]*) continue;; esac
    if [ "$h" = "$host" ]; then lives $q && continue
    else [ "$(find "$d" -maxdepth 0 -mtime +0)" ] || continue; fi
    drop "$d"
    done
    }
    free() { df -Pk "$1" 2>/dev/null | { read -r q; read -r q q q q r; echo ${q:-0}; }; }
    scan() {
    k=0
    for a do
    resolve "$a"
    case $W in *r*) ;; *) sweep;; esac
    b=$p; while [ ! -e "$b" ]; do c=${b%/*}; [ "$c" = "$b" ] && c=/; b=${c:-/}; done
    c=; folds "$b" && c=' folds'
    printf 'T %s %s %s%s\0%s\0%s\0' $k $st "$(free "$b")" "$c" "$p" "$n"
    e=0
    if [ $st = folder ]; then
    if cd "$p"; then
    case $m in
    d) kept $k || walk . || e=$?;;
    *) if [ -e "./$n" ] || [ -L "./$n" ]; then walk "./$n" -maxdepth 0 || e=$?; fi;;
    esac
    cd "$HOME" || cd /
    else e=1; fi
    fi
    printf 'E %s %s\0\0' $k $e
    k=$((k+1))
    done
    }
    all() {
    begin "$@" 7>&- 8>&-
    can
    tar=$(tar --version 2>&1 </dev/null)
    case $tar in "tar ("[!b]*) q=gnu hole=1;; bsdtar*) q=bsd hole=1;; *) q= hole=0;; esac
    { mark hello 1 $z $g $x "$system" $hole $y; mark scan; } >&7
    echo "$g $x $q" >&8
    scan "$@" 7>&- 8>&-
    }
    exec 7>&1
    q=$({ case $z$W in 1*z*) all "$@" | zstd -1qc >&7 8>&-;; *) all "$@" >&7;; esac; } 8>&1)
    exec 7>&-
    g=${q%% *} q=${q#* }; x=${q%% *} tar=${q#* }
    mark ready
    { while read -r q f r d; do case $r in fuse.rclone) printf '%s\n' "$f";; esac; done </proc/mounts; } 2>/dev/null
    mark .

    """#

  /// Makes the FIFOs that further channels fill, and tells their folder; nothing when it cannot be done. `join`
  /// then puts the stripes together as the first channel tells their order. A FIFO is open for both ways until
  /// the first stripe from it is due: by then its channel has it open, and its end will be seen.
  private static let lanes = #"""
    lanes() {
    lane=$HOME/.sky_node/sync/lanes.$host
    for f in "$lane".*; do
    if [ -d "$f" ]; then lives "${f#"$lane."}" || rm -rf "$f"; fi
    done
    lane=$lane.$$
    trap 'rm -rf "$lane"' EXIT
    mark lanes
    [ $g$x = 11 ] && [ "$(printf abcd | { dd bs=2 count=1 iflag=fullblock >/dev/null; cat; })" = cd ] &&
    mkdir -p "${lane%/*}" && mkdir "$lane" && mkfifo "$lane/1" "$lane/2" "$lane/3" "$lane/4" && printf %s "$lane"
    mark .
    } 2>/dev/null
    join() {
    exec 3<>"$lane/1" 4<>"$lane/2" 5<>"$lane/3" 6<>"$lane/4"
    { mark open; mark .; } >&7
    f=0
    while read -r n k; do
    if [ $k -gt $f ]; then
    f=$k
    case $k in 1) exec 3<"$lane/1";; 2) exec 4<"$lane/2";; 3) exec 5<"$lane/3";; 4) exec 6<"$lane/4";; esac
    fi
    case $k in
    0) dd bs=$n count=1 iflag=fullblock 2>/dev/null;;
    *) dd bs=$n count=1 iflag=fullblock 2>/dev/null <&$((k+2));;
    esac || return
    done
    }
    lane=
    IFS= read -r go || exit 0
    if [ "$go" = lanes ]; then lanes; IFS= read -r go || exit 0; fi

    """#

  private static let go = #"""
    case $go in "go "*) ;; *) exit 0;; esac
    K=${go#go * }; c=${go#go }; c=${c%% *}
    case $c in *b) W=${W}m c=${c%b};; esac

    """#

  /// One staging folder for each file system: C is the first; `C/x/K` is target K's own part.
  private static let stage = #"""
    C=
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
    set -- $(df -Pk "$p" "$up" 2>/dev/null | { read -r q; while read -r q q q q q r; do echo "$r"; done; })
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

  /// Puts one target's staged files in place. No path is touched before each folder on its way is known to be
  /// a folder and no link; nothing is removed but what the client listed. A group's folder that is
  /// not empty in the end tells that something was not put. A target's own time is set once the staging
  /// folder inside of it is gone.
  private static let commit = #"""
    safe='for f do
    [ -d "$f" ] && [ ! -L "$f" ] || { echo "$f: is not a folder any more" >&2; exit 255; }
    done'
    move='for f do
    d=${f#*//}; f=${f%%//*}
    if [ -e "$d" ] || [ -L "$d" ]; then echo "$d: is in the way" >&2; exit 255; fi
    mv "$f" "$d"
    done'
    into='mv -f "$@" "$d/"'; export into
    put='for a do
    i=${a%% *}; d=${a#* }; export d
    if [ ${i#*.} -gt 200 ]; then
    find "$B/${i%.*}/." ! -name . -prune -exec sh -c "$into" sh {} +
    else
    set --
    for f in "$B/${i%.*}"/* "$B/${i%.*}"/.[!.]* "$B/${i%.*}"/..?*; do
    if [ -e "$f" ] || [ -L "$f" ]; then set -- "$@" "$f"; fi
    done
    [ $# = 0 ] || mv -f "$@" "$d/"
    fi || q=1
    done
    exit ${q:-0}'
    each() { [ ! -s "$L/$1" ] || { f=$L/$1; shift; xargs -0 "$@" <"$f"; }; }
    change() {
    cd "$p" || return
    q=0
    each safe sh -c "$safe" sh || return
    each mkdir mkdir || q=1
    each move sh -c "$move" sh || q=1
    each open chmod u+wx || q=1
    each rm rm -f || q=1
    each rmdir rmdir || q=1
    w=; [ $g = 0 ] || w='-P4 -n8'
    each put $w sh -c "$put" sh || q=1
    find "$B/." ! -name . -prune -exec rmdir {} + || q=1
    for f in "$L"/chmod.*; do [ -f "$f" ] && { each "${f##*/}" chmod "${f##*.}" || q=1; }; done
    folders . || q=1
    return $q
    }
    modes='for f do chmod "${f%% *}" "${f#* }" || q=1; done; exit ${q:-0}'
    folders() {
    [ -s "$L/folders" ] || return 0
    extract "$1" <"$L/folders" || return
    [ ! "$plain" ] || (cd "$1" && each foldermodes sh -c "$modes" sh)
    }
    top() { extract "$1" <&9 && { [ ! "$plain" ] || chmod "$mode" "$1"; }; }
    fresh() {
    folders "$B/w" || return
    if [ -e "$p" ] || [ -L "$p" ]; then echo "$p: was made by somebody else meanwhile"; return 1; fi
    mv "$B/w" "$p"
    }
    apply() {
    [ $r = 0 ] && [ -d "$C/x/$k" ] || return
    L=$C/x/c/$k B=$C/x/$k; export B
    [ ! "$bases" ] || settle
    (whole) || return
    [ ! "$bases" ] || (mend) || return
    resolve "$1"
    if [ -d "$B/w" ]; then fresh && new="$new $k"; else (change); fi || return
    [ -s "$L/top" ] || return 0
    exec 9<"$L/top"
    mode=$(tr -d '\0' <"$L/topmode")
    [ -L "$B" ] && drop "$(cd -P "$B/.." && pwd)"
    top "$p" || return
    if [ $k = $O ]; then last=$p; fi
    }
    last= new=
    k=0
    for a do
    mark apply $k
    apply "$a" 2>&1
    mark applied $k $?
    k=$((k+1))
    done
    jobs=
    if [ "$last" ]; then
    exec 9<"$C/x/c/$O/top"
    mode=$(tr -d '\0' <"$C/x/c/$O/topmode")
    tidy; C=
    top "$last"
    fi
    mark bye; mark .

    """#
}
