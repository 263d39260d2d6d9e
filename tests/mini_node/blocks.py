"""Blocks from peers: requested, kept, sent on request, announced, and dropped."""

from block_case import AT_GENESIS, REWARD, BlockCase, first, row
from protocol import BLOCK, GET_BLOCK, GET_HEADERS, HEADER, USERNET_GENESIS, Block


class Blocks(BlockCase):
    def row_of_nodes(self):
        nodes = [self.node("--max-outbound", "0") for _ in range(3)]
        for one, other in zip(nodes, nodes[1:]):
            self.assertIs(other.ask(f"connect {one.address}")["ok"], True)
            one.event("peer_connected")
        return nodes

    def check_arrival(self, node, block):
        """Checks that the block was announced, and has arrived, once."""
        events = ["header", "block"]
        for event in events:
            self.assertEqual(node.event(event)["hash"], block.id.hex())
        node.ask("stats")
        self.assertFalse([line for line in node.lines if line.get("event") in events])

    def test_an_announced_block_is_relayed_from_node_to_node_and_sent_by_each_on_request(self):
        one, two, three = self.row_of_nodes()
        block = first()
        report = one.ask(f"broadcast block {block.body.hex()}")
        self.assertEqual((report["ok"], report["sent"]), (True, 1))
        self.assertEqual(two.event("block")["hash"], block.id.hex())
        self.check_arrival(three, block)
        for node in [one, two, three]:
            self.check_given(node, block)
            self.check_chain(self.greet(node), [block])
        self.assertEqual([node.stats()["cache"]["relayed"] for node in [one, two, three]], [0, 1, 1])

    def test_a_served_block_is_requested_when_its_header_is_announced(self):
        one, two, three = self.row_of_nodes()
        block = first()
        self.assertIs(one.ask(f"serve block {block.body.hex()}")["ok"], True)
        two_at = one.ask("peers")["peers"][0]["peer"]
        self.assertIs(one.ask(f"send {two_at} header {block.header.hex()}")["ok"], True)
        for node in [two, three]:
            self.check_arrival(node, block)
        self.check_given(three, block)

    def test_a_block_from_one_peer_is_announced_to_the_others_once(self):
        node = self.node()
        giver, other, late = (self.greet(node, port=port) for port in [4000, 4001, 4002])
        block = first()
        self.give(node, giver, block)
        self.assertEqual(other.expect(HEADER), block.header)
        self.assertEqual(late.expect(HEADER), block.header)
        for peer in [giver, other, late]:
            peer.send(HEADER, block.header)  # known
            peer.send(BLOCK, block.body)
            peer.check_served()  # neither a request nor a second header before the pong
        self.assertEqual(node.stats()["cache"]["relayed"], 1)
        node.event("block", hash=block.id.hex())  # behind the event of the response: the first unsolicited one
        self.assertEqual(node.stats()["metrics"]["pappus_validations_skipped_total"], 5)

    def test_a_block_with_an_unknown_predecessor_is_served_but_no_tip(self):
        node = self.node()
        peer = self.greet(node)
        stray = Block(9, bytes(32), 1 << 60, body=REWARD)
        peer.send(BLOCK, stray.body)
        node.event("block")
        self.check_given(node, stray)
        self.assertEqual(self.tip(self.greet(node)), AT_GENESIS)
        kept = node.stats()["cache"]
        self.assertEqual((kept["headers"], kept["orphans"]), (1, 1))

    def test_a_restart_drops_all_blocks(self):
        block = first()
        for life in range(2):
            with self.subTest(life=life):
                node = self.node()
                peer = self.greet(node)
                peer.send(GET_BLOCK, block.id)
                peer.send(GET_HEADERS, b"\1" + USERNET_GENESIS)
                self.assertEqual(self.tip(peer), AT_GENESIS)  # and neither blocks nor headers before it
                self.give(node, peer, block)
                self.check_given(node, block)
                self.assertIs(node.ask("quit")["ok"], True)
                self.assertEqual(node.status(), 0)

    def test_the_oldest_blocks_are_dropped_when_there_are_too_many_but_not_those_of_the_operator(self):
        node = self.node("--max-blocks", "3", "--no-rate-limit")
        peer = self.greet(node, port=4000)
        own = first(seed="own")
        self.assertIs(node.ask(f"serve block {own.body.hex()}")["ok"], True)
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
        kept = node.stats()["cache"]
        self.assertEqual((kept["blocks"], kept["bytes"], kept["dropped"]), (3, 3 * len(own.body), 2))
        peer.send(HEADER, blocks[0].header)
        peer.check_served()  # a dropped block is not requested again
        self.check_chain(peer, blocks)

    def test_the_oldest_headers_are_dropped_when_there_are_too_many(self):
        node = self.node("--max-blocks", "3", "--no-rate-limit")
        peer = self.greet(node, port=4000)
        for block in row(40):
            peer.send(BLOCK, block.body)
        for i in range(5):
            peer.send(BLOCK, Block(9, bytes(32), 1 << 60, seed=i, body=REWARD).body)
        peer.check_served_among_messages()
        peer = self.greet(node)
        kept = node.stats()["cache"]
        self.assertEqual((kept["headers"], kept["orphans"], kept["blocks"]), (33, 3, 3))
        self.assertEqual(self.tip(peer), (row(40)[-1].difficulty, 40))
        peer.send(GET_HEADERS, b"\1" + USERNET_GENESIS)  # the headers behind it were dropped
        peer.check_served()
        last = row(40)[-3:]
        self.assertEqual(self.headers(peer, last[0].id), [block.header for block in last[1:]])

    def test_on_the_internet_unverified_blocks_are_neither_relayed_nor_a_tip(self):
        nodes = [self.node("--network", "testnet", "--max-outbound", "0") for _ in range(3)]
        for one, other in zip(nodes, nodes[1:]):
            self.assertIs(other.ask(f"connect {one.address}")["ok"], True)
            one.event("peer_connected")
        genesis = bytes.fromhex("edc758c1370d43e1d733f70f58cf187c3be8242830429b1676b89fd91ccf2dab")
        block = Block(1, genesis, 4, body=REWARD, edge_bits=31)
        self.assertEqual(nodes[0].ask(f"broadcast block {block.body.hex()}")["sent"], 1)
        nodes[1].event("block", hash=block.id.hex())
        kept = nodes[1].stats()["cache"]
        self.assertEqual((kept["blocks"], kept["relayed"]), (1, 0))
        self.assertEqual(nodes[1].stats()["metrics"]["pappus_sync_headers_received_total"], 0)

    def test_a_known_block_is_not_announced(self):
        node = self.node()
        refused = node.ask(f"broadcast ping {'00' * 16}")
        self.assertEqual((refused["ok"], refused["error"]), (False, "MESSAGE: 'ping' is not news of the chain: header, block, compact_block"))
        self.assertIs(node.ask("broadcast block 00")["ok"], False)
