extension NodeLibrary {
  static let copyOperations = copyOperation + forgetOperation

  private static let copyOperation = #"""
    make_work() {
      work=$(mktemp -d) || fail cannot-write "cannot make a folder in ${TMPDIR:-/tmp}"
      trap 'rm -rf "$work"' EXIT
      trap 'exit 130' HUP INT TERM
    }

    # SIZE SECONDS NAME of each file of the list on standard input that is below this folder.
    look_at() {
      sed -e 's|^|./|' | tr '\n' '\0' | xargs -0 stat -c '%s %Y %n' 2>/dev/null |
        sed -e 's|^\([0-9]* [0-9]*\) ./|\1 |'
    }

    # The names in the bucket, asked for while they are copied.
    list_names() {
      if [ "$verb" = copyto ]; then
        basename -- "$target" >"$work/names"
        return 0
      fi
      timeout -k 1 300 "$rclone" lsf "$source" --recursive --files-only --config "$work/conf" \
        --contimeout 10s --timeout 30s --low-level-retries 3 --retries 1 >"$work/names" 2>/dev/null &
      lister=$!
    }

    # The files that are on the node now and in the bucket too, by which `forget` knows them again. Of a copy
    # that failed, those that it wrote: others may be somebody else's.
    say_files() {
      folder=$target
      [ "$verb" = copy ] || folder=$(dirname -- "$target")
      cd -- "$folder" || return
      LC_ALL=C
      export LC_ALL
      if [ $status = 0 ]; then cat "$work/names"; else
        sort "$work/names" >"$work/listed"
        find . -type f -cnewer "$work/begin" | sed -e 's|^\./||' | sort | comm -12 "$work/listed" -
      fi | look_at | sed -e 's/^/::sky file /'
    }

    operation_copy() {
      find_rclone
      expand_target
      find_real "$target"
      find_home
      if [ -e "$home/record" ]; then
        (. "$home/record"; force=no; leave_mount) || exit 1
        rm -rf "$home"
      fi
      find_state
      [ $state = none ] || fail busy "something is mounted at $real"
      if [ "$verb" = copy ]; then make_folder "$target"; else make_folder "$(dirname -- "$target")"; fi
      make_work
      write_configuration "$work" "$work"
      use_files "$work"
      umask 022
      : >"$work/begin"
      lister=
      list_names
      "$rclone" "$verb" "$source" "$target" --config "$work/conf" --use-json-log --contimeout 10s \
        --timeout 30s --low-level-retries 3 --retries 1 --transfers 32 --checkers 32 \
        --use-server-modtime --stats 1s --stats-log-level NOTICE
      status=$?
      # A store that is gone is not waited for a second time.
      turns=0
      while [ $status != 0 ] && [ -n "$lister" ] && kill -0 "$lister" 2>/dev/null; do
        turns=$((turns + 1))
        [ $turns -lt 50 ] || kill "$lister"
        sleep 0.1
      done
      wait
      (say_files)
      say copied $status
    }

    """#

  private static let forgetOperation = #"""
    # Removes those of $files, SIZE SECONDS NAME each, that are still what they were when they were copied.
    operation_forget() {
      expand_target
      make_work
      cd -- "$target" 2>/dev/null || return 0
      LC_ALL=C
      export LC_ALL
      printf '%s\n' "$files" | sort -u >"$work/then"
      cut -d ' ' -f 3- "$work/then" | look_at | sort >"$work/now"
      comm -12 "$work/then" "$work/now" | cut -d ' ' -f 3- | sed -e 's|^|./|' >"$work/ours"
      comm -13 "$work/then" "$work/now" | cut -d ' ' -f 3- | sed -e 's/^/::sky changed /'
      words=$(tr '\n' '\0' <"$work/ours" | xargs -0 rm -f -- 2>&1) || fail cannot-write "$words"
      # A folder that holds nothing more goes too, the deepest first.
      while IFS= read -r name; do
        while name=${name%/*}; [ "$name" != . ]; do printf '%s\n' "$name"; done
      done <"$work/ours" | sort -ru | tr '\n' '\0' | xargs -0 rmdir -- 2>/dev/null
      cd /
      [ "$force" = no ] || rmdir -- "$target" 2>/dev/null
      return 0
    }

    """#
}
