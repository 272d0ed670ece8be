#!/bin/bash
# The main job, as a user would type it: two real local nodes, a training run, plain ssh, rsync and scp by name.
# Uses a home of its own, so that it can be run on a machine in use.
set -euo pipefail
cd "$(dirname "$0")/.."

program=$(realpath "$1")
work=$(mktemp -d /tmp/sky-demo-XXXXXX)
export SKY_HOME=$work/sky SKY_SSH_CONFIG=$work/ssh_config
# A user's config as it may be found: the demo shows that not a byte of it changes.
printf '# my own hosts\nHost *\n  ServerAliveInterval 30\n' >"$SKY_SSH_CONFIG"
chmod 600 "$SKY_SSH_CONFIG"
cp "$SKY_SSH_CONFIG" "$work/ssh_config.before"
cp -r examples "$work/examples"
cd "$work"

# Stock programs read ~/.ssh/config; here they are pointed at the demo's own.
export RSYNC_RSH="ssh -F $SKY_SSH_CONFIG"
sky() { "$program" "$@"; }
ssh() { command ssh -F "$SKY_SSH_CONFIG" "$@"; }
scp() { command scp -F "$SKY_SSH_CONFIG" "$@"; }

finish() {
  status=$?
  if [ -n "$(sky status --json 2>/dev/null | grep '"name"' || true)" ]; then sky down -y dev || true; fi
  rm -rf "$work"
  exit $status
}
trap finish EXIT
trap 'exit 130' INT TERM

show() { # print a command as typed, then run it
  printf '\n\033[1m$ %s\033[0m\n' "$*"
  "$@"
}
check() { # check WHAT COMMAND…: stop the demo where a promise is not kept
  what=$1
  shift
  "$@" >/dev/null || { echo "demo: not as promised: $what" >&2; exit 1; }
}

echo "sky demo in $work (your own ~/.sky and ~/.ssh are not touched)"

show sky launch -y -c dev --num-nodes 2 examples/train/task.yaml
show sky hosts list
show ssh dev hostname
show ssh dev-worker1 hostname

printf '\n\033[1m$ echo "# a new idea" >> examples/train/project/train.py\033[0m\n'
echo "# a new idea" >>examples/train/project/train.py
show sky exec dev examples/train/task.yaml
for node in dev dev-worker1; do
  check "the edit is on $node" ssh "$node" grep -q '"# a new idea"' sky_workdir/train.py
done

show rsync -Pavz dev:sky_workdir/checkpoints local/
show scp "dev-worker1:sky_workdir/metrics-rank1.jsonl" local/
check "files were pulled back" test -s local/metrics-rank1.jsonl
show ls -l local local/checkpoints

show sky down -y dev
check "no node folder is left" test -z "$(ls -A "$SKY_HOME/nodes" 2>/dev/null)"
show sky hosts uninstall
check "the ssh config is what it was, byte for byte" cmp "$SKY_SSH_CONFIG" "$work/ssh_config.before"

cat <<END

Done: nodes launched, code synced, task run, files pulled back, everything taken down.
The same against your real home, with ~/.ssh/config:

    make install                                  # or: PATH=\$PWD/.build/release:\$PATH
    sky launch -c dev --num-nodes 2 examples/train/task.yaml
    ssh dev
END
