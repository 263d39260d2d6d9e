"""Those who are connected with the node under test: peers that come and go, peers with a chain, and strangers."""

import itertools
import json
import os
import socket
import subprocess
import threading
import time
from pathlib import Path

from block_case import REWARD, Server, row
from protocol import HAND, USERNET_GENESIS, Block, Peer, frame, hand

LOAD = Path(__file__).resolve().parents[2] / "benchmarks/scale/load.c"
BLOCK_INTERVAL = 10  # seconds
STRANGER_INTERVAL = 0.25  # seconds
HELD = 40  # strangers that are connected at a time


class Load:
    """The load of the scale benchmark."""

    def __init__(self, folder, port, slow):
        program = Path(folder, "load")
        subprocess.run(["cc", "-O2", "-o", program, LOAD], check=True)
        self.process = subprocess.Popen([program, str(port), USERNET_GENESIS.hex(), str(slow)], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True)

    def ask(self, command):
        self.process.stdin.write(command + "\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def close(self):
        self.process.kill()
        self.process.communicate()


class Repeated(threading.Thread):
    """Does something at an interval until it is closed."""

    def __init__(self, interval):
        super().__init__(daemon=True)
        self.interval = interval
        self.over = threading.Event()

    def run(self):
        while not self.over.wait(self.interval):
            self.act()

    def close(self):
        self.over.set()
        self.join()


class Chain(Repeated):
    """Two peers of the same growing chain; each announces its blocks, and serves them."""

    def __init__(self, where, length):
        super().__init__(BLOCK_INTERVAL)
        Block.made_at = int(time.time())  # no clock is warned of
        self.blocks = row(length)
        self.servers = [Server(Peer.greet(where, f"127.{group}.0.1", port=4000 + group), self.blocks)
                        for group in (240, 241)]

    def act(self):
        Block.made_at = int(time.time())
        self.blocks.append(self.blocks[-1].next(body=REWARD))
        for server in self.servers:
            server.has(self.blocks)
            server.announce(self.blocks[-1])

    def close(self):
        super().close()
        for server in self.servers:
            server.close()


class Strangers(Repeated):
    """Handshakes that fail, in different ways and from 250 addresses. Each connection stays for ten seconds."""

    WAYS = (b"",  # silence
            frame(HAND, hand())[:20],  # a part, and silence
            frame(HAND, hand(genesis=bytes(32))),  # of another chain
            frame(HAND, hand(), magic=b"GE"),  # of another network
            b"GET / HTTP/1.1\r\n\r\n",
            os.urandom(512))

    def __init__(self, where):
        super().__init__(STRANGER_INTERVAL)
        ip, _, port = where.rpartition(":")
        self.where = ip, int(port)
        self.numbers = itertools.count()
        self.held = []
        self.refused = 0

    def act(self):
        number = next(self.numbers)
        source = f"127.{100 + number % 50}.{number // 50 % 5}.1", 0
        try:
            stranger = socket.create_connection(self.where, 10, source)
            stranger.sendall(self.WAYS[number % len(self.WAYS)])
            self.held.append(stranger)
        except OSError:
            self.refused += 1
        while len(self.held) > HELD:
            self.held.pop(0).close()

    def close(self):
        super().close()
        for stranger in self.held:
            stranger.close()
