#!/bin/sh
# Puts sky, its completions and its man page below a prefix: install.sh PROGRAM PREFIX | --remove PREFIX
set -eu

if [ "$1" = --remove ]; then
  prefix=$2
  for file in bin/sky share/man/man1/sky.1 share/bash-completion/completions/sky \
    share/zsh/site-functions/_sky share/fish/vendor_completions.d/sky.fish; do
    [ ! -e "$prefix/$file" ] || { rm -f "$prefix/$file" && echo "removed $prefix/$file"; }
  done
  exit 0
fi

program=$1
prefix=$2
put() { # put MODE SOURCE TARGET: whole or not at all
  mkdir -p "$(dirname "$prefix/$3")"
  install -m "$1" "$2" "$prefix/$3.new"
  mv -f "$prefix/$3.new" "$prefix/$3"
  echo "installed $prefix/$3"
}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp "$program" "$work/sky"
strip "$work/sky" 2>/dev/null || true
for shell in bash zsh fish; do "$program" --generate-completion-script $shell >"$work/$shell"; done
"$(dirname "$0")/manpage.sh" "$program" >"$work/sky.1"

put 755 "$work/sky" bin/sky
put 644 "$work/sky.1" share/man/man1/sky.1
put 644 "$work/bash" share/bash-completion/completions/sky
put 644 "$work/zsh" share/zsh/site-functions/_sky
put 644 "$work/fish" share/fish/vendor_completions.d/sky.fish
