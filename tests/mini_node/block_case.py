"""Base of the tests of blocks: made-up chains, and a peer that answers requests for them."""

import struct
import time
from pathlib import Path

import process
from protocol import (BLOCK, COMPACT_BLOCK, GET_BLOCK, GET_COMPACT_BLOCK, GET_HEADERS, HEADER, HEADERS, PATIENCE, PING,
                      PONG, USERNET_GENESIS, Block, ping)

DATA = Path(__file__).parent.parent / "data/grin/messages/usernet"
HEADER_SIZE = 247 + 79
REWARD = bytes.fromhex((DATA / "block/reward_only.v1000.hex").read_text())[HEADER_SIZE:]
COMPACT_REWARD = bytes.fromhex((DATA / "compact_block/reward_only.v1000.hex").read_text())[HEADER_SIZE:]


def first(**more):
    return Block(1, USERNET_GENESIS, 4, body=REWARD, **more)


def row(length, **more):
    blocks = [first(**more)]
    while len(blocks) < length:
        blocks.append(blocks[-1].next(body=REWARD, **more))
    return blocks


class BlockCase(process.TestCase):
    def setUp(self):
        Block.made_at = int(time.time())  # no clock is warned of

    def give(self, node, peer, block):
        """Announces the header of a block, receives the request, and sends the block."""
        peer.send(HEADER, block.header)
        self.answer(node, peer, block)

    def answer(self, node, peer, block):
        self.assertEqual(peer.expect(GET_COMPACT_BLOCK), block.id)
        peer.send(COMPACT_BLOCK, block.header + COMPACT_REWARD)
        self.assertEqual(peer.expect(GET_BLOCK), block.id)
        peer.send(BLOCK, block.body)
        node.event("block", hash=block.id.hex())

    def serve(self, peer, blocks, wanted):
        """Answers the node's requests for `wanted` blocks; returns these blocks in order."""
        by_id = {block.id: block for block in blocks}
        given = []
        while len(given) != wanted:
            kind, body = peer.receive()
            if kind == GET_COMPACT_BLOCK:
                peer.send(COMPACT_BLOCK, by_id[body].header + COMPACT_REWARD)
            elif kind == GET_BLOCK:
                peer.send(BLOCK, by_id[body].body)
                given.append(body)
            elif kind == PING:
                peer.send(PONG, ping())
        return given

    def check_given(self, node, block, **hand_fields):
        peer = self.greet(node, **hand_fields)
        peer.send(GET_BLOCK, block.id)
        self.assertEqual(peer.expect(BLOCK), block.body)
        peer.send(GET_COMPACT_BLOCK, block.id)
        compact = peer.expect(COMPACT_BLOCK)
        self.assertEqual((compact[:HEADER_SIZE], compact[HEADER_SIZE + 8:]), (block.header, COMPACT_REWARD[8:]))
        peer.leave()

    def headers(self, peer, *locator):
        """The hashes of the headers that the node sends for a locator."""
        peer.send(GET_HEADERS, bytes([len(locator)]) + b"".join(locator))
        body = peer.expect(HEADERS)
        count = int.from_bytes(body[:2], "big")
        self.assertEqual(len(body), 2 + count * HEADER_SIZE)
        return [body[2 + i * HEADER_SIZE:][:HEADER_SIZE] for i in range(count)]

    def check_chain(self, peer, blocks):
        """Checks that this is the node's main chain, also in its pongs."""
        self.assertEqual(self.headers(peer, USERNET_GENESIS), [block.header for block in blocks])
        self.assertEqual(self.tip(peer), (blocks[-1].difficulty, blocks[-1].height))

    def tip(self, peer):
        peer.send(PING, ping())
        return struct.unpack(">QQ", peer.expect(PONG))

    def wait_for(self, node, **kept):
        deadline = time.monotonic() + PATIENCE
        while not kept.items() <= (now := node.stats()["cache"]).items():
            self.assertLess(time.monotonic(), deadline, now)
            time.sleep(0.01)

    def impostor(self, block, **claims):
        """Another header with the proof of work of the block."""
        other = Block(block.height, claims.pop("previous", bytes(32)), block.difficulty, seed="impostor", body=REWARD,
                      proof=block.proof, **claims)
        self.assertEqual(other.id, block.id)
        self.assertNotEqual(other.header, block.header)
        return other
