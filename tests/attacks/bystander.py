"""An honest peer beside an attack, a process of its own: it measures how a node serves it.

usage: bystander.py IP:PORT MAGIC GENESIS [--without-transactions]

It shakes hands from ever other addresses, pings over one session, and sends transactions over another one, which it
expects to receive over a third, for which the node connects to it. Commands on standard input: `phase NAME` begins a
phase, `end` ends it all. On standard output it writes JSON: where it listens, and in the end what it has measured in
each phase.
"""

import collections
import itertools
import json
import sys
import threading
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "mini_node"))

from protocol import (GET_TRANSACTION, HAND, PING, PONG, SHAKE, TRANSACTION, TRANSACTION_KERNEL,  # noqa: E402
                      Listener, Peer, Transaction, ping, shake)

PING_INTERVAL, HANDSHAKE_INTERVAL, TRANSACTION_INTERVAL = 0.2, 0.1, 0.5  # seconds
PINGER, SENDER, RECEIVER = "127.250.0.1", "127.251.0.1", "127.252.0.1"
LATE = 30  # seconds after which a transaction counts as lost
DIALED_GROUPS = range(200, 240)  # second bytes of the addresses that handshakes come from


def percentile(values, share):
    return sorted(values)[min(len(values) - 1, int(len(values) * share))] if values else None


def summary(seconds):
    """Of durations: milliseconds."""
    shares = {"p50": 0.5, "p99": 0.99, "max": 1}
    parts = {name: percentile(seconds, share) for name, share in shares.items()}
    return {"count": len(seconds)} | {name: part and round(1000 * part, 2) for name, part in parts.items()}


class Phase:
    def __init__(self, name):
        self.name = name
        self.handshakes, self.pings, self.deliveries = [], [], []  # seconds
        self.failures = collections.Counter()  # of handshakes, by the reason
        self.ended = collections.Counter()  # sessions, by what they are for
        self.sent = 0  # transactions

    def measured(self):
        return {"handshakes": summary(self.handshakes), "failures": dict(self.failures), "pings": summary(self.pings),
                "deliveries": summary(self.deliveries), "lost": self.sent - len(self.deliveries),
                "ended": dict(self.ended)}


class Bystander:
    def __init__(self, node, magic, genesis):
        self.node, self.magic, self.genesis = node, magic, genesis
        self.phases = [Phase("start")]
        self.sending = threading.Event()  # transactions
        self.over = threading.Event()
        self.awaited = {}  # transactions on their way: the time of sending and the phase, by their bodies
        self.kernels = set()
        self.received = collections.deque()  # times of the messages received over one session
        self.busiest = 0  # messages in the busiest minute
        self.changed = threading.Lock()

    @property
    def phase(self):
        return self.phases[-1]

    def greet(self, source, port):
        return Peer.greet(self.node, source, self.magic, genesis=self.genesis, port=port)

    def repeat(self, interval):
        """Yields at each interval until the end."""
        due = time.monotonic()
        while not self.over.wait(max(0, due - time.monotonic())):
            yield
            due = max(due + interval, time.monotonic())

    def lasting(self, what, use, source, port):
        """Uses a session, and another one when it has ended."""
        while not self.over.is_set():
            peer = None
            try:
                peer = self.greet(source, port)
                use(peer)
            except (OSError, EOFError):
                if not self.over.is_set():
                    self.phase.ended[what] += 1
                    time.sleep(1)
            finally:
                if peer:
                    peer.close()

    def ping_on(self, peer):
        for _ in self.repeat(PING_INTERVAL):
            phase, begun = self.phase, time.monotonic()
            peer.send(PING, ping())
            while self.handled(peer)[0] != PONG:
                pass
            phase.pings.append(time.monotonic() - begun)

    def shake_hands(self):
        sources = itertools.count()
        for _ in self.repeat(HANDSHAKE_INTERVAL):
            number = next(sources)
            group = DIALED_GROUPS[number % len(DIALED_GROUPS)]
            source = f"127.{group}.{number // len(DIALED_GROUPS) % 250}.{1 + number % 250}"
            phase, begun = self.phase, time.monotonic()
            try:
                peer = self.greet(source, 20000 + number % 30000)
                phase.handshakes.append(time.monotonic() - begun)
                peer.close()
            except (OSError, EOFError) as failure:
                phase.failures[type(failure).__name__] += 1

    def send_on(self, peer):
        reader = threading.Thread(target=self.read, args=(peer,), daemon=True)
        reader.start()
        for _ in self.repeat(TRANSACTION_INTERVAL):
            if not self.sending.is_set():
                continue
            sent = Transaction(f"{id(self)} {time.monotonic()}")
            with self.changed:
                self.kernels.add(sent.kernels[0])
                self.awaited[sent.body()] = time.monotonic(), self.phase
                self.phase.sent += 1
            peer.send(TRANSACTION, sent.body())
            if not reader.is_alive():
                raise EOFError

    def read(self, peer):
        try:
            while not self.over.is_set():
                self.handled(peer)
        except (OSError, EOFError):
            pass  # who sends notices it

    def receive_on(self, listener):
        while not self.over.is_set():
            try:
                peer = listener.accept(self.magic)
                peer.expect(HAND)
                peer.send(SHAKE, shake(genesis=self.genesis))
                while not self.over.is_set():
                    self.receive(peer, *self.handled(peer))
            except (OSError, EOFError):
                if not self.over.is_set():
                    self.phase.ended["receiver"] += 1

    def receive(self, peer, kind, body):
        now = time.monotonic()
        self.received.append(now)
        while self.received[0] < now - 60:
            self.received.popleft()
        self.busiest = max(self.busiest, len(self.received))
        if kind == TRANSACTION_KERNEL and body in self.kernels:
            peer.send(GET_TRANSACTION, body)
        elif kind == TRANSACTION:
            with self.changed:
                sent, phase = self.awaited.pop(body, (None, None))
            if phase:
                phase.deliveries.append(now - sent)

    @staticmethod
    def handled(peer):
        """The next message; a ping has been answered."""
        kind, body = peer.receive()
        if kind == PING:
            peer.send(PONG, ping())
        return kind, body

    def wait_for_transactions(self):
        """Until all have arrived, or are late."""
        deadline = time.monotonic() + LATE
        while time.monotonic() < deadline:
            with self.changed:
                if not self.awaited:
                    return
            time.sleep(0.05)

    def measured(self):
        return {"phases": {phase.name: phase.measured() for phase in self.phases},
                "messages_in_a_minute": self.busiest}


def main():
    node, magic, genesis = sys.argv[1], bytes.fromhex(sys.argv[2]), bytes.fromhex(sys.argv[3])
    bystander = Bystander(node, magic, genesis)
    pinger = bystander.lasting, ("pinger", bystander.ping_on, PINGER, 13001)
    jobs = [pinger, (bystander.shake_hands, ())]
    listening = None
    if "--without-transactions" not in sys.argv:
        listener = Listener(RECEIVER)
        listening = listener.address
        jobs += [(bystander.lasting, ("sender", bystander.send_on, SENDER, 13002)),
                 (bystander.receive_on, (listener,))]
    print(json.dumps({"listening": listening}), flush=True)
    for job, arguments in jobs:
        threading.Thread(target=job, args=arguments, daemon=True).start()
    for line in sys.stdin:
        word, _, name = line.strip().partition(" ")
        if word == "end":
            break
        bystander.phases.append(Phase(name))
        bystander.sending.set()
    bystander.sending.clear()
    bystander.wait_for_transactions()
    bystander.over.set()
    print(json.dumps(bystander.measured()), flush=True)


if __name__ == "__main__":
    main()
