"""Attacks on the relay of transactions: withheld ones, too many, and what is private."""

import os
import threading
import time

from protocol import (GET_TRANSACTION, HAND, PING, PONG, SHAKE, STEM_TRANSACTION, TRANSACTION, TRANSACTION_KERNEL,
                      Listener, Transaction, frame, ping, shake)
from trial import attack, stranger

HEARD = 30  # seconds in which an honest announcement must be requested


class Session:
    """A peer that reads in a thread of its own: it answers pings, and calls `handle` with other messages."""

    def __init__(self, peer, handle=lambda peer, kind, body: None):
        self.peer, self.handle = peer, handle
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        try:
            while True:
                kind, body = self.peer.receive()
                if kind == PING:
                    self.peer.send(PONG, ping())
                else:
                    self.handle(self.peer, kind, body)
        except (OSError, EOFError):
            pass


class Announcer:
    """An honest peer that announces transactions, and gives those that it is asked for."""

    def __init__(self, peer):
        self.session = Session(peer, self._give)
        self.announced = {}
        self.requested = set()

    def announce(self, transaction):
        self.announced[transaction.kernels[0]] = transaction
        self.session.peer.send(TRANSACTION_KERNEL, transaction.kernels[0])

    def _give(self, peer, kind, body):
        if kind == GET_TRANSACTION and body in self.announced:
            self.requested.add(body)
            peer.send(TRANSACTION, self.announced[body].body())

    def wait(self):
        """How many were not requested in time."""
        deadline = time.monotonic() + HEARD
        while len(self.requested) < len(self.announced) and time.monotonic() < deadline:
            time.sleep(0.05)
        return len(self.announced) - len(self.requested)


@attack(rule="a first announcer that stays silent withholds nothing: others are asked, more after each time-out",
        scale=9, unit="silent announcers of each transaction", short=9, most=90)
def silent_announcers(trial):
    transactions = [Transaction(os.urandom(8).hex()) for _ in range(10)]
    silent = [Session(trial.greet(stranger(number))).peer for number in range(trial.scale)]
    for each in transactions:
        for peer in silent:
            peer.send(TRANSACTION_KERNEL, each.kernels[0])
    time.sleep(0.2)
    honest = Announcer(trial.greet("127.190.0.1"))
    for each in transactions:
        honest.announce(each)
    late = honest.wait()
    trial.require(not late, f"{late} of {len(transactions)} transactions were withheld for {HEARD} s")


@attack(rule="announcements are bounded by peer, so that those of some leave room for those of others",
        scale=10, unit="silent peers with as many announcements as they may send", most=100)
def announcements_without_end(trial):
    silent = [Session(trial.greet(stranger(number))).peer for number in range(trial.scale)]
    for peer in silent:
        for _ in range(400):
            peer.send(TRANSACTION_KERNEL, os.urandom(32))
    honest = Announcer(trial.greet("127.190.0.1"))
    deadline = time.monotonic() + trial.seconds
    while time.monotonic() < deadline:
        honest.announce(Transaction(os.urandom(8).hex()))
        for peer in silent:
            for _ in range(4):
                peer.send(TRANSACTION_KERNEL, os.urandom(32))
        time.sleep(0.5)
    late = honest.wait()
    trial.require(not late, f"{late} of {len(honest.announced)} were not requested within {HEARD} s")


# Grin accepts 7 messages a second from a node. With more sources the share of each is less than the honest peer sends.
@attack(rule="what waits to be sent at a limited rate is taken from its sources in turn",
        scale=3, unit="peers, 450 transactions and then 7 a second each", seconds=30, short=3, short_seconds=8, most=3)
def transactions_of_few_peers(trial):
    peers = [Session(trial.greet(stranger(number))).peer for number in range(trial.scale)]
    for peer in peers:
        peer.send_raw(b"".join(_frames(TRANSACTION, 450)))
    deadline = time.monotonic() + trial.seconds
    while time.monotonic() < deadline:
        for peer in peers:
            peer.send_raw(b"".join(_frames(TRANSACTION, 1)))
        time.sleep(1 / 7)


