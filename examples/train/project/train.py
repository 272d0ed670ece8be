"""Trains on this node's share of the data, in step with the other nodes."""

import argparse
import json
import os
import random
import socket
import time
from pathlib import Path

from exchange import Exchange
from model import Softmax
from prepare import HERE, SPECIES, prepare, shard_path


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--epochs", type=int, default=20)
    parser.add_argument("--learning-rate", type=float, default=0.05)
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--checkpoint-every", type=int, default=5, metavar="EPOCHS")
    parser.add_argument("--port", type=int, default=29500, help="on which the head listens")
    return parser.parse_args()


def load_shard(rank, nodes, seed):
    """What setup prepared; made here when the cluster or the seed is another one by now."""
    path = shard_path(rank, nodes)
    shard = json.loads(path.read_text()) if path.exists() else {}
    return shard if shard.get("seed") == seed else prepare(rank, nodes, seed)


def write(path, value):
    """Whoever copies the file while it is written gets the old one or the new one."""
    path.parent.mkdir(exist_ok=True)
    part = path.with_suffix(".part")
    part.write_text(json.dumps(value, indent=1) + "\n")
    part.replace(path)


def train(options, rank, nodes, exchange, metrics):
    shard = load_shard(rank, nodes, options.seed)
    rows, test = shard["train"], shard["test"]
    model = Softmax(len(rows[0][0]), len(SPECIES))
    shuffler = random.Random(options.seed * 1000 + rank)
    start = time.monotonic()
    for epoch in range(1, options.epochs + 1):
        shuffler.shuffle(rows)
        loss = 0.0
        for first in range(0, len(rows), options.batch):
            loss += model.learn(rows[first : first + options.batch], options.learning_rate)
        model.weights = exchange.mean(model.weights, len(rows))
        line = {
            "epoch": epoch,
            "loss": round(loss / len(rows), 4),
            "accuracy": round(model.accuracy(rows), 4),
            "held_out_accuracy": round(model.accuracy(test), 4),
            "seconds": round(time.monotonic() - start, 3),
        }
        metrics.write(json.dumps(line) + "\n")
        metrics.flush()
        print(
            f"epoch {epoch:3}/{options.epochs}  loss {line['loss']:.4f}  "
            f"accuracy {line['accuracy']:6.1%}  held out {line['held_out_accuracy']:6.1%}",
            flush=True,
        )
        if epoch % options.checkpoint_every == 0 or epoch == options.epochs:
            write(
                HERE / "checkpoints" / f"rank{rank}-epoch{epoch:03}.json",
                {**line, "rank": rank, "nodes": nodes, "weights": model.weights},
            )
    return line


def main():
    options = arguments()
    addresses = os.environ.get("SKYPILOT_NODE_IPS", "127.0.0.1").split()
    rank = int(os.environ.get("SKYPILOT_NODE_RANK", "0"))
    nodes = len(addresses)
    print(f"training on {socket.gethostname()}, node {rank + 1} of {nodes}", flush=True)
    exchange = Exchange(rank, addresses, options.port)
    with open(HERE / f"metrics-rank{rank}.jsonl", "w") as metrics:
        last = train(options, rank, nodes, exchange, metrics)
    exchange.close()
    if rank == 0:
        summary = {"nodes": nodes, "seed": options.seed, "species": SPECIES, **last}
        write(HERE / "checkpoints" / "summary.json", summary)
        print(f"summary: {Path('checkpoints') / 'summary.json'}", flush=True)


if __name__ == "__main__":
    main()
