"""Blocks that peers bring: asked for, kept, given to who asks, passed on, and let go of."""

import struct
from pathlib import Path

import process
from protocol import (BLOCK, COMPACT_BLOCK, GET_BLOCK, GET_COMPACT_BLOCK, GET_HEADERS, HEADER, HEADERS, PING, PONG,
                      USERNET_GENESIS, Block, ping)

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


class Blocks(process.TestCase):
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

    def row_of_nodes(self):
        nodes = [self.node("--max-outbound", "0") for _ in range(3)]
        for one, other in zip(nodes, nodes[1:]):
            self.assertIs(other.ask(f"connect {one.address}")["ok"], True)
            one.event("peer_connected")
        return nodes

    def check_arrival(self, node, block):
        """It has come, each part of it once."""
        events = ["header", "compact_block", "block"]
        for event in events:
            self.assertEqual(node.event(event)["hash"], block.id.hex())
        node.ask("stats")
        self.assertFalse([said for said in node.said if said.get("event") in events])

    def test_a_block_that_is_told_to_all_goes_from_node_to_node_and_is_given_by_each(self):
        one, two, three = self.row_of_nodes()
        block = first()
        told = one.ask(f"broadcast block {block.body.hex()}")
        self.assertEqual((told["ok"], told["sent"]), (True, 1))
        self.assertEqual(two.event("block")["hash"], block.id.hex())
        self.check_arrival(three, block)
        for node in [one, two, three]:
            self.check_given(node, block)
            self.check_chain(self.greet(node), [block])
        self.assertEqual([node.stats()["kept"]["passed_on"] for node in [one, two, three]], [0, 1, 1])

    def test_a_block_that_is_only_kept_is_fetched_when_its_header_is_told(self):
        one, two, three = self.row_of_nodes()
        block = first()
        self.assertIs(one.ask(f"keep block {block.body.hex()}")["ok"], True)
        two_at = one.ask("peers")["peers"][0]["peer"]
        self.assertIs(one.ask(f"send {two_at} header {block.header.hex()}")["ok"], True)
        for node in [two, three]:
            self.check_arrival(node, block)
        self.check_given(three, block)

    def test_what_one_peer_gives_the_others_are_told_once(self):
        node = self.node()
        giver, other, late = (self.greet(node, port=port) for port in [4000, 4001, 4002])
        block = first()
        self.give(node, giver, block)
        self.assertEqual(other.expect(HEADER), block.header)
        self.assertEqual(late.expect(HEADER), block.header)
        for peer in [giver, other, late]:
            peer.send(HEADER, block.header)  # known
            peer.send(BLOCK, block.body)
            peer.check_served()  # neither a question nor a second header before the pong
        self.assertEqual(node.stats()["kept"]["passed_on"], 1)
        node.event("block", hash=block.id.hex())  # behind that of the answer: the first that came unasked
        self.assertEqual(node.stats()["metrics"]["pappus_submissions_repeated_total"], 5)

    def test_the_next_peer_that_told_of_it_is_asked_when_the_first_leaves(self):
        node = self.node()
        block = first()
        silent, other = self.greet(node, port=4000), self.greet(node, port=4001)
        silent.send(HEADER, block.header)
        silent.expect(GET_COMPACT_BLOCK)
        other.send(HEADER, block.header)
        other.check_served()
        silent.close()
        self.answer(node, other, block)
        self.check_given(node, block)

    def test_a_block_whose_predecessor_is_unknown_is_fetched_and_given_but_not_believed(self):
        node = self.node()
        peer = self.greet(node)
        stray = Block(9, bytes(32), 1 << 60, body=REWARD)
        self.give(node, peer, stray)
        self.check_given(node, stray)
        self.assertEqual(self.tip(peer), (0, 0))
        kept = node.stats()["kept"]
        self.assertEqual((kept["headers"], kept["aside"]), (1, 1))

    def test_headers_are_linked_in_whatever_order_they_come(self):
        node = self.node()
        peer = self.greet(node)
        blocks = row(6)
        for i in [1, 0, 2, 5, 4, 3]:
            self.give(node, peer, blocks[i])
        self.check_chain(peer, blocks)
        self.assertEqual(self.headers(peer, bytes(32), blocks[3].id), [block.header for block in blocks[4:]])
        self.assertEqual(node.stats()["kept"]["aside"], 0)

    def test_the_chain_is_that_of_most_total_difficulty(self):
        node = self.node()
        peer = self.greet(node)
        trunk = row(3)
        branch = [trunk[0].next(seed="branch", body=REWARD)]
        branch.append(branch[0].next(5, body=REWARD))
        for block in [*trunk, branch[0]]:
            self.give(node, peer, block)
        self.check_chain(peer, trunk)
        self.give(node, peer, branch[1])
        self.check_chain(peer, [trunk[0], *branch])
        self.give(node, peer, trunk[2].next(1, body=REWARD))  # one block more, and less difficulty
        self.check_chain(peer, [trunk[0], *branch])
        node.ask(f"keep header {trunk[1].header.hex()}")  # the operator's word
        self.assertEqual(self.headers(peer, USERNET_GENESIS)[:2], [trunk[0].header, trunk[1].header])

    def test_a_header_that_contradicts_its_predecessor_is_not_kept(self):
        node = self.node()
        peer = self.greet(node)
        block = first()
        self.give(node, peer, block)
        for wrong in [Block(3, block.id, 100), Block(2, block.id, block.difficulty), Block(2, USERNET_GENESIS, 100)]:
            peer.send(HEADER, wrong.header)
            peer.check_served()  # not asked for either
            node.event("header", hash=wrong.id.hex())
        self.check_chain(peer, [block])

    def test_the_tip_that_the_operator_has_set_stays(self):
        node = self.node()
        peer = self.greet(node)
        self.assertIs(node.ask("tip 55 999")["ok"], True)
        self.give(node, peer, first())
        self.assertEqual(self.tip(peer), (999, 55))

    def test_a_restart_forgets(self):
        block = first()
        for life in range(2):
            with self.subTest(life=life):
                node = self.node()
                peer = self.greet(node)
                peer.send(GET_BLOCK, block.id)
                peer.send(GET_HEADERS, b"\1" + USERNET_GENESIS)
                self.assertEqual(self.tip(peer), (0, 0))  # and neither block nor headers before it
                self.give(node, peer, block)
                self.check_given(node, block)
                self.assertIs(node.ask("quit")["ok"], True)
                self.assertEqual(node.status(), 0)

    def test_the_oldest_blocks_go_when_there_are_too_many_but_the_operators_stay(self):
        node = self.node("--max-blocks", "3", "--unpaced")
        peer = self.greet(node, port=4000)
        own = first(seed="own")
        self.assertIs(node.ask(f"keep block {own.body.hex()}")["ok"], True)
        blocks = row(5)
        for block in blocks:
            peer.send(BLOCK, block.body)
        peer.check_served()
        for gone in blocks[:2]:
            peer.send(GET_BLOCK, gone.id)
            peer.check_served()
        for there in [own, *blocks[2:]]:
            peer.send(GET_BLOCK, there.id)
            self.assertEqual(peer.expect(BLOCK), there.body)
        kept = node.stats()["kept"]
        self.assertEqual((kept["blocks"], kept["bytes"], kept["dropped"]), (3, 3 * len(own.body), 2))
        peer.send(HEADER, blocks[0].header)
        peer.check_served()  # what has been here is not fetched again
        self.check_chain(peer, blocks)

    def test_the_oldest_headers_go_when_there_are_too_many(self):
        node = self.node("--max-blocks", "3", "--unpaced")
        peer = self.greet(node, port=4000)
        for block in row(40):
            peer.send(BLOCK, block.body)
        for i in range(5):
            peer.send(BLOCK, Block(9, bytes(32), 1 << 60, seed=i, body=REWARD).body)
        peer.check_served()
        kept = node.stats()["kept"]
        self.assertEqual((kept["headers"], kept["aside"], kept["blocks"]), (30, 3, 3))
        self.assertEqual(self.tip(peer), (row(40)[-1].difficulty, 40))
        peer.send(GET_HEADERS, b"\1" + USERNET_GENESIS)  # what follows is gone
        peer.check_served()
        last = row(40)[-3:]
        self.assertEqual(self.headers(peer, last[0].id), [block.header for block in last[1:]])

    def test_a_name_that_comes_back_for_another_block_makes_no_chain_without_beginning(self):
        node = self.node("--max-blocks", "1", "--unpaced")
        peer = self.greet(node, port=4000)
        lost, child = row(2)
        other = Block(1, USERNET_GENESIS, 50, body=REWARD)
        fillers = [first(seed=i) for i in range(8)]
        again = Block(3, child.id, 100, body=REWARD, proof=lost.proof)
        self.assertEqual(again.id, lost.id)
        for block in [lost, child, other, *fillers, again]:
            peer.send(BLOCK, block.body)
        self.check_chain(peer, [other])

    def test_few_are_asked_for_at_once_and_none_if_none_are_wanted(self):
        node = self.node("--unpaced")
        peer = self.greet(node, port=4000)
        for i in range(100):
            peer.send(HEADER, Block(9, bytes(32), 1, seed=i).header)
        peer.send(PING, ping())
        asked = 0
        while (message := peer.receive())[0] != PONG:
            asked += message[0] == GET_COMPACT_BLOCK
        self.assertEqual(asked, 16)
        node = self.node("--max-blocks", "0")
        peer = self.greet(node, port=4000)
        peer.send(HEADER, first().header)
        peer.send(BLOCK, first().body)
        peer.check_served()
        self.assertEqual(node.stats()["kept"], {"headers": 0, "aside": 0, "blocks": 0, "bytes": 0, "dropped": 0,
                                                "passed_on": 0})

    def test_on_the_internet_nothing_is_passed_on_or_believed_that_nobody_has_verified(self):
        nodes = [self.node("--network", "testnet", "--max-outbound", "0") for _ in range(3)]
        for one, other in zip(nodes, nodes[1:]):
            self.assertIs(other.ask(f"connect {one.address}")["ok"], True)
            one.event("peer_connected")
        genesis = bytes.fromhex("edc758c1370d43e1d733f70f58cf187c3be8242830429b1676b89fd91ccf2dab")
        block = Block(1, genesis, 4, body=REWARD, edge_bits=31)
        self.assertEqual(nodes[0].ask(f"broadcast block {block.body.hex()}")["sent"], 1)
        nodes[1].event("block", hash=block.id.hex())
        kept = nodes[1].stats()["kept"]
        self.assertEqual((kept["blocks"], kept["passed_on"]), (1, 0))

    def test_what_is_no_news_is_not_told(self):
        node = self.node()
        refused = node.ask(f"broadcast ping {'00' * 16}")
        self.assertEqual((refused["ok"], refused["error"]), (False, "a ping is no news of the chain"))
        self.assertIs(node.ask("broadcast block 00")["ok"], False)
