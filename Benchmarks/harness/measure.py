"""Interleaved rounds: every contender runs once a round, in shuffled order; figures are medians, ratios are per round."""

import mmap
import random
import resource
import statistics
import subprocess
import sys
import time


class Contender:
    """A command (argument list or shell text) with what must be true before each run."""

    def __init__(self, name, command, prepare=None, environment=None, finish=None):
        self.name = name
        self.command = command
        self.prepare = prepare
        self.environment = environment
        self.finish = finish


def run_once(contender):
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


def settled(count):
    """The value of `count` once it stands still: servers end a little after their clients."""
    value = count()
    for _ in range(40):
        time.sleep(0.05)
        value, before = count(), value
        if value == before:
            break
    return value


def touch_memory(size):
    """Uses so many bytes for a moment.

    The host of a virtual machine takes free memory back: to be the first to use it again takes four times as long, and
    who that is would be chance.
    """
    step = 1 << 20
    with mmap.mmap(-1, size) as memory:
        for place in range(0, size - step, step):
            memory[place:place + step] = ZEROS


ZEROS = bytes(1 << 20)


def rounds(contenders, count, wire=None, change=None, there=None, memory=0, seed=1):
    """Rows by contender: median wall and CPU seconds of both sides, wire bytes, ratio to the first contender.

    `change` is called once before each round; every contender then meets the same change once. `memory` bytes are
    touched before each run.
    """
    rng = random.Random(seed)
    rows = {c.name: {"name": c.name, "walls": [], "cpus": [], "there": [], "wires": []} for c in contenders}
    for number in range(count):
        if change:
            change()
        order = contenders[:]
        rng.shuffle(order)
        for contender in order:
            if contender.prepare:
                contender.prepare()
            bytes_before = wire() if wire else None
            there_before = settled(there) if there else None
            if memory:
                touch_memory(memory)
            wall, cpu = run_once(contender)
            row = rows[contender.name]
            row["walls"].append(wall)
            row["cpus"].append(cpu)
            if wire:
                row["wires"].append(wire() - bytes_before)
            if there:
                row["there"].append(settled(there) - there_before)
            if contender.finish:
                contender.finish()
        print(f"    round {number + 1}/{count}", file=sys.stderr, flush=True)
    base = rows[contenders[0].name]["walls"]
    for row in rows.values():
        row["wall"] = statistics.median(row["walls"])
        row["cpu"] = statistics.median(row["cpus"])
        row["server"] = statistics.median(row["there"]) if row["there"] else None
        row["wire"] = statistics.median(row["wires"]) if row["wires"] else None
        row["ratio"] = statistics.median(w / b for w, b in zip(row["walls"], base))
    return list(rows.values())


def ratio(rows, name, peer):
    """The median over the rounds of one contender's time by another's; nil without the peer."""
    found = {row["name"]: row["walls"] for row in rows}
    if name not in found or peer not in found:
        return None
    return statistics.median(w / b for w, b in zip(found[name], found[peer]))
