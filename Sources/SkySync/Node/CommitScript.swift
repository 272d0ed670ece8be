/// The last part of a push's script: gives what was received its place.
enum CommitScript {
  /// Puts one target's staged files in place. No path is touched before each folder on its way is known to be
  /// a folder and no link; nothing is removed but what the client listed. A group's folder that is
  /// not empty in the end tells that something was not put. A target's own time is set once the staging
  /// folder inside of it is gone.
  ///
  /// One `mv` a folder is much where many folders get something: perl renames all in one process. What it leaves,
  /// and where there is none, goes with `mv`.
  static let text = #"""
    renames='$/="\0"; $b=shift;
    while (<STDIN>) {
    chomp; ($i, $d) = split / /, $_, 2; $i =~ s/[.].*//; $i = "$b/$i"; push @g, $i;
    opendir D, $i or exit 1;
    for $f (readdir D) { $f eq "." or $f eq ".." or rename "$i/$f", "$d/$f" or $q = 1 }
    closedir D
    }
    for $i (@g) { rmdir $i or $q = 1 }
    exit $q'
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
    puts || q=1
    for f in "$L"/chmod.*; do [ -f "$f" ] && { each "${f##*/}" chmod "${f##*.}" || q=1; }; done
    folders . || q=1
    return $q
    }
    puts() {
    [ -s "$L/put" ] || return 0
    if have perl && PERL5OPT= PERL_UNICODE= perl -e "$renames" "$B" <"$L/put" 2>/dev/null; then return; fi
    w=; [ $g = 0 ] || w='-P4 -n8'
    each put $w sh -c "$put" sh
    find "$B/." ! -name . -prune -exec rmdir {} +
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
    resolve "$1"
    [ ! "$bases" ] || settle
    (whole) || return
    [ ! "$bases" ] || (mend) || return
    w=$inside
    if [ -d "$B/w" ]; then fresh && new="$new $k" w=1; else (change); fi || return
    [ "$w" ] && [ -s "$L/top" ] || return 0
    exec 9<"$L/top"
    [ ! "$plain" ] || mode=$(tr -d '\0' <"$L/topmode")
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
    [ ! "$plain" ] || mode=$(tr -d '\0' <"$C/x/c/$O/topmode")
    fi
    tidy; C=
    [ ! "$last" ] || top "$last"
    mark bye; mark .

    """#
}
