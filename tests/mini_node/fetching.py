"""Requests for announced blocks: few at once, one peer after the other."""

import time

from block_case import COMPACT_REWARD, REWARD, BlockCase, first, row
from protocol import (BLOCK, COMPACT_BLOCK, GET_BLOCK, GET_COMPACT_BLOCK, HEADER, PATIENCE, PING, PONG, Block,
                      frame, ping)


def counted(blocks, dropped, unavailable):
    """What is counted of the requests for blocks, with the former key."""
    return {"blocks": blocks, "dropped": dropped, "unavailable": unavailable, "overlooked": dropped}


class Fetching(BlockCase):
    def test_of_300_blocks_announced_at_once_none_is_lost(self):
        node = self.node("--no-rate-limit")
        peer = self.greet(node, port=4000)
        blocks = row(300)
        peer.send_raw(b"".join(frame(HEADER, block.header) for block in blocks))
        self.assertEqual(self.serve(peer, blocks, 300), [block.id for block in blocks])
        self.wait_for(node, blocks=300, relayed=300)
        self.assertEqual(node.stats()["block_requests"], counted(0, 0, 0))
        self.check_chain(self.greet(node), blocks)

    def test_blocks_that_one_peer_announces_and_does_not_send_come_from_another(self):
        node = self.node("--no-rate-limit")
        silent, peer = self.greet(node, port=4000), self.greet(node, port=4001)
        blocks = row(100)
        for each in [silent, peer]:
            each.send_raw(b"".join(frame(HEADER, block.header) for block in blocks))
            while each.receive()[0] != GET_COMPACT_BLOCK and each is silent:
                pass
        given = self.serve(peer, blocks, 84)  # all but those requested from the other peer
        silent.close()
        given += self.serve(peer, blocks, 16)
        self.assertEqual(len(set(given)), 100)
        self.wait_for(node, blocks=100, relayed=100, orphans=0)

    def test_a_peer_that_does_not_respond_is_not_waited_for(self):
        node = self.node("--no-rate-limit")
        silent, peer = self.greet(node, port=4000), self.greet(node, port=4001)
        blocks = row(3)
        for each in [silent, peer]:
            each.send_raw(b"".join(frame(HEADER, block.header) for block in blocks))
            each.check_served_among_messages()
        self.assertEqual(len(set(self.serve(peer, blocks, 3))), 3)
        self.wait_for(node, blocks=3, relayed=3)

    def test_more_blocks_than_can_be_mined_are_not_requested_with_a_warning(self):
        node = self.launch("--no-rate-limit").listen()
        peer = self.greet(node, port=4000)
        for i in range(600):
            peer.send(HEADER, Block(9, bytes(32), 1, seed=i).header)
        peer.check_served_among_messages()
        self.assertEqual(node.stats()["block_requests"], counted(16 + 512, 600 - 16 - 512, 0))
        peer.close()
        while node.stats()["block_requests"] != counted(0, 72, 528):
            time.sleep(0.01)
        self.assertEqual(node.end(), 0)
        self.assertIn("peers tell of more blocks than they can be asked for", node.errors()[0])

    def test_a_response_with_another_block_is_requested_again(self):
        node = self.node()
        block = first()
        liar, peer = self.greet(node, port=4000), self.greet(node, port=4001)
        liar.send(HEADER, block.header)
        self.assertEqual(liar.expect(GET_COMPACT_BLOCK), block.id)
        peer.send(HEADER, block.header)
        peer.check_served()
        liar.send(COMPACT_BLOCK, block.header + COMPACT_REWARD)
        self.assertEqual(liar.expect(GET_BLOCK), block.id)
        liar.send(BLOCK, self.impostor(block).body)
        self.assertEqual(peer.expect(GET_BLOCK), block.id)
        peer.send(BLOCK, block.body)
        self.wait_for(node, blocks=2)
        self.check_chain(self.greet(node), [block])

    def test_the_predecessors_of_a_block_are_requested_if_they_are_not_announced(self):
        node = self.node("--no-rate-limit")
        peer = self.greet(node, port=4000)
        ours, theirs = row(6), row(13, seed="theirs")
        for block in ours:
            peer.send(BLOCK, block.body)
        peer.check_served_among_messages()
        peer.send(HEADER, theirs[-1].header)
        self.assertEqual(self.serve(peer, theirs, 13), [block.id for block in reversed(theirs)])
        self.wait_for(node, orphans=0, blocks=19)
        self.check_chain(self.greet(node, port=4001), theirs)

    def test_the_next_announcing_peer_is_asked_when_the_first_leaves(self):
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

    def test_few_blocks_are_requested_at_once_and_none_if_none_are_wanted(self):
        node = self.node("--no-rate-limit")
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
        self.assertEqual(set(node.stats()["cache"].values()), {0})

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
