#!/bin/sh
# Writes sky(1) from the program's own help texts, so that the two cannot differ: manpage.sh PROGRAM
set -eu
program=$1

roff() { # help text on stdin becomes a literal block
  printf '.nf\n'
  sed -e 's/\\/\\e/g' -e 's/^\([.'"'"']\)/\\\&\1/' -e 's/-/\\-/g'
  printf '.fi\n'
}
subcommands() { # the names listed under SUBCOMMANDS by the command's help
  COLUMNS=200 "$program" "$@" --help |
    awk '/SUBCOMMANDS:$/ {on=1; next} /^ *See / {on=0} on && /^  [a-z]/ {print $1}'
}

printf '.TH SKY 1 "" "sky %s" "User Commands"\n' "$("$program" --version)"
printf '.SH NAME\nsky \\- makes a cluster of machines feel like folders next door\n'
printf '.SH DESCRIPTION\n'
COLUMNS=78 "$program" --help | roff
for command in $(subcommands); do
  printf '.SH "SKY %s"\n' "$(printf %s "$command" | tr '[:lower:]' '[:upper:]')"
  COLUMNS=78 "$program" "$command" --help | roff
  for verb in $(subcommands "$command"); do
    printf '.SS "sky %s %s"\n' "$command" "$verb"
    COLUMNS=78 "$program" "$command" "$verb" --help | roff
  done
done
