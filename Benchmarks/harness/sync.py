"""sky push against rsync, tar over ssh, scp: cold, unchanged, one file edited, a hundred, a folder renamed."""

import os
import shutil
import subprocess

from . import data
from .measure import Contender, rounds
from .report import bars, table


def main(lab, options, results):
    texts = []
    for name in options.sets.split(","):
        source = lab.work / f"set-{name}"
        make(name, source, options.scale)
        for rtt in map(int, options.rtt.split(",")):
            for scenario in SCENARIOS[name]:
                title = f"{name} {scenario.__name__.replace('_', ' ')}, {rtt} ms"
                print(title, flush=True)
                rows = Bench(lab, source, rtt).run(scenario, options.rounds)
                texts.append(table(title, rows))
                bars(title, rows, results / f"sync-{name}-{scenario.__name__}-{rtt}.svg")
                (results / "sync.md").write_text("\n".join(texts))
        shutil.rmtree(source)


def make(name, root, scale):
    root.mkdir()
    if name == "S":
        data.small(root, int(80_000 * scale), max(1, int(6_000 * scale)), int(880e6 * scale),
                   int(200 * scale))
    elif name == "M":
        data.medium(root)
    elif name == "L":
        root.rmdir()
        data.large(root, int((2 << 30) * scale))
    else:
        data.checkout(root, int(13_000 * scale))


def cold(source):
    return None


def unchanged(source):
    return lambda: None


def one_file_edited(source):
    return lambda: edit(source, 1)


def hundred_files_edited(source):
    return lambda: edit(source, 100)


def folder_renamed(source):
    def rename():
        old, new = source / "p0", source / "p0-renamed"
        (new if new.exists() else old).rename(old if new.exists() else new)
    return rename


def appended(source):
    def append():
        with open(source / "model.bin", "ab") as file:
            file.write(os.urandom(1 << 20))
    return append


SCENARIOS = {
    "S": [cold, unchanged, one_file_edited, hundred_files_edited, folder_renamed],
    "M": [cold, unchanged],
    "L": [cold, appended],
    "G": [cold, unchanged],
}


def edit(source, count):
    edit.number = getattr(edit, "number", 0) + 1
    files = sorted(p for p in source.rglob("*") if p.is_file() and ".git" not in p.parts)
    for path in files[:: max(1, len(files) // count)][:count]:
        with open(path, "ab") as file:
            file.write(b"edit %d\n" % edit.number)


class Bench:
    def __init__(self, lab, source, rtt):
        self.lab, self.source, self.rtt = lab, source, rtt
        self.alias = lab.alias(rtt)
        self.target = lab.work / "target"

    def run(self, scenario, count):
        change = scenario(self.source)
        shutil.rmtree(self.target, ignore_errors=True)
        self.target.mkdir()
        contenders = self.contenders(cold=change is None)
        if change is not None:
            for contender in contenders:
                subprocess.run(
                    contender.command, shell=isinstance(contender.command, str), check=True,
                    env=contender.environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        for contender in contenders:
            contender.prepare = self.preparation(contender, change)
        wire = (lambda: self.lab.wire(self.rtt)) if self.rtt else None
        return rounds(contenders, count, wire)

    def preparation(self, contender, change):
        place = self.target / contender.place

        def fresh():
            # A new folder rather than a refilled one: inode allocation crawls after a deletion.
            if place.exists():
                place.rename(self.lab.work / f"old-{contender.place}-{len(os.listdir(self.lab.work))}")
        return fresh if change is None else change

    def contenders(self, cold):
        lab, alias, source = self.lab, self.alias, self.source
        environment = lab.environment
        ssh = f"ssh -F {lab.config} {alias}"

        def rsync(name, *flags):
            place = name.replace(" ", "")
            return contender(
                name, ["rsync", *flags, f"{source}/", f"{alias}:{self.target}/{place}/"], place)

        def contender(name, command, place):
            made = Contender(name, command, environment=environment)
            made.place = place
            return made

        made = [
            rsync("rsync -a", "-a"),
            rsync("rsync -a --no-inc-recursive", "-a", "--no-inc-recursive"),
            rsync("rsync -az", "-az"),
            rsync("rsync as SkyPilot runs it", "-Pavz", "--filter=dir-merge,- .gitignore"),
            contender(
                "sky push", [lab.program, "push", f"{source}/", f"{alias}:{self.target}/sky"], "sky"),
        ]
        if cold:
            for name, pack, unpack in (
                ("tar | ssh tar", "", ""), ("tar --zstd | ssh tar", "--zstd", "--zstd"),
            ):
                place = name.replace(" ", "").replace("|", "-")
                there = f"{self.target}/{place}"
                made.append(contender(
                    name,
                    f"tar -C {source} {pack} -cf - . | {ssh} 'mkdir -p {there} && tar -C {there} {unpack} -xf -'",
                    place))
        return made
