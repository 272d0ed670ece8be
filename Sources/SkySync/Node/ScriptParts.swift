/// What the node's scripts have in common.
enum ScriptParts {
  /// Arguments: the mark, flags (z: the client reads zstd, r: change nothing, c: digests of all files, m: many
  /// files are expected), others. Every process counts: `can` asks what else is there when it is time to.
  static let setup = #"""
    LC_ALL=C; export LC_ALL; unset IFS CDPATH
    S=$1 W=$2; shift 2
    U=$(umask); umask 077
    HOME=${HOME:-/}
    have() { command -v "$1" >/dev/null 2>&1; }
    mark() { printf '\n%s %s\n' "$S" "$*"; }
    { read -r host </proc/sys/kernel/hostname; } 2>/dev/null || host=$(uname -n)
    case $host in *[!A-Za-z0-9-]*) host=$(printf %s "$host" | tr -cd A-Za-z0-9-);; esac
    { read -r system </proc/sys/kernel/ostype; } 2>/dev/null || system=$(uname -s)
    z=0; have zstd && z=1
    y=none; for q in sha256sum cksum; do have $q && have dd && y=$q; done
    can() {
    g=0; find / -maxdepth 0 -printf '' 2>/dev/null && g=1
    x=0; have sha256sum && printf 'b\0a\0' | sort -z >/dev/null 2>&1 && x=1
    }
    here=$PWD

    """#

  /// Lists what `find` finds from the paths and options it is given; see `NodeListing`.
  static let walk = #"""
    walk() {
    if [ $g = 1 ]; then
    find "$@" -path './.sky-staging.*' -prune -o -printf '%y %m %s %T@ %p\0%l\0'; e=$?
    else
    printf 'N\0\0'
    find "$@" -path './.sky-staging.*' -prune -o -print0; e=$?
    printf '\0'
    find "$@" -path './.sky-staging.*' -prune -o -exec stat -c '%f %s %Y' {} +
    printf '\0'
    find "$@" -path './.sky-staging.*' -prune -o -type l -exec sh -c "$links" sh {} +
    printf '\0'
    fi
    case $W in *c*)
    printf 'H\0\0'
    find "$@" -path './.sky-staging.*' -prune -o -type f -exec sha256sum -z {} +;;
    esac
    return $e
    }
    links='for f do printf "%s\0" "$f"; readlink -n "$f"; printf "\0"; done'

    """#
}
