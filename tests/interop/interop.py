#!/usr/bin/env python3
"""pappus-node and Grin's own server, connected either way, at every version: each must receive the other's messages."""

import argparse
import concurrent.futures
import hashlib
import re
import socket
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

sys.dont_write_bytecode = True
HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "mini_node"), str(HERE.parent / "support")]

import process  # noqa: E402: after the lines that make it importable
import suites  # noqa: E402

DATA = HERE.parent / "data/grin"
MINED = DATA / "messages/automated"
GENESIS = dict(line.split() for line in (DATA / "genesis").read_text().splitlines())["automated"]
ARCHIVE_BYTES = 64 << 20
given = None  # the command line


def words(path):
    return path.read_text().split()


def body(folder, shape, version=1000):
    """A body in hexadecimal, as Grin wrote it."""
    alone = folder / f"{shape}.hex"
    return words(alone if alone.exists() else folder / f"{shape}.v{version}.hex")[0]


def transaction(name, version=1000):
    """The body of a transaction and the hash of its first kernel."""
    return body(DATA, name, version), words(DATA / f"{name}.kernels")[0]


def block_hash(shape):
    return words(MINED / "block" / f"{shape}.hash")[0]


def header_of(shape):
    """The header a mined block begins with: 8 nonces of 10 bits."""
    return body(MINED / "block", shape)[: 2 * (247 + 10)]


def at(host, port):
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def free_address(host="127.0.0.1"):
    with socket.create_server((host, 0), family=socket.AF_INET6 if ":" in host else socket.AF_INET) as taken:
        return at(host, taken.getsockname()[1])


def eventually(what, found, seconds=40):
    """The first result of `found` that is true."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        got = found()
        if got:
            return got
        time.sleep(0.1)
    raise AssertionError(f"{what}: not within {seconds} s")


class Grin(process.CommandProcess):
    """Grin's server. `more` is its archive, or `--pool` for a pool of its own."""

    def __init__(self, work, more, host="127.0.0.1"):
        address = free_address(host)
        super().__init__([given.grin, "serve", address, DATA, work, more], stderr=None)

    def banned(self):
        return {each["peer"] for each in self.ask("stored")["stored"] if each["banned"]}


class Meeting(unittest.TestCase):
    """One node and one server, connected; each test keeps them connected."""

    pappus_dials = True
    version = 1000
    host = "127.0.0.1"

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.folder.cleanup)
        cls.path = Path(cls.folder.name)
        cls.archive = cls.path / "archive"
        cls.archive.write_bytes(hashlib.shake_128(b"pappus").digest(1 << 20) * (ARCHIVE_BYTES >> 20))
        cls.grin = Grin(cls.path / "grin", cls.archive, cls.host)
        cls.addClassCleanup(cls.grin.close)
        cls.grin.listen()
        # It connects to no peer by itself: CrossedDials has the tests of a second connection.
        options = ["--network", "automated", "--max-outbound", "0", "--protocol-version", str(cls.version)]
        cls.node = process.Node(*options, listen=at(cls.host, 0))
        cls.addClassCleanup(cls.node.close)
        cls.node.listen()
        cls.connect()

    @classmethod
    def connect(cls):
        """Addresses are in the notation of the other side."""
        if cls.pappus_dials:  # Grin may not listen quite yet
            eventually("they meet", lambda: cls.node.ask(f"connect {cls.grin.address}")["ok"])
        else:  # Grin may not have noticed the disconnect yet
            cls.grin.ask(f"disconnect {cls.node.address}")
            assert cls.grin.ask(f"connect {cls.node.address}")["ok"]
        cls.seen_by_node = cls.node.event("peer_connected")
        cls.seen_by_grin = cls.grin.event("peer_connected")
        cls.grin_at, cls.node_at = cls.seen_by_node["peer"], cls.seen_by_grin["peer"]

    @classmethod
    def tearDownClass(cls):
        assert cls.grin.ask("quit")["ok"] and cls.node.ask("quit")["ok"]
        assert (cls.node.status(), cls.node.errors()) == (0, [])

    def setUp(self):
        if not self.node.ask("peers")["peers"]:
            self.connect()  # a failed test has disconnected them

    def tearDown(self):
        parted = [event for event in self.node.lines if event.get("event") == "peer_disconnected"]
        self.node.lines = [line for line in self.node.lines if line not in parted]
        self.assertEqual([], [event for event in parted if event["peer"] == self.grin_at])

    def tell(self, line):
        reply = self.node.ask(line)
        self.assertIs(reply["ok"], True, reply)
        return reply

    def tell_grin(self, line):
        reply = self.grin.ask(line)
        self.assertIs(reply["ok"], True, reply)
        return reply


