"""pappus-full-node from outside: several of them on loopback, on the automated testing network.

usage: full_node_test.py PAPPUS_FULL_NODE [PART_OF_A_TEST_NAME...]
"""

import hashlib
import pathlib
import signal
import struct
import subprocess
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True
TESTS = pathlib.Path(__file__).resolve().parents[2]
sys.path[:0] = [str(TESTS / "mini_node"), str(TESTS / "support")]

import declaration  # noqa: E402: after the line that finds it
import full_node  # noqa: E402
import process  # noqa: E402
import suites  # noqa: E402
from full_node import FullNode, command  # noqa: E402
from protocol import BLOCK, COMPACT_BLOCK, GET_BLOCK, HEADER, PATIENCE, TRANSACTION, Peer  # noqa: E402

GENESIS = bytes.fromhex("e3b909d483eb06af91141d7ac8b6bcef857b41e34f35eb7c3abad9da0ca51629")
ALL_BLOCKS, ARCHIVE = 1 | 4 | 8 | 32, 2  # capabilities
PROOF_SIZE = 10  # bytes of a proof of work of the automated testing network
HEADER_SIZE = 247 + PROOF_SIZE



def altered(raw, position):
    return raw[:position] + bytes([raw[position] ^ 1]) + raw[position + 1:]


def compact(rest):
    """What follows the header of a compact block, from that of a block without transactions."""
    inputs, outputs, kernels = struct.unpack(">QQQ", rest[:24])
    assert (inputs, outputs, kernels) == (0, 1, 1)
    return bytes(8) + struct.pack(">QQQ", outputs, kernels, 0) + rest[24:]  # a nonce, and no short ids


def tip_of(node):
    """As in events."""
    head = node.head()
    return {name: head[name] for name in ("height", "total_difficulty")}


class TestCase(unittest.TestCase):
    def setUp(self):
        self.folder = self.enterContext(tempfile.TemporaryDirectory())

    def launch(self, name, *options, **more):
        node = FullNode(pathlib.Path(self.folder, name), *options, **more)
        self.addCleanup(lambda: self.assertEqual(node.faults, []))  # once all output is read
        self.addCleanup(node.close)
        return node

    def node(self, name, *options, **more):
        """A running node, with its data in a folder of that name; after the test it ends in order."""
        node = self.launch(name, *options, **more).listen()
        self.addCleanup(self._check_end, node)
        return node

    def _check_end(self, node):
        if node.process.poll() is None:
            self.assertEqual((node.end(), node.errors()), (0, []))

    def connect(self, one, other):
        self.assertTrue(one.ask(f"connect {other.address}")["ok"])

    def check_valid(self, *nodes):
        for node in nodes:
            self.assertEqual(node.ask("validate"), {"reply": "validate", "ok": True, **node.head()})

    def refused(self, node, command):
        reply = node.ask(command)
        self.assertFalse(reply["ok"])
        return reply["error"]


class Synchronization(TestCase):
    def test_a_fresh_node_gets_the_chain_of_another(self):
        miner = self.node("miner")
        tip = miner.mine(18)
        fresh = self.node("fresh", "--peer", miner.address)
        self.assertEqual(fresh.reaches(tip)["height"], 18)
        self.assertEqual(fresh.head(), miner.head())
        self.check_valid(miner, fresh)
        following = fresh.event("sync", stage="following", tip=tip_of(miner))
        self.assertEqual((following["header_tip"], following["best"]), (following["tip"], following["tip"]))

    def test_capabilities_are_what_the_node_can_serve(self):
        miner, fresh = self.node("miner"), self.node("fresh")
        miner.mine(30)  # the state at block 10 is served
        self.connect(fresh, miner)
        self.assertEqual(miner.event("peer_connected")["capabilities"], ALL_BLOCKS)
        self.assertEqual(fresh.event("peer_connected")["capabilities"], ALL_BLOCKS | ARCHIVE)
        self.assertEqual(miner.end(), 0)
        self.connect(fresh, self.node("miner"))
        self.assertEqual(fresh.event("peer_connected")["capabilities"], ALL_BLOCKS | ARCHIVE)

    def test_a_block_passes_through_nodes_in_between(self):
        miner, middle, last = self.node("miner"), self.node("middle"), self.node("last")
        self.connect(middle, miner)
        self.connect(last, middle)
        tip = miner.mine(2)
        middle.reaches(tip)
        last.reaches(tip)
        last.event("header")  # of which it has requested the block

    def test_a_node_that_was_killed_goes_on_where_it_was(self):
        miner = self.node("miner")
        miner.mine(6)
        other = self.launch("other").listen()
        self.connect(other, miner)
        other.reaches(miner.head()["hash"])
        other.tell("mine 100 7")
        height = other.event("head", height=9)["height"]
        other.end(signal.SIGKILL)
        again = self.node("other")
        self.assertGreaterEqual(again.head()["height"], height)
        self.check_valid(again)
        tip = again.mine(1, 7)
        self.connect(again, miner)
        miner.reaches(tip)
        self.check_valid(miner)

    def test_a_node_that_was_killed_while_it_synchronized_gets_the_rest(self):
        miner = self.node("miner")
        tip = miner.mine(18)  # fewer than after which a state is needed
        fresh = self.launch("fresh", "--peer", miner.address).listen()
        fresh.event("head", height=3)
        fresh.end(signal.SIGKILL)
        again = self.node("fresh", "--peer", miner.address)
        if again.head()["hash"] != tip:
            again.reaches(tip)
        self.check_valid(again)

    def test_a_node_that_is_far_behind_gets_a_state_first(self):
        miner = self.node("miner")
        tip = miner.mine(49)  # after the import of the state at 20 more than 20 blocks are still missing
        fresh = self.node("fresh", "--peer", miner.address)
        self.assertEqual(fresh.event("head")["height"], 20)  # by an archive: there are too few outputs for segments
        if fresh.head()["hash"] != tip:
            fresh.reaches(tip)
        self.check_valid(fresh)
        self.assertEqual(list(pathlib.Path(self.folder, "fresh", "incoming").iterdir()), [])

    def test_the_chain_is_there_after_a_restart(self):
        node = self.node("node")
        tip = node.mine(4)
        self.assertEqual(node.end(), 0)
        self.assertEqual(self.node("node").head()["hash"], tip)


