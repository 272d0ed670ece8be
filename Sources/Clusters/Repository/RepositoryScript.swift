/// The node's side of a repository as workdir: POSIX sh and git, sent through standard input.
///
/// Nothing of this machine's keys stays: a token is in the environment of git for that time and in no file,
/// known hosts and ssh's settings are in a folder that goes at the end. What is said are lines
/// `::sky WORD TEXT`:
///
///     at COMMIT WORDS       where the workdir stands now
///     note WORDS            what was kept, for people
///     have NAME             a branch or tag, after `fail no-ref`
///     fail CLASS WORDS      no-git, no-ref, remote, in-the-way, changed, checkout
enum RepositoryScript {
  /// The script is a function, so that the shell has read all of it before anything is run.
  static func text(_ values: [String: MaskedText]) -> [UInt8] {
    var all: [String: MaskedText] = [
      "ref": "", "want": "", "known": "", "ssh_settings": "", "origin": "", "token_user": "",
      "token": "",
    ]
    all.merge(values) { $1 }
    let script = "main() {\n\(ShellText.assignments(all))\(start + find + guardWork + bring)}\n"
    return Array((script + "main </dev/null 3>&1 >/dev/null\nexit\n").utf8)
  }

  private static let start = #"""
    PATH=$PATH:/usr/local/bin:/usr/bin:/bin
    LC_ALL=C
    export PATH LC_ALL
    unset GIT_DIR GIT_WORK_TREE GIT_INDEX_FILE GIT_CONFIG_PARAMETERS GIT_CONFIG_COUNT
    say() { printf '::sky %s %s\n' "$1" "$2" >&3; }
    fail() { say fail "$1 $2"; exit 1; }
    command -v git >/dev/null || fail no-git "$(uname -s)"
    work=$(umask 077; mkdir -p "$HOME/.sky_node" && mktemp -d "$HOME/.sky_node/git.XXXXXX") ||
      fail checkout "cannot make a folder in $HOME/.sky_node"
    trap 'rm -rf "$work"' EXIT
    trap 'exit 130' HUP INT TERM PIPE
    words() { grep -v '^ *$' "$work/err" | tail -n 4 | tr '\n\r' '; '; }
    printf '%s\n' "$known" >"$work/known"
    settings() {
      printf '%s\n' "$ssh_settings"
      printf 'Host *\n  BatchMode yes\n  StrictHostKeyChecking yes\n  ConnectTimeout 20\n'
      printf '  ControlMaster no\n  ControlPath none\n  LogLevel ERROR\n'
      printf '  UserKnownHostsFile "%s" ~/.ssh/known_hosts\n' "$work/known"
      printf 'Include ~/.ssh/config\n'
    }
    { settings; echo 'Include /etc/ssh/ssh_config'; } >"$work/ssh"
    # In an ordinary user's sandbox root is nobody, and ssh reads no such file that it is told to.
    ssh -F "$work/ssh" -G localhost >/dev/null 2>&1 || settings >"$work/ssh"
    SKY_GIT_SSH=$work/ssh
    GIT_SSH_COMMAND='ssh -F "$SKY_GIT_SSH"'
    GIT_SSH_VARIANT=ssh
    GIT_TERMINAL_PROMPT=0
    GIT_ASKPASS=
    SSH_ASKPASS_REQUIRE=never
    export SKY_GIT_SSH GIT_SSH_COMMAND GIT_SSH_VARIANT GIT_TERMINAL_PROMPT GIT_ASKPASS
    export SSH_ASKPASS_REQUIRE
    # The node's own helpers must neither answer nor store: the token counts for this one server.
    SKY_GIT_USER=$token_user
    SKY_GIT_TOKEN=$token
    helper='!f() { [ "$1" = get ] && printf "username=%s\npassword=%s\n" "$SKY_GIT_USER" "$SKY_GIT_TOKEN"; }; f'
    git() {
      if [ "$token" ]; then
        SKY_GIT_USER=$SKY_GIT_USER SKY_GIT_TOKEN=$SKY_GIT_TOKEN command git -c credential.helper= \
          -c "credential.$origin.helper=$helper" -c advice.detachedHead=false "$@"
      else
        command git -c advice.detachedHead=false "$@"
      fi 2>"$work/err"
    }