class Transactions:
    """Tests for every version."""

    def test_each_side_has_the_handshake_fields_of_the_other(self):
        of_grin, of_node = self.seen_by_node, self.seen_by_grin
        self.assertEqual(of_grin["user_agent"], "MW/Grin 5.5.0")
        self.assertEqual((of_grin["version"], of_node["version"]), (self.version, self.version))
        self.assertEqual((of_grin["capabilities"], of_node["capabilities"]), (127, 13))
        self.assertTrue(of_node["user_agent"].startswith("MW/pappus "))
        directions = ("outbound", "inbound") if self.pappus_dials else ("inbound", "outbound")
        self.assertEqual((of_grin["direction"], of_node["direction"]), directions)
        self.assertEqual((self.grin_at, self.node_at), (self.grin.address, self.node.address))

    def test_pings_and_pongs_have_height_and_difficulty(self):
        self.tell("tip 55 999")
        self.tell_grin("tip 77 1234")
        sees = [({"height": 77, "total_difficulty": 1234}, self.node), ({"height": 55, "total_difficulty": 999}, self.grin)]
        for expected, by in sees:
            eventually(f"{expected}", lambda: expected.items() <= by.ask("peers")["peers"][0].items())

    def test_a_transaction_is_announced_requested_and_sent(self):
        tx, kernel = transaction("two_outputs", self.version)
        self.assertEqual(self.tell(f"fluff {tx}")["kernel"], kernel)
        self.grin.event("kernel", kernel=kernel)
        self.grin.event("transaction", phase="fluff", kernels=[kernel])
        if self.version >= 3:  # Grin encodes its own for older peers with features of inputs that it does not know
            _, kernel = transaction("height_locked")
            self.tell_grin("fluff height_locked")
            self.grin.event("transaction_requested", kernel=kernel)
            received = self.node.event("transaction", kernel=kernel)
            self.assertEqual((received["phase"], received["from"]), ("fluff", self.grin_at))

    def test_a_transaction_is_sent_in_full(self):
        tx, _ = transaction("three_inputs", self.version)
        self.tell(f"send {self.grin_at} transaction {tx}")
        self.grin.event("transaction", phase="fluff", kernels=words(DATA / "three_inputs.kernels"))

    def test_a_stem_transaction_is_sent_either_way(self):
        tx, _ = transaction("aggregate", self.version)
        self.tell(f"send {self.grin_at} stem_transaction {tx}")
        self.grin.event("transaction", phase="stem", kernels=words(DATA / "aggregate.kernels"))
        if self.version >= 3:
            self.tell_grin(f"stem no_recent_duplicate {self.node_at}")
            _, kernel = transaction("no_recent_duplicate")
            self.node.event("transaction", phase="stem", kernel=kernel)

    def test_an_own_transaction_is_stemmed_to_grin_as_an_outbound_peer_and_fluffed_in_the_end(self):
        tx, kernel = transaction("three_inputs", self.version)
        others = self.node.ask("dandelion")["private"]
        self.assertEqual(self.tell(f"tx {tx}")["kernel"], kernel)
        if self.pappus_dials:
            self.grin.event("transaction", phase="stem", kernels=words(DATA / "three_inputs.kernels"))
            self.node.event("stemmed", kernel=kernel, to=self.grin_at)
            if self.version >= 3:  # a relay that sends it back does not make the node fluff it
                self.tell_grin(f"stem three_inputs {self.node_at}")
            self.assertEqual(self.node.ask("dandelion")["private"], others + 1)
            self.tell(f"fluff {tx}")
        self.node.event("fluffed", kernel=kernel, reason="requested" if self.pappus_dials else "no_route")
        self.grin.event("kernel", kernel=kernel)  # known already from another test

    def test_headers_follow_a_locator_either_way(self):
        hashes = words(MINED / "headers/512.hashes")
        got = self.tell(f"request {self.grin_at} get_headers 02{'00' * 32}{GENESIS}")
        self.assertEqual((got["count"], got["first"], got["last"]), (512, hashes[0], hashes[-1]))
        self.tell(f"serve headers {body(MINED / 'headers', '512')}")
        self.tell_grin(f"ask_headers {self.node_at} {hashes[99]} {GENESIS}")
        received = []
        while len(received) < 412:
            received += self.grin.event("headers")["hashes"]
        self.assertEqual(received, hashes[100:])

    def test_a_ban_reason_ends_the_session_either_way(self):
        self.tell(f"send {self.grin_at} ban_reason 00000005")
        self.assertEqual(self.node.event("peer_disconnected")["reason"], "closed_by_peer")
        self.connect()
        self.tell_grin(f"ban {self.node_at} 3")
        reason = self.node.event("peer_disconnected")["reason"]
        self.assertEqual(reason, "banned_by_peer: bad header")
        self.assertEqual(self.grin.banned(), {self.node_at})
        self.tell_grin(f"unban {self.node_at}")
        self.connect()


