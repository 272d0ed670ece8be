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
}
