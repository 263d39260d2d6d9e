"""Attacks on what a node remembers: addresses and bans."""

import random
import struct
import tempfile
import time
from pathlib import Path

from protocol import ARCHIVE_REQUEST, GET_PEER_ADDRS, PEER_ADDRS, address
from targets import MIB
from trial import attack, stranger

IN_A_MESSAGE = 256
MESSAGES_OF_A_PEER = 40
BOOK = (1024 + 256 + 256 + 64) * 64  # addresses that there is room for, of both families


def ipv4(seeded, first_bytes=range(11, 120)):
    rest = [seeded.randrange(256), seeded.randrange(256), seeded.randrange(1, 250)]
    return address(".".join(map(str, [seeded.choice(first_bytes), *rest])), 3414)


def ipv6(seeded):
    return b"\1" + bytes([0x20, seeded.randrange(2, 256)]) + seeded.randbytes(14) + struct.pack(">H", 3414)


def addresses_message(trial, addresses):
    return trial.framed(PEER_ADDRS, struct.pack(">I", len(addresses)) + b"".join(addresses))


def tell_addresses(trial, count, make):
    """From ever other peers, which stay until the next hundred have come; returns how many peers that took."""
    peers, told, number = [], 0, 0
    while told < count and trial.seconds_left() > 0:
        if len(peers) == 100:
            for each in peers:
                each.close()
            peers = []
        messages = [addresses_message(trial, [make() for _ in range(IN_A_MESSAGE)]) for _ in range(MESSAGES_OF_A_PEER)]
        peer = trial.attempt(stranger(number), b"".join(messages))
        number += 1
        if peer:
            peers.append(peer)
        told += IN_A_MESSAGE * MESSAGES_OF_A_PEER
    return number


@attack(rule="of addresses that nobody asked for few are accepted, the book is bounded, and little is written",
        scale=1_000_000, unit="unrequested addresses", short=100_000, grin=True)
def unrequested_addresses(trial):
    seeded = random.Random(1)
    peers = tell_addresses(trial, trial.scale, lambda: ipv4(seeded))
    if not trial.is_pappus:
        return
    trial.wait(0.2)
    stats = trial.target.stats()
    trial.require(stats["addresses"] <= min(BOOK, peers * 30), f"{stats['addresses']} addresses are in the book")
    rows = stats["metrics"]["pappus_store_rows_total"]
    trial.require(rows <= peers * 60, f"{rows} rows were written")


@attack(rule="addresses of one family take no place that one of the other needs",
        scale=100_000, unit="addresses of IPv6 that nobody asked for, then 300 of IPv4", short=20_480)
def undialable_addresses(trial):
    seeded = random.Random(2)
    tell_addresses(trial, trial.scale, lambda: ipv6(seeded))
    for number in range(30):
        peer = trial.greet(f"127.180.{1 + number}.8")
        peer.send_raw(addresses_message(trial, [ipv4(seeded, range(130, 170)) for _ in range(10)]))
        peer.check_served_among_messages()
        peer.close()
    known = [each["peer"] for each in trial.target.ask("addresses")["addresses"]]
    taken = sum(1 for each in known if each[0] != "[" and 130 <= int(each.split(".")[0]) < 170)
    trial.require(taken >= 270, f"{taken} of 300 honest addresses were taken")


@attack(rule="a peer gets one answer a minute with addresses, however often it connects",
        scale=1_000, unit="requests for addresses from one address", grin=True)
def addresses_requested_again_and_again(trial):
    teller = trial.greet("127.181.0.1")
    teller.send_raw(addresses_message(trial, [ipv4(random.Random(3)) for _ in range(10)]))
    request = trial.framed(GET_PEER_ADDRS, struct.pack(">I", 31))
    for _ in range(4):
        trial.flood(request * (trial.scale // 4 // 5), total=5, connections=1, close=True, seconds=trial.seconds / 4,
                    **{"from": "127.100.0.1"}).wait()
    if trial.is_pappus:
        answered = trial.target.stats()["addr"]["answered"]
        trial.require(answered <= 4 + 1, f"{answered} requests were answered")


@attack(rule="bans are bounded, and looking one up takes no longer when there are many",
        scale=1_000_000, unit="bans by the operator", short=50_000, most=1_000_000, memory=512, lines=200)
def bans(trial):
    target = trial.target
    begun = time.monotonic()
    for first in range(0, trial.scale, 5_000):
        lines = [f"ban {1 + (number >> 16)}.{number >> 8 & 255}.{number & 255}.7 100000\n"
                 for number in range(first, min(first + 5_000, trial.scale))]
        target.tell("".join(lines).encode())
    counted = target.ask("stats", seconds=300)["stats"]["bans"]
    trial.require(counted == trial.scale, f"there are {counted} bans")
    trial.require(time.monotonic() - begun < 300, "they took more than five minutes")
    trial.wait(0.3)


@attack(rule="an archive is sent once in two hours to an address, however often it connects",
        scale=10, unit="requests for an archive of 4 MiB, each over a new connection", short=10)
def archives_requested_by_reconnecting(trial):
    size, block = 4 * MIB, "11" * 32
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "archive")
        file.write_bytes(bytes(size))
        trial.require(trial.target.ask(f"archive {file} {block} 7")["ok"], "the archive is not served")
        request = trial.framed(ARCHIVE_REQUEST, bytes.fromhex(block) + struct.pack(">Q", 7))
        received = 0
        for _ in range(trial.scale):
            flood = trial.flood(request, once=trial.hand(), total=1, seconds=trial.seconds / 10,
                                **{"from": "127.100.0.1"})
            received += flood.wait()["received"]
        trial.require(0 < received < 1.1 * size, f"{received / MIB:.1f} MiB were sent")