class Chain:
    """Tests for versions that can exchange blocks."""

    def keep(self, message, shape):
        self.tell(f"serve {message} {body(MINED / message, shape)}")

    def test_a_requested_block_is_sent_either_way(self):
        got = self.tell(f"request {self.grin_at} get_block {block_hash('mixed')}")
        self.assertEqual((got["hash"], got["height"]), (block_hash("mixed"), 13))
        got = self.tell(f"request {self.grin_at} get_compact_block {block_hash('mixed')}")
        self.assertEqual((got["height"], got["short_ids"]), (13, 3))
        self.keep("block", "mixed")
        self.tell_grin(f"ask_block {self.node_at} {block_hash('mixed')}")
        self.assertEqual(self.grin.event("block", height=13)["hash"], block_hash("mixed"))

    def test_an_announced_block_is_requested(self):
        self.keep("block", "plain")
        self.keep("compact_block", "plain")
        self.tell(f"send {self.grin_at} header {header_of('plain')}")
        for event in ["header", "compact_block", "block"]:
            self.assertEqual(self.grin.event(event, height=10)["hash"], block_hash("plain"))

    def test_announcements_of_grin_are_received(self):
        self.tell_grin("header 100")
        received = self.node.event("header", height=100)
        self.assertEqual(received["hash"], words(MINED / "headers/512.hashes")[99])
        self.tell_grin("compact_block height_locked")
        received = self.node.event("compact_block")
        self.assertEqual((received["hash"], received["height"]), (block_hash("height_locked"), 11))

    def test_a_compact_block_of_the_node_is_received(self):
        self.keep("block", "no_recent_duplicate")
        self.tell(f"send {self.grin_at} compact_block {body(MINED / 'compact_block', 'no_recent_duplicate')}")
        for event in ["compact_block", "block"]:
            self.assertEqual(self.grin.event(event, height=12)["hash"], block_hash("no_recent_duplicate"))

    def test_a_requested_segment_of_each_kind_is_sent_either_way(self):
        kinds = {"output_bitmap_segment": "bitmap", "output_segment": "output", "range_proof_segment": "rangeproof",
                 "kernel_segment": "kernel"}
        for message, kind in kinds.items():
            for file in sorted((MINED / message).glob("height_*")):
                shape = file.name.split(".")[0]
                height, index = (int(number) for number in shape.split("_")[1::2])
                with self.subTest(message=message, height=height, index=index):
                    raw = body(MINED / message, shape)
                    block = raw[:64]
                    got = self.tell(f"request {self.grin_at} get_{message} {block}{height:02x}{index:016x}")
                    self.assertEqual((got["block"], got["height"], got["index"]), (block, height, index))
                    self.keep(message, shape)
                    self.tell_grin(f"ask_segment {self.node_at} {kind} {block} {height} {index}")
                    seen = self.grin.event("segment", kind=kind, height=height, index=index)
                    self.assertEqual((seen["block"], seen["leaves"]), (block, got.get("leaves", got.get("chunks"))))

    def test_an_archive_is_sent_either_way(self):
        archive_hash = words(MINED / "header/archive.hash")[0]
        stored = self.path / "stored"
        got = self.tell(f"download {self.grin_at} {archive_hash} 490 {stored}")
        self.assertEqual((got["hash"], got["height"], got["bytes"]), (archive_hash, 490, ARCHIVE_BYTES))
        content = self.archive.read_bytes()
        self.assertEqual(stored.read_bytes(), content)
        stored.unlink()
        self.tell(f"archive {self.archive} {archive_hash} 490")
        self.tell_grin(f"ask_archive {self.node_at} 490 {archive_hash}")
        received = self.grin.event("archive")
        self.assertEqual((received["hash"], received["bytes"]), (archive_hash, ARCHIVE_BYTES))
        self.assertEqual(received["blake2b"], hashlib.blake2b(content, digest_size=32).hexdigest())

    def test_addresses_are_sent_either_way(self):
        other = process.Node("--network", "automated")
        self.addCleanup(other.close)
        other.listen()
        self.tell(f"connect {other.address}")
        self.tell_grin(f"ask_peers {self.node_at} 8")
        eventually("Grin knows the third", lambda: other.address in
                   [each["peer"] for each in self.grin.ask("stored")["stored"]])
        got = self.tell(f"request {self.grin_at} get_peer_addrs 00000008")
        self.assertIn(self.node_at.replace("[::1]", "0.0.0.1"), got["addresses"])


