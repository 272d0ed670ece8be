/// The node's side of a pull: one POSIX sh script that lists what is asked for and packs what is wanted of it.
///
///     node    hello VERSION ZSTD FIND SUM SYSTEM     as in PushScript
///     node    scan, followed by the listing          one `T` for each match of a source
///     node    ready
///     client  bye, or
///     client  go z|n + the wanted paths              each `./…` from /, ended by NUL
///     node    stream, followed by one tar stream or more, one after the other
///     node    done STATUS, followed by errors
///     node    bye
enum PullScript {
  static let text = ScriptParts.setup + ScriptParts.walk + scan + pack

  /// Sources come as `printf %b` reads them. A source that does not exist as it is written is a pattern; one
  /// that ends in a slash is the contents of a folder.
  private static let scan = #"""
    can; mark hello 1 $z $g $x "$system"
    begin() { printf 'T %s %s %s\0%s\0%s\0' $k $1 $i "$2" "$3"; e=0; }
    end() { printf 'E %s %s\0\0' $k $e; k=$((k+1)); }
    one() {
    n=${1##*/}
    if [ -d "$1" ] && { [ "$s" ] || [ ! -L "$1" ]; }; then
    [ "$s" ] && n=
    begin folder "$1" "$n"
    if cd "$1"; then walk . || e=$?; else e=1; fi
    else
    r=${1%/*}; r=${r:-/}
    begin file "$r" "$n"
    if cd "$r"; then walk "./$n" -maxdepth 0 || e=$?; else e=1; fi
    fi
    cd "$here" || cd /
    end
    }
    source() {
    p=$(printf '%b_' "$1"); p=${p%_}
    s=; case $p in */|*/.|.) s=1;; esac
    while :; do case $p in ?*/) p=${p%/};; ?*/.) p=${p%/.};; *) break;; esac; done
    case $p in
    "~") p=$HOME;;
    "~/"*) p=$HOME/${p#??};;
    .) p=$here;;
    /*) ;;
    *) p=$here/$p;;
    esac
    f=$k
    if [ -e "$p" ] || [ -L "$p" ]; then one "$p"
    else
    IFS=
    for q in $p; do
    unset IFS
    if [ -e "$q" ] || [ -L "$q" ]; then one "$q"; fi
    done
    unset IFS
    fi
    [ $k != $f ] || { begin absent "$p" ""; end; }
    }
    scan() { k=0; i=0; for a do source "$a"; i=$((i+1)); done; }
    mark scan
    case $z$W in 1*z*) scan "$@" | zstd -1qc;; *) scan "$@";; esac
    mark ready; mark .
    cd /
    IFS= read -r go || exit 0
    case $go in "go "*) ;; *) exit 0;; esac

    """#

  private static let pack = #"""
    pack() {
    case $(tar --version 2>&1 </dev/null) in
    *GNU*) tar -cPSf - --format=pax --pax-option=delete=atime,delete=ctime --no-recursion --null -T -;;
    bsdtar*) tar -cPf - --format pax -n --null -T -;;
    *) xargs -0 tar -cf - --no-recursion;;
    esac || r=$?
    echo "status ${r:-0}" >&2
    }
    mark stream
    exec 4>&1
    case $go in
    "go z"*) e=$({ pack | zstd -1qc >&4; } 2>&1);;
    *) e=$({ pack >&4; } 2>&1);;
    esac
    mark done ${e##*status }
    printf '%s\n' "${e%status *}"
    mark bye; mark .
    """#
}