    """#

  /// Sets kind (branch, tag, commit) and name by what the server has.
  private static let find = #"""
    at() {
      printf '%s\n' "$answer" | while read -r sha full; do
        [ "$full" = "$1" ] && echo "$sha" && break
      done
    }
    if [ "$ref" ]; then
      answer=$(git ls-remote "$url" "refs/heads/$ref" "refs/tags/$ref" "$ref") ||
        fail remote "$(words)"
      kind= name=$ref
      case $ref in
        refs/heads/*) name=${ref#refs/heads/}; [ "$(at "$ref")" ] && kind=branch ;;
        refs/tags/*) name=${ref#refs/tags/}; [ "$(at "$ref")" ] && kind=tag ;;
        refs/*) [ "$(at "$ref")" ] && kind=other ;;
        *)
          if [ "$(at "refs/heads/$ref")" ]; then kind=branch
          elif [ "$(at "refs/tags/$ref")" ]; then kind=tag; fi ;;
      esac
      if [ ! "$kind" ]; then
        case $ref in
          *[!0-9a-fA-F]* | ? | ?? | ???) ;;
          *) kind=commit ;;
        esac
      fi
    else
      answer=$(git ls-remote --symref "$url" HEAD) || fail remote "$(words)"
      name=$(printf '%s\n' "$answer" | sed -n -e 's/^ref: refs\/heads\/\(.*\)[[:space:]]HEAD$/\1/p')
      kind=branch
      if [ ! "$name" ]; then
        name=$(at HEAD) kind=commit
        [ "$name" ] || fail no-ref "the repository is empty"
      fi
    fi
    if [ ! "$kind" ]; then
      git ls-remote --heads --tags --refs "$url" | head -n 1000 | while read -r sha full; do
        full=${full#refs/heads/}; say have "${full#refs/tags/}"
      done
      fail no-ref "no branch, tag or commit has this name"
    fi

    """#

  /// What stands there is ours to change, or nothing is done.
  private static let guardWork = #"""
    place=$HOME/sky_workdir
    mkdir -p "$place" && cd "$place" || fail checkout "cannot use the folder $place"
    if [ -e .git ]; then
      there=$(git config --local --get remote.origin.url)
      [ "$there" = "$url" ] || fail in-the-way "$(
        [ "$there" ] && printf 'a repository of %s' "$there" | sed -e 's#://[^/@]*@#://#' ||
          echo 'another repository')"
    elif [ "$(ls -A)" ]; then
      fail in-the-way "$(ls -A | wc -l | tr -d ' ') files and folders that are in no repository"
    else
      { git init -q . && git remote add origin "$url"; } || fail checkout "$(words)"
      trap 'rm -rf "$work"; command git rev-parse -q --verify HEAD >/dev/null 2>&1 || rm -rf .git' EXIT
    fi
    fetch() { git fetch -q --no-recurse-submodules origin "$@"; }
    has() { git cat-file -e "$1^{commit}"; }
    case $kind in
      branch) target=refs/remotes/origin/$name; fetch "+refs/heads/$name:$target" ;;
      tag) target=refs/tags/$name; fetch "+$target:$target" ;;
      other) target=refs/sky/ref; fetch "+$name:$target" ;;
      commit)
        target=$name
        has "$target" || { fetch "$target" && has "$target"; } ||
          fetch '+refs/heads/*:refs/remotes/origin/*' '+refs/tags/*:refs/tags/*' ;;
    esac || fail remote "$(words)"
    [ ! "$want" ] || ! has "$want" || target=$want
    new=$(git rev-parse -q --verify "$target^{commit}") || fail no-ref "no commit has this name"
    old=$(git rev-parse -q --verify HEAD)
    changed=
    [ ! "$old" ] || changed=$(git status --porcelain --untracked-files=no \
      --ignore-submodules=untracked | cut -c 4- | head -n 5 | tr '\n' ',')
    if [ "$changed" ] && [ "$old" != "$new" ]; then fail changed "${changed%,}"; fi

    # Commits that only this node has stay under a name of their own.
    keep() {
      last=$(git rev-parse -q --verify refs/sky/workdir)
      [ "$(git rev-list -n 1 "$1" --not "$new" --remotes --tags $last)" ] || return 0
      kept=sky-kept/$2$(git rev-parse --short "$1")
      git rev-parse -q --verify "refs/heads/$kept" >/dev/null || git branch "$kept" "$1" ||
        fail checkout "$(words)"
      say note "commits that were pushed nowhere are kept as the branch $kept"
    }
    if [ "$kind" = branch ] && git rev-parse -q --verify "refs/heads/$name" >/dev/null; then
      keep "refs/heads/$name" "$name-"
    fi
    [ ! "$old" ] || git symbolic-ref -q HEAD >/dev/null || keep HEAD ''

    """#

  private static let bring = #"""
    if [ "$changed" ]; then
      say note "has changes that are in no commit, which stay: ${changed%,}"
    else
      # Ignored files of the node's own are no less its own.
      if [ "$kind" = branch ]; then
        git checkout -q --no-overwrite-ignore -B "$name" "$new" &&
          git branch -q "--set-upstream-to=origin/$name" "$name"
      else
        git checkout -q --no-overwrite-ignore --detach "$new"
      fi || fail checkout "$(words)"
      if [ -f .gitmodules ]; then
        { git submodule -q sync --recursive && git submodule -q update --init --recursive; } ||
          fail submodule "$(words)"
      fi
    fi
    git update-ref refs/sky/workdir "$new" || fail checkout "$(words)"
    say at "$new $kind $name"

    """#
}
