"""Private sshd's on loopback, a delay proxy before them, and stock clients pointed at them."""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Lab:
    """One sshd; `alias(rtt)` names it directly (rtt 0) or through a proxy. Ends all it started."""

    def __init__(self, work, program):
        self.work = Path(work)
        self.program = program
        self.processes = []
        self.proxies = {}
        self.remote_home = self.work / "remote-home"
        self.remote_home.mkdir(parents=True)
        self.config = self.work / "ssh_config"
        self.sky_home = self.work / "sky"
        for name in ("host", "user"):
            subprocess.run(
                ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", self.work / f"{name}_key"],
                check=True,
            )
        shutil.copy(self.work / "user_key.pub", self.work / "authorized_keys")
        self.port = self.start_sshd()
        self.config.touch(mode=0o600)

    def start_sshd(self):
        port = free_port()
        config = self.work / "sshd_config"
        config.write_text(
            f"Port {port}\nListenAddress 127.0.0.1\nHostKey {self.work}/host_key\nPidFile none\n"
            f"UsePAM no\nPasswordAuthentication no\nStrictModes no\n"
            f"AuthorizedKeysFile {self.work}/authorized_keys\nSubsystem sftp internal-sftp\n"
            # An empty home: a chatty or slow .bashrc of this machine is nobody's figure.
            f"SetEnv HOME={self.remote_home}\nMaxStartups 100:30:200\n"
        )
        sshd = shutil.which("sshd", path=os.environ["PATH"] + ":/usr/sbin")
        self.start([sshd, "-D", "-e", "-f", str(config)], self.work / "sshd.log")
        wait_for(port)
        return port

    def start(self, command, log=None):
        out = open(log, "ab") if log else subprocess.DEVNULL
        process = subprocess.Popen(command, stdout=out, stderr=out, stdin=subprocess.DEVNULL)
        self.processes.append(process)
        return process

    def alias(self, rtt_ms):
        """The ssh alias that reaches the node over a path of this round-trip time."""
        if rtt_ms not in self.proxies:
            port, control = (self.port, None) if rtt_ms == 0 else self.start_proxy(rtt_ms)
            name = f"bench{rtt_ms}"
            self.proxies[rtt_ms] = (name, control)
            host_key = (self.work / "host_key.pub").read_text()
            (self.work / f"{name}.pub").write_text(host_key)
            self.sky(
                "hosts", "add", name, f"{os.environ.get('USER') or 'root'}@127.0.0.1:{port}",
                "-i", str(self.work / "user_key"), "--host-key", str(self.work / f"{name}.pub"),
            )
        return self.proxies[rtt_ms][0]

    def start_proxy(self, rtt_ms):
        port, control = free_port(), free_port()
        self.start(
            [sys.executable, Path(__file__).parent / "proxy.py", str(port), str(control),
             str(self.port), str(rtt_ms / 2000)],
            self.work / "proxy.log",
        )
        wait_for(control)
        return port, control

    def wire(self, rtt_ms):
        """Bytes that crossed the proxy so far, both ways; None without one."""
        control = self.proxies[rtt_ms][1]
        if control is None:
            return None
        with socket.create_connection(("127.0.0.1", control)) as connection:
            counts = json.loads(connection.makefile().read())
        return counts["out"] + counts["in"]

    @property
    def environment(self):
        return {
            **os.environ, "SKY_HOME": str(self.sky_home), "SKY_SSH_CONFIG": str(self.config),
            "RSYNC_RSH": f"ssh -F {self.config}",
        }

    def sky(self, *arguments):
        subprocess.run(
            [self.program, *arguments], check=True, env=self.environment,
            stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL,
        )

    def close(self):
        for process in self.processes:
            process.terminate()
        for process in self.processes:
            process.wait(timeout=10)


def wait_for(port, seconds=10, address="127.0.0.1"):
    end = time.monotonic() + seconds
    while True:
        try:
            socket.create_connection((address, port), timeout=1).close()
            return
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.02)
