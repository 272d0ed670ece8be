"""Peak memory of both sides of pushes and pulls of many small files, and of one large file."""

import os
import subprocess
import sys
import threading
import time
from pathlib import Path

FOLDER = 16
FIRST = "p0/q0/d0/module0.txt"


SCENARIOS = {"push": ("first push", "unchanged", "one file edited", "unchanged again"),
             "pull": ("first pull", "unchanged", "one file edited", "dry run to nowhere")}


def main(lab, options, results):
    rows = []
    for case in options.cases.split(","):
        counts = [0] if case == "large" else map(int, options.files.split(","))
        for count in counts:
            for row in CASES[case](lab, count):
                rows.append((case, count, *row))
                print("    %s of %d files, %s: %.1f s, here %d MB, there %d MB" % rows[-1], file=sys.stderr, flush=True)
    text = [
        "### Peak memory", "",
        "Here: resident memory of sky. There: proportional memory of all processes of the session.", "",
        "| | files | | wall s | here MB | there MB |", "|---|---|---|---|---|---|",
    ]
    text += ["| {} | {:,} | {} | {:.1f} | {:.0f} | {:.0f} |".format(*row) for row in rows]
    (results / "memory.md").write_text("\n".join(text) + "\n")
    print("\n".join(text))


def push(lab, count, alias=None, exact=True):
    """A push to an empty node, then of what is there."""
    source, target = lab.work / f"many-{count}", lab.work / f"there-{count}"
    make(source, count)
    command = [lab.program, "push", f"{source}/", f"{alias or lab.alias(0)}:{target}"]
    for scenario in SCENARIOS["push"]:
        if "edited" in scenario:
            (source / FIRST).write_bytes(b"edited\n")
        yield scenario, *measure(lab, command)
    compare(source, target, exact)
    remove(source, target)


def dry(lab, count):
    """The list of what a push would do, as text and as JSON, when all is new and when nothing is."""
    source, target = lab.work / f"many-{count}", lab.work / f"there-{count}"
    make(source, count)
    command = [lab.program, "push", f"{source}/", f"{lab.alias(0)}:{target}"]
    yield "nothing there", *measure(lab, [*command, "--dry-run"])
    yield "nothing there, JSON", *measure(lab, [*command, "--dry-run", "--json"])
    measure(lab, command)
    yield "all there", *measure(lab, [*command, "--dry-run"])
    subprocess.run(["find", source, "-name", "*.txt", "-delete"], check=True)
    yield "all gone here", *measure(lab, [*command, "--dry-run", "--delete"])
    remove(source, target)


def pull(lab, count, alias=None, exact=True):
    """A pull into nothing, then of what is here; the node's listing is not kept here."""
    there, here = lab.work / f"there-{count}", lab.work / f"back-{count}"
    make(there, count)
    command = [lab.program, "pull", f"{alias or lab.alias(0)}:{there}/"]
    for scenario in SCENARIOS["pull"]:
        if "edited" in scenario:
            (there / FIRST).write_bytes(b"edited\n")
        last = ["--dry-run", lab.work / "nowhere"] if "nowhere" in scenario else [here]
        yield scenario, *measure(lab, [*command, *last])
    compare(there, here, exact)
    remove(there, here)


def delete(lab, count):
    """A push --delete when all but one folder of what was sent is gone here."""
    source, target = lab.work / f"many-{count}", lab.work / f"there-{count}"
    command = [lab.program, "push", f"{source}/", f"{lab.alias(0)}:{target}"]
    make(source, count)
    measure(lab, command)
    for folders in ("p[!0]*", "p0/q[!0]*", "p0/q0/d[!0]*"):
        remove(*source.glob(folders))
    yield "all but one folder is gone here", *measure(lab, [*command, "--delete"])
    compare(source, target, exact=True, extra="--delete")
    remove(source, target)


def checksum(lab, count):
    """The content of all files is compared: nothing differs, then one file whose look is the same."""
    source, target = lab.work / f"many-{count}", lab.work / f"there-{count}"
    make(source, count)
    measure(lab, [lab.program, "push", f"{source}/", f"{lab.alias(0)}:{target}"])
    for verb, ends in (("push", [f"{source}/", f"{lab.alias(0)}:{target}"]),
                       ("pull", [f"{lab.alias(0)}:{target}/", source])):
        command = [lab.program, verb, "--checksum", *ends]
        yield f"{verb} --checksum, unchanged", *measure(lab, command)
        edited = (source if verb == "push" else target) / FIRST
        before = edited.stat()
        edited.write_bytes(edited.read_bytes()[::-1].replace(b"\n", b"x"))
        os.utime(edited, ns=(before.st_atime_ns, before.st_mtime_ns))
        yield f"{verb} --checksum, one file edited", *measure(lab, command)
        compare(source, target, exact=True, extra="--checksum")
    remove(source, target)


def sftp_push(lab, count):
    yield from push(lab, count, lab.sftp_alias(), exact=False)


def sftp_pull(lab, count):
    yield from pull(lab, count, lab.sftp_alias(), exact=False)


def large(lab, _):
    """One file of 50 GB, all of it a hole but its last bytes, and one of 2 GiB without holes."""
    for name, size, blocks in (("50 GB of holes", 50_000_000_000, 1), ("2 GiB of noise", 0, 2048)):
        source, target, here = lab.work / "large", lab.work / "large-there", lab.work / "large-back"
        source.mkdir()
        with open(source / "file", "wb") as file:
            file.truncate(size)
            file.seek(size)
            for _ in range(blocks):
                file.write(os.urandom(1 << 20))
        yield f"push of {name}", *measure(lab, [lab.program, "push", f"{source}/", f"{lab.alias(0)}:{target}"])
        yield f"pull of {name}", *measure(lab, [lab.program, "pull", f"{lab.alias(0)}:{target}/", here])
        for copy in (target, here):
            status, original = (copy / "file").stat(), (source / "file").stat()
            if status.st_size != original.st_size or status.st_mtime_ns != original.st_mtime_ns:
                sys.exit(f"{copy} differs")
        remove(source, target, here)


CASES = {"push": push, "dry-run": dry, "pull": pull, "delete": delete, "checksum": checksum, "sftp-push": sftp_push,
         "sftp-pull": sftp_pull, "large": large}


def compare(source, target, exact, extra=""):
    flags = f"-ani {extra}" if exact else "-ani --modify-window=1"
    left = subprocess.run(
        ["rsync", *flags.split(), f"{source}/", f"{target}/"], check=True, capture_output=True, text=True).stdout
    # SFTP gives whole seconds, and folders theirs.
    left = left if exact else "".join(line for line in left.splitlines(True) if "..t......" not in line)
    if left:
        sys.exit(f"{target} differs:\n{left[:2000]}")


def remove(*folders):
    subprocess.run(["rm", "-rf", *folders], check=True)


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
    watch = Watch([pid for _, pid in lab.servers + lab.sftp_servers])
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
    # Not with glob: it looks at each, and trips over those that end meanwhile.
    for name in filter(str.isdigit, os.listdir("/proc")):
        try:
            parents[int(name)] = int(Path(f"/proc/{name}/stat").read_text().rsplit(")", 1)[1].split()[1])
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
