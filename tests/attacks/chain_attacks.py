"""Attacks by what is said of the chain: branches, dates, and work that nobody has."""

import random
import struct
import time

from protocol import HEADER, PING, USERNET_GENESIS, Block, frame
from relay_attacks import Session
from trial import attack, stranger

IN_A_MINUTE = 450  # messages of one peer that are below the limit


def send_headers(trial, headers, first_source):
    """Over as many sessions as the limit of messages needs; returns the first unused source."""
    for first in range(0, len(headers), IN_A_MINUTE):
        peer = trial.greet(stranger(first_source))
        peer.send_raw(b"".join(frame(HEADER, header) for header in headers[first:first + IN_A_MINUTE]))
        peer.check_served_among_messages()
        peer.close()
        first_source += 1
    return first_source


def branch(length, seed, first_difficulty=4):
    blocks = [Block(1, USERNET_GENESIS, first_difficulty, seed=seed)]
    while len(blocks) < length:
        blocks.append(blocks[-1].next(seed=seed))
    return blocks


@attack(rule="a header costs a bounded amount of work, also when it makes another long branch the best one",
        scale=4_900, unit="blocks that each of 450 headers reorganizes", most=4_900, lines=80)
def reorganizations(trial):
    Block.made_at = int(time.time())
    ours, theirs = branch(trial.scale, "ours"), branch(trial.scale, "theirs")
    next_source = send_headers(trial, [block.header for block in ours], 0)
    next_source = send_headers(trial, [block.header for block in theirs], next_source)
    tips, burst = [ours[-1], theirs[-1]], []
    difficulty = max(tip.difficulty for tip in tips)
    for number in range(IN_A_MINUTE):
        side = number % 2
        difficulty += 1
        tips[side] = tips[side].next(difficulty - tips[side].difficulty, seed=str(side))
        burst.append(tips[side].header)
    send_headers(trial, burst, next_source)
    trial.wait(0.2)


@attack(rule="no timestamp of a header overflows, and no peer is blamed for one in the future: the clock may be wrong",
        scale=300, unit="headers of any date from 3 peers", short=300)
def dates_of_headers(trial):
    dates = [0, 1, int(time.time()) + 600, (1 << 63) - 1]
    peers = [trial.greet(stranger(number)) for number in range(3)]
    for number in range(trial.scale):
        Block.made_at = dates[number % len(dates)]
        peers[number % 3].send(HEADER, Block(9, bytes(32), 1 << 40, seed=str(number)).header)
    for number, date in enumerate([-1, -(1 << 63)]):  # which no honest peer sends
        Block.made_at = date
        trial.greet(stranger(10 + number)).send(HEADER, Block(9, bytes(32), 1 << 40).header)
    Block.made_at = int(time.time())
    for peer in peers:
        peer.check_served_among_messages()


@attack(rule="work that a peer claims and does not give costs a few requests, and delays nobody",
        scale=100, unit="peers that claim the most work there can be", short=100, most=100)
def claimed_work(trial):
    most = (1 << 64) - 1
    peers = [Session(trial.greet(stranger(number), difficulty=most)).peer for number in range(trial.scale)]
    seeded = random.Random(4)
    deadline = time.monotonic() + trial.seconds
    while time.monotonic() < deadline:
        for peer in peers:
            try:
                peer.send(PING, struct.pack(">QQ", most, seeded.randrange(1 << 64)))
            except OSError:
                pass  # disconnected for that
        time.sleep(1)
