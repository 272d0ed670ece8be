#!/bin/sh
# All benchmarks with the release build: Benchmarks/run.sh [what bench.py takes]
set -eu
cd "$(dirname "$0")"
exec python3 bench.py ../.build/release/sky "$@"
