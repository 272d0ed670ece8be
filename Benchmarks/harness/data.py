"""Deterministic data sets: the same bytes on every machine and in every run."""

import os
import random
import subprocess
from pathlib import Path

# Text that compresses about as code does.
WORDS = [
    word.encode()
    for word in (
        "let var func return if else for in guard import struct enum case switch self init "
        "throws try await actor value index count result error path node file line byte "
        "0 1 2 16 255 1024 { } ( ) [ ] -> == != += // the a of to and is not"
    ).split()
]


def text(rng, size):
    out = bytearray()
    while len(out) < size:
        out += b" ".join(rng.choices(WORDS, k=12)) + b"\n"
    return bytes(out[:size])


def small(root, files=80_000, folders=6_000, total=880_000_000, links=200, seed=1):
    """S: many small files in many folders, sizes spread as in a package tree."""
    rng = random.Random(seed)
    names = [Path(f"p{i // 400}") / f"q{(i // 20) % 20}" / f"d{i}" for i in range(folders)]
    for name in names:
        (root / name).mkdir(parents=True)
    pool = text(rng, 1 << 20) + rng.randbytes(1 << 18)
    mean = total / files
    for i in range(files):
        size = min(int(rng.lognormvariate(0, 1.2) * mean / 2.05), len(pool) - 1)
        at = rng.randrange(len(pool) - size)
        (root / names[i % folders] / f"f{i}.txt").write_bytes(pool[at : at + size])
    for i in range(links):
        (root / names[i] / "link").symlink_to(f"f{i}.txt")


def medium(root, files=2_000, seed=2):
    """M: 2,000 files of 270 KB."""
    rng = random.Random(seed)
    for i in range(files):
        folder = root / f"d{i % 40}"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"f{i}.bin").write_bytes(rng.randbytes(270_000))


def large(root, size=2 << 30, seed=3):
    """L: one incompressible file of 2 GiB."""
    rng = random.Random(seed)
    root.mkdir(parents=True)
    with open(root / "model.bin", "wb") as file:
        for _ in range(size >> 20):
            file.write(rng.randbytes(1 << 20))


def checkout(root, files=13_000, objects=800, seed=4):
    """G: a git checkout, about 40 % of its bytes ignored."""
    rng = random.Random(seed)
    for i in range(files):
        folder = root / f"src/m{i // 200}/n{i % 20}"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"f{i}.py").write_bytes(text(rng, rng.randrange(200, 20_000)))
    for i in range(objects):
        folder = root / f"build/o{i % 20}"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"f{i}.o").write_bytes(rng.randbytes(160_000))
    (root / ".gitignore").write_text("build/\n*.log\n__pycache__/\n")
    git = ["git", "-C", str(root), "-c", "user.name=bench", "-c", "user.email=bench@example.org"]
    # A clean-up in the background would change the set while it is measured.
    git += ["-c", "gc.auto=0", "-c", "maintenance.auto=false"]
    environment = {**os.environ, "GIT_AUTHOR_DATE": "@0 +0000", "GIT_COMMITTER_DATE": "@0 +0000"}
    for command in (["init", "-q"], ["add", "."], ["commit", "-qm", "all"]):
        subprocess.run(git + command, check=True, env=environment)
