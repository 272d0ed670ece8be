"""sky push against rsync, tar over ssh, scp and unison, over the scenarios that matter, with the bars to reach."""

import json
import os
import shutil
import subprocess
import sys

from . import data
from .measure import Contender, ratio, rounds
from .report import bars, overview, summary, table, trips

RSYNC, FAIR = "rsync -a", "rsync -a --no-inc-recursive"
AS_SKYPILOT = ("-Pavz", "--filter=dir-merge,- .gitignore")
TAR, ZSTD = "tar to ssh tar", "tar --zstd to ssh tar"

# By set and scenario: by peer, the ratio to reach at 0 and at 50 ms.
TARGETS = {
    ("S", "cold"): {RSYNC: {0: 0.60, 50: 0.40}, TAR: {0: 0.85}, ZSTD: {50: 0.60}},
    ("S", "unchanged"): {RSYNC: {0: 0.45, 50: 0.14}, FAIR: {50: 0.65}},
    ("S", "one file edited"): {RSYNC: {0: 0.50, 50: 0.15}, FAIR: {50: 0.65}},
    ("S", "100 files edited"): {RSYNC: {0: 0.50, 50: 0.16}, FAIR: {50: 0.65}},
    ("S", "folder of 5,000 files renamed"): {RSYNC: {0: 0.20, 50: 0.12}},
    ("S", "cold to 4 nodes at once"): {RSYNC: {0: 0.45, 50: 0.45}},
    ("L", "cold"): {RSYNC: {0: 1.1, 50: 0.35}},
    ("L", "1 MiB appended"): {RSYNC: {0: 0.40, 50: 0.40}},
    ("L", "4 KiB changed in the middle"): {RSYNC: {0: 0.40, 50: 0.40}},
    ("G", "cold"): {RSYNC: {0: 0.5, 50: 0.4}},
    ("G", "unchanged"): {RSYNC: {0: 0.5, 50: 0.2}},
}


def main(lab, options, results):
    for name in options.sets.split(","):
        source = lab.work / f"set-{name}"
        make(name, source, options.scale)
        for rtt in map(int, options.rtt.split(",")):
            bench = Bench(lab, source, rtt, options)
            for scenario, change in SCENARIOS[name].items():
                if options.scenario not in scenario:
                    continue
                print(f"{name} {scenario}, {rtt} ms", file=sys.stderr, flush=True)
                keep(results / "sync.json", options, name, scenario, rtt, bench.run(name, scenario, change))
                write(results)
            bench.close()
        shutil.rmtree(source)


def keep(path, options, name, scenario, rtt, rows):
    """What was measured takes the place of what an earlier run measured of the same."""
    kept = json.loads(path.read_text()) if path.exists() else {}
    size = "" if options.scale == 1 else f" ({options.scale:g} of it)"
    kept[f"{name}{size} {scenario}, {rtt} ms"] = {
        "what": f"{name}{size} {scenario}", "set": name, "scenario": scenario, "rtt": rtt, "rounds": options.rounds,
        "rows": rows,
    }
    path.write_text(json.dumps(kept, indent=1))


def judge(found):
    """The bars of one scenario, and what was reached of them."""
    rows = found["rows"]
    for peer, by_rtt in TARGETS.get((found["set"], found["scenario"]), {}).items():
        measured = ratio(rows, "sky push", peer)
        if found["rtt"] in by_rtt and measured is not None:
            yield {
                "what": found["what"], "rtt": found["rtt"], "peer": peer, "ratio": measured,
                "bar": by_rtt[found["rtt"]], "wall": next(r["wall"] for r in rows if r["name"] == "sky push"),
            }


def write(results):
    """Tables and plots of all that is kept."""
    reached, walls, plots, texts = [], {}, {}, []
    for found in json.loads((results / "sync.json").read_text()).values():
        what = found["what"]
        title = f"{what}, {found['rtt']} ms"
        texts.append(table(f"{title}: median of {found['rounds']}", found["rows"]))
        plots.setdefault((found["set"], found["rtt"]), {})[title] = found["rows"]
        for row in found["rows"]:
            walls.setdefault((what, row["name"]), {})[found["rtt"]] = row["wall"]
        reached += judge(found)
    for (name, rtt), panels in plots.items():
        bars(panels, results / f"sync-{name}-{rtt}.svg")
    overviews = [overview(rtt, walls) for rtt in sorted({rtt for _, rtt in plots})]
    head = f"Both sides and the delay proxy share {os.cpu_count()} cores.\n"
    (results / "sync.md").write_text("\n".join([head, summary(reached), *overviews, trips(walls), *texts]))


