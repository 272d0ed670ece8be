/// The node's part of patching a large file: it copies what it has while the client looks for what changed,
/// writes the changed blocks into the copy, checks every segment of it and gives it the place of the empty file
/// that came in the stream. Whatever does not fit is told, and the client sends that file whole.
///
///     client  base N TARGET SEGMENTS STAGED PATH     before go: file N may be patched
///     stream  c/K/data.N, c/K/mend.N                 the changed blocks, and what to do; without: sent whole
///     node    unpatched N                            did not fit
///
/// `mend.N`: `SIZE MODE BLOCK`, then `b FIRST COUNT` for each run of blocks, `e 0 0` where the size is set, and
/// `s NEW SUM` for each segment: NEW is 0 when it is as it was copied.
enum PatchScript {
  /// Before the targets are staged: takes the first words of the client's next line for orders.
  static let orders = #"""
    bases=
    while :; do
    case $go in
    "base "*) bases="$bases${go#base }
    "; IFS= read -r go || exit 0;;
    *) break;;
    esac
    done

    """#

  /// `part`: what the checker says about segment $2 of the file $1. `copies` begins them for target k.
  static let copies = #"""
    part() { dd if="$1" bs=1048576 skip=$(($2*128)) count=128 2>/dev/null | $y; }
    copy() {
    v=
    if cp --reflink=always "$1" "$2" 2>/dev/null; then v=1; else : >"$2"; fi
    chmod 600 "$2" || return
    i=0
    while [ $i -lt $3 ]; do
    [ $v ] || dd if="$1" of="$2" bs=1048576 skip=$((i*128)) seek=$((i*128)) count=128 conv=notrunc || return
    wait
    part "$2" $i >"$2.$i" &
    i=$((i+1))
    done
    wait
    }
    copies() {
    [ "$bases" ] || return 0
    printf %s "$bases" >"$C/bases" && mkdir "$C/x/$k/p" || return
    while read -r pn pk pg pa pd; do
    [ $pk = $k ] || continue
    pd=$(printf '%b_' "$pd"); pd=$p/${pd%_}
    [ -f "$pd" ] && [ ! -L "$pd" ] || continue
    copy "$pd" "$C/x/$k/p/$pn" $pg </dev/null >/dev/null 2>&1 &
    eval "j$pn=\$!"; jobs="$jobs $!"
    done <"$C/bases"
    }
    jobs=

    """#

  /// `settle` waits for the copies of target k, `mend` patches them: its lists are in L, its staged files in B.
  /// Fails when an empty file was left in the place of a patched one.
  static let mend = #"""
    settle() {
    while read -r pn pk pg pa pd; do
    [ $pk = $k ] || continue
    eval "f=\$j$pn"; [ "$f" ] || continue
    [ -f "$L/mend.$pn" ] || kill $f 2>/dev/null
    wait $f 2>/dev/null
    done <"$C/bases"
    }
    mend() {
    while read -r pn pk pg pa pd; do
    [ $pk = $k ] && [ -f "$L/mend.$pn" ] || continue
    pa=$(printf '%b_' "$pa"); pa=$C/x/${pa%_}; pd=$B/p/$pn
    fix || { rm -f "$pa" || return; mark unpatched $pn; }
    rm -f "$L/mend.$pn"
    done <"$C/bases"
    rm -rf "$B/p"
    for f in "$L"/mend.*; do [ ! -f "$f" ] || return; done
    }
    fix() {
    [ -f "$pd" ] && [ -f "$pa" ] || return
    {
    read -r n m b
    o=0 q=0
    while read -r w f h; do
    case $w in
    b) dd if="$L/data.$pn" of="$pd" bs=$b skip=$o seek=$f count=$h conv=notrunc || return
    o=$((o+h));;
    e) dd if=/dev/null of="$pd" bs=1 seek=$n count=0 || return;;
    s) [ $f = 0 ] || part "$pd" $q >"$pd.$q"
    v=; read -r v f <"$pd.$q"
    [ "$v" = "$h" ] || return
    q=$((q+1));;
    esac
    done
    } <"$L/mend.$pn" 2>/dev/null
    touch -r "$pa" "$pd" && chmod $m "$pd" && mv -f "$pd" "$pa"
    }

    """#
}