class Reorganization(TestCase):
    def check(self, depth):
        one, other = self.node("one"), self.node("other")
        self.connect(one, other)
        common = one.mine(3)
        other.reaches(common)
        one.ask(f"disconnect {other.address}")
        other.event("peer_disconnected")
        one.mine(depth, 1)
        best = other.mine(depth + 1, 2)
        self.connect(one, other)
        self.assertEqual(one.reaches(best)["disconnected"], depth)
        self.check_valid(one, other)
        newer = one.mine(1, 1)
        self.assertEqual(other.reaches(newer)["disconnected"], 0)

    def test_one_block_gives_way_to_two(self):
        self.check(1)

    def test_six_blocks_give_way_to_seven(self):
        self.check(6)


class Transactions(TestCase):
    def pair(self):
        """Two connected nodes, and a transaction that spends a reward that is mature."""
        one, other = self.node("one"), self.node("other", "--stem-probability", "1")
        self.connect(one, other)
        other.reaches(one.mine(6))
        return one, other, one.ask("spend 1")

    def test_a_public_transaction_goes_through_the_pools_into_a_block(self):
        one, other, tx = self.pair()
        kernel = tx["kernel"]
        self.assertEqual(one.ask(f"fluff {tx['hex']}")["report"]["sent"], 1)
        self.assertEqual(other.event("transaction", phase="fluff")["kernel"], kernel)
        self.assertEqual((one.pool(), other.pool()), ([kernel], [kernel]))
        one.reaches(other.mine(1))  # by a compact block, completed from the pool
        one.event("compact_block", height=7)
        self.assertEqual((one.pool(), other.pool()), ([], []))
        self.check_valid(one, other)

    def test_a_block_with_a_transaction_that_the_pool_lacks_is_requested(self):
        one, other, tx = self.pair()
        one.ask(f"disconnect {other.address}")
        other.event("peer_disconnected")
        one.ask(f"fluff {tx['hex']}")
        self.connect(one, other)
        other.reaches(one.mine(1))
        self.check_valid(other)

    def test_a_private_transaction_is_made_public_by_the_end_of_the_stem(self):
        one, other, tx = self.pair()
        self.assertTrue(one.ask(f"tx {tx['hex']}")["ok"])
        self.assertEqual(other.event("transaction", phase="stem")["kernel"], tx["kernel"])
        self.assertEqual(other.event("fluffed")["kernel"], tx["kernel"])
        one.event("transaction", phase="fluff", kernel=tx["kernel"])
        self.assertEqual((one.pool(), other.pool()), ([tx["kernel"]], [tx["kernel"]]))

    def test_private_transactions_of_others_are_made_public_as_one(self):
        one, other = self.node("one"), self.node("other", "--stem-probability", "0", "--aggregation", "6")
        self.connect(one, other)
        self.connect(other, self.node("relay"))  # which it could be sent to in another epoch
        other.reaches(one.mine(6))
        txs = [one.ask(f"spend {height}") for height in (1, 2)]
        for tx in txs:
            self.assertTrue(one.ask(f"tx {tx['hex']}")["ok"])
        self.assertEqual(other.event("fluffed")["reason"], "hold_over")
        one.event("transaction", phase="fluff")
        self.assertEqual(sorted(one.pool()), sorted(tx["kernel"] for tx in txs))
        other.reaches(one.mine(1))
        self.check_valid(one, other)

    def test_what_is_spent_already_is_refused(self):
        one, other, tx = self.pair()
        one.ask(f"fluff {tx['hex']}")
        again = one.ask("spend 1 0 1000")
        self.assertIn("refused", self.refused(one, f"fluff {again['hex']}"))
        other.reaches(one.mine(1))
        self.assertIn("unlinked", self.refused(one, f"fluff {again['hex']}"))
        self.assertFalse(one.ask(f"tx {again['hex']}")["ok"])
        self.assertEqual(other.pool(), [])


