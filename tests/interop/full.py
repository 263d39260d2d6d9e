#!/usr/bin/env python3
"""Whole nodes on loopback: Grin's own server, pappus-full-node and pappus-node, which mine, synchronize and relay.

Each test prints what it has measured. Some take long, and are run only with --long.
"""

import argparse
import os
import signal
import sys
import tempfile
import time
import unittest
from pathlib import Path

sys.dont_write_bytecode = True
HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / each) for each in ("mini_node", "support", "examples/full_node")]

import forger  # noqa: E402: after the lines that make them importable
import full_node  # noqa: E402
import process  # noqa: E402
import suites  # noqa: E402
from interop import eventually, free_address  # noqa: E402
from protocol import BLOCK, HEADERS, OUTPUT_SEGMENT, RANGE_PROOF_SEGMENT  # noqa: E402

given = None  # the command line


def long(test):
    """A test that is run only with --long."""
    return unittest.skipUnless("--long" in sys.argv, "with --long only")(test)


class Grin(process.CommandProcess):
    """A server of Grin's own."""

    def __init__(self, folder, *seeds, host="127.0.0.1"):
        options = [word for seed in seeds for word in ("--seed", seed)]
        super().__init__([given.grin, "--data-dir", folder, "--listen", free_address(host), "--api", free_address(),
                          *options], stderr=None)

    def head(self):
        return self.asked("tip")

    def mine(self, count, salt=0):
        """Mines blocks; returns the last one's hash."""
        return self.asked(f"mine {count} {salt}")["hash"]

    def pool(self):
        return self.asked("pool")["kernels"]

    def asked(self, command):
        reply = self.ask(command, seconds=600)
        if not reply["ok"]:
            raise AssertionError(reply)
        return reply


class TestCase(unittest.TestCase):
    def setUp(self):
        self.folder = self.enterContext(tempfile.TemporaryDirectory())
        self.begun = time.monotonic()

    def launch(self, made):
        self.addCleanup(lambda: self.assertEqual(made.faults, []))  # once all output is read
        self.addCleanup(made.close)
        return made.listen()

    def grin(self, name, *seeds, **more):
        return self.launch(Grin(Path(self.folder, name), *(seed.address for seed in seeds), **more))

    def full(self, name, *options, **more):
        """It connects to no peer by itself, but to those that are named."""
        return self.launch(full_node.FullNode(Path(self.folder, name), *options, **more))

    def small(self, name, *options):
        """A pappus-node."""
        return self.launch(process.Node("--network", "automated", "--max-outbound", "0", "--chain-store",
                                        Path(self.folder, name), *options))

    def connect(self, one, other):
        eventually("they meet", lambda: one.ask(f"connect {other.address}")["ok"])

    def measured(self, what, since=None):
        print(f"  {what}: {time.monotonic() - (since or self.begun):.1f} s", flush=True)

    def check_same(self, *nodes, seconds=120):
        """All have the same head, which is valid."""
        def heads():
            return {node.head()["hash"] for node in nodes}
        eventually("one head", lambda: len(heads()) == 1, seconds)
        for node in nodes:
            self.assertTrue(node.ask("validate", seconds=600)["ok"])

    def check_nobody_is_banned(self, *nodes):
        """None of them bans another. (When Grin dials its own address, which others have told it, it bans the port from
        which it did.)"""
        addresses = {node.address for node in nodes}
        for node in nodes:
            name = "banned" if isinstance(node, Grin) else "bans"
            bans = {each if isinstance(each, str) else each["peer"] for each in node.ask(name)[name]}
            self.assertEqual(bans & addresses, set())

    def reaches(self, node, block, seconds=120):
        eventually("the head", lambda: node.head()["hash"] == block, seconds)


