#!/usr/bin/env python3
"""Side by side against the peers, in one run: bench.py PROGRAM [hosts] [sync] [probe] [crowd] [memory] [--rounds N] [--scale X]

Everything runs on loopback; writes results/*.md and results/*.svg next to this file.
"""

import argparse
import os
import shutil
import sys
import tempfile
from pathlib import Path

from harness import crowd, hosts, memory, probe, sync
from harness.lab import Lab

parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
parser.add_argument("program", type=Path)
parser.add_argument("suites", nargs="*", choices=["hosts", "sync", "probe", "crowd", "memory", []], default=[])
parser.add_argument("--rounds", type=int, default=int(os.environ.get("BENCH_ROUNDS", 5)))
parser.add_argument("--scale", type=float, default=float(os.environ.get("BENCH_SCALE", 1)),
                    help="size of the data sets, 1 = as documented (BENCH_SCALE)")
parser.add_argument("--sets", default=os.environ.get("BENCH_SETS", "S,L,G"), help="data sets of the sync suite: S, M, L, G")
parser.add_argument("--scenario", default="", help="only scenarios whose name holds this, such as unchanged")
parser.add_argument("--rtt", default="0,50", help="round-trip times in ms")
parser.add_argument("--peers", choices=["bars", "all"], default=os.environ.get("BENCH_PEERS", "all"),
                    help="bars: only those that a bar names (BENCH_PEERS)")
parser.add_argument("--slow", action="store_true", help="also scp -r and unison, on loopback")
parser.add_argument("--files", default="250000,1000000", help="how many, of the memory suite, which runs only when named")
parser.add_argument("--cases", default="push,dry-run,pull,delete,checksum,sftp-push,sftp-pull,large",
                    help="of the memory suite: %(default)s")
parser.add_argument("--work", type=Path, default=os.environ.get("BENCH_WORK"),
                    help="where the data go; memory when there is enough, else /tmp (BENCH_WORK)")
options = parser.parse_args()


def place():
    """In memory figures are CPU and latency; a disk's would be its own."""
    memory = Path("/dev/shm")
    enough = memory.is_dir() and shutil.disk_usage(memory).free > options.scale * (14 << 30)
    return memory if enough and available() > options.scale * (16 << 30) else Path("/tmp")


def available():
    for line in Path("/proc/meminfo").read_text().splitlines():
        if line.startswith("MemAvailable:"):
            return int(line.split()[1]) * 1024
    return 0


results = Path(__file__).parent / "results"
results.mkdir(exist_ok=True)
work = Path(tempfile.mkdtemp(prefix="sky-bench-", dir=options.work or place()))
lab = Lab(work, str(options.program.resolve()))
try:
    for suite in options.suites or ["hosts", "sync", "probe", "crowd"]:
        {"hosts": hosts, "sync": sync, "probe": probe, "crowd": crowd,
         "memory": memory}[suite].main(lab, options, results)
finally:
    lab.close()
    shutil.rmtree(work, ignore_errors=True)
print(f"results are in {results}", file=sys.stderr)
