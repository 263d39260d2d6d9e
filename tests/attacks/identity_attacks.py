"""Attacks by what a peer says it is: another's neighbor, another's double, the node itself."""

import struct
import tempfile
import threading
import time

from protocol import (ARCHIVE, ARCHIVE_REQUEST, HAND, PATIENCE, PING, SHAKE, TRANSACTION_KERNEL, Listener, frame, hand,
                      ping, read_hand, shake)
from relay_attacks import Session
from trial import attack, stranger

NEIGHBOR = "127.60.1.1"
BYSTANDERS = 4  # sessions of the bystander at most, with one that shakes hands


class Neighbor:
    """An honest peer at an address that an attacker has, too: the node has dialed it, and it has dialed the node."""

    def __init__(self, trial):
        listener = trial.opens(Listener(NEIGHBOR))
        self.port = int(listener.address.rpartition(":")[2])
        dialed = threading.Thread(target=self._accept, args=(trial, listener))
        dialed.start()
        connected = trial.target.ask(f"connect {listener.address}")
        trial.require(connected["ok"], "the node does not connect to the neighbor")
        dialed.join()
        self.inbound = trial.greet(NEIGHBOR, port=4444)

    def _accept(self, trial, listener):
        self.outbound = trial.opens(listener.accept())
        self.outbound.expect(HAND)
        self.outbound.send(SHAKE, shake())

    def check(self, trial):
        for name, peer in ("outbound", self.outbound), ("inbound", self.inbound):
            try:
                peer.check_served_among_messages()
            except (OSError, EOFError):
                trial.require(False, f"the {name} session of the neighbor has ended")


@attack(rule="a peer's faults are never those of a neighbor at its address, whatever port it claims, and ban nobody",
        scale=600, unit="malformed messages from a neighbor's address, as many claimed ports", short=300)
def malformed_messages_of_a_neighbor(trial):
    neighbor = Neighbor(trial)
    malformed = frame(TRANSACTION_KERNEL, bytes(31))
    for number in range(trial.scale):
        port = [neighbor.port, 4444, 0, 1000 + number][number % 4]
        peer = trial.attempt(NEIGHBOR, malformed, port=port)
        if peer:
            peer.close()
        if number % 20 == 0:
            neighbor.check(trial)
    neighbor.check(trial)
    bans = trial.target.ask("bans")["bans"]
    trial.require(not bans, f"banned: {bans}")


@attack(rule="excess ends the session that is guilty of it; others of its address are slowed, never punished",
        scale=4, unit="sessions at once from a neighbor's address, pings without end", short=4, most=40)
def messages_of_a_neighbor_without_end(trial):
    neighbor = Neighbor(trial)
    trial.flood(frame(PING, ping()), once=trial.hand(), repeat=0, connections=trial.scale, **{"from": NEIGHBOR})
    deadline = time.monotonic() + trial.seconds
    while time.monotonic() < deadline:
        neighbor.check(trial)
        time.sleep(1)


@attack(rule="a session that works is never closed for one that merely claims to be of the same peer",
        scale=3, unit="sessions that claim the address of a dialed peer, with nonces at both ends", short=3, seconds=30,
        short_seconds=5, most=3)
def claimed_duplicates(trial):
    neighbor = Neighbor(trial)
    liars = [trial.attempt(NEIGHBOR, port=neighbor.port, nonce=nonce) for nonce in (0, 1, (1 << 64) - 1)]
    sessions = [Session(each) for each in liars if each]
    deadline = time.monotonic() + trial.seconds
    while time.monotonic() < deadline:
        neighbor.check(trial)
        for each in sessions:
            try:
                each.peer.send(PING, ping())
            except OSError:
                pass  # disconnected
        time.sleep(1)
    neighbor.check(trial)


@attack(rule="a nonce of the node's gives it away only while the handshake that it belongs to is under way",
        scale=20, unit="probes with a nonce of the node's", short=20)
def nonces_of_the_node(trial):
    for number in range(trial.scale):
        listener = Listener(f"127.61.{1 + number}.1")
        nonces = []

        def accept(listener=listener, nonces=nonces):
            peer = trial.opens(listener.accept())
            nonces.append(read_hand(peer.expect(HAND))["nonce"])
            peer.send(SHAKE, shake())

        dialed = threading.Thread(target=accept)
        dialed.start()
        trial.require(trial.target.ask(f"connect {listener.address}")["ok"], "the node does not connect")
        dialed.join()
        listener.close()
        probe = trial.dial(stranger(number))
        probe.send(HAND, hand(nonce=nonces[0]))
        try:
            probe.expect(SHAKE)
        except (OSError, EOFError):
            trial.require(False, "the node is known by an old nonce")


@attack(rule="whatever goes wrong within a session ends it alone, also while an archive arrives and nothing is read",
        scale=20, unit="downloads cut short by pings that fill the queue", short=5)
def archives_cut_short(trial):
    content = frame(PING, ping()) * 4
    begin = b"\x22" * 32 + struct.pack(">QQ", 7, len(content))
    with tempfile.TemporaryDirectory() as folder:
        for number in range(trial.scale):
            source_ = stranger(number)
            peer = trial.greet(source_, port=6000)
            peer.check_served_among_messages()  # so that the session has begun
            trial.target.tell(f"download {source_}:6000 {'22' * 32} 7 {folder}/{number}")
            peer.expect_among_messages(ARCHIVE_REQUEST)  # the honest peer's transactions are announced meanwhile
            peer.send_raw(frame(PING, ping()) * 300 + frame(ARCHIVE, begin) + content)
            peer.close()
            trial.target.reply("download")
    deadline = time.monotonic() + PATIENCE
    while len(trial.target.ask("peers")["peers"]) > BYSTANDERS and time.monotonic() < deadline:
        time.sleep(0.2)
    left = trial.target.ask("peers")["peers"]
    trial.require(time.monotonic() < deadline, f"sessions have not ended: {left}")