def _frames(kind, count):
    return [frame(kind, Transaction(os.urandom(8).hex()).body()) for _ in range(count)]


def relays(trial, count):
    """Peers that the node dials; and the stems that each has received."""
    stems = []
    for number in range(count):
        listener = trial.opens(Listener(f"127.{170 + number}.1.1"))
        received = []

        def accept(listener=listener, received=received):
            peer = trial.opens(listener.accept())
            peer.expect(HAND)
            peer.send(SHAKE, shake())
            Session(peer, lambda _, kind, body: received.append(body) if kind == STEM_TRANSACTION else None)

        threading.Thread(target=accept, daemon=True).start()
        trial.require(trial.target.ask(f"connect {listener.address}")["ok"], "the node does not connect")
        stems.append(received)
    return stems


@attack(rule="stems of strangers have a limit by address, and the node's own go before them",
        scale=450, unit="stems of a stranger at once", most=4_500, options=["--stem-probability", "1"])
def stems_of_strangers(trial):
    relays(trial, 3)
    for number in range(0, trial.scale, 450):
        peer = trial.greet(stranger(number // 450))
        peer.send_raw(b"".join(_frames(STEM_TRANSACTION, min(450, trial.scale - number))))
        peer.check_served_among_messages()
    own = Transaction(os.urandom(8).hex())
    trial.require(trial.target.ask("tx " + own.body().hex())["ok"], "the transaction is not accepted")
    kernel = own.kernels[0].hex()
    trial.target.event("stemmed", kernel=kernel)
    trial.wait(0.3)
    fluffed = [line for line in trial.target.lines if line.get("event") == "fluffed" and line["kernel"] == kernel]
    trial.require(not fluffed, f"the node's own transaction was fluffed: {fluffed}")


@attack(rule="a private transaction takes at most twice its bytes, and many are fluffed no faster than peers have room",
        scale=53_900, unit="stems of 110 strangers that are due together", seconds=15, short_seconds=9,
        options=["--stem-probability", "0", "--aggregation", "6", "--embargo", "600"])
def stems_due_together(trial):
    sent, before = 0, trial.target.memory()[0]
    peers = []
    for number in range(110):
        peers.append(trial.greet(stranger(number)))
        raw = b"".join(_frames(STEM_TRANSACTION, trial.scale // 110))
        peers[-1].send_raw(raw)
        sent += len(raw)
    growth = trial.target.memory()[1] - before
    trial.require(growth < 2 * sent + (16 << 20), f"{growth >> 20} MiB are held for {sent >> 20} MiB")
    trial.wait()
    left = trial.target.ask("dandelion")["private"]
    trial.require(left < trial.scale // 110 * 110, "none was fluffed")


@attack(rule="whoever asks for a private transaction, or announces it, learns nothing",
        scale=100, unit="probes by its kernel, from as many addresses", short=100, options=["--stem-probability", "1"])
def probes_for_a_private_transaction(trial):
    [received] = relays(trial, 1)
    own = Transaction(os.urandom(8).hex())
    trial.require(trial.target.ask("tx " + own.body().hex())["ok"], "the transaction is not accepted")
    told = []
    for number in range(trial.scale):
        peer = trial.greet(stranger(number))
        peer.send(GET_TRANSACTION, own.kernels[0])
        peer.send(STEM_TRANSACTION, own.body())
        peer.send(STEM_TRANSACTION, own.body())
        peer.send(PING, ping())
        while (message := peer.receive())[0] != PONG:
            told.append(message)
        peer.close()
    told = [kind for kind, body in told if kind in (TRANSACTION, STEM_TRANSACTION) or body == own.kernels[0]]
    trial.require(not told, f"the node has told messages of types {told}")