class PappusDials(Meeting, Transactions, Chain):
    pass


class GrinDials(Meeting, Transactions, Chain):
    pappus_dials = False


class OverIPv6:
    """Grin 5.5.0 reads ::1, which it has stored or received, as the IPv4-compatible address 0.0.0.1."""

    host = "::1"
    test_a_ban_reason_ends_the_session_either_way = None  # it cannot lift a ban of ::1


class PappusDialsOverIPv6(OverIPv6, Meeting, Transactions, Chain):
    pass


class GrinDialsOverIPv6(OverIPv6, Meeting, Transactions, Chain):
    pappus_dials = False


class Version3(Meeting, Transactions, Chain):
    version = 3


class NoBlocks:
    def test_grin_sends_no_blocks_at_this_version_and_the_session_goes_on(self):
        reply = self.node.ask(f"request {self.grin_at} get_block {block_hash('mixed')}")
        self.assertEqual((reply["ok"], reply["error"]), (False, "timed_out"))
        self.assertEqual(len(self.node.ask("peers")["peers"]), 1)


class Version2(Meeting, Transactions, NoBlocks):
    version = 2


class Version1(Meeting, Transactions, NoBlocks):
    version = 1
    pappus_dials = False


class Stems(unittest.TestCase):
    """A node that has dialed Grin, Grin with its own pool, and a node that Grin has dialed: stems go that way.

    Transactions are verified and kept by grin_pool, and Grin passes them on as its server does."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.grin = self.listening(Grin(Path(folder.name), "--pool"))
        common = ["--network", "automated", "--max-outbound", "0"]
        self.first = self.listening(process.Node(*common, "--stem-probability", "1"))
        self.last = self.listening(process.Node(*common, "--stem-probability", "0", "--aggregation", "3"))
        eventually("they meet", lambda: self.first.ask(f"connect {self.grin.address}")["ok"])
        self.grin.event("peer_connected")
        self.assertTrue(self.grin.ask(f"connect {self.last.address}")["ok"])
        self.at_last = self.grin.event("peer_connected")["peer"]

    def listening(self, talker):
        self.addCleanup(talker.close)
        return talker.listen()

    def tearDown(self):
        for node in [self.first, self.last]:
            self.assertTrue(node.ask("quit")["ok"])
            self.assertEqual((node.status(), node.errors()), (0, []))
        self.assertTrue(self.grin.ask("quit")["ok"])
        self.assertEqual([], [line for line in self.grin.lines if line.get("event") == "transaction_refused"])

    def private(self):
        """The number of private transactions of each of the two nodes."""
        return [node.ask("dandelion")["private"] for node in [self.first, self.last]]

    def pool(self):
        """The kernels that are public for Grin, and those that are private."""
        pool = self.grin.ask("pool")
        return sorted(pool["public"]), sorted(pool["private"])

    def eventually_public(self, kernels):
        """Waits until these kernels are public for Grin and both nodes, and no others are there."""
        eventually("Grin's pool has it", lambda: self.pool() == (sorted(kernels), []))
        eventually("nothing is private", lambda: self.private() == [0, 0])

    def test_an_own_stem_goes_through_grin_to_its_relay_and_comes_back_as_a_fluff(self):
        public = []
        for name in ["aggregate", "no_recent_duplicate"]:
            with self.subTest(name):
                tx, kernel = transaction(name)
                kernels = words(DATA / f"{name}.kernels")
                self.assertTrue(self.first.ask(f"tx {tx}")["ok"])
                self.first.event("stemmed", kernel=kernel, to=self.grin.address)
                self.grin.event("transaction", phase="stem", kernels=kernels)
                self.grin.event("stemmed", kernels=kernels, to=self.at_last)
                self.last.event("transaction", phase="stem", kernel=kernel)
                self.assertEqual((self.pool(), self.private()), ((sorted(public), sorted(kernels)), [1, 1]))
                event = self.last.event("fluffed", kernel=kernel)
                self.assertEqual((event["reason"], event["sent"]), ("hold_over", 1))
                public += kernels
                self.eventually_public(public)
                self.assertEqual(self.first.event("transaction", phase="fluff")["kernel"], kernel)

    def test_a_stem_of_grin_goes_to_the_node_and_no_further_until_the_node_fluffs_it(self):
        _, kernel = transaction("height_locked")
        self.assertTrue(self.grin.ask("submit height_locked")["ok"])
        self.last.event("transaction", phase="stem", kernel=kernel)
        self.assertEqual((self.pool(), self.private()), (([], [kernel]), [0, 1]))
        self.assertEqual(self.last.event("fluffed", kernel=kernel)["reason"], "hold_over")
        self.eventually_public([kernel])

    def test_a_stem_that_grin_keeps_in_a_fluff_epoch_is_public_for_it_when_the_node_fluffs_it(self):
        self.assertTrue(self.grin.ask("epoch fluff")["ok"])
        tx, kernel = transaction("three_inputs")
        self.assertTrue(self.first.ask(f"tx {tx}")["ok"])
        self.grin.event("transaction", phase="stem", kernels=[kernel])
        eventually("Grin keeps it", lambda: self.pool() == ([], [kernel]))
        self.assertEqual(self.private(), [1, 0])
        self.assertTrue(self.first.ask(f"fluff {tx}")["ok"])
        self.eventually_public([kernel])
        received = self.last.event("transaction", kernel=kernel)
        self.assertEqual(received["phase"], "fluff")

    def test_grin_fluffs_a_stem_that_comes_twice(self):
        self.assertTrue(self.grin.ask("epoch fluff")["ok"])
        tx, kernel = transaction("two_outputs")
        at_grin = self.first.event("peer_connected")["peer"]
        for _ in range(2):
            self.assertTrue(self.first.ask(f"send {at_grin} stem_transaction {tx}")["ok"])
        self.eventually_public([kernel])
        self.assertEqual(self.last.event("transaction", kernel=kernel)["phase"], "fluff")


class CrossedDials(unittest.TestCase):
    """Grin and several nodes; Grin and each node connect to each other at the same time."""

    NODES = 6  # Grin closes its outbound connections beyond 8
    WITHIN = 30  # seconds until each pair keeps one connection, the same on both sides

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        path = Path(folder.name)
        archive = path / "archive"
        archive.write_bytes(b"")
        self.grin = Grin(path / "grin", archive)
        self.addCleanup(self.grin.close)
        self.grin.listen()
        self.nodes = [process.Node("--network", "automated", "--max-outbound", "0") for _ in range(self.NODES)]
        for node in self.nodes:
            self.addCleanup(node.close)
            node.listen()
        eventually("Grin accepts connections", lambda: self.nodes[0].ask(f"connect {self.grin.address}")["ok"])
        self.nodes[0].ask(f"disconnect {self.grin.address}")
        eventually("they have parted", lambda: not self.nodes[0].ask("peers")["peers"])

    def peers_of_grin(self):
        return {each["peer"]: each["direction"] for each in self.grin.ask("peers")["peers"]}

    def test_both_keep_the_same_connection(self):
        both_ways = 0
        for height, lead in enumerate([-0.01, 0, 0.01], 100):  # a header is announced once
            for node in self.nodes:
                self.grin.ask(f"disconnect {node.address}")
                node.ask(f"disconnect {self.grin.address}")
            eventually("nobody is connected", lambda: not any(node.ask("peers")["peers"] for node in self.nodes))
            for node in self.nodes:
                first, second = (node, f"connect {self.grin.address}"), (self.grin, f"connect {node.address}")
                if lead < 0:
                    first, second = second, first
                first[0].tell(first[1])
                time.sleep(abs(lead))
                second[0].tell(second[1])
                node.reply("connect")
                self.grin.reply("connect")
            both_ways += sum(len(node.ask("peers")["peers"]) == 2 for node in self.nodes)
            time.sleep(self.WITHIN)
            of_grin = self.peers_of_grin()
            opposite = {"inbound": "outbound", "outbound": "inbound"}
            for node in self.nodes:
                kept = node.ask("peers")["peers"]
                self.assertEqual([opposite[each["direction"]] for each in kept], [of_grin[node.address]])
            self.assertTrue(self.grin.ask(f"header {height}")["ok"])
            for node in self.nodes:
                node.event("header", height=height)
        self.assertGreater(both_ways, self.NODES)
        print(f"{both_ways} pairs had two connections", flush=True)
        self.assertEqual(self.grin.banned(), set())


class SteadyTraffic(Meeting):
    def test_after_minutes_of_traffic_grin_has_neither_banned_nor_disconnected_the_node(self):
        self.tell(f"serve headers {body(MINED / 'headers', '512')}")
        self.tell(f"serve block {body(MINED / 'block', 'mixed')}")
        tx, _ = transaction("three_inputs")
        begin = time.monotonic()
        rounds = 0
        while time.monotonic() < begin + 60 * given.minutes:
            self.tell(f"send {self.grin_at} transaction {tx}")
            self.tell(f"request {self.grin_at} get_block {block_hash('mixed')}")
            self.tell(f"request {self.grin_at} get_headers 01{GENESIS}")
            self.tell_grin(f"ask_block {self.node_at} {block_hash('mixed')}")
            self.tell_grin(f"ask_headers {self.node_at} {GENESIS}")
            self.tell_grin(f"stem no_recent_duplicate {self.node_at}")
            self.grin.event("block")
            received = 0
            while received < 512:
                received += len(self.grin.event("headers")["hashes"])
            self.grin.event("transaction")
            rounds += 1
            time.sleep(1)
        self.assertEqual(self.grin.banned(), set())
        stats = self.node.ask("stats")["stats"]
        self.assertEqual((stats["sessions"], stats["outbound"]), (1, 1))
        self.assertEqual(len(self.grin.ask("peers")["peers"]), 1)
        print(f"{rounds} rounds in {given.minutes:g} minutes, {stats['bytes_received']:,} bytes received, "
              f"{stats['bytes_sent']:,} sent", flush=True)


def run_apart(classes, jobs):
    """Runs each class in a process of its own, as they mostly wait. Returns how many tests passed and failed."""
    def run(which):
        command = [sys.executable, __file__, given.pappus, given.grin, "--minutes", str(given.minutes), f".{which}."]
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        print(done.stdout, end="", flush=True)
        verdict = re.search(r"^(\d+) passed, (\d+) failed$", done.stdout, re.MULTILINE)
        return tuple(map(int, verdict.groups())) if verdict else (0, 1)

    with concurrent.futures.ThreadPoolExecutor(jobs) as workers:
        return map(sum, zip(*workers.map(run, classes)))


def run_here(tests):
    process.program = given.pappus
    process.PATIENCE = 90  # longer than the node waits for a response
    outcome = unittest.TextTestRunner(stream=sys.stdout, verbosity=2).run(tests)
    failed = len({getattr(case, "test_case", case).id() for case, _ in outcome.failures + outcome.errors})
    return max(0, outcome.testsRun - failed), failed


def main():
    global given
    parser = argparse.ArgumentParser(allow_abbrev=False, prog="sh tests/interop/run.sh", description=__doc__)
    parser.add_argument("pappus", help=argparse.SUPPRESS)
    parser.add_argument("grin", help=argparse.SUPPRESS)
    parser.add_argument("--minutes", type=float, default=10, help="of steady traffic; default: 10")
    parser.add_argument("--jobs", type=int, default=4, help="classes of tests at once; default: 4")
    parser.add_argument("tests", nargs="*", metavar="TEST", help="a part of a test's name; default: all")
    parser.add_argument("--check", action="store_true", help=argparse.SUPPRESS)  # of these options, and nothing else
    given = parser.parse_intermixed_args()
    tests = suites.tests_named(sys.modules[__name__], given.tests, parser.error)
    if given.check:
        return 0
    classes = [type(next(iter(suite))).__name__ for suite in tests if suite.countTestCases()]
    passed, failed = run_here(tests) if given.tests else run_apart(classes, given.jobs)
    print(f"{passed} passed, {failed} failed", flush=True)
    return 0 if passed and not failed else 1


if __name__ == "__main__":
    sys.exit(main())