def make(name, root, scale):
    root.mkdir()
    if name == "S":
        data.small(root, int(80_000 * scale), max(1, int(6_000 * scale)), int(880e6 * scale),
                   int(200 * scale))
    elif name == "M":
        data.medium(root, int(2_000 * scale))
    elif name == "L":
        root.rmdir()
        data.large(root, int((2 << 30) * scale))
    else:
        data.checkout(root, int(13_000 * scale), int(800 * scale))


# What changes between two syncs, once a round.


def edit(count):
    def change(source):
        edit.number = getattr(edit, "number", 0) + 1
        files = sorted(p for p in source.rglob("*") if p.is_file() and not p.is_symlink())
        for path in files[:: max(1, len(files) // count)][:count]:
            with open(path, "ab") as file:
                file.write(b"edit %d\n" % edit.number)
    return change


def rename(source):
    """The folder gets a name that no target has seen: rsync leaves the old ones behind."""
    rename.number = getattr(rename, "number", 0) + 1
    old = next(p for p in sorted(source.iterdir()) if p.name == "p0" or p.name.startswith("renamed"))
    old.rename(source / f"renamed-{rename.number}")


def append(source):
    with open(source / "model.bin", "ab") as file:
        file.write(os.urandom(1 << 20))


def overwrite(source):
    with open(source / "model.bin", "r+b") as file:
        file.seek(os.path.getsize(source / "model.bin") // 2)
        file.write(os.urandom(4096))


def nothing(source):
    pass


SCENARIOS = {
    "S": {
        "cold": None, "cold to 4 nodes at once": None, "unchanged": nothing,
        "one file edited": edit(1), "100 files edited": edit(100),
        "folder of 5,000 files renamed": rename,
    },
    "M": {"cold": None, "unchanged": nothing},
    "L": {"cold": None, "1 MiB appended": append, "4 KiB changed in the middle": overwrite},
    "G": {"cold": None, "unchanged": nothing},
}


class Bench:
    def __init__(self, lab, source, rtt, options):
        self.lab, self.source, self.rtt, self.options = lab, source, rtt, options
        self.alias = lab.alias(rtt)
        self.target = lab.work / "target"

    def run(self, name, scenario, change):
        contenders = self.crowd(4) if "4 nodes" in scenario else self.contenders(name, scenario)
        cold = change is None
        if cold:
            self.close()
        self.target.mkdir(exist_ok=True)
        if cold:
            for contender in contenders:
                contender.finish = lambda c=contender: self.check_and_remove(c)
        else:
            for contender in contenders:
                self.prime(contender)
            # As a person does: the first push is not the last before the measured one.
            change(self.source)
            for contender in contenders:
                self.sync(contender)
        rows = rounds(
            contenders, self.options.rounds, (lambda: self.lab.wire(self.rtt)) if self.rtt else None,
            None if cold else lambda: change(self.source), self.lab.server_seconds,
            memory=int(self.options.scale * (4 << 30)))
        if not cold:
            self.check(contenders[-1])
        return rows

    def close(self):
        """Nothing is left of what earlier scenarios made and remembered."""
        shutil.rmtree(self.target, ignore_errors=True)
        shutil.rmtree(self.lab.sky_home / "sync", ignore_errors=True)
        shutil.rmtree(self.lab.remote_home / ".sky_node", ignore_errors=True)

    def prime(self, contender):
        """The contender's target has what the source has; those that remember nothing get a plain copy."""
        place = contender.places[0]
        if place.exists():
            return
        if contender.name.startswith("sky"):
            self.sync(contender)
        else:
            subprocess.run(["cp", "-a", self.source, place], check=True)

    def sync(self, contender):
        subprocess.run(
            contender.command, shell=isinstance(contender.command, str), check=True,
            env=contender.environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)

    def check_and_remove(self, contender):
        self.check(contender)
        for place in contender.places:
            shutil.rmtree(place, ignore_errors=True)
        for folder in (self.lab.sky_home / "sync", self.lab.remote_home / ".sky_node"):
            shutil.rmtree(folder, ignore_errors=True)

    def check(self, contender):
        """A quick wrong sync is none: what sky made has to be equal."""
        if not contender.name.startswith("sky"):
            return
        rules = ["--filter=dir-merge,- .gitignore"] if (self.source / ".gitignore").exists() else []
        for place in contender.places:
            left = subprocess.run(
                ["rsync", "-ani", "--checksum", *rules, f"{self.source}/", f"{place}/"],
                check=True, capture_output=True, text=True).stdout
            if left:
                sys.exit(f"{contender.name}: {place} differs:\n{left[:2000]}")

    def crowd(self, count):
        aliases = [self.lab.alias(self.rtt, number) for number in range(count)]
        places = [self.target / f"n{number}" for number in range(count)]
        each = zip(aliases, places)
        rsyncs = "; ".join(
            f"rsync -a {self.source}/ {alias}:{place}.rsync/ & p{number}=$!"
            for number, (alias, place) in enumerate(each))
        waits = " && ".join(f"wait $p{number}" for number in range(count))
        targets = [f"{alias}:{place}.sky" for alias, place in zip(aliases, places)]
        return [
            self.contender(RSYNC, f"{rsyncs}; {waits}", [f"{place}.rsync" for place in places]),
            self.contender(
                "sky push", [self.lab.program, "push", f"{self.source}/", *targets],
                [f"{place}.sky" for place in places]),
        ]

    def contender(self, name, command, places, environment=None):
        made = Contender(name, command, environment=environment or self.lab.environment)
        made.places = places
        return made

    def contenders(self, name, scenario):
        lab, alias, source = self.lab, self.alias, self.source
        cold, all_peers = scenario == "cold", self.options.peers == "all"
        ssh = f"ssh -F {lab.config}"

        def rsync(name, *flags, master=False):
            place = self.target / name.replace(" ", "")
            if master:
                place = self.target / f"{place.name}-master"
                shell = f"{ssh} -S {lab.master(alias)}"
                environment = {**lab.environment, "RSYNC_RSH": shell}
                name += ", ControlMaster"
            else:
                environment = None
            return self.contender(
                name, ["rsync", *flags, f"{source}/", f"{alias}:{place}/"], [place], environment)

        def piped(name, pack):
            place = self.target / name.replace(" ", "")
            return self.contender(
                name,
                f"tar -C {source} {pack} -cf - . | "
                f"{ssh} {alias} 'mkdir -p {place} && tar -C {place} {pack} -xf -'",
                [place])

        made = [rsync(RSYNC, "-a")]
        if name != "L":
            made.append(rsync(FAIR, "-a", "--no-inc-recursive"))
        if all_peers:
            if name != "L":
                made.append(rsync("rsync -az", "-az"))
                made.append(rsync("rsync as SkyPilot runs it", *AS_SKYPILOT))
            # Cold, it saves the same half second of many.
            if not cold:
                made.append(rsync(RSYNC, "-a", master=True))
            if not cold and name != "L":
                made.append(rsync(FAIR, "-a", "--no-inc-recursive", master=True))
                made.append(rsync("rsync -az", "-az", master=True))
                made.append(rsync("rsync as SkyPilot runs it", *AS_SKYPILOT, master=True))
        if cold:
            made += [piped(TAR, ""), piped(ZSTD, "--zstd")] if name != "L" else [piped(TAR, "")]
        if cold and self.options.slow:
            made += self.slow_peers(name)
        removes = ["--delete"] if "renamed" in scenario else []
        place = self.target / "sky"
        made.append(self.contender(
            "sky push", [lab.program, "push", *removes, f"{source}/", f"{alias}:{place}"], [place]))
        return made

    def slow_peers(self, name):
        """Peers that take minutes to hours for many files at a distance."""
        if name != "L" and self.rtt:
            return []
        lab = self.lab
        place = self.target / "scp"
        made = [self.contender(
            "scp -r", f"mkdir -p {place} && scp -q -r -F {lab.config} {self.source}/. {self.alias}:{place}",
            [place])]
        if shutil.which("unison"):
            place = self.target / "unison"
            state = lab.work / "unison-state"
            made.append(self.contender(
                "unison",
                f"rm -rf {state} {lab.remote_home}/.unison && mkdir -p {place} && "
                f"unison -batch -silent -auto -sshargs '-F {lab.config}' {self.source} ssh://{self.alias}/{place}",
                [place], {**lab.environment, "UNISON": str(state)}))
        return made
