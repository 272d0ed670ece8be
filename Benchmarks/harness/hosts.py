"""The alias book: resolving, adding, listing, and what a large book costs ssh itself."""

import json
import subprocess

from .measure import Contender, rounds
from .report import bars, table

SIZES = (10, 1_000, 10_000)


def main(lab, options, results):
    texts, panels = [], {}
    for size in SIZES:
        home = lab.work / f"book{size}"
        environment = {
            **lab.environment, "SKY_HOME": str(home), "SKY_SSH_CONFIG": str(home / "config"),
        }
        fill(lab.program, home, environment, size)
        last = f"host{size - 1}"
        config = str(home / "config")
        contenders = [
            Contender(f"ssh -G {last}", ["ssh", "-G", "-F", config, last]),
            Contender(f"sky hosts resolve {last}", [lab.program, "hosts", "resolve", last, "-F", config],
                      environment=environment),
            Contender("sky hosts list", [lab.program, "hosts", "list"], environment=environment),
            Contender("ssh -V", ["ssh", "-V"]),
            Contender(
                "sky hosts add (then removed)",
                [lab.program, "hosts", "add", "one-more", "me@192.0.2.1", "--accept-new"],
                prepare=lambda: subprocess.run(
                    [lab.program, "hosts", "remove", "one-more"], env=environment,
                    stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL),
                environment=environment),
        ]
        title = f"A book of {size:,} aliases"
        rows = rounds(contenders, max(options.rounds, 9))
        texts.append(table(title, rows))
        panels[title] = rows
    bars(panels, results / "hosts.svg")
    (results / "hosts.md").write_text("\n".join(texts))


def fill(program, home, environment, size):
    """A book of `size` aliases by one import, as a team would share it."""
    home.mkdir(parents=True)
    hosts = [
        {
            "alias": f"host{i}", "hostname": f"192.0.2.{i % 250 + 1}", "port": 22, "user": "me",
            "host_key_check": "accept-new", "host_keys": [], "options": [],
        }
        for i in range(size)
    ]
    bundle = home / "bundle.json"
    bundle.write_text(json.dumps({"sky_hosts": 1, "hosts": hosts}))
    subprocess.run(
        [program, "hosts", "import", str(bundle)], env=environment, check=True,
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
    )