class Synchronization(TestCase):
    def check(self, count, source, fresh):
        """A node that has just started gets the blocks that another has mined."""
        mined = time.monotonic()
        tip = source.mine(count)
        self.measured(f"{count} blocks are mined", mined)
        begun = time.monotonic()
        follower = fresh(source)
        self.reaches(follower, tip, seconds=600)
        self.measured(f"{count} blocks are synchronized", begun)
        self.check_same(source, follower)
        self.check_nobody_is_banned(source, follower)

    def full_from(self, source):
        return self.full("fresh", "--peer", source.address)

    def grin_from(self, source):
        return self.grin("fresh", source)

    def test_a_full_node_gets_18_blocks_from_grin(self):
        self.check(18, self.grin("source"), self.full_from)

    def test_grin_gets_18_blocks_from_a_full_node(self):
        self.check(18, self.full("source"), self.grin_from)

    def test_a_full_node_gets_18_blocks_through_two_pappus_nodes(self):
        one, two = self.small("one"), self.small("two")

        def fresh(source):
            self.connect(one, source)
            self.connect(two, one)
            node = self.full("fresh")
            self.connect(node, two)
            return node
        self.check(18, self.grin("source"), fresh)

    def test_grin_gets_18_blocks_through_two_pappus_nodes(self):
        one, two = self.small("one"), self.small("two")

        def fresh(source):
            self.connect(one, source)
            self.connect(two, one)
            return self.grin("fresh", two)
        self.check(18, self.full("source"), fresh)

    @long
    def test_a_full_node_gets_600_blocks_from_grin(self):
        self.check(600, self.grin("source"), self.full_from)

    # The other way Grin would need a state with more than 20 blocks missing, and its thread of synchronization panics (in
    # desegmenter.rs) if that has at most 1,024 outputs. So it is never that far behind.
    @long
    def test_grin_follows_600_blocks_of_a_full_node(self):
        source = self.full("source")
        follower = self.grin_from(source)
        for _ in range(40):
            self.reaches(follower, source.mine(15))
        self.measured("600 blocks are mined, 15 at once, and followed")
        self.check_same(source, follower)


class IPv6(TestCase):
    """The same over ::1."""

    def check(self, source, follower):
        tip = source.mine(9)
        self.reaches(follower, tip)
        self.reaches(source, follower.mine(2))
        self.measured("11 blocks are mined by both sides, and followed")
        self.check_same(source, follower)
        self.check_nobody_is_banned(source, follower)

    def test_a_full_node_dials_grin(self):
        grin = self.grin("grin", host="::1")
        full = self.full("full", "--peer", grin.address, listen="[::1]:0")
        self.assertEqual(full.event("peer_connected")["peer"], grin.address)
        self.check(grin, full)

    def test_grin_dials_a_full_node(self):
        full = self.full("full", listen="[::1]:0")
        grin = self.grin("grin", full, host="::1")
        self.assertEqual(full.event("peer_connected")["peer"], grin.address)
        self.check(full, grin)


class Reorganization(TestCase):
    def check(self, depth, *orders):
        """Both sides mine apart; the one with more work wins on both."""
        for sides in orders or ((self.grin, self.full), (self.full, self.grin)):
            one, other = sides[0](f"one {depth} {sides[0].__name__}"), sides[1](f"other {depth} {sides[1].__name__}")
            ours = one if isinstance(one, full_node.FullNode) else other
            theirs = other if ours is one else one
            common = one.mine(3)
            self.connect(ours, theirs)
            self.reaches(other, common)
            ours.ask(f"disconnect {theirs.address}")
            ours.event("peer_disconnected")
            one.mine(depth, 1)
            best = other.mine(depth + 1, 2)
            healed = time.monotonic()
            self.connect(ours, theirs)
            self.reaches(one, best)
            self.measured(f"{depth} blocks of {type(one).__name__} give way", healed)
            self.check_same(one, other)
            self.check_nobody_is_banned(one, other)

    def test_one_block_gives_way_to_two(self):
        self.check(1)

    def test_six_blocks_give_way_to_seven(self):
        self.check(6)

    @long
    def test_fifty_blocks_give_way_to_fifty_one(self):
        # Not the other way: Grin would need a state.
        self.check(50, (self.full, self.grin))


class Kills(TestCase):
    def test_a_full_node_that_is_killed_again_and_again_gets_the_chain_of_grin(self):
        source = self.grin("source")
        tip = source.mine(60)
        kills = 0
        for pause in (0.5, 1, 2, 3):
            node = self.full("killed", "--peer", source.address)
            time.sleep(pause)
            node.end(signal.SIGKILL)
            kills += 1
        node = self.full("killed", "--peer", source.address)
        self.reaches(node, tip)
        self.measured(f"60 blocks, with {kills} kills")
        self.check_same(source, node)

    def test_a_full_node_follows_grin_that_was_behind_and_comes_back(self):
        node = self.full("node")
        source = self.grin("source")
        self.connect(node, source)
        self.reaches(node, source.mine(5))
        self.assertTrue(source.ask("quit")["ok"])
        source.close()
        tip = node.mine(15)
        again = self.grin("source", node)
        self.reaches(again, tip)
        self.measured("Grin is 15 blocks behind, and catches up")
        self.check_same(again, node)


