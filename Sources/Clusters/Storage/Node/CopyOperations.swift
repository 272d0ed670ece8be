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

    # The files that are on the node now and in the bucket too, by which `forget` knows them again.
    say_files() {
      case $verb in
        copy)
          cd -- "$target" && "$rclone" lsf "$source" --recursive --files-only --config "$work/conf" \
            --contimeout 10s --timeout 30s 2>/dev/null ;;
        *) cd -- "$(dirname -- "$target")" && basename -- "$target" ;;
      esac >"$work/names"
      look_at <"$work/names" | sed -e 's/^/::sky file /'
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
      "$rclone" "$verb" "$source" "$target" --config "$work/conf" --use-json-log --contimeout 10s \
        --timeout 30s --low-level-retries 3 --retries 1 --transfers 32 --checkers 32 \
        --use-server-modtime --stats 1s --stats-log-level NOTICE
      status=$?
      [ $status != 0 ] || (say_files)
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
