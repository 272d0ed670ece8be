"""Peak memory of both sides of a push of many small files: first, unchanged, one edit."""

import os
import subprocess
import sys
import threading
import time
from pathlib import Path

FOLDER = 16


def main(lab, options, results):
    rows = []
    for count in map(int, options.files.split(",")):
        source, target = lab.work / f"many-{count}", lab.work / f"there-{count}"
        make(source, count)
        command = [lab.program, "push", f"{source}/", f"{lab.alias(0)}:{target}"]
        for scenario in ("first push", "unchanged", "one file edited", "unchanged again"):
            if "edited" in scenario:
                (source / "p0/q0/d0/module0.txt").write_bytes(b"edited\n")
            row = measure(lab, command)
            rows.append((count, scenario, *row))
            print("    %d files, %s: %.1f s, here %d MB, there %d MB" % rows[-1], file=sys.stderr, flush=True)
        left = subprocess.run(
            ["rsync", "-ani", f"{source}/", f"{target}/"], check=True, capture_output=True, text=True).stdout
        if left:
            sys.exit(f"{target} differs:\n{left[:2000]}")
        subprocess.run(["rm", "-rf", source, target], check=True)
    text = [
        "### Peak memory of a push", "",
        "Here: resident memory of sky. There: proportional memory of all processes of the session.", "",
        "| files | | wall s | here MB | there MB |", "|---|---|---|---|---|",
    ]
    text += ["| {:,} | {} | {:.1f} | {:.0f} | {:.0f} |".format(*row) for row in rows]
    (results / "memory.md").write_text("\n".join(text) + "\n")
    print("\n".join(text))


def make(root, count):
    """Files of some bytes each, sixteen a folder, on paths of about 25 bytes."""
    for number in range(0, count, FOLDER):
        index = number // FOLDER
        folder = root / f"p{index // 400}" / f"q{(index // 20) % 20}" / f"d{index}"
        folder.mkdir(parents=True)
        for file in range(number, min(number + FOLDER, count)):
            descriptor = os.open(folder / f"module{file}.txt", os.O_WRONLY | os.O_CREAT, 0o644)
            os.write(descriptor, b"%d\n" % file)
            os.close(descriptor)


def measure(lab, command):
    """Wall seconds, and the peaks in MB here and there."""
    watch = Watch([pid for _, pid in lab.servers])
    watch.start()
    start = time.monotonic()
    process = subprocess.Popen(command, env=lab.environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.monotonic() - start
    watch.finish()
    if status != 0:
        sys.exit(f"{command} failed ({status})")
    return wall, usage.ru_maxrss * 1024 / 1e6, watch.peak / 1e6


class Watch(threading.Thread):
    """The largest sum of the memory of all descendants of some processes, seen every 50 ms."""

    def __init__(self, roots):
        super().__init__(daemon=True)
        self.roots, self.peak, self.over = set(roots), 0, False

    def run(self):
        while not self.over:
            self.peak = max(self.peak, sum(map(memory, descendants(self.roots))))
            time.sleep(0.05)

    def finish(self):
        """Waits for what the node does after the client has gone."""
        end = time.monotonic() + 60
        while time.monotonic() < end and descendants(self.roots):
            time.sleep(0.1)
        self.over = True
        self.join()


def descendants(roots):
    parents = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            parents[int(path.parent.name)] = int(path.read_text().rsplit(")", 1)[1].split()[1])
        except OSError:
            continue
    found = []
    for pid in parents:
        ancestor = parents[pid]
        while ancestor in parents and ancestor not in roots:
            ancestor = parents[ancestor]
        if ancestor in roots:
            found.append(pid)
    return found


def memory(pid):
    try:
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    except OSError:
        pass
    return 0