class Bursts(TestCase):
    @long
    def test_a_burst_of_300_blocks_arrives_everywhere(self):
        source, far = self.grin("source"), self.full("far")
        near, next_ = self.small("near"), self.small("next")
        for one, other in (near, source), (next_, near), (far, next_), (far, source):
            self.connect(one, other)
        tip = source.mine(300)
        head = {name: source.head()[name] for name in ("height", "total_difficulty")}
        for node in near, next_:
            node.take(lambda line: line.get("event") == "sync" and line["tip"] == head, "tip", seconds=300)
            self.measured("a pappus-node has 300 blocks that were mined at once")
        self.reaches(far, tip, seconds=300)
        self.measured("a full node has them")
        self.check_same(source, far)
        self.check_nobody_is_banned(source, near, next_, far)


class State(TestCase):
    """Of a chain that takes most of a minute to mine, so it is mined once."""

    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.source_folder = Path(folder.name, "source")
        source = cls.source_node()
        cls.tip = source.ask("mine_history 130", seconds=600)["hash"]
        assert source.ask("compact", seconds=600)["ok"]
        assert source.end() == 0
        source.close()

    @classmethod
    def source_node(cls):
        return full_node.FullNode(cls.source_folder, "--genesis-with-reward").listen()

    def source(self):
        node = self.source_node()
        self.addCleanup(node.close)
        return node

    def test_a_full_node_gets_the_state_of_another_by_segments_and_then_blocks(self):
        source = self.source()
        fresh = self.full("fresh", "--genesis-with-reward", "--peer", source.address)
        self.assertTrue(fresh.event("peer_connected")["capabilities"] & 64)
        first = fresh.event("head")
        self.assertEqual(first["height"], 110)
        self.reaches(fresh, self.tip)
        self.measured("the state at block 110 and 20 blocks")
        self.assertEqual(fresh.ask("status")["tail"]["height"], 110)
        self.check_same(source, fresh)

    def test_a_broken_segment_bans_its_sender_alone(self):
        source = self.source()
        broken = {kind: forger.flipped_in_the_middle for kind in (OUTPUT_SEGMENT, RANGE_PROOF_SEGMENT)}
        liar = forger.Forger(source.address, broken)
        self.addCleanup(liar.close)
        fresh = self.full("fresh", "--genesis-with-reward")
        self.connect(fresh, liar)
        fresh.event("banned", peer=liar.address)
        self.connect(fresh, source)
        self.reaches(fresh, self.tip)
        self.assertEqual([ban["peer"] for ban in fresh.ask("bans")["bans"]], [liar.address])
        self.check_same(source, fresh)

    def test_a_full_node_that_is_killed_at_any_time_while_it_gets_a_state_goes_on(self):
        source = self.source()
        kills = 0
        for pause in (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8):
            node = self.full("killed", "--genesis-with-reward", "--peer", source.address)
            time.sleep(pause)
            node.end(signal.SIGKILL)
            kills += 1
        node = self.full("killed", "--genesis-with-reward", "--peer", source.address)
        self.reaches(node, self.tip)
        self.measured(f"the state and 20 blocks, with {kills} kills")
        self.check_same(source, node)

    @long
    def test_a_full_node_gets_the_archive_of_grin(self):
        source = self.grin("source")
        tip = source.mine(160)
        begun = time.monotonic()
        fresh = self.full("fresh", "--peer", source.address)
        self.reaches(fresh, tip, seconds=900)
        self.measured("the archive and the blocks after it", begun)
        self.check_same(source, fresh)


