/// What is done on the login node, by plain commands of Slurm, in POSIX sh; answers as `JobScripts` gives
/// them. `N` is the allocation's name, `A` its number.
enum SlurmScripts {
  /// Sites that put Slurm into the PATH of login shells only.
  static let path = #"""
    command -v squeue >/dev/null 2>&1 || . /etc/profile >/dev/null 2>&1
    # NUMBER|STATE|NODES of the allocation of that name, the newest; nothing when there is none.
    # Fails when Slurm does not answer.
    find_it() (
    all=$(squeue -h -u "$(id -un)" -n "$1" -o '%i|%T|%N') || exit 1
    printf '%s\n' "$all" | sort -n | tail -n 1
    )

    """#

  /// What was begun by a call that was interrupted ends before the next begins. `N` is the allocation.
  static let lock = #"""
    exec 8>>"$HOME/.$N.lock"
    command -v flock >/dev/null 2>&1 && flock 8

    """#

  static let check = #"""
    for c in sbatch squeue scancel srun sinfo scontrol; do
    command -v $c >/dev/null 2>&1 || { say lacks $c; exit 0; }
    done
    sinfo -h -o '%R' >/dev/null 2>&1 || { say silent; exit 0; }
    say partitions $(sinfo -h -o '%R' 2>/dev/null)

    """#

  /// Finds the allocation, or submits it; `$S` are the words for sbatch. The allocation itself only waits.
  static let submit =
    lock + #"""
      found=$(find_it "$N") || { say failed squeue; exit 1; }
      if [ "$found" ]; then say job "${found%%|*}"; exit 0; fi
      eval "set -- $S"
      job=$(sbatch "$@" 2>"$E" <<'END'
      #!/bin/sh
      trap 'exit 0' TERM INT
      while :; do sleep 3600 & wait $!; done
      END
      ) || { say refused $(tr '\n' ' ' <"$E"); rm -f "$E"; exit 0; }
      rm -f "$E"
      say job "${job%%;*}"

      """#

  /// Whether an allocation of the words `$S` could ever be granted.
  static let tryOut = #"""
    eval "set -- $S"
    if words=$(sbatch --test-only "$@" 2>&1 <<'END'
    #!/bin/sh
    exit
    END
    ); then say fits; else say refused $(printf %s "$words" | tr '\n' ' '); fi

    """#

  /// What the allocation has on each node: `NODES CPU_IDs=… Mem=MIB GRES=…`.
  static let details = #"""
    found=$(find_it "$N") || { say failed squeue; exit 1; }
    scontrol show job -d "${found%%|*}" 2>/dev/null | sed -n 's/^ *Nodes=\([^ ]* .*\)/\1/p' |
    while read -r nodes rest; do
    for name in $(scontrol show hostnames "$nodes"); do say has "$name" $rest; done
    done
    say names $(scontrol show hostnames "${found##*|}")

    """#

  static let gres = #"""
    say gres $(sinfo -h -o '%G' ${P:+-p "$P"} 2>/dev/null)

