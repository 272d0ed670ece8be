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
    """Some sshds; `alias(rtt, number)` names one directly (rtt 0) or through a proxy. Ends all it started."""

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
        self.servers = [self.start_sshd()]
        self.sftp_servers = []
        self.config.touch(mode=0o600)

    def start_sshd(self, more=""):
        port = free_port()
        config = self.work / f"sshd_config{port}"
        config.write_text(
            f"Port {port}\nListenAddress 127.0.0.1\nHostKey {self.work}/host_key\nPidFile none\n"
            f"UsePAM no\nPasswordAuthentication no\nStrictModes no\n"
            f"AuthorizedKeysFile {self.work}/authorized_keys\nSubsystem sftp internal-sftp\n"
            # An empty home: a chatty or slow .bashrc of this machine is nobody's figure.
            f"SetEnv HOME={self.remote_home}\nMaxStartups 100:30:200\nLogLevel ERROR\n{more}"
        )
        sshd = shutil.which("sshd", path=os.environ["PATH"] + ":/usr/sbin")
        server = self.start([sshd, "-D", "-e", "-f", str(config)], self.work / "sshd.log")
        wait_for(port)
        return port, server.pid

    def start(self, command, log=None):
        out = open(log, "ab") if log else subprocess.DEVNULL
        process = subprocess.Popen(command, stdout=out, stderr=out, stdin=subprocess.DEVNULL)
        self.processes.append(process)
        return process

    def alias(self, rtt_ms, number=0):
        """The ssh alias that reaches server `number` over a path of this round-trip time."""
        key = (rtt_ms, number)
        if key not in self.proxies:
            while len(self.servers) <= number:
                self.servers.append(self.start_sshd())
            there = self.servers[number][0]
            port, control = (there, None) if rtt_ms == 0 else self.start_proxy(there, rtt_ms)
            name = f"bench{rtt_ms}-{number}"
            self.proxies[key] = (name, control)
            self.add_host(name, port)
        return self.proxies[key][0]

    def sftp_alias(self):
        """The ssh alias of a server that has SFTP and nothing else."""
        if not self.sftp_servers:
            self.sftp_servers.append(self.start_sshd("ForceCommand internal-sftp\n"))
            self.add_host("bench-sftp", self.sftp_servers[0][0])
        return "bench-sftp"

    def add_host(self, name, port):
        host_key = (self.work / "host_key.pub").read_text()
        (self.work / f"{name}.pub").write_text(host_key)
        self.sky(
            "hosts", "add", name, f"{os.environ.get('USER') or 'root'}@127.0.0.1:{port}",
            "-i", str(self.work / "user_key"), "--host-key", str(self.work / f"{name}.pub"),
        )

    def start_proxy(self, there, rtt_ms):
        port, control = free_port(), free_port()
        self.start(
            [sys.executable, Path(__file__).parent / "proxy.py", str(port), str(control),
             str(there), str(rtt_ms / 2000)],
            self.work / "proxy.log",
        )
        wait_for(control)
        return port, control

    def master(self, alias):
        """The socket of an OpenSSH connection to `alias` that stays open."""
        socket_path = self.work / f"m-{alias}"
        if not socket_path.exists():
            self.start(["ssh", "-F", str(self.config), "-M", "-N", "-S", str(socket_path), alias])
            end = time.monotonic() + 20
            while not socket_path.exists():
                if time.monotonic() > end:
                    raise TimeoutError(f"no ControlMaster to {alias}")
                time.sleep(0.05)
        return socket_path

    def wire(self, rtt_ms):
        """Bytes that crossed the proxies of this round-trip time so far, both ways."""
        total = 0
        for (rtt, _), (_, control) in self.proxies.items():
            if rtt == rtt_ms and control is not None:
                with socket.create_connection(("127.0.0.1", control)) as connection:
                    counts = json.loads(connection.makefile().read())
                total += counts["out"] + counts["in"]
        return total

    def server_seconds(self):
        """CPU seconds of the servers and of all they started, so far."""
        parents, seconds = {}, {}
        for path in Path("/proc").glob("[0-9]*/stat"):
            try:
                fields = path.read_text().rsplit(")", 1)[1].split()
            except OSError:
                continue
            pid = int(path.parent.name)
            parents[pid] = int(fields[1])
            # utime, stime, and those of children that were waited for
            seconds[pid] = sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")
        total = 0.0
        roots = {pid for _, pid in self.servers}
        for pid in seconds:
            ancestor = pid
            while ancestor not in roots and parents.get(ancestor, 0) > 1:
                ancestor = parents[ancestor]
            if ancestor in roots:
                total += seconds[pid]
        return total

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