class Liars(TestCase):
    """One beside an honest peer: what it sends is of no use, and the honest one suffices."""

    def meet(self, alterations):
        """A fresh node that has the chain, and the liar's address."""
        source = self.full("source")
        tip = source.mine(15)
        liar = forger.Forger(source.address, alterations)
        self.addCleanup(liar.close)
        fresh = self.full("fresh")
        self.connect(fresh, liar)
        time.sleep(3)  # it is asked first
        self.connect(fresh, source)
        self.reaches(fresh, tip)
        self.check_same(source, fresh)
        return fresh, liar.address

    def check_banned(self, alterations, reason):
        fresh, liar = self.meet(alterations)
        [ban] = fresh.ask("bans")["bans"]
        self.assertEqual((ban["peer"], ban["reason"]), (liar, reason))

    def check_not_banned(self, alterations):
        fresh, _ = self.meet(alterations)
        self.assertEqual(fresh.ask("bans")["bans"], [])

    def test_a_tip_of_100_000_is_not_believed(self):
        self.check_not_banned(forger.with_tip(10**12, 100_000))

    def test_empty_headers_are_no_proof_of_anything(self):
        self.check_not_banned(forger.NO_HEADERS)

    def test_a_header_without_its_proof_of_work_is_one(self):
        self.check_banned({HEADERS: lambda body: forger.flipped(body, 2 + 200)}, "bad header")

    def test_a_broken_block_is_one(self):
        self.check_banned({BLOCK: forger.flipped}, "bad block")


class CrossedDials(TestCase):
    def test_each_pair_that_dialed_each_other_keeps_one_connection_and_follows(self):
        grin = self.grin("grin")
        fulls = [self.full(f"full {number}") for number in range(4)]
        for full in fulls:
            full.tell(f"connect {grin.address}")
            grin.tell(f"connect {full.address}")

        def connections():
            return [len(node.ask("peers")["peers"]) for node in (*fulls, grin)]
        eventually("each pair has one connection", lambda: connections() == [1, 1, 1, 1, 4])
        self.measured("one connection each")
        for miner in (grin, fulls[0]):
            tip = miner.mine(1)
            for node in (grin, *fulls):
                self.reaches(node, tip)
        self.measured("blocks of both at all")
        self.check_nobody_is_banned(grin, *fulls)


class Transactions(TestCase):
    def meet(self):
        grin, full = self.grin("grin"), self.full("full")
        self.connect(full, grin)
        self.reaches(full, grin.mine(8))
        grin.event("sync", stage="NoSync")  # until then it ignores transactions
        return grin, full

    def test_a_fluffed_transaction_goes_either_way_and_into_a_block(self):
        grin, full = self.meet()
        kernel = grin.asked("spend 1")["kernel"]
        eventually("Grin's is in our pool", lambda: full.pool() == [kernel])
        self.reaches(grin, full.mine(1))  # a compact block, completed from Grin's pool
        eventually("the pools are reconciled", lambda: full.pool() == grin.pool() == [])
        tx = full.ask("spend 2")
        full.ask(f"fluff {tx['hex']}")
        eventually("ours is in Grin's pool", lambda: grin.pool() == [tx["kernel"]])
        self.reaches(full, grin.mine(1))  # completed from ours
        eventually("the pools are reconciled", lambda: full.pool() == grin.pool() == [])
        self.check_same(grin, full)

    def test_a_stem_goes_either_way_and_is_fluffed(self):
        grin, full = self.meet()
        tx = full.ask("spend 1")
        begun = time.monotonic()
        self.assertTrue(full.ask(f"tx {tx['hex']}")["ok"])
        eventually("our stem is fluffed", lambda: grin.pool() == [tx["kernel"]], seconds=300)
        self.measured("our stem, in Grin's pool", begun)
        begun = time.monotonic()
        kernel = grin.asked("stem 2")["kernel"]
        eventually("Grin's stem is fluffed", lambda: kernel in full.pool(), seconds=300)
        self.measured("Grin's stem, in our pool", begun)

    def test_a_double_spend_is_refused_by_both(self):
        grin, full = self.meet()
        tx, again = full.ask("spend 1"), full.ask("spend 1 0 1000")
        full.ask(f"fluff {tx['hex']}")
        eventually("it is in Grin's pool", lambda: grin.pool() == [tx["kernel"]])
        self.assertFalse(full.ask(f"fluff {again['hex']}")["ok"])
        self.assertFalse(grin.ask("spend 1 0 1000")["ok"])
        self.reaches(full, grin.mine(1))
        self.assertFalse(full.ask(f"fluff {again['hex']}")["ok"])


# A block has room for nine transactions of one output: at one a second a block is due in less than nine seconds.
BLOCK_INTERVAL = 8  # seconds
MATURITY = 3  # blocks after which a reward can be spent
REWARDS = 20  # that are spent by turns


