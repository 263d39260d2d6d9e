"""The node follows the chain of its peers: it requests what it lacks of the chain with the most work."""

import time

from block_case import AT_GENESIS, REWARD, BlockCase, first, row
from protocol import BLOCK, GET_BLOCK, HEADER, PATIENCE, USERNET_GENESIS, Block


class Following(BlockCase):
    def requested(self, servers):
        return [each for server in servers for each in server.requested]

    def check_requested(self, servers, blocks):
        """Checks that these blocks, and no others, were requested."""
        self.assertEqual(set(self.requested(servers)), {block.id for block in blocks})

    def test_a_new_node_downloads_the_headers_and_blocks_of_its_peers(self):
        node = self.node()
        blocks = row(600)
        servers = self.serve(node, blocks, 8)
        node.event("sync", stage="blocks")
        self.wait_for_tip(node, blocks[-1])
        self.check_requested(servers, blocks)
        locators = [each for server in servers for each in server.locators]
        self.assertEqual(locators[0], [USERNET_GENESIS])
        self.assertEqual(node.stats()["cache"]["blocks"], 600)
        self.check_chain(self.greet(node), blocks)

    def test_the_chain_goes_from_node_to_node(self):
        nodes = [self.node("--max-outbound", "0") for _ in range(3)]
        blocks = row(40)
        for block in blocks:
            self.assertIs(nodes[0].ask(f"serve block {block.body.hex()}")["ok"], True)
        for one, other in zip(nodes, nodes[1:]):
            self.assertIs(other.ask(f"connect {one.address}")["ok"], True)
        for node in nodes[1:]:
            self.wait_for_tip(node, blocks[-1])
            self.check_chain(self.greet(node), blocks)

    def test_after_a_partition_only_what_is_missing_is_requested(self):
        node = self.node()
        blocks = row(320)
        before = self.serve(node, blocks[:20])
        self.wait_for_tip(node, blocks[19])
        before[0].close()
        node.event("peer_disconnected")
        servers = self.serve(node, blocks, 8)
        self.wait_for_tip(node, blocks[-1])
        self.check_requested(servers, blocks[20:])
        self.assertEqual([server.locators[0][0] for server in servers if server.locators], [blocks[19].id])

    def test_of_300_blocks_announced_at_once_none_is_lost(self):
        node = self.node("--no-rate-limit")
        blocks = row(300)
        servers = self.serve(node, blocks[:1], 8)
        self.wait_for_tip(node, blocks[0])
        for server in servers:
            server.has(blocks)
            server.announce(*blocks[1:])
        self.wait_for_tip(node, blocks[-1])
        self.check_requested(servers, blocks)
        self.assertEqual(node.stats()["cache"]["orphans"], 0)

    def test_the_ancestors_of_an_announced_block_are_requested(self):
        node = self.node("--no-rate-limit")
        ours, theirs = row(6), row(13, seed="theirs")
        peer = self.greet(node, port=4000)
        for block in ours:
            peer.send(BLOCK, block.body)
        peer.check_served_among_messages()
        [server] = self.serve(node, theirs[:1])
        server.has(theirs)
        server.announce(theirs[-1])
        self.wait_for_tip(node, theirs[-1])
        self.check_requested([server], theirs)
        self.check_chain(self.greet(node), theirs)

    def test_a_reorganization_to_more_work_is_followed_and_one_to_equal_work_is_not(self):
        node = self.node()
        ours = row(20)
        fork = ours[:12]
        while len(fork) < 20:
            fork.append(fork[-1].next(seed="fork", body=REWARD))
        [server] = self.serve(node, ours)
        self.wait_for_tip(node, ours[-1])
        server.requested.clear()
        server.has(fork)
        server.announce(fork[-1])
        more = [*fork, fork[-1].next(seed="fork", body=REWARD)]
        node.event("header", hash=fork[-1].id.hex())
        node.stats()
        self.check_chain(self.greet(node), ours)
        self.assertEqual(server.requested, [])
        server.has(more)
        server.announce(more[-1])
        self.wait_for_tip(node, more[-1])
        self.check_requested([server], more[12:])
        self.check_chain(self.greet(node), more)

    def test_blocks_that_one_peer_does_not_send_come_from_another(self):
        node = self.node()
        blocks = row(40)
        silent, server = self.serve(node, blocks, 2)
        silent.lost = {block.id for block in blocks}
        self.wait_for_tip(node, blocks[-1])
        self.assertEqual(node.ask("bans")["bans"], [])

    def test_blocks_requested_from_a_peer_that_leaves_come_from_another(self):
        node = self.node()
        blocks = row(30)
        [leaving] = self.serve(node, blocks)
        leaving.lost = {block.id for block in blocks[10:]}
        node.event("block", hash=blocks[9].id.hex())
        self.serve(node, blocks)
        leaving.close()
        self.wait_for_tip(node, blocks[-1])

    def test_a_response_with_another_block_is_not_blamed_and_the_true_one_is_followed(self):
        node = self.node("--no-rate-limit")
        block = first()
        liar = self.greet(node, port=4000)
        liar.tip = (block.difficulty, 1)
        liar.send(HEADER, block.header)
        self.assertEqual(liar.expect(GET_BLOCK), block.id)
        liar.send(BLOCK, self.impostor(block).body)
        node.event("block", hash=block.id.hex())
        self.assertEqual(len(node.ask("peers")["peers"]), 1)
        liar.close()
        self.serve(node, [block])
        self.wait_for_tip(node, block)
        self.check_chain(self.greet(node), [block])

    def test_headers_whose_blocks_no_peer_sends_do_not_keep_the_node_from_another_chain(self):
        node = self.node()
        blocks, branch = row(20), row(9, seed="branch")
        peer = self.greet(node, port=4000)
        lie = self.impostor(blocks[9], previous=branch[8].id)
        for header in [*(block.header for block in branch), lie.header]:
            peer.send(HEADER, header)
        peer.check_served_among_messages()
        peer.close()
        [server] = self.serve(node, blocks)
        node.event("sync", header_tip={"height": 20, "total_difficulty": blocks[-1].difficulty})
        deadline = time.monotonic() + 120
        while self.tip(self.greet(node))[1] != 20:
            self.assertLess(time.monotonic(), deadline)
            time.sleep(1)
        self.check_chain(self.greet(node), blocks)
        self.assertEqual(node.ask("bans")["bans"], [])
        self.assertIn(server.peer.tip[1], [peer["height"] for peer in node.ask("peers")["peers"]])

    def test_only_the_last_of_the_blocks_that_the_node_catches_up_with_is_announced(self):
        node = self.node()
        watching = self.serve(node, row(1, seed="other"))[0]
        watching.lost = {block.id for block in watching.blocks}
        blocks = row(30)
        self.serve(node, blocks)
        self.wait_for_tip(node, blocks[-1])
        node.stats()
        self.assertEqual(node.stats()["cache"]["relayed"], 1)
        deadline = time.monotonic() + PATIENCE
        while not watching.announced:
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.01)
        self.assertEqual(watching.announced, [blocks[-1].header])

    def test_a_chain_that_is_longer_than_what_is_kept_is_followed(self):
        node = self.node("--max-blocks", "5")
        blocks = row(120)
        self.serve(node, blocks, 8)
        self.wait_for_tip(node, blocks[-1])
        kept = node.stats()["cache"]
        self.assertEqual((kept["blocks"], kept["headers"], kept["ahead"]), (5, 50, 0))
        self.assertEqual(self.headers(self.greet(node), blocks[-3].id), [block.header for block in blocks[-2:]])

    def test_headers_are_downloaded_no_further_ahead_of_the_blocks_than_there_is_room(self):
        node = self.node()
        blocks = row(2600)
        [server] = self.serve(node, blocks)
        server.lost = {block.id for block in blocks}
        node.event("sync", header_tip={"height": 2048, "total_difficulty": blocks[2047].difficulty})
        server.announce(blocks[2048])
        node.event("header", hash=blocks[2048].id.hex())
        self.assertEqual(node.stats()["cache"]["ahead"], 2048)
        self.assertEqual(len(node.ask("peers")["peers"]), 1)

    def test_nothing_is_requested_if_no_blocks_are_wanted(self):
        node = self.node("--max-blocks", "0")
        peer = self.greet(node, port=4000)
        peer.tip = (4, 1)
        peer.send(HEADER, first().header)
        peer.send(BLOCK, first().body)
        peer.check_served()
        node.event("block")
        self.assertEqual(set(node.stats()["cache"].values()), {0})

    def test_a_peer_that_has_only_the_first_block_is_asked_for_nothing(self):
        node = self.node()
        peer = self.greet(node, difficulty=AT_GENESIS[0])
        peer.tip = AT_GENESIS
        peer.check_served()
        event = node.event("sync")
        self.assertEqual(event["stage"], "following")
        peer.check_served()

    def test_a_clock_that_contradicts_the_blocks_is_logged_once_without_blame_for_a_peer(self):
        for by, early, warnings in [(-600, 0, ["ahead of the blocks"]), (600, 12, ["not taken", "behind the blocks"])]:
            node = self.node()
            peer = self.greet(node, port=4000)
            Block.made_at = int(time.time()) + by
            for i in range(12):
                peer.send(HEADER, Block(9, bytes(32), 1, seed=i).header)
            peer.check_served_among_messages()
            stats = node.stats()
            self.assertAlmostEqual(stats["clock"]["difference"], -by, delta=PATIENCE)
            self.assertEqual((stats["clock"]["headers"], stats["clock"]["early_headers"]), (11, early))
            self.assertEqual(len(node.ask("peers")["peers"]), 1)
            self.assertEqual(node.ask("bans")["bans"], [])
            self.assertEqual(node.end(), 0)
            self.assertEqual(len(node.errors()), len(warnings), node.errors())
            for line, warning in zip(node.errors(), warnings):
                self.assertIn(warning, line)
