"""Base of the tests of blocks: made-up chains, and peers that serve them."""

import socket
import struct
import threading
import time
from pathlib import Path

import process
from protocol import (BLOCK, COMPACT_BLOCK, GET_BLOCK, GET_COMPACT_BLOCK, GET_HEADERS, HEADER, HEADERS, PATIENCE, PING,
                      PONG, USERNET_GENESIS, Block, ping)

DATA = Path(__file__).parent.parent / "data/grin/messages/usernet"
HEADER_SIZE = 247 + 79
MAX_HEADERS = 512
REWARD = bytes.fromhex((DATA / "block/reward_only.v1000.hex").read_text())[HEADER_SIZE:]
COMPACT_REWARD = bytes.fromhex((DATA / "compact_block/reward_only.v1000.hex").read_text())[HEADER_SIZE:]
AT_GENESIS = (3, 0)  # the difficulty and height of the first block


def first(**more):
    return Block(1, USERNET_GENESIS, 4, body=REWARD, **more)


def row(length, **more):
    blocks = [first(**more)]
    while len(blocks) < length:
        blocks.append(blocks[-1].next(body=REWARD, **more))
    return blocks


class Server:
    """A peer that has a chain: serves it, says so in pings, and records what is requested and announced."""

    def __init__(self, peer, blocks):
        self.peer = peer
        self.locators, self.requested, self.announced = [], [], []
        self.changed = threading.Condition()
        self.lost = set()  # hashes of blocks that it does not send
        self.has(blocks)
        self.thread = threading.Thread(target=self._serve, daemon=True)
        self.thread.start()

    def has(self, blocks):
        """It has this chain from now on."""
        self.blocks = blocks
        self.peer.tip = (blocks[-1].difficulty, blocks[-1].height)
        self.by_id = {block.id: block for block in blocks}
        self.peer.send(PING, ping(*self.peer.tip))

    def announce(self, *blocks):
        for block in blocks:
            self.peer.send(HEADER, block.header)

    def close(self):
        try:
            self.peer.socket.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass  # closed by the node
        self.thread.join()
        self.peer.close()

    def _serve(self):
        try:
            while True:
                kind, body = self.peer.receive()
                self._answer(kind, body)
        except (OSError, EOFError):
            pass

    def _answer(self, kind, body):
        if kind == PING:
            self.peer.send(PONG, ping(*self.peer.tip))
        elif kind == GET_HEADERS:
            locator = [body[1 + 32 * i:][:32] for i in range(body[0])]
            self.locators.append(locator)
            heights = {USERNET_GENESIS: 0, **{block.id: block.height for block in self.blocks}}
            known = next(heights[each] for each in locator if each in heights)
            headers = [block.header for block in self.blocks if block.height > known][:MAX_HEADERS]
            self.peer.send(HEADERS, struct.pack(">H", len(headers)) + b"".join(headers))
        elif kind == GET_BLOCK:
            self.requested.append(body)
            if body in self.by_id and body not in self.lost:
                self.peer.send(BLOCK, self.by_id[body].body)
        elif kind == HEADER:
            self.announced.append(body)


class BlockCase(process.TestCase):
    def setUp(self):
        Block.made_at = int(time.time())  # no clock is warned of

    def serve(self, node, blocks, peers=1):
        """That many peers with the same chain: each is asked for 6 blocks a second at most."""
        return [self._opened(Server(self.greet(node), blocks)) for _ in range(peers)]

    def give(self, node, peer, block):
        """Announces the header of a block, receives the request, and sends the block."""
        peer.send(HEADER, block.header)
        self.answer(node, peer, block)

    def answer(self, node, peer, block):
        peer.tip = max(peer.tip, (block.difficulty, block.height))
        self.assertEqual(peer.expect(GET_BLOCK), block.id)
        peer.send(BLOCK, block.body)
        node.event("block", hash=block.id.hex())

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
        got = self.headers(peer, USERNET_GENESIS)
        while len(got) % MAX_HEADERS == 0 and len(got) < len(blocks):
            got += self.headers(peer, blocks[len(got) - 1].id)
        self.assertEqual(got, [block.header for block in blocks])
        self.assertEqual(self.tip(peer), (blocks[-1].difficulty, blocks[-1].height))

    def tip(self, peer):
        peer.send(PING, ping())
        return struct.unpack(">QQ", peer.expect(PONG))

    def wait_for_tip(self, node, block):
        """Waits until the node has the chain up to this block."""
        node.event("sync", stage="following", tip={"height": block.height, "total_difficulty": block.difficulty})

    def impostor(self, block, **claims):
        """Another header with the proof of work of the block."""
        other = Block(block.height, claims.pop("previous", bytes(32)), block.difficulty, seed="impostor", body=REWARD,
                      proof=block.proof, **claims)
        self.assertEqual(other.id, block.id)
        self.assertNotEqual(other.header, block.header)
        return other
