"""Checks this node and the data, and writes the node's share of it to shards/."""

import csv
import hashlib
import json
import os
import random
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
DATA = HERE / "data" / "penguins.csv"
NUMBERS = ["bill_length_mm", "bill_depth_mm", "flipper_length_mm", "body_mass_g"]
SPECIES = ["Adelie", "Chinstrap", "Gentoo"]
HELD_OUT = 0.2


def check_python():
    if sys.version_info < (3, 8):
        sys.exit(f"Python 3.8 or newer is needed, this is {sys.version.split()[0]}")


def check_data():
    wanted = (DATA.parent / "SHA256SUMS").read_text().split()[0]
    found = hashlib.sha256(DATA.read_bytes()).hexdigest()
    if found != wanted:
        sys.exit(f"{DATA} is damaged: its SHA-256 is {found}, not {wanted}")


def read_rows():
    """Penguins that were measured completely: their features and the number of their species."""
    rows = []
    with open(DATA, newline="") as file:
        for penguin in csv.DictReader(file):
            if "NA" in (penguin[name] for name in [*NUMBERS, "sex"]):
                continue
            features = [float(penguin[name]) for name in NUMBERS]
            features.append(1.0 if penguin["sex"] == "male" else -1.0)
            rows.append((features, SPECIES.index(penguin["species"])))
    return rows


def scale(rows, by):
    """Every feature with the mean 0 and the deviation 1 that it has in `by`."""
    columns = list(zip(*(features for features, _ in by)))
    means = [sum(column) / len(column) for column in columns]
    deviations = [
        (sum((value - mean) ** 2 for value in column) / len(column)) ** 0.5
        for column, mean in zip(columns, means)
    ]
    return [
        ([(value - m) / d for value, m, d in zip(features, means, deviations)], species)
        for features, species in rows
    ]


def shard_path(rank, nodes):
    return HERE / "shards" / f"rank{rank}-of-{nodes}.json"


def prepare(rank, nodes, seed):
    """Every node shuffles alike, so the shares of all nodes together are the whole."""
    check_python()
    check_data()
    rows = read_rows()
    random.Random(seed).shuffle(rows)
    cut = int(len(rows) * HELD_OUT)
    test, train = rows[:cut], rows[cut:]
    shard = {
        "seed": seed,
        "train": scale(train, train)[rank::nodes],
        "test": scale(test, train),
    }
    path = shard_path(rank, nodes)
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(shard))
    print(
        f"node {rank + 1} of {nodes}: Python {sys.version.split()[0]}, data verified, "
        f"{len(shard['train'])} penguins to learn from, {len(test)} held out",
        flush=True,
    )
    return shard


def main():
    environment = os.environ
    nodes = len(environment.get("SKYPILOT_SETUP_NODE_IPS", "one").split())
    rank = int(environment.get("SKYPILOT_SETUP_NODE_RANK", "0"))
    prepare(rank, nodes, int(environment.get("SEED", "7")))


if __name__ == "__main__":
    main()
