#!/usr/bin/env python3
"""Side by side against the peers, in one run: bench.py PROGRAM [hosts] [sync] [probe] [--rounds N] [--scale X]

Everything runs on loopback; writes results/*.md and results/*.svg next to this file.
"""

import argparse
import shutil
import sys
import tempfile
from pathlib import Path

from harness import hosts, probe, sync
from harness.lab import Lab

parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
parser.add_argument("program", type=Path)
parser.add_argument("suites", nargs="*", choices=["hosts", "sync", "probe", []], default=[])
parser.add_argument("--rounds", type=int, default=5)
parser.add_argument("--scale", type=float, default=1.0, help="size of the data sets, 1 = as documented")
parser.add_argument("--sets", default="S,G", help="data sets of the sync suite: S, M, L, G")
parser.add_argument("--rtt", default="0,50", help="round-trip times in ms")
options = parser.parse_args()

results = Path(__file__).parent / "results"
results.mkdir(exist_ok=True)
work = Path(tempfile.mkdtemp(prefix="sky-bench-", dir="/tmp"))
lab = Lab(work, str(options.program.resolve()))
try:
    for suite in options.suites or ["hosts", "sync", "probe"]:
        {"hosts": hosts, "sync": sync, "probe": probe}[suite].main(lab, options, results)
finally:
    lab.close()
    shutil.rmtree(work, ignore_errors=True)
print(f"results are in {results}", file=sys.stderr)
