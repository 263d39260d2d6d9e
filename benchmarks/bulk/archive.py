"""An archive of 320 MiB goes to three peers, again and again, while 1,000 others are told of two transactions a second:
how long until each of them knows, beside the same without an archive."""

import os
import statistics
import sys
import tempfile
import threading
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT / "benchmarks/scale"), str(ROOT / "tests/mini_node")]

from protocol import ARCHIVE, ARCHIVE_REQUEST, Fields, Peer  # noqa: E402
from report import progress  # noqa: E402
from scale import Load, Pappus  # noqa: E402

PEERS, READERS = 1000, 3
FILES = [f"{tree}/pmmr_{kind}.bin" for tree in ("kernel", "output", "rangeproof") for kind in ("data", "hash")]
FILE_SIZE = 54 << 20  # bytes
INTERVAL = 500  # milliseconds between two transactions: with its pings a bystander then has what Grin accepts of a peer
BLOCK, HEIGHT = "11" * 32, 1000
GOAL = 1.1  # times the p99 without an archive


class Reader(threading.Thread):
    """Downloads the archive again and again, each time as a new peer."""

    def __init__(self, number, server):
        super().__init__(daemon=True)
        self.source, self.where = f"127.{200 + number}.0.1", f"127.0.0.1:{server.port}"
        self.over = threading.Event()
        self.bytes = 0
        self.room = bytearray(1 << 20)

    @staticmethod
    def description(peer):
        """Of the archive, after which it begins. Before it, messages of any kind may come."""
        while True:
            kind, body = peer.receive()
            if kind == ARCHIVE:
                return body

    def run(self):
        while not self.over.is_set():
            peer = Peer.greet(self.where, self.source)
            peer.send(ARCHIVE_REQUEST, bytes.fromhex(BLOCK) + HEIGHT.to_bytes(8, "big"))
            described = Fields(self.description(peer))
            described.take(40)
            left = described.number(8) - len(peer.unread)
            while left != 0 and not self.over.is_set():
                count = peer.socket.recv_into(self.room, min(left, len(self.room)))
                if count == 0:
                    raise EOFError("the archive ends early")
                left -= count
                self.bytes += count
            peer.close()


def make_files(folder):
    for name in FILES:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(os.urandom(FILE_SIZE))


def announce(load, name, seconds):
    return load.phase(name, f"announce {int(1000 * seconds / INTERVAL)} {INTERVAL}")


def announce_beside_archive(server, load, folder, seconds):
    """The archive is packed while the first of its readers have its beginning."""
    with tempfile.TemporaryDirectory(dir=folder) as cache:
        assert server.ask(f"pack {folder / 'state'} {BLOCK} {HEIGHT} {cache}")["ok"]
        readers = [Reader(number, server) for number in range(READERS)]
        for reader in readers:
            reader.start()
        row = announce(load, "archive", seconds)
        for reader in readers:
            reader.over.set()
            reader.join()
    row["archive_rate"] = sum(reader.bytes for reader in readers) / seconds / 1e6
    return row


def measure(built, node, pairs, seconds):
    """Rows without and with an archive, in the order A B B A. The node has a core of its own."""
    rows = [], []
    os.sched_setaffinity(0, {1})
    server = Pappus(node, PEERS)
    try:
        load = Load(built / "scale_load", server, 0)
        assert load.phase("open", f"open {PEERS}")["peers"] == PEERS
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            make_files(folder / "state")
            announce(load, "first", seconds)
            for pair in range(pairs):
                for which in (0, 1, 1, 0):
                    progress(f"archive, pair {pair + 1} of {pairs}")
                    rows[which].append(announce_beside_archive(server, load, folder, seconds) if which
                                       else announce(load, "relay", seconds))
        load.close()
    finally:
        server.close()
    progress("")
    return rows


def report(rows):
    """Prints the table; returns what has been reached."""
    print(f"| {PEERS} peers, {1000 / INTERVAL:g} transactions a second | until a peer knows, p50 | p99 | "
          "least to most | bystanders' ping, p99 | CPU | archive |")
    print("|---|---:|---:|---:|---:|---:|---:|")
    p99 = []
    for name, measured in zip(("no archive", f"an archive to {READERS} peers"), rows):
        def median(take):
            return statistics.median(take(row) for row in measured)

        tails = [row["delivery"]["p99"] for row in measured]
        p99.append(statistics.median(tails))
        print(f"| {name} | {median(lambda row: row['delivery']['p50']):.1f} ms | {p99[-1]:.1f} ms | "
              f"{min(tails):.1f} to {max(tails):.1f} | {median(lambda row: row['ping']['p99']):.1f} ms | "
              f"{100 * median(lambda row: row['cpu']):.0f} % | "
              f"{median(lambda row: row.get('archive_rate', 0)):.0f} MB/s |")
    return [(p99[1] <= GOAL * p99[0], f"p99 of relay beside an archive: at most {GOAL} times that without "
             f"({p99[1] / p99[0]:.2f})")]