    """#

  /// Says each second how the allocation is, until it runs or has ended. (Each second also so that the
  /// script ends when nobody reads any more.)
  static let wait = #"""
    misses=0
    while :; do
    line=$(squeue -h -j "$A" -o '%T %r' 2>/dev/null) || line=
    case $line in
    RUNNING*) say running $(squeue -h -j "$A" -o '%N'); exit 0;;
    PENDING*|CONFIGURING*|COMPLETING*|SUSPENDED*|REQUEUE*|RESV_DEL_HOLD*|SPECIAL_EXIT*) misses=0; say waits $line;;
    "") misses=$((misses+1)); [ $misses -lt 3 ] || { say ended; exit 0; }; say waits .;;
    *) say ended $line; exit 0;;
    esac
    sleep 1
    done

    """#

  static let names = #"""
    say names $(scontrol show hostnames "$(squeue -h -j "$A" -o '%N')")

    """#

  /// Makes the nodes ready for our logins, and says what they are: `node NAME ADDRESS IP SHARED` and
  /// `key NAME TYPE BASE64`. `$KEY` is the public key, `$PORTS` are words NAME=PORT.
  static let gather =
    lock + #"""
      list=$(squeue -h -j "$A" -o '%N')
      names=$(scontrol show hostnames "$list") || { say failed scontrol; exit 1; }
      set -- $names
      n=$#
      head=$1
      places=
      for name; do
      addr=$(scontrol show node -o "$name" | tr ' ' '\n' | sed -n 's/^NodeAddr=//p')
      port=22
      for p in $PORTS; do [ "${p%%=*}" = "$name" ] && port=${p#*=}; done
      places="$places $name=${addr:-$name}=$port"
      done
      say names $names
      step() { srun --jobid="$A" --nodes="$1" --ntasks="$1" --ntasks-per-node=1 --nodelist="$2" --overlap \
      --mem=0 --cpu-bind=none --chdir=/ --export=ALL /bin/sh -s -- "$M" "$KEY" "$N" "$places"; }
      # Whose home is whose: the head leaves a mark that the others see where they share it.
      authorize='
      umask 077
      mkdir -p "$HOME/.ssh" "$HOME/.sky_node" || exit 1
      f=$HOME/.ssh/authorized_keys
      if ! grep -qsxF "$2" "$f"; then
      [ -s "$f" ] && [ "$(tail -c 1 "$f")" ] && echo >>"$f"
      printf "%s\n" "$2" >>"$f" || exit 1
      fi
      '
      step 1 "$head" <<END || { say failed srun; exit 1; }
      $authorize
      : >"\$HOME/.sky_node/home-\$3"
      END
      step $n "$list" <<END || { say failed srun; exit 1; }
      shared=0
      ls "\$HOME/.sky_node" >/dev/null 2>&1
      [ -e "\$HOME/.sky_node/home-\$3" ] && shared=1
      if [ \$shared = 0 ]; then
      $authorize
      fi
      for p in \$4; do
      name=\${p%%=*}; rest=\${p#*=}
      [ "\$name" = "\$SLURMD_NODENAME" ] || continue
      addr=\${rest%=*} port=\${rest##*=}
      ip=\$(getent ahostsv4 "\$addr" 2>/dev/null | sed -n '1s/ .*//p')
      printf '\n%s node %s %s %s %s %s\n' "\$1" "\$name" "\$addr" "\$port" "\${ip:-\$addr}" \$shared
      { ssh-keyscan -T 5 -p "\$port" "\$addr" 2>/dev/null | grep -v '^#' | cut -d' ' -f2,3 | sort
      } | while read -r type key; do printf '\n%s key %s %s %s\n' "\$1" "\$name" "\$type" "\$key"; done
      done
      END
      say gathered

      """#

  /// `NODE STATE` of each node of the allocation; how the allocation is comes first.
  static let look = #"""
    found=$(find_it "$N") || { say failed squeue; exit 1; }
    [ "$found" ] || { say none; exit 0; }
    rest=${found#*|}
    list=${rest#*|}
    say state "${rest%%|*}"
    [ "$list" ] || exit 0
    for name in $(scontrol show hostnames "$list"); do
    say node "$name" "$(sinfo -h -N -n "$name" -o '%T' 2>/dev/null | head -n 1)"
    done

    """#

  /// A job is one step on all its nodes: as long as one of them works, it is listed.
  static let busy = #"""
    others_busy() {
    A=$(find_it "$N") || return 0
    A=${A%%|*}
    [ "$A" ] || return 1
    squeue -h -s -j "$A" -o '%i' | grep -q '\.[0-9]'
    }

    """#

  /// Takes away what we put into the homes, cancels, and waits until the allocation is gone. `$KEY` is the
  /// end of our line in authorized_keys, `$B` the folder of our jobs.
  static let down =
    lock + #"""
      clean='
      f=$HOME/.ssh/authorized_keys
      if grep -qs " $2\$" "$f"; then
      umask 077
      # Nodes that share a home do this at the same time.
      n=$f.sky.$(uname -n).$$
      cp -p "$f" "$n" && grep -v " $2\$" "$f" >"$n"; [ -e "$n" ] && mv -f "$n" "$f"
      fi
      d=$HOME/.sky_node
      rm -rf "$d/jobs/$3" "$d/home-$1"
      rm -f "$d/autostop/$3" "$d/autostop/$3.watch"
      rmdir "$d/jobs" "$d/autostop" 2>/dev/null
      # Without clusters in this home, what is kept of their syncs is of no use; folders are transfers under way.
      [ -e "$d/jobs" ] || rm -f "$d/sync"/* 2>/dev/null
      rmdir "$d/sync" "$d" 2>/dev/null
      exit 0
      '
      found=$(find_it "$N") || { say failed squeue; exit 1; }
      A=${found%%|*}
      rest=${found#*|}
      if [ "${rest%%|*}" = RUNNING ]; then
      list=${rest#*|}
      set -- $(scontrol show hostnames "$list")
      guard=
      command -v timeout >/dev/null 2>&1 && guard='timeout 30'
      printf '%s\n' "$clean" | $guard srun --jobid="$A" --nodes=$# --ntasks=$# --ntasks-per-node=1 \
      --overlap --mem=0 --cpu-bind=none --chdir=/ /bin/sh -s -- "$N" "$KEY" "$C" >&2
      fi
      printf '%s\n' "$clean" | /bin/sh -s -- "$N" "$KEY" "$C" >&2
      n=120
      while [ "$A" ]; do
      scancel "$A" >&2
      [ $n -gt 0 ] || { say stays "$A"; exit 0; }
      n=$((n-1))
      sleep 0.5 2>/dev/null || sleep 1
      found=$(find_it "$N") && A=${found%%|*}
      done
      rm -f "$HOME/.$N.lock"
      say gone

      """#

  /// Runs a script (the file `$2`) on the nodes of the other ranks, as a step of the allocation `$N` of its
  /// own: `$1` is the folder of the rank that failed.
  static let toOthers = #"""
    J=$1
    for v in $(env | sed -n 's/^\(SLURM_[A-Za-z0-9_]*\)=.*/\1/p'); do [ $v = SLURM_CONF ] || unset $v; done
    found=$(find_it "$N") || exit 1
    A=${found%%|*}
    [ "$A" ] || exit 0
    names=
    list=
    r=0
    for name in $(scontrol show hostnames "${found##*|}"); do
    [ $r -lt $K ] || break
    if [ $r != "${J##*/}" ]; then names="$names $name=$r" list="$list${list:+,}$name"; fi
    r=$((r+1))
    done
    # A node that is down too must not hold this one.
    guard=
    command -v timeout >/dev/null 2>&1 && guard='timeout 120'
    { echo '{'
    cat <<'END'
    for place in $2; do
    [ "${place%=*}" = "$SLURMD_NODENAME" ] && set -- "$1/${place##*=}" "$3" && break
    done
    END
    cat "$2"; echo '}'
    } | $guard srun --jobid="$A" --nodes=$((K-1)) --ntasks=$((K-1)) --ntasks-per-node=1 --nodelist="$list" \
    --overlap --mem=0 --cpu-bind=none --chdir=/ /bin/sh -s -- "${J%/*}" "$names" "${J##*/}"

    """#

  /// Starts the runners of a job on the first `$K` nodes of the allocation `$N`; `$1` is the job's folder.
  static let spread = #"""
    found=$(find_it "$N") || exit 1
    A=${found%%|*}
    [ "$A" ] || { echo "the allocation has ended" >&2; exit 1; }
    names=
    list=
    r=0
    for name in $(scontrol show hostnames "${found##*|}"); do
    [ $r -lt $K ] || break
    names="$names $name" list="$list${list:+,}$name" r=$((r+1))
    done
    SLURM_JOB_NUM_NODES=$K
    export SLURM_JOB_NUM_NODES
    exec srun --jobid="$A" --nodes=$K --ntasks=$K --ntasks-per-node=1 --nodelist="$list" --overlap --mem=0 \
    --cpu-bind=none --input=none --chdir=/ /bin/sh -c '
    r=0
    for name in $2; do
    [ "$name" = "$SLURMD_NODENAME" ] && exec /bin/sh "$1/$r.new/runner" "$1/$r"
    r=$((r+1))
    done
    exit 1' sh "$1" "$names"

    """#
}