def memory_of(node):
    """Of its process, bytes, without the transactions and blocks that a pappus-node keeps, whose number is bounded."""
    resident = int(Path(f"/proc/{node.process.pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    stats = node.stats()
    return resident - sum(stats[kept]["bytes"] for kept in ("pool", "cache") if kept in stats)


class Town(TestCase):
    """A network of all three kinds, with miners and transactions."""

    @long
    def test_a_network_has_one_tip_nobody_is_banned_and_memory_is_flat(self):
        grins = [self.grin("grin 1")]
        grins.append(self.grin("grin 2", grins[0]))
        fulls = [self.full("full 1"), self.full("full 2")]
        smalls = [self.small(f"small {number}") for number in range(4)]
        links = [(smalls[0], grins[0]), (smalls[1], smalls[0]), (fulls[0], smalls[1]), (smalls[2], fulls[0]),
                 (smalls[3], smalls[2]), (fulls[1], smalls[3]), (fulls[1], grins[1]), (fulls[0], grins[0])]
        for one, other in links:
            self.connect(one, other)
        own = fulls + smalls
        height, sent, memory = 0, 0, []

        def mine():
            nonlocal height
            tip = (grins + fulls)[height % 4].mine(1, height % 4)
            height += 1
            for node in grins + fulls:
                self.reaches(node, tip, seconds=60)

        def send():
            """A transaction enters at one of both. Those of a reward spend the outputs of one another, and must not
            arrive before them, so each reward has its own entrance."""
            nonlocal sent
            turn, reward = divmod(sent, REWARDS)
            entrance = fulls[reward % 2]
            tx = entrance.ask(f"spend {reward + 1} {reward % 4} 0 {turn}")
            self.assertTrue(entrance.ask(f"fluff {tx['hex']}")["ok"])
            sent += 1

        for _ in range(REWARDS + MATURITY):
            mine()
        begun = time.monotonic()
        next_block = begun
        while time.monotonic() < begun + 60 * given.minutes:
            if time.monotonic() >= next_block:
                mine()
                next_block += BLOCK_INTERVAL
                memory.append([memory_of(node) for node in own])
            if sent < time.monotonic() - begun:
                send()
            time.sleep(0.1)
        minutes = (time.monotonic() - begun) / 60
        for _ in range(10):
            if not any(node.pool() for node in grins + fulls):
                break
            mine()
        self.assertEqual([node.pool() for node in grins + fulls], [[]] * 4)
        self.check_same(*grins, *fulls)
        self.check_nobody_is_banned(*grins, *own)
        third = len(memory) // 3
        for number, node in enumerate(own):
            before = max(each[number] for each in memory[third:2 * third])
            after = max(each[number] for each in memory[2 * third:])
            print(f"  {type(node).__name__}: {before / 2**20:.1f} MiB, then {after / 2**20:.1f} MiB")
            self.assertLess(after, before * 1.1 + 2**20)
        print(f"  {height} blocks, {sent} transactions, {sent / minutes / 60:.2f} a second")
        self.assertGreater(sent, 0.9 * 60 * minutes)


def main():
    global given
    parser = argparse.ArgumentParser(allow_abbrev=False, prog="sh tests/interop/full.sh", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pappus", help=argparse.SUPPRESS)
    parser.add_argument("full", help=argparse.SUPPRESS)
    parser.add_argument("grin", help=argparse.SUPPRESS)
    parser.add_argument("--long", action="store_true", help="also the tests that take long")
    parser.add_argument("--minutes", type=float, default=60, help="of the network's life, with --long; default: 60")
    parser.add_argument("tests", nargs="*", metavar="TEST", help="a part of a test's name; default: all")
    parser.add_argument("--check", action="store_true", help=argparse.SUPPRESS)  # of these options, and nothing else
    given = parser.parse_intermixed_args()
    tests = suites.tests_named(sys.modules[__name__], given.tests, parser.error)
    if given.check:
        return 0
    process.program, full_node.program = given.pappus, given.full
    outcome = unittest.TextTestRunner(stream=sys.stdout, verbosity=2).run(tests)
    failed = len({getattr(case, "test_case", case).id() for case, _ in outcome.failures + outcome.errors})
    passed = max(0, outcome.testsRun - failed - len(outcome.skipped))
    print(f"{passed} passed, {failed} failed", flush=True)
    return 0 if passed and not failed else 1


if __name__ == "__main__":
    sys.exit(main())
