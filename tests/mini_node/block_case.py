"""What the tests of blocks have in common: made-up chains, and a peer that gives what it is asked for."""

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
        """The whole way: told of by its header, asked for, and given."""
        peer.send(HEADER, block.header)
        self.answer(node, peer, block)

    def answer(self, node, peer, block):
        self.assertEqual(peer.expect(GET_COMPACT_BLOCK), block.id)
        peer.send(COMPACT_BLOCK, block.header + COMPACT_REWARD)
        self.assertEqual(peer.expect(GET_BLOCK), block.id)
        peer.send(BLOCK, block.body)
        node.event("block", hash=block.id.hex())

    def serve(self, peer, blocks, wanted):
        """Answers a node as it asks, until it has asked for so many blocks; gives which, in their order."""
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
        """The ids of what the node says follows."""
        peer.send(GET_HEADERS, bytes([len(locator)]) + b"".join(locator))
        body = peer.expect(HEADERS)
        count = int.from_bytes(body[:2], "big")
        self.assertEqual(len(body), 2 + count * HEADER_SIZE)
        return [body[2 + i * HEADER_SIZE:][:HEADER_SIZE] for i in range(count)]

    def check_chain(self, peer, blocks):
        """The node's main chain is this, and its pongs say so."""
        self.assertEqual(self.headers(peer, USERNET_GENESIS), [block.header for block in blocks])
        self.assertEqual(self.tip(peer), (blocks[-1].difficulty, blocks[-1].height))

    def tip(self, peer):
        peer.send(PING, ping())
        return struct.unpack(">QQ", peer.expect(PONG))

    def wait_for(self, node, **kept):
        deadline = time.monotonic() + PATIENCE
        while not kept.items() <= (now := node.stats()["kept"]).items():
            self.assertLess(time.monotonic(), deadline, now)
            time.sleep(0.01)

    def impostor(self, block, **claims):
        """Another header under its proof of work."""
        other = Block(block.height, claims.pop("previous", bytes(32)), block.difficulty, seed="impostor", body=REWARD,
                      proof=block.proof, **claims)
        self.assertEqual(other.id, block.id)
        self.assertNotEqual(other.header, block.header)
        return other
