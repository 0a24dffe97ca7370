"""`atelier serve` as a child on a data folder of its own, with what Linux knows about it."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

from tools.measure import MEGABYTE, binary

TICKS = os.sysconf("SC_CLK_TCK")


class Server:
    """Started on entry; on exit stopped and its data removed."""

    def __init__(self, **environment):
        self.environment = environment
        self.folder = Path(tempfile.mkdtemp(prefix="atelier-bench-"))
        self.process = None
        self.url = None

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.stop()
        shutil.rmtree(self.folder)

    def start(self):
        """Seconds until it was ready."""
        command = [binary("atelier"), "serve", "--listen", "127.0.0.1:0", "--data", self.data, "--key-file", self.key]
        begun = time.perf_counter()
        with open(self.folder / "log", "ab") as log:
            self.process = subprocess.Popen(
                command, stdout=subprocess.PIPE, stderr=log, text=True, env={**os.environ, **self.environment}
            )
        line = self.process.stdout.readline()
        seconds = time.perf_counter() - begun
        if not line.startswith("ready "):
            self.process.wait()
            sys.exit(f"the server did not start:\n{(self.folder / 'log').read_text()}")
        self.url = line.split()[1]
        return seconds

    def stop(self):
        self.process.terminate()
        try:
            self.process.wait(60)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def kill(self):
        """By the signal that nobody can catch."""
        self.process.kill()
        self.process.wait()

    @property
    def data(self):
        return str(self.folder / "data")

    @property
    def key(self):
        """File of the first key."""
        return str(self.folder / "key")

    def operate(self, *words):
        """An operator's command, through the socket of the running server."""
        command = [binary("atelier"), *words, "--data", self.data]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()

    def accounts(self, count, credits, scopes="image_editing"):
        """Makes accounts with credits and answers a file with a key of each."""
        keys = []
        for number in range(count):
            name = f"bench-{number}"
            self.operate("accounts", "create", name)
            self.operate("grant", name, str(credits))
            keys.append(self.operate("keys", "create", "--account", name, "--scopes", scopes))
        file = self.folder / "keys"
        file.touch(mode=0o600)
        file.write_text("\n".join(keys) + "\n")
        return str(file)

    def cpu_seconds(self):
        """CPU time so far, user and system, of all threads."""
        stat = Path(f"/proc/{self.process.pid}/stat").read_text()
        fields = stat.rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    def memory_mb(self, field="VmRSS"):
        """Resident memory now; `VmHWM`: the most it ever was."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.search(rf"^{field}:\s+(\d+) kB", status, re.MULTILINE)[1]) * 1024 / MEGABYTE

    def forget_peak(self):
        """From here on `VmHWM` is the peak of what follows."""
        Path(f"/proc/{self.process.pid}/clear_refs").write_text("5")


class Watch(threading.Thread):
    """Samples the resident memory of a server while a load runs."""

    def __init__(self, server, every_seconds):
        super().__init__(daemon=True)
        self.server, self.every = server, every_seconds
        self.samples, self.done = [], threading.Event()

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.done.set()
        self.join()

    def run(self):
        while not self.done.wait(self.every):
            self.samples.append(self.server.memory_mb())
