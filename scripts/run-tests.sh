#!/bin/sh
# Runs the built tests: run-tests.sh [what `swift test` takes]. A run that hangs is ended after
# TEST_MINUTES (35), and the tests that had begun or waited are named.
set -eu
cd "$(dirname "$0")/.."

minutes=${TEST_MINUTES:-35}
events=$(mktemp)
# Real servers and nodes need descriptors; more tests at once than 12 only wait for each other.
ulimit -n "$(ulimit -H -n)"
"${SWIFT:-swift}" test --skip-build --experimental-maximum-parallelization-width 12 \
  --event-stream-version 0 --event-stream-output-path "$events" "$@" &
run=$!

end_with_children() { # of a process, the youngest generation first
  for child in $(pgrep -P "$1"); do end_with_children "$child"; done
  kill "$1" 2>/dev/null || true
}
trap 'end_with_children $run; rm -f "$events"; exit 130' INT TERM

( sleep $((minutes * 60)) & nap=$!
  trap 'kill $nap; exit' TERM
  wait $nap
  echo "run-tests: not done after $minutes minutes; these tests had not ended:"
  python3 - "$events" <<'PYTHON'
import collections, json, sys
running = collections.Counter()
for line in open(sys.argv[1]):
    event = json.loads(line)["payload"] if line.endswith("\n") else {}
    running[event.get("testID")] += {"testStarted": 1, "testEnded": -1}.get(event.get("kind"), 0)
print(*("  " + test for test, count in running.items() if count > 0 and "/" in test), sep="\n")
PYTHON
  end_with_children $run ) &
watch=$!

status=0
wait $run || status=$?
kill $watch 2>/dev/null || true
rm -f "$events"
exit $status
