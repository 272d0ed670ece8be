/// One more channel of a large push: carries its standard input into a FIFO that the push script reads.
///
/// The argument is the FIFO's path. It must be open already: then opening it for both ways cannot block, and
/// once only the writing end is left, the end of either side is seen by the other. A whole stripe is read
/// before it is passed on, so that what its turn waits for has left the server already.
enum LaneScript {
  static let text = #"""
    p=$(printf '%b_' "$2"); p=${p%_}
    [ -p "$p" ] || exit 1
    exec 3<>"$p" 4>"$p" 3<&-
    printf '\n%s up\n\n%s .\n' "$1" "$1"
    exec dd bs=1048576 iflag=fullblock >&4 2>/dev/null
    """#

  /// Says at once that it was asked, which tells how far away it is. Then makes the FIFOs that further channels
  /// fill, and tells their folder; nothing when it cannot be done. `join`
  /// then puts the stripes together as the first channel tells their order. A FIFO is open for both ways until
  /// the first stripe from it is due: by then its channel has it open, and its end will be seen.
  static let join = #"""
    lanes() {
    mark asked; mark .
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
}
