"""One folder to many nodes at once: sky push against one rsync a node, all at the same time."""

import random
import shutil
import subprocess
import sys

from .probe import measure, write

NODES = 50
FILES = 1000


def main(lab, options, results):
    source, target = lab.work / "set-crowd", lab.work / "crowd"
    rng = random.Random(1)
    source.mkdir()
    for number in range(FILES):
        (source / f"f{number}").write_bytes(rng.randbytes(1024))
    aliases = [lab.alias(0, number) for number in range(NODES)]

    def rsyncs(number):
        return f"rsync -a {source}/ {aliases[number]}:{target}/{number} & p{number}=$!"

    starts = "; ".join(map(rsyncs, range(NODES)))
    waits = " && ".join(f"wait $p{number}" for number in range(NODES))
    places = [f"{alias}:{target}/{number}" for number, alias in enumerate(aliases)]
    contenders = [
        ("sky push", [lab.program, "push", f"{source}/", *places]),
        (f"{NODES} x rsync -a", ["/bin/sh", "-c", f"{starts}; {waits}"]),
    ]
    titles = ["to empty nodes", "again, nothing changed"]
    rows = {f"{name}, {title}": [] for title in titles for name, _ in contenders}
    for number in range(options.rounds):
        rng.shuffle(contenders)
        for name, command in contenders:
            target.mkdir()
            for title in titles:
                rows[f"{name}, {title}"].append(measure(name, command, lab.environment))
            for node in range(NODES):
                check(source, target / str(node))
            shutil.rmtree(target)
            for remembered in (lab.sky_home / "sync", lab.remote_home / ".sky_node"):
                shutil.rmtree(remembered, ignore_errors=True)
        print(f"    round {number + 1}/{options.rounds}", file=sys.stderr, flush=True)
    write(f"{FILES} files of 1 KiB to {NODES} nodes, each a local sshd", rows, results / "crowd")


def check(source, place):
    left = subprocess.run(
        ["rsync", "-ani", "--checksum", f"{source}/", f"{place}/"],
        check=True, capture_output=True, text=True).stdout
    if left:
        sys.exit(f"{place} differs:\n{left[:2000]}")
