/// Listings that the node keeps, so that the next look tells only what differs; see `KeptListing`.
enum KeptScript {
  /// `shelf` says where the listing of the current folder is kept, and what the client has of it. Any doubt is for a
  /// full listing: fails when it cannot be done here. A target that holds our own files is never without changes.
  ///
  /// `parts` lists the current folder in files `now.….r`: by one `find`, or by several at once, each in its share of
  /// the folders two levels down, where many files are expected and there are processors for it. `merge` sorts them
  /// into `now`.
  private static let list = #"""
    shelf() {
    [ "$tag" ] || return
    case $W in *[rc]*) return 1;; esac
    case $sync/ in "${PWD%/}"/*) return 1;; esac
    was=${tag##*=}; tag=${tag%=*}; tag=$sync/${tag#=}; now=$tag.$host.$$
    plus=; case $was in *+*) plus=${was#*+}; was=${was%+*};; esac
    }
    told="-type d -printf '%p//d %m 0 %T@ \0' -o -printf '%p//%y %m %s %T@ %l\0'" skip='./.sky-staging.*'
    parts() {
    case $W in *m*)
    if [ -e /sys/devices/system/cpu/cpu3 ]; then shares 4 && return
    elif [ -e /sys/devices/system/cpu/cpu1 ]; then shares 2 && return; fi
    esac
    e=0
    eval "find . -path '$skip' -prune -o $told" >"$now.0.r" || e=1
    }
    shares() {
    e=0
    eval "find . -maxdepth 2 -path '$skip' -prune -o \( -path './*/*' -type d -fprint0 \"\$now.u\" , $told \)" \
    >"$now.0.r" || e=1
    split -et '\0' -n r/$1 "$now.u" "$now.u." || return
    for f in "$now".u.*; do
    [ ! -e "$f" ] || xargs -0r sh -c "find \"\$@\" -mindepth 1 $told" sh <"$f" >"$f.r" || : >"$now.x" &
    done
    wait
    [ ! -e "$now.x" ] || e=1
    }
    merge() {
    for f in "$now".*.r; do sort -z "$f" >"$f.s" || : >"$now.y" & done
    wait
    [ ! -e "$now.y" ] && sort -zm "$now".*.s >"$now"
    }

    """#

  /// `compare` lists into `now`, and tells in `now.e` what came of it: `find`'s status, and S for the whole listing
  /// or C for the differences in `now.d` from what was kept of the last look, when both sides have the same of it;
  /// N when there are none. `find` lists an unchanged folder in the same order: what it said is kept, too, under the
  /// digest of the sorted listing, so that most looks sort nothing.
  ///
  /// What a push of ours changed since stands in two lists, see `ListingChange`: what `find` says now without the new
  /// records has to be what it said without those that are gone, and to hold all new ones. `known` makes a whole
  /// listing of it where something else changed, too.
  /// `begin` starts that for all targets of which there is something kept, and `kept` prints it: the sorted records
  /// of `NodeListing` after S or C. It keeps the new ones; it has printed nothing when it fails.
  static let look =
    list + #"""
      compare() {
      [ -d "$sync" ] || mkdir -p "$sync" || return
      for f in "$tag.$host".*; do
      [ -e "$f" ] || continue
      q=${f#"$tag.$host."}; lives "${q%%.*}" || rm -f "$f"
      done
      [ ! "$plus" ] || { cat "$tag+$plus.g"; printf '\0'; cat "$tag+$plus.n"; } | sha256sum >"$now.p" &
      parts || return
      wait
      v=S q=
      if [ "$was" ] && [ $e = 0 ]; then
      if same; then echo "0 N" >"$now.e"; return; fi
      { ln "$tag" "$now.b" || cp "$tag" "$now.b"; } && sha256sum <"$now.b" >"$now.h" &
      fi
      merge || return
      if [ "$was" ] && [ $e = 0 ]; then
      read -r q <"$now.h"
      if [ "${q%% *}" = "$was" ] && known && comm -z -3 "$b" "$now" >"$now.d"; then v=C; fi
      fi
      echo "$e $v" >"$now.e"
      } 2>/dev/null
      same() {
      [ -f "$tag-$was" ] || return
      if [ ! "$plus" ]; then cat "$now".*.r | cmp -s - "$tag-$was"; return; fi
      lists || return
      grep -zvxFf "$tag+$plus.g" "$tag-$was" >"$now.l" &
      cat "$now".*.r | grep -zvxFf "$tag+$plus.n" >"$now.m"
      wait
      cmp -s "$now.l" "$now.m" &&
      wc -c "$now".*.r "$now".[lm] "$tag+$plus".[gn] "$tag-$was" | {
      a=0 b=0
      while read -r q f; do
      case $f in
      total) ;;
      *.r) a=$((a+q));;
      *.[mn]) a=$((a-q));;
      *.[lg]) b=$((b-q));;
      *) b=$((b+q));;
      esac
      done
      [ $a$b = 00 ]
      }
      }
      lists() { read -r q <"$now.p" && [ "${q%% *}" = "$plus" ]; }
      known() {
      b=$now.b
      [ "$plus" ] || return 0
      tr '\n' '\0' <"$tag+$plus.g" >"$now.g" && tr '\n' '\0' <"$tag+$plus.n" >"$now.n" || return
      lists && comm -z -23 "$b" "$now.g" >"$now.l" && sort -zm "$now.l" "$now.n" >"$now.k" &&
      b=$now.k
      }
      keep() {
      f=$HOME/.sky_node/sync/$1
      for q in "$f"+*; do
      case $q in *"+$2".?|*"+$3".?) ;; *) [ ! -e "$q" ] || rm -f "$q";; esac
      done
      i=0; dd iflag=fullblock count=0 </dev/null && i=1
      take $4 $5 "$f+$3.g"
      take $6 $7 "$f+$3.n"
      } 2>/dev/null
      take() {
      o=$3; [ -d "${o%/*}" ] && true >"$o" || o=/dev/null
      q=$2; if [ $q = 0 ]; then return; fi
      if [ $i = 1 ]; then dd bs=$1 count=1 iflag=fullblock >"$o"; return; fi
      while [ $q -gt 0 ] && IFS= read -r o; do q=$((q-1)); done
      }
      raw() {
      q=$(sha256sum <"$now") && cat "$now".*.r >"$now.w" && rm -f "$tag"-* && mv -f "$now.w" "$tag-${q%% *}"
      }
      begin() {
      cd -P "$HOME" && sync=${PWD%/}/.sky_node/sync || return
      k=0
      for a do
      resolve "$a"
      eval "look$k="
      for q in "$p"/.sky-staging.*; do break; done
      if [ $m$st = dfolder ] && [ ! -e "$q" ] && cd -P "$p" && shelf && [ "$was" ] && [ -f "$tag" ]; then
      compare </dev/null >/dev/null &
      eval "look$k=\$!"
      fi
      k=$((k+1))
      done
      }
      kept() {
      [ "$sync" ] && [ $g$x = 11 ] && cd -P . && shelf || return
      eval "q=\$look$1"
      if [ "$q" ]; then wait $q; else compare; fi
      { read -r e v <"$now.e"; } 2>/dev/null || { rm -f "$now" "$now".*; e=0; return 1; }
      case $v in
      N) f=;;
      C) f=$now.d;;
      *) f=$now;;
      esac
      case $v in S) printf 'S\0\0';; *) printf 'C\0\0';; esac
      if [ -s "$f" ]; then
      cat "$f" || e=1
      if [ $e = 0 ]; then v=R; { ln -f "$now" "$tag" || mv -f "$now" "$tag"; } 2>/dev/null; fi
      elif [ "$f" = "$now.d" ] && [ ! "$plus" ]; then
      cat "$now".*.r >"$now.w" && rm -f "$tag"-* && mv -f "$now.w" "$tag-$was"
      fi
      { [ $v != R ] || raw; rm -f "$now" "$now".*; } </dev/null >/dev/null 2>&1 &
      }
      sync=

      """#

  /// The client has heard the end and does not wait: keeps the listings of targets that were new, of which the
  /// client knows what they are.
  static let remember = #"""
    if [ "$new" ]; then
    exec >/dev/null 2>&1 </dev/null
    cd -P "$HOME" && sync=${PWD%/}/.sky_node/sync || exit 0
    k=0
    for a do
    case "$new " in *" $k "*)
    resolve "$a"
    if [ $m = d ] && cd -P "$p" && shelf; then
    was=
    if compare && [ $e = 0 ]; then
    raw
    mv -f "$now" "$tag"
    fi
    rm -f "$now" "$now".*
    fi
    esac
    k=$((k+1))
    done
    fi
    """#
}
