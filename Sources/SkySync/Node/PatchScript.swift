/// The node's part of patching a large file: it copies what it has and checks the copy while the client looks for what
/// changed, writes the changed blocks into it, reads those again and gives it the place of the empty file that came in
/// the stream. Whatever does not fit is told, and the client sends that file whole.
///
///     client  base N TARGET SIZE SUM STAGED PATH     before go: file N may be patched; as `cksum` says
///     stream  c/K/data.N, c/K/mend.N                 the changed blocks, and what to do; without: sent whole
///     node    unpatched N                            did not fit
///
/// `mend.N`: `SIZE MODE BLOCK`, then `b FIRST COUNT` for each run of blocks, `e 0 0` where the size is set, and
/// `s 0 SUM` of all runs; where there is no `cksum`, `f 0 DIGEST` of the whole file instead.
enum PatchScript {
  /// Before the targets are staged: takes the first words of the client's next line for orders.
  static let orders = #"""
    bases=
    while :; do
    case $go in
    "base "*) bases="$bases${go#base }
    ";;
    "keep "*) keep ${go#keep };;
    *) break;;
    esac
    IFS= read -r go || exit 0
    done

    """#

  /// `copy` copies the file $1 of $3 bytes to $2, and tells its sum in $2.s. A large one it begins to check when it has
  /// more than half of it: to read takes less time than to write, so that both are done at once. `copies` begins that
  /// for all files of target k.
  static let copies = #"""
    copy() {
    : >"$2" && chmod 600 "$2" || return
    trap 'kill $c; exit 1' TERM
    v= c=
    cp --reflink=always "$1" "$2" || {
    cp "$1" "$2" & c=$!
    if [ $3 -gt 200000000 ] && [ $y = cksum ]; then
    while [ $(wc -c <"$2") -lt $(($3/9*5)) ] && lives $c; do sleep 0.03 || sleep 1; done
    v=$(cksum <"$2")
    fi
    wait $c || return
    }
    [ $y = cksum ] || return 0
    [ "${v#* }" = $3 ] || v=$(cksum <"$2")
    echo "$v" >"$2.s"
    }
    copies() {
    [ "$bases" ] || return 0
    printf %s "$bases" >"$C/bases" && mkdir "$C/x/$k/p" || return
    while read -r pn pk ps pv pa pd; do
    [ $pk = $k ] || continue
    pd=$(printf '%b_' "$pd"); pd=$p/${pd%_}
    [ -f "$pd" ] && [ ! -L "$pd" ] || continue
    copy "$pd" "$C/x/$k/p/$pn" $ps </dev/null >/dev/null 2>&1 &
    eval "j$pn=\$!"; jobs="$jobs $!"
    done <"$C/bases"
    }
    jobs=

    """#

  /// `settle` waits for the copies of target k, `mend` patches them: its lists are in L, its staged files in B.
  /// Fails when an empty file was left in the place of a patched one. The old files, some at least, stay open to the
  /// script's end: to free the memory or the blocks of a large one takes long, and the client need not wait for that.
  static let mend = #"""
    settle() {
    while read -r pn pk ps pv pa pd; do
    [ $pk = $k ] || continue
    eval "f=\$j$pn"; [ "$f" ] || continue
    [ -f "$L/mend.$pn" ] || kill $f 2>/dev/null
    wait $f 2>/dev/null
    pd=$(printf '%b_' "$pd"); pd=$p/${pd%_}
    [ ! -f "$L/mend.$pn" ] || [ ! -f "$pd" ] || hold
    done <"$C/bases"
    }
    hold() {
    case $held in
    "") exec 3<"$pd";;
    1) exec 4<"$pd";;
    11) exec 5<"$pd";;
    111) exec 6<"$pd";;
    *) return;;
    esac
    held=1$held
    }
    held=
    mend() {
    while read -r pn pk ps pv pa pd; do
    [ $pk = $k ] && [ -f "$L/mend.$pn" ] || continue
    pa=$(printf '%b_' "$pa"); pa=$C/x/${pa%_}; pd=$B/p/$pn
    fix || { rm -f "$pa" || return; mark unpatched $pn; }
    rm -f "$L/mend.$pn"
    done <"$C/bases"
    rm -rf "$B/p"
    for f in "$L"/mend.*; do [ ! -f "$f" ] || return; done
    }
    runs() {
    while read -r w f h; do
    case $w in b) dd if="$pd" bs=$b skip=$f count=$h || return;; esac
    done <"$L/mend.$pn"
    }
    fix() {
    [ -f "$pd" ] && [ -f "$pa" ] || return
    if [ $y = cksum ]; then v=; [ -f "$pd.s" ] && read -r v <"$pd.s"; [ "$v" = "$pv $ps" ] || return; fi
    {
    read -r n m b
    o=0
    while read -r w f h; do
    case $w in
    b) dd if="$L/data.$pn" of="$pd" bs=$b skip=$o seek=$f count=$h conv=notrunc || return
    o=$((o+h));;
    e) dd if=/dev/null of="$pd" bs=1 seek=$n count=0 || return;;
    s) v=$(runs | cksum); [ "${v%% *}" = "$h" ] || return;;
    f) v=$(sha256sum <"$pd"); [ "${v%% *}" = "$h" ] || return;;
    esac
    done
    } <"$L/mend.$pn" 2>/dev/null
    touch -r "$pa" "$pd" && chmod $m "$pd" && mv -f "$pd" "$pa"
    }

    """#
}
