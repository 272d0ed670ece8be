extension NodeLibrary {
  /// What can be asked of a node: `operation_mount`, `_copy`, `_forget`, `_flush`, `_unmount`, `_restore`,
  /// `_status`.
  static let operations = mountOperation + mountsOperations + copyOperations

  private static let mountOperation = #"""
    check_fuse() {
      [ -n "$(unmounter)" ] || fail no-fuse "the program fusermount3 is missing"
      [ -r /dev/fuse ] && [ -w /dev/fuse ] && return 0
      [ -e /dev/fuse ] && fail no-fuse "$(id -un) may not open /dev/fuse"
      fail no-fuse "/dev/fuse does not exist"
    }

    # The configuration with the place of Google's file in it.
    write_configuration() {
      case $configuration in
        *@FILES@*)
          printf %s "${configuration%%@FILES@*}$1${configuration#*@FILES@}" >"$2/conf" ;;
        *) printf %s "$configuration" >"$2/conf" ;;
      esac
      [ -z "$google" ] || printf %s "$google" >"$2/google.json"
      [ -z "$authority" ] || printf %s "$authority" >"$2/authority.pem"
    }

    # Asks the store for one name, so that what cannot work is said now and in seconds.
    check_store() {
      use_files "$home"
      answer=$( { timeout -k 1 40 "$rclone" lsf --config "$home/conf" --recursive --files-only \
        --contimeout 5s --timeout 10s --low-level-retries 2 --retries 1 "$mount_source" \
        2>"$home/words"; printf '::status %s\n' $?; } | head -n 1)
      case $answer in
        '::status 0') ;;
        '::status '*) refuse store "${answer#::status } $(tail -n 1 "$home/words")" ;;
      esac
      rm -f "$home/words"
    }

    # The files in the folder $1 count for the programs started from now on: Google's, and the certificates.
    use_files() {
      unset GOOGLE_APPLICATION_CREDENTIALS RCLONE_CA_CERT
      if [ -e "$1/google.json" ]; then
        GOOGLE_APPLICATION_CREDENTIALS=$1/google.json
        export GOOGLE_APPLICATION_CREDENTIALS
      fi
      if [ -e "$1/authority.pem" ]; then
        RCLONE_CA_CERT=$1/authority.pem
        export RCLONE_CA_CERT
      fi
    }

    keep_files() {
      for file in record conf google.json authority.pem; do
        if [ -e "$new/$file" ]; then mv -f "$new/$file" "$home/$file"; else rm -f "$home/$file"; fi
      done
      printf %s "$real" >"$home/point"
      rm -rf "$new"
    }

    is_same() {
      for file in record conf google.json authority.pem; do
        [ -e "$new/$file" ] || [ -e "$home/$file" ] || continue
        cmp -s "$new/$file" "$home/$file" || return 1
      done
    }

    # Ends the mount and keeps what waits in its cache for the next one at the same place.
    drop_process() {
      [ $state = live ] || return 0
      "$(unmounter)" -u "$real" 2>/dev/null
      await_end
      find_state
    }

    # Nothing of a mount that did not come about is left, but for files that are not in the bucket yet.
    refuse() {
      [ -n "$(unflushed)" ] || rm -rf "$home"
      fail "$1" "$2"
    }

    # What a job runs at its end: waits for the uploads of all mounts, in words for people.
    write_flush() {
      printf '%s\n' '#!/bin/sh' "$library" 'say() { echo "storage: $*" >&2; }' \
        'fail() { echo "storage: $*" >&2; exit 1; }' "patience=$patience" operation_flush \
        >"$mounts_root/flush.new"
      chmod 700 "$mounts_root/flush.new"
      mv -f "$mounts_root/flush.new" "$mounts_root/flush"
    }

    check_target() {
      [ -d "$target" ] || refuse busy "$real is no folder"
      [ -z "$(ls -A -- "$target")" ] || refuse busy "$real is not empty: a mount would hide its files"
      [ -w "$target" ] || sudo -n chown "$(id -u):$(id -g)" -- "$target" 2>/dev/null ||
        refuse cannot-write "$real belongs to $(stat -c %U -- "$target")"
    }

    operation_mount() {
      find_rclone
      check_fuse
      expand_target
      find_real "$target"
      find_home
      find_state
      [ $state = foreign ] && fail busy "something else is mounted at $real"
      [ $state = live ] && [ ! -e "$home/record" ] && fail busy "another rclone is mounted at $real"
      mkdir -p "$home" && chmod 700 "$node_root" "$mounts_root" "$home" ||
        fail cannot-write "cannot make $home"
      new=$home/new
      rm -rf "$new"
      mkdir "$new"
      printf %s "$record" >"$new/record"
      write_configuration "$home" "$new"
      write_flush
      if [ $state = live ] && is_same; then
        rm -rf "$new"
        say mounted already
        return 0
      fi
      how=now
      [ $state = live ] && how=anew
      if [ $state = dead ]; then
        how=again
        clear_dead
      fi
      if [ -e "$home/record" ] && ! is_same; then
        if cmp -s "$new/record" "$home/record"; then
          drop_process && [ $state = live ] && {
            rm -rf "$new"
            say note "$real is in use, so it goes on with its older keys"
            say mounted already
            return 0
          }
        else
          (. "$home/record"; force=no; leave_mount) || exit 1
          rm -rf "$home/cache"
        fi
      fi
      keep_files
      . "$home/record"
      check_store
      make_folder "$target"
      check_target
      start_mount || refuse mount-failed "$(last_error)"
      say mounted $how
    }

    """#

  private static let mountsOperations = #"""
    # Each of our mounts in turn: $home, $real and its record.
    each_mount() {
      for home in "$mounts_root"/*/; do
        home=${home%/}
        [ -e "$home/record" ] && [ -e "$home/point" ] || continue
        real=$(cat "$home/point")
        . "$home/record"
        "$1"
      done
    }
    has_mounts() { [ -n "$(ls "$mounts_root"/*/record 2>/dev/null)" ]; }

    flush_each() { flush_mount || still_unflushed; }
    operation_flush() {
      has_mounts || return 0
      find_rclone
      each_mount flush_each
    }

    leave_each() {
      [ -z "$target" ] || [ "$wanted" = "$home" ] || return 0
      leave_mount
      [ "$keep" = yes ] || rm -rf "$home"
      say left "$mount_target"
    }
    operation_unmount() {
      has_mounts || return 0
      find_rclone
      if [ -n "$target" ]; then
        expand_target
        find_real "$target"
        find_home
        wanted=$home
      fi
      each_mount leave_each
      [ "$keep" = yes ] || has_mounts || { rm -f "$mounts_root/flush"; rmdir "$mounts_root"; } 2>/dev/null
      return 0
    }

    restore_each() {
      find_state
      case $state in
        live)
          say mounted already
          return 0
          ;;
        foreign) fail busy "something else is mounted at $real" ;;
        dead) clear_dead ;;
      esac
      make_folder "$real"
      start_mount || fail mount-failed "$mount_target: $(last_error)"
      say mounted now
    }
    operation_restore() {
      has_mounts || return 0
      find_rclone
      each_mount restore_each
    }

    status_each() {
      find_state
      count=$(unflushed | wc -l | tr -d ' ')
      say mount "$state$tab$mount_mode$tab$count$tab$mount_uri$tab$mount_target"
    }
    operation_status() { each_mount status_each; }

    """#
}
