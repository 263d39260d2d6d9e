"""What is attacked: pappus-node, or Grin's own server; and what its process uses."""

import collections
import os
import re
import socket
import tempfile
import threading
from pathlib import Path
from typing import NamedTuple

import process
from protocol import USERNET, USERNET_GENESIS

MIB = 1 << 20
DATA = Path(__file__).resolve().parent.parent / "data/grin"

grin_server = None  # the program, set by attacks.py


class Network(NamedTuple):
    name: str
    magic: bytes
    genesis: bytes


_genesis = dict(line.split() for line in (DATA / "genesis").read_text().splitlines())
USER_NETWORK = Network("usernet", USERNET, USERNET_GENESIS)
MAINNET = Network("mainnet", bytes([97, 61]), bytes.fromhex(_genesis["mainnet"]))  # with larger messages
AUTOMATED = Network("automated", USERNET, bytes.fromhex(_genesis["automated"]))


class Target(process.CommandProcess):
    """A process, whose events are counted, and its use of the machine."""

    network = USER_NETWORK
    kept_events = ()

    def __init__(self, command, **how):
        self.events = collections.Counter()
        self.log = []  # lines on standard error output
        super().__init__(command, **how)

    def listen(self):
        threading.Thread(target=self._read_log, daemon=True).start()
        return super().listen()

    def _read(self):
        """Keeps replies and few events, of which there may be many."""
        for line in self.process.stdout:
            parsed = self._parse(line)
            event = parsed.get("event")
            with self.changed:
                if event:
                    self.events[event] += 1
                if event in self.kept_events or not (event or self._is_plain(parsed)):
                    self.lines.append(parsed)
                    self.changed.notify_all()
        with self.changed:
            self.ended = True
            self.changed.notify_all()

    @staticmethod
    def _is_plain(reply):
        """Of a command given a million times."""
        return reply.get("reply") == "ban" and reply["ok"]

    def _read_log(self):
        for line in self.process.stderr:
            self.log.append(line.decode(errors="replace").rstrip())

    def memory(self):
        """Resident bytes now, and at most since forget_peak."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return tuple(1024 * int(re.search(rf"^{name}:\s*(\d+)", status, re.M)[1]) for name in ("VmRSS", "VmHWM"))

    def forget_peak(self):
        Path(f"/proc/{self.process.pid}/clear_refs").write_text("5")

    def descriptors(self):
        return len(os.listdir(f"/proc/{self.process.pid}/fd"))

    def processor_time(self):
        """Seconds."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def is_alive(self):
        return self.process.poll() is None


class PappusNode(Target):
    kept_events = {"listening", "banned", "stemmed", "fluffed"}

    def __init__(self, *options, network=USER_NETWORK, **how):
        self.network = network
        where = [] if "--listen" in options else ["--listen", "127.0.0.1:0"]
        limits = ["--limit-loopback"] if network is not MAINNET else ["--seed", "127.0.0.1:9"]
        super().__init__([process.program, "--json", "--network", network.name, *where,
                          "--max-outbound", "0", "--log", "info", *limits, *options], **how)

    def listen(self):
        super().listen()
        self.address = self.address.replace("[::]", "127.0.0.1")  # of both families
        return self

    def metrics(self):
        return self.stats()["metrics"]

    def automatic_bans(self):
        return [event["peer"] for event in self.lines if event.get("event") == "banned" and event["reason"] != "manual"]


def free_address():
    """An address that was free a moment ago."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return "127.0.0.1:%d" % taken.getsockname()[1]


class GrinServer(Target):
    network = AUTOMATED
    kept_events = {"listening"}

    def __init__(self):
        self.folder = tempfile.TemporaryDirectory()
        super().__init__([grin_server, "--data-dir", Path(self.folder.name, "data"), "--listen", free_address(),
                          "--api", free_address()])

    def close(self):
        super().close()
        self.folder.cleanup()
