"""Averages numbers between nodes: the workers send theirs to the head, the head sends back the mean."""

import json
import socket
import time

PATIENCE = 60  # seconds, for a node that starts late


class Exchange:
    def __init__(self, rank, addresses, port):
        self.rank = rank
        self.peers = []
        if len(addresses) == 1:
            return
        if rank == 0:
            self._listen(addresses[0], port, len(addresses) - 1)
        else:
            self._call(addresses[0], port)

    def mean(self, rows, weight):
        """The mean of every node's `rows`, each counted `weight` times; the same on all nodes."""
        if not self.peers:
            return rows
        if self.rank != 0:
            self._send(self.peers[0], {"rows": rows, "weight": weight})
            return self._receive(self.peers[0])["rows"]
        parts = [{"rows": rows, "weight": weight}] + [self._receive(peer) for peer in self.peers]
        total = sum(part["weight"] for part in parts)
        mean = [
            [sum(part["rows"][i][j] * part["weight"] for part in parts) / total for j in range(len(row))]
            for i, row in enumerate(rows)
        ]
        for peer in self.peers:
            self._send(peer, {"rows": mean})
        return mean

    def close(self):
        for peer in self.peers:
            peer.close()

    def _listen(self, address, port, workers):
        with socket.create_server((address, port)) as server:
            server.settimeout(PATIENCE)
            callers = {}
            while len(callers) < workers:
                peer, _ = server.accept()
                peer.settimeout(PATIENCE)
                lines = peer.makefile("rw")
                callers[json.loads(lines.readline())["rank"]] = lines
        # In the order of ranks, so that the sum is the same in every run.
        self.peers = [callers[rank] for rank in sorted(callers)]

    def _call(self, address, port):
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                peer = socket.create_connection((address, port), timeout=PATIENCE)
                break
            except OSError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.1)
        self.peers = [peer.makefile("rw")]
        self._send(self.peers[0], {"rank": self.rank})

    @staticmethod
    def _send(peer, message):
        peer.write(json.dumps(message) + "\n")
        peer.flush()

    @staticmethod
    def _receive(peer):
        line = peer.readline()
        if not line:
            raise ConnectionError("another node ended before the training did")
        return json.loads(line)
