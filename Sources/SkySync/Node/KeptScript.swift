/// Listings that the node keeps, so that the next look tells only what differs; see `KeptListing`.
enum KeptScript {
  /// Lists the sorted records of `NodeListing` (after `S`), or only their differences from what was kept of the
  /// last look (after `C`) when both sides have the same of it, and keeps the new ones. Any doubt is for a full
  /// listing: fails, before it has printed anything, when it cannot be done here. A target that holds our own
  /// files is never without changes.
  static let look = #"""
    records() {
    [ "$tag" ] && [ $g$x = 11 ] && comm -z /dev/null /dev/null 2>/dev/null || return
    q=$(pwd -P); f=$(cd "$HOME" && pwd -P) || return
    case $f/ in "${q%/}"/*) return 1;; esac
    was=${tag##*=}; tag=${tag%=*}; tag=$HOME/.sky_node/sync/${tag#=}; now=$tag.$host.$$
    mkdir -p "$HOME/.sky_node/sync" 2>/dev/null || return
    for f in "$tag.$host".*; do
    q=${f#"$tag.$host."}; lives "${q%%.*}" || rm -f "$f"
    done
    { find . -path './.sky-staging.*' -prune -o -type d -printf 'd %m 0 %T@ %p//\0' -o -printf '%y %m %s %T@ %p//%l\0'; echo $? >"$now.e"; } |
    sort -z >"$now" && read -r e <"$now.e" || { rm -f "$now" "$now".?; e=0; return 1; }
    }
    kept() {
    case $W in *[rc]*) return 1;; esac
    records || return
    f=$now; q=
    if [ "$was" ] && [ $e = 0 ]; then
    { ln "$tag" "$now.k" || cp "$tag" "$now.k"; } 2>/dev/null && q=$(sha256sum <"$now.k")
    [ "${q%% *}" = "$was" ] && comm -z -3 "$now.k" "$now" >"$now.d" && f=$now.d
    fi
    if [ "$f" = "$now" ]; then printf 'S\0\0'; else printf 'C\0\0'; fi
    cat "$f" || e=1
    [ $e != 0 ] || [ ! -s "$f" ] || mv -f "$now" "$tag"
    rm -f "$now" "$now".?
    }

    """#

  /// The client has heard the end and does not wait: keeps the listings of targets that were new, of which the
  /// client knows what they are.
  static let remember = #"""
    if [ "$new" ]; then
    exec >/dev/null 2>&1 </dev/null
    k=0
    for a do
    case "$new " in *" $k "*)
    resolve "$a"
    [ $m = d ] && cd "$p" && records && [ $e = 0 ] && mv -f "$now" "$tag"
    [ ! "$tag" ] || rm -f "$now" "$now".?
    esac
    k=$((k+1))
    done
    fi
    """#
}
