"""Interleaved rounds: every contender runs once a round, in shuffled order; figures are medians, ratios are per round."""

import random
import resource
import statistics
import subprocess
import sys
import time


class Contender:
    """A command (argument list or shell text) with what must be true before each run."""

    def __init__(self, name, command, prepare=None, environment=None):
        self.name = name
        self.command = command
        self.prepare = prepare
        self.environment = environment


def run_once(contender):
    if contender.prepare:
        contender.prepare()
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.monotonic()
    done = subprocess.run(
        contender.command, shell=isinstance(contender.command, str), env=contender.environment,
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
    )
    wall = time.monotonic() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode != 0:
        sys.exit(f"{contender.name} failed ({done.returncode}): {done.stderr.decode()[-400:]}")
    cpu = (after.ru_utime + after.ru_stime) - (before.ru_utime + before.ru_stime)
    return wall, cpu


def rounds(contenders, count, wire=None, seed=1):
    """Rows by contender name: median wall and CPU seconds, wire bytes, ratio to the first contender."""
    rng = random.Random(seed)
    walls = {c.name: [] for c in contenders}
    cpus = {c.name: [] for c in contenders}
    wires = {c.name: [] for c in contenders}
    for number in range(count):
        order = contenders[:]
        rng.shuffle(order)
        for contender in order:
            if contender.prepare:
                contender.prepare()
            before = wire() if wire else None
            unprepared = Contender(
                contender.name, contender.command, environment=contender.environment
            )
            wall, cpu = run_once(unprepared)
            walls[contender.name].append(wall)
            cpus[contender.name].append(cpu)
            if before is not None:
                wires[contender.name].append(wire() - before)
        print(f"    round {number + 1}/{count}", file=sys.stderr, flush=True)
    base = walls[contenders[0].name]
    return [
        {
            "name": c.name,
            "wall": statistics.median(walls[c.name]),
            "cpu": statistics.median(cpus[c.name]),
            "wire": statistics.median(wires[c.name]) if wires[c.name] else None,
            "ratio": statistics.median(w / b for w, b in zip(walls[c.name], base)),
            "walls": walls[c.name],
        }
        for c in contenders
    ]
