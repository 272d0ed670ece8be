"""Looking at many nodes at once: sky probe against OpenSSH started once a node (xargs -P) and parallel-ssh."""

import json
import os
import random
import statistics
import subprocess
import sys
import threading
import time
from pathlib import Path

from .lab import free_port, wait_for

NODES = 200
SERVERS = 10
WIDTH = 32
# What a probe asks at least; sky's own asks for GPUs, tools and their versions as well.
LOOK = "uname -sm; nproc; head -1 /proc/meminfo; df -Pk . | tail -1"


def main(lab, options, results):
    places = [start_sshd(lab, number) for number in range(SERVERS)]
    names = [f"n{number}" for number in range(NODES)]
    environment = book(lab, names, places)
    hosts = lab.work / "probe-hosts"
    hosts.write_text("".join(f"{name}\n" for name in names))
    config = lab.work / "probe-config"
    contenders = [
        ("sky probe", [lab.program, "probe", "--json", *names]),
        ("sky hosts list --probe (log in, nothing more)", [lab.program, "hosts", "list", "--probe", "--json"]),
        (f"xargs -P{WIDTH} ssh",
         ["xargs", "-a", str(hosts), "-P", str(WIDTH), "-I{}", "ssh", "-F", str(config), "{}", LOOK]),
        (f"parallel-ssh -p {WIDTH}",
         ["parallel-ssh", "-h", str(hosts), "-p", str(WIDTH), "-t", "60", "-x", f"-F {config}", "-i", LOOK]),
    ]
    rows = {name: [] for name, _ in contenders}
    rng = random.Random(1)
    for number in range(options.rounds):
        order = contenders[:]
        rng.shuffle(order)
        for name, command in order:
            rows[name].append(measure(name, command, environment))
        print(f"    round {number + 1}/{options.rounds}", file=sys.stderr, flush=True)
    write(f"{NODES} nodes behind {SERVERS} local sshd", rows, results / "probe")


def write(title, rows, path):
    """A table of medians, and the rows behind it."""
    rounds = len(next(iter(rows.values())))
    text = [
        f"### {title}", "",
        f"Medians of {rounds} rounds; clients and servers share {os.cpu_count()} cores"
        f" (load {os.getloadavg()[0]:.0f}).", "",
        "| | wall s | CPU s of the client | peak MiB (PSS, all its processes) |", "|---|---|---|---|",
    ]
    for name, runs in rows.items():
        wall, cpu, memory = (statistics.median(column) for column in zip(*runs))
        text.append(f"| {name} | {wall:.2f} | {cpu:.2f} | {memory / 1024:.0f} |")
    path.with_suffix(".md").write_text("\n".join(text) + "\n")
    path.with_suffix(".json").write_text(json.dumps(rows, indent=1))
    print("\n".join(text))


def start_sshd(lab, number):
    address, port = f"127.0.9.{number + 1}", free_port()
    config = lab.work / f"sshd_probe{number}"
    first = lab.servers[0][0]
    config.write_text((lab.work / f"sshd_config{first}").read_text().replace(
        f"Port {first}\nListenAddress 127.0.0.1", f"Port {port}\nListenAddress {address}"))
    lab.start(["/usr/sbin/sshd", "-D", "-e", "-f", str(config)], lab.work / "sshd.log")
    wait_for(port, address=address)
    return address, port


def book(lab, names, places):
    """A SKY_HOME in which each name is one of the servers; plain ssh reads the same book."""
    home = lab.work / "probe-sky"
    home.mkdir()
    config = lab.work / "probe-config"
    environment = {**os.environ, "SKY_HOME": str(home), "SKY_SSH_CONFIG": str(config)}
    key = " ".join((lab.work / "host_key.pub").read_text().split()[:2])
    hosts = [
        {
            "alias": name, "hostname": places[number % SERVERS][0], "port": places[number % SERVERS][1],
            "user": os.environ.get("USER") or "root", "identity_file": str(lab.work / "user_key"),
            "host_key_check": "yes", "host_keys": [key], "options": [],
        }
        for number, name in enumerate(names)
    ]
    bundle = lab.work / "probe-bundle.json"
    bundle.write_text(json.dumps({"sky_hosts": 1, "hosts": hosts}))
    config.write_text(f"Include {home}/ssh_config\nHost *\n  IdentityFile {lab.work}/user_key\n  IdentitiesOnly yes\n")
    config.chmod(0o600)
    subprocess.run(
        [lab.program, "hosts", "import", str(bundle)], env=environment, check=True,
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    return environment


def measure(name, command, environment):
    """Wall and CPU seconds, and the most memory that the command and its children had at one time, in KiB."""
    peak = [0]
    start = time.monotonic()
    process = subprocess.Popen(
        command, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    watcher = threading.Thread(target=watch, args=(process.pid, peak), daemon=True)
    watcher.start()
    errors = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    wall = time.monotonic() - start
    if process.returncode != 0:
        sys.exit(f"{name} failed ({process.returncode}): {errors.decode()[-600:]}")
    return wall, usage.ru_utime + usage.ru_stime, peak[0]


def watch(root, peak):
    while Path(f"/proc/{root}").exists():
        total = 0
        for process in family(root):
            try:
                for line in Path(f"/proc/{process}/smaps_rollup").read_text().splitlines():
                    if line.startswith("Pss:"):
                        total += int(line.split()[1])
            except OSError:
                continue
        peak[0] = max(peak[0], total)
        time.sleep(0.05)


def family(root):
    found, waiting = [], [root]
    while waiting:
        process = waiting.pop()
        found.append(process)
        try:
            for task in os.listdir(f"/proc/{process}/task"):
                children = Path(f"/proc/{process}/task/{task}/children").read_text()
                waiting += [int(child) for child in children.split()]
        except OSError:
            continue
    return found
