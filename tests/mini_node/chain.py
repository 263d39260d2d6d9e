"""Commands for messages of the protocol, with messages that Grin wrote."""

import hashlib
import struct
import tempfile
from pathlib import Path

import process
from protocol import (ARCHIVE, ARCHIVE_REQUEST, BLOCK, COMPACT_BLOCK, GET_BLOCK, GET_COMPACT_BLOCK, GET_HEADERS,
                      GET_KERNEL_SEGMENT, GET_OUTPUT_BITMAP_SEGMENT, GET_OUTPUT_SEGMENT, GET_PEER_ADDRS,
                      GET_RANGE_PROOF_SEGMENT, HEADER, HEADERS, KERNEL_SEGMENT, OUTPUT_BITMAP_SEGMENT, OUTPUT_SEGMENT,
                      PEER_ADDRS, PING, PONG, RANGE_PROOF_SEGMENT, STEM_TRANSACTION, USERNET_GENESIS, Transaction)

DATA = Path(__file__).parent.parent / "data/grin/messages/usernet"
PEER = "127.0.0.1:4000"


def written(message, shape):
    """A body, and its hash in Grin."""
    alone = DATA / message / f"{shape}.hex"
    body = (alone if alone.exists() else DATA / message / f"{shape}.v1000.hex").read_text().strip()
    file = DATA / message / f"{shape}.hash"
    return bytes.fromhex(body), file.read_text().strip() if file.exists() else None


