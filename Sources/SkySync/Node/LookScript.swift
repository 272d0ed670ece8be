/// The first part of a push's script: finds out what the targets are and lists what is in them.
enum LookScript {
  static let text = resolve + ScriptParts.walk + lives + KeptScript.look + folds + scan

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
    *) if [ -e "./$n" ] || [ -L "./$n" ]; then walk "./$n" -maxdepth 1 || e=$?; fi;;
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
}