class BadInput(TestCase):
    def setUp(self):
        super().setUp()
        self.victim = self.node("victim")
        self.peer = self.greet(self.victim)

    def greet(self, node):
        peer = Peer.greet(node.address, genesis=GENESIS)
        self.addCleanup(peer.close)
        return peer

    def blocks(self, count):
        """Blocks that the victim does not have, each a header and the rest."""
        self.miner = self.node("miner")
        source = self.greet(self.miner)
        found = []
        for _ in range(count):
            self.miner.mine(1)
            block = source.expect(COMPACT_BLOCK)[:HEADER_SIZE]
            source.send(GET_BLOCK, hashlib.blake2b(block[-PROOF_SIZE:], digest_size=32).digest())
            body = source.expect(BLOCK)
            found.append((body[:HEADER_SIZE], body[HEADER_SIZE:]))
        return found

    def check_blamed(self, reason):
        self.peer.expect_end()
        self.assertIn(reason, self.victim.event("peer_disconnected")["reason"])
        self.assertEqual(self.victim.head()["height"], 0)

    def test_a_header_with_an_invalid_proof_of_work_blames_its_sender(self):
        [(header, _)] = self.blocks(1)
        self.peer.send(HEADER, altered(header, HEADER_SIZE - PROOF_SIZE - 2))  # the nonce
        self.check_blamed("bad header")

    def test_a_block_with_the_transactions_of_another_blames_its_sender(self):
        first, second = self.blocks(2)
        self.peer.send(BLOCK, first[0] + second[1])
        self.check_blamed("bad block")
        self.connect(self.victim, self.miner)
        self.victim.reaches(self.miner.head()["hash"])  # the right ones are taken

    def test_a_compact_block_with_another_reward_blames_its_sender(self):
        first, second = self.blocks(2)
        self.peer.send(COMPACT_BLOCK, first[0] + compact(second[1]))
        self.check_blamed("bad compact block")

    def test_what_does_not_link_blames_nobody(self):
        _, (header, rest) = self.blocks(2)
        self.peer.send(HEADER, header)
        self.peer.send(BLOCK, header + rest)
        self.peer.send(COMPACT_BLOCK, header + compact(rest))
        self.peer.check_served_among_messages()
        self.assertEqual(self.victim.head()["height"], 0)

    def test_an_invalid_transaction_is_not_relayed(self):
        miner = self.node("miner")
        self.connect(miner, self.victim)
        self.victim.reaches(miner.mine(6))
        tx = bytearray.fromhex(miner.ask("spend 1")["hex"])
        tx[-1] ^= 1  # of the signature
        self.peer.send(TRANSACTION, bytes(tx))
        self.peer.check_served_among_messages()
        self.assertEqual(self.victim.pool(), [])