class Chain(process.TestCase):
    def scratch(self, content=None):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        path = Path(folder.name) / "archive.zip"
        if content is not None:
            path.write_bytes(content)
        return path

    def check_refused(self, node, line, why):
        refused = node.ask(line)
        self.assertIs(refused["ok"], False)
        self.assertIn(why, refused["error"])

    def test_served_messages_are_sent_to_peers_that_request_them(self):
        node = self.node()
        block, block_hash = written("block", "full")
        compact, compact_hash = written("compact_block", "full")
        segment, _ = written("kernel_segment", "whole")
        headers, _ = written("headers", "3")
        for message, body in [("block", block), ("compact_block", compact), ("kernel_segment", segment),
                              ("headers", headers)]:
            self.assertEqual(node.ask(f"serve {message} {body.hex()}"), {"reply": "serve", "ok": True})
        peer = self.greet(node, port=4000)
        peer.send(GET_BLOCK, bytes.fromhex(block_hash))
        self.assertEqual(peer.expect(BLOCK), block)
        peer.send(GET_COMPACT_BLOCK, bytes.fromhex(compact_hash))
        self.assertEqual(peer.expect(COMPACT_BLOCK), compact)
        peer.send(GET_KERNEL_SEGMENT, segment[:32 + 9])
        self.assertEqual(peer.expect(KERNEL_SEGMENT), segment)
        peer.send(GET_HEADERS, b"\2" + bytes(32) + USERNET_GENESIS)
        self.assertEqual(int.from_bytes(peer.expect(HEADERS)[:2], "big"), 2)  # behind the first, genesis's
        self.assertEqual(node.stats()["chain"], {"requests": 4, "answered": 4, "received": 0, "asked": 4})

    def test_requests_for_other_messages_are_not_answered(self):
        node = self.node()
        peer = self.greet(node, port=4000)
        peer.send(GET_BLOCK, bytes(32))
        peer.send(GET_COMPACT_BLOCK, bytes(32))
        peer.send(GET_KERNEL_SEGMENT, bytes(41))
        peer.send(GET_HEADERS, b"\0")
        peer.send(ARCHIVE_REQUEST, bytes(40))
        peer.check_served()
        self.assertEqual(node.stats()["chain"], {"requests": 5, "answered": 0, "received": 0, "asked": 5})

    def test_announcements_are_events(self):
        node = self.node()
        peer = self.greet(node, port=4000)
        for event, message, kind, shape in [("header", "header", HEADER, "primary_31"),
                                            ("compact_block", "compact_block", COMPACT_BLOCK, "full"),
                                            ("block", "block", BLOCK, "full")]:
            body, said_hash = written(message, shape)
            peer.send(kind, body)
            height = int.from_bytes(body[2:10], "big")
            self.assertEqual(node.event(event),
                             {"event": event, "hash": said_hash, "height": height, "from": PEER})

    def test_a_response_is_a_reply_with_its_description(self):
        node = self.node()
        peer = self.greet(node, port=4000)
        block, block_hash = written("block", "full")
        node.tell(f"request {PEER} get_block {block_hash}")
        self.assertEqual(peer.expect(GET_BLOCK).hex(), block_hash)
        peer.send(BLOCK, block)
        self.assertEqual(node.reply("request"), {"reply": "request", "ok": True, "hash": block_hash, "height": 12, "inputs": 6,
                                             "outputs": 6, "kernels": 5})
        node.tell(f"request {PEER} get_headers 01{'00' * 32}")
        self.assertEqual(peer.expect(GET_HEADERS), b"\1" + bytes(32))
        peer.send(HEADERS, written("headers", "512")[0])
        hashes = (DATA / "headers/512.hashes").read_text().split()
        self.assertEqual(node.reply("request"),
                         {"reply": "request", "ok": True, "count": 512, "first": hashes[0], "last": hashes[-1]})
        segment = written("kernel_segment", "whole")[0]
        node.tell(f"request {PEER} get_kernel_segment {segment[:41].hex()}")
        peer.expect(GET_KERNEL_SEGMENT)
        peer.send(KERNEL_SEGMENT, segment)
        self.assertEqual(node.reply("request"), {"reply": "request", "ok": True, "block": segment[:32].hex(), "height": 2,
                                             "index": 0, "leaves": 4})
        node.tell(f"request {PEER} get_block {'00' * 32}")
        peer.expect(GET_BLOCK)
        peer.close()
        self.assertEqual(node.reply("request"), {"reply": "request", "ok": False, "error": "disconnected"})

    def test_each_kind_of_response_is_described(self):
        node = self.node()
        peer = self.greet(node, port=4000)

        def described(message, asked_as, asked, answered_as, answer):
            node.tell(f"request {PEER} get_{message} {asked.hex()}")
            self.assertEqual(peer.expect(asked_as), asked)
            peer.send(answered_as, answer)
            return {name: value for name, value in node.reply("request").items() if name not in ("reply", "ok")}

        compact, compact_hash = written("compact_block", "full")
        reply = described("compact_block", GET_COMPACT_BLOCK, bytes.fromhex(compact_hash), COMPACT_BLOCK, compact)
        self.assertEqual(reply, {"hash": compact_hash, "height": 12, "outputs": 1, "kernels": 1, "short_ids": 4})
        for message, shape, asked_as, answered_as, keys in [
                ("output_bitmap_segment", "mixed", GET_OUTPUT_BITMAP_SEGMENT, OUTPUT_BITMAP_SEGMENT,
                 {"chunks", "output_root"}),
                ("output_segment", "whole", GET_OUTPUT_SEGMENT, OUTPUT_SEGMENT, {"leaves", "bitmap_root"}),
                ("range_proof_segment", "whole", GET_RANGE_PROOF_SEGMENT, RANGE_PROOF_SEGMENT, {"leaves"})]:
            with self.subTest(message):
                segment = written(message, shape)[0]
                reply = described(message, asked_as, segment[:41], answered_as, segment)
                self.assertEqual(set(reply), {"block", "height", "index"} | keys)
                self.assertEqual(reply["block"], segment[:32].hex())
        asked, answer = written("get_peer_addrs", "usual")[0], written("peer_addrs", "v6")[0]
        self.assertEqual(described("peer_addrs", GET_PEER_ADDRS, asked, PEER_ADDRS, answer),
                         {"addresses": ["[2001:db8::1:2]:13414"]})

    def test_any_message_is_sent_unchanged(self):
        node = self.node()
        peer = self.greet(node, port=4000)
        tx = Transaction(1)
        self.assertIs(node.ask(f"send {PEER} stem_transaction {tx.body().hex()}")["ok"], True)
        self.assertEqual(peer.expect(STEM_TRANSACTION), tx.body())
        body = struct.pack(">QQ", 5, 6)
        self.assertIs(node.ask(f"send {PEER} pong {body.hex()}")["ok"], True)
        self.assertEqual(peer.expect(PONG), body)
        old = self.greet(node, port=4001, version=2)
        block, _ = written("block", "full")
        self.check_refused(node, f"send 127.0.0.1:4001 block {block.hex()}", "version")
        old.check_served()

    def test_invalid_arguments_are_refused_with_the_reason(self):
        node = self.node()
        self.check_refused(node, f"send {PEER} ping {'00' * 16}", "no peer")
        self.check_refused(node, f"request {PEER} get_block {'00' * 32}", "no peer")
        self.check_refused(node, f"download {PEER} {'00' * 32} 1 /nowhere/at/all", "no peer")
        self.greet(node, port=4000)
        self.check_refused(node, f"send {PEER} pin 00", "'pin' is not a message")
        self.check_refused(node, f"send {PEER} ping 00", "ping.total_difficulty")
        self.check_refused(node, f"send {PEER} ping 0x", "hexadecimal")
        self.check_refused(node, f"request {PEER} ping {'00' * 16}", "'ping' is not a request")
        self.check_refused(node, f"serve ping {'00' * 16}", "'ping' is not chain data")
        self.check_refused(node, f"archive /nowhere/at/all {'00' * 32} 1", "no such file")
        self.check_refused(node, f"pack /nowhere/at/all {'00' * 32} 1 /tmp", "is not a folder")
        self.check_refused(node, f"unpack {PEER} {'00' * 32} 1 /tmp 0", "MIB")
        self.check_refused(node, f"download {PEER} {'00' * 32} one file", "HEIGHT")
        existing = self.scratch(b"old")
        self.check_refused(node, f"download {PEER} {'00' * 32} 1 {existing}", "file already exists")
        self.assertEqual(existing.read_bytes(), b"old")

    def test_an_archive_is_sent_from_a_file_and_stored_in_a_file(self):
        content = hashlib.shake_128(b"archive").digest(5_000_000)
        given, stored = self.scratch(content), self.scratch()
        one, other = self.node(), self.node()
        block_hash = "ab" * 32
        self.assertIs(one.ask(f"archive {given} {block_hash} 720")["ok"], True)
        self.assertIs(other.ask(f"connect {one.address}")["ok"], True)
        other.tell(f"download {one.address} {'00' * 32} 999 {stored}")
        self.assertEqual(other.reply("download"),
                         {"reply": "download", "ok": True, "hash": block_hash, "height": 720, "bytes": len(content)})
        self.assertEqual(stored.read_bytes(), content)
        self.assertEqual(len(one.ask("peers")["peers"]), 1)

    def test_an_archive_is_packed_from_a_folder_and_unpacked_into_one(self):
        folder = self.scratch().parent
        block_hash = "ab" * 32
        content = {name: hashlib.shake_128(name.encode()).digest(300_000)
                   for name in ["kernel/pmmr_data.bin", "output/pmmr_hash.bin",
                                f"output/pmmr_leaf.bin.{block_hash[:12]}"]}
        for name, bytes_of_file in {**content, "kernel/secret.bin": b"not of an archive"}.items():
            path = folder / "state" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(bytes_of_file)
        one, other = self.node(), self.node()
        self.assertEqual(one.ask(f"pack {folder}/state {block_hash} 720 {folder}/cache"), {"reply": "pack", "ok": True})
        self.assertIs(other.ask(f"connect {one.address}")["ok"], True)
        other.tell(f"unpack {one.address} {'00' * 32} 999 {folder}/in 16")
        unpacked = other.reply("unpack")
        self.assertIs(unpacked["ok"], True)
        self.assertEqual((unpacked["hash"], unpacked["height"]), (block_hash, 720))
        self.assertEqual(sorted(unpacked["files"]), sorted(content))
        for name, bytes_of_file in content.items():
            self.assertEqual((Path(unpacked["folder"]) / name).read_bytes(), bytes_of_file)

    def test_an_invalid_archive_is_refused_and_leaves_no_file(self):
        given = self.scratch(b"PK no archive" * 1000)
        folder = self.scratch().parent
        one, other = self.node(), self.node()
        self.assertIs(one.ask(f"archive {given} {'ab' * 32} 720")["ok"], True)
        self.assertIs(other.ask(f"connect {one.address}")["ok"], True)
        other.tell(f"unpack {one.address} {'00' * 32} 999 {folder}/in 16")
        refused = other.reply("unpack")
        self.assertIs(refused["ok"], False)
        self.assertIn("damaged", refused["error"])
        self.assertEqual(other.ask("quit"), {"reply": "quit", "ok": True})
        self.assertEqual(list((folder / "in").iterdir()), [])

    def test_an_unsolicited_archive_ends_the_session(self):
        node = self.node()
        peer = self.greet(node, port=4000)
        peer.send(ARCHIVE, bytes(48))
        peer.expect_end()
        self.assertTrue(node.event("peer_disconnected")["reason"].startswith("unexpected_message"))
