"""A chain in a file: a restart goes on with it; a file that is not one, or is damaged, is told of."""

import signal
import sqlite3
import subprocess
import tempfile
from pathlib import Path

import process
from block_case import REWARD, BlockCase, row
from protocol import BLOCK, USERNET_GENESIS


class StoredChain(BlockCase):
    def setUp(self):
        super().setUp()
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.file = Path(folder.name) / "chain"

    def stored(self, *options):
        return self.node("--chain-store", self.file, *options)

    def check_goes_on(self, stored, blocks):
        """Checks that a new node has so many of the blocks, requests the others only, and has all then."""
        node = self.stored()
        self.check_chain(self.greet(node), blocks[:stored])
        servers = self.serve(node, blocks, 8)
        self.wait_for_tip(node, blocks[-1])
        requested = {each for server in servers for each in server.requested}
        self.assertEqual(requested, {block.id for block in blocks[stored:]})
        for server in servers:  # of headers the first are there
            self.assertNotIn([USERNET_GENESIS], server.locators)
        self.check_given(node, blocks[0])
        return node

    def test_a_restart_goes_on_where_the_node_has_ended(self):
        blocks = row(150)
        node = self.stored()
        self.serve(node, blocks[:100], 8)
        self.wait_for_tip(node, blocks[99])
        self.assertIs(node.ask("quit")["ok"], True)
        self.assertEqual(node.status(), 0)
        self.check_goes_on(100, blocks)

    def test_a_kill_in_the_middle_loses_nothing_that_has_arrived(self):
        blocks = row(150)
        for count in [1, 37, 90]:
            with self.subTest(count=count):
                self.file.unlink(missing_ok=True)
                node = self.launch("--chain-store", self.file).listen()
                self.serve(node, blocks, 8)
                node.event("block", hash=blocks[count - 1].id.hex())
                self.assertEqual(node.end(signal.SIGKILL), -signal.SIGKILL)
                node.threads[0].join()
                again = self.stored()
                height = self.tip(self.greet(again))[1]
                self.assertGreaterEqual(height, count - 1)  # the last may not have been stored when it was told of
                self.assertLess(height, len(blocks))
                self.assertEqual(again.end(), 0)
                self.check_goes_on(height, blocks)

    def test_a_stored_chain_is_bounded_and_goes_on_without_its_beginning(self):
        blocks = row(50)
        node = self.stored("--max-blocks", "3", "--no-rate-limit")
        peer = self.greet(node)
        for block in blocks:
            peer.send(BLOCK, block.body)
        peer.check_served_among_messages()
        self.assertEqual(node.end(), 0)
        with sqlite3.connect(self.file) as file:
            [counts] = file.execute("SELECT count(*), count(block), min(height) FROM header")
        file.close()
        self.assertEqual(counts, (30, 3, 21))
        again = self.stored("--max-blocks", "3", "--no-rate-limit")
        more = blocks[-1].next(body=REWARD)
        peer = self.greet(again)
        self.assertEqual(self.tip(peer), (blocks[-1].difficulty, 50))
        self.give(again, peer, more)
        self.assertEqual(self.headers(peer, blocks[-2].id), [blocks[-1].header, more.header])

    def check_refused(self, why, *options):
        command = [process.program, "--listen", "127.0.0.1:0", "--chain-store", self.file, *options]
        ended = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
        line = f"pappus-node: cannot use the chain store '{self.file}': {why}"
        self.assertEqual((ended.returncode, ended.stdout, ended.stderr[:len(line)]), (1, "", line))
        self.assertEqual(ended.stderr.count("\n"), 1)

    def filled(self):
        node = self.stored()
        peer = self.greet(node)
        for block in row(20):
            peer.send(BLOCK, block.body)
        peer.check_served_among_messages()
        return node

    def test_a_file_that_is_open_is_refused(self):
        self.filled()
        self.check_refused("another program has it open")

    def test_the_file_of_another_chain_is_refused(self):
        self.assertEqual(self.filled().end(), 0)
        self.check_refused("it is of a chain with another first block", "--genesis", "11" * 32)

    def test_the_file_of_another_program_is_refused_and_stays_as_it_is(self):
        content = b"a text\n" * 100
        self.file.write_bytes(content)
        self.check_refused("it is another program's, or damaged")
        self.assertEqual(self.file.read_bytes(), content)
        self.file.unlink()
        with sqlite3.connect(self.file) as other:
            other.execute("CREATE TABLE header (digest)")
        other.close()
        self.check_refused("it is another program's, or damaged")
        self.file.unlink()
        self.file.mkdir()
        self.check_refused("it is not a file")

    def test_a_damaged_file_is_refused(self):
        self.assertEqual(self.filled().end(), 0)
        whole = self.file.read_bytes()
        content = bytearray(whole)
        content[len(content) // 2:] = bytes(len(content) - len(content) // 2)
        self.file.write_bytes(content)
        self.check_refused("it is damaged")
        self.file.write_bytes(whole[:8192])
        self.check_refused("it is damaged")

    def test_a_changed_byte_of_a_block_is_noticed(self):
        self.assertEqual(self.filled().end(), 0)
        with sqlite3.connect(self.file) as file:
            file.execute("UPDATE header SET block = CAST(substr(block, 1, 400) || x'ff' || substr(block, 402) AS BLOB)"
                         " WHERE height = 7")
        file.close()
        self.check_refused("it is damaged: a header or block is not as written")