class CommandLine(TestCase):
    def run_program(self, *arguments):
        return self.run_command([full_node.program, *arguments])

    def run_command(self, words):
        return subprocess.run(words, capture_output=True, text=True, timeout=PATIENCE, stdin=subprocess.DEVNULL)

    def test_the_help_describes_each_command(self):
        node = self.node("node")
        shown = self.run_program("--help")
        self.assertEqual((shown.returncode, shown.stderr), (0, ""))
        for each in node.ask("help")["commands"]:
            self.assertIn(f"\n  {each['command']} {each['parameters']}".rstrip(), shown.stdout)

    def test_the_help_lists_the_declared_commands(self):
        listed = self.node("node").ask("help")["commands"]
        declared = declaration.of(full_node.program).replies
        self.assertEqual(sorted(each["command"] for each in listed), sorted(declared))

    def test_bad_usage_is_refused(self):
        for arguments, why in [([], "--data-dir is required"), (["--data-dir", ""], "is empty"),
                               (["--data-dir", self.folder, "--network", "moon"], "'moon' is not mainnet"),
                               (["--data-dir", self.folder, "--data-dir", self.folder], "given 2 times")]:
            with self.subTest(why):
                ended = self.run_program(*arguments)
                self.assertEqual((ended.returncode, ended.stdout), (2, ""))
                self.assertRegex(ended.stderr, f"^pappus-full-node: .*{why}.*\n$")

    def test_a_folder_that_cannot_be_used_is_refused(self):
        self.node("node")
        file = pathlib.Path(self.folder, "file")
        file.touch()
        for folder, why in [(pathlib.Path(self.folder, "node"), "another process uses it"), (file, "cannot use")]:
            with self.subTest(why):
                ended = self.run_command(command(folder))
                self.assertEqual((ended.returncode, ended.stdout), (1, ""))
                self.assertRegex(ended.stderr, f"^pappus-full-node: .*{why}.*\n$")

    def test_commands_with_bad_parameters_are_refused(self):
        node = self.node("node")
        self.assertIn("from 1 to 10000", self.refused(node, "mine 0"))
        self.assertIn("SALT", self.refused(node, "mine 1 4294967296"))
        self.assertIn("is not fast", self.refused(node, "validate slow"))
        self.assertIn("absent", self.refused(node, "spend 5"))
        self.assertIn("HEX", self.refused(node, "fluff 00"))
        self.assertIn("usage", self.refused(node, "spend"))

    def test_each_of_many_commands_is_answered(self):
        node = self.node("node")
        node.tell("mine 3")
        for _ in range(3000):
            node.tell("status")
        replies = [node.reply("status") for _ in range(3000)]
        for each in replies:
            self.assertTrue(each["ok"] or each["error"] == "1000 commands wait for the chain", each)

    def test_a_history_is_mined_and_its_first_blocks_are_dropped(self):
        node = self.node("node")
        self.assertEqual(node.ask("mine_history 25", 4 * PATIENCE)["hash"], node.head()["hash"])
        tail = node.ask("compact")["tail"]
        self.assertGreater(tail["height"], 0)
        self.assertEqual(node.ask("status")["tail"], tail)
        self.assertEqual(node.stats()["metrics"]["pappus_sync_body_height"], 25)

    def test_blocks_are_mined_on_testing_networks_only(self):
        node = self.node("node", network="mainnet")
        self.assertIn("testing networks", self.refused(node, "mine"))

    def test_it_ends_soon_while_it_mines(self):
        for number in [signal.SIGINT, signal.SIGTERM]:
            node = self.node(number.name)
            node.tell("mine 10000")
            node.event("head")
            self.assertEqual((node.end(number), node.errors()), (0, []))

    def test_a_folder_with_the_chain_of_another_network_is_refused(self):
        self.assertEqual(self.node("node", network="usernet").end(), 0)
        for options in ["--network", "mainnet"], ["--network", "usernet", "--genesis-with-reward"]:
            done = self.run_program("--data-dir", f"{self.folder}/node", "--listen", "127.0.0.1:0", *options)
            self.assertEqual((done.returncode, done.stdout), (1, ""))
            self.assertIn("the folder has a chain with another first block", done.stderr)

    def test_what_is_written_for_people_is_text(self):
        node = process.CommandProcess(command(self.folder), json_lines=False)
        self.addCleanup(node.close)
        written, errors = node.process.communicate(b"status\nquit\n", PATIENCE)
        lines = written.decode().splitlines()
        self.assertRegex(lines[0], "^listening address=127.0.0.1:")
        self.assertTrue(any(line.startswith("status: ok body=(hash=") for line in lines))
        self.assertEqual((node.status(), errors), (0, b""))


class DeclaredJson(unittest.TestCase):
    """Runs after all other tests, which check each line that they read."""

    def check_that_all_has_been_written(self):
        """What pappus-node does not write, except the import of a state, which is soon over here."""
        replies = "status mine mine_history compact spend fluff pool validate stats".split()
        own = {"event head", "chain_block", *(f"reply {name}" for name in replies)}
        self.assertFalse([each for each in declaration.of(full_node.program).unseen() if each[0] in own])


def main(arguments):
    full_node.program = arguments[1]
    loader = unittest.TestLoader()
    loader.testNamePatterns = [f"*{name}*" for name in arguments[2:]] or None
    last = [] if loader.testNamePatterns else [DeclaredJson("check_that_all_has_been_written")]
    return suites.run_tests(loader.loadTestsFromModule(sys.modules[__name__]), afterwards=last)


if __name__ == "__main__":
    sys.exit(main(sys.argv))
