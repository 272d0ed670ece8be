/// The node's side of a push: one POSIX sh script, started once a sync, that looks, receives and commits.
///
/// What is said (each mark is a line `S word…`, S random, so that a chatty login shell disturbs nothing; a lone
/// dot is a mark that only ends the one before it):
///
///     node    hello VERSION ZSTD FIND SUM SYSTEM HOLES CHECKER   what it can do: 1 or 0 each
///     node    scan, followed by the listing          zstd-compressed when both sides can
///     node    ready, followed by lines               where buckets are mounted
///     client  bye                                    nothing to do, or
///     client  lanes                                  a large stream comes: can it have several channels?
///     node    lanes, followed by a folder            of FIFOs, see `LaneScript`; nothing: it cannot; then
///     client  keep …, base …                         any number, see `ListingChange` and `PatchScript`; then
///     client  go z|n TOKEN + one tar stream          zstd-compressed or not, or
///     client  go zm|nm TOKEN + stripes               the same in stripes, see `Lanes`; a b after z or m: many files
///     node    open                                   only with stripes: channels may join now
///     node    place, received, apply, applied …      statuses, each followed by its error messages
///     node    bye
///
/// The tar stream has `c/K/…` lists of what to do in target K (NUL-separated, each path `./…`), `K/G/name` what
/// belongs in that target's folder G (`K/w` when the target is new), and at last `end`, which names the
/// digest of each target's staged files: without it nothing is committed. Everything is staged beside the
/// target, so that what a reader sees changes by renames only.
enum PushScript {
  static let stagingPrefix = ".sky-staging."

  static let text =
    ScriptParts.setup + LookScript.text + LaneScript.join + PatchScript.orders + go
    + PatchScript.copies + StageScript.text + PatchScript.mend + CommitScript.text
    + KeptScript.remember

  private static let go = #"""
    case $go in "go "*) ;; *) exit 0;; esac
    K=${go#go * }; c=${go#go }; c=${c%% *}
    case $c in *b) W=${W}m c=${c%b};; esac

    """#
}
