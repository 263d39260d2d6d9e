"""Whom a node asks for the blocks that it is told of: few at once, none in vain, and one after the other."""

import time

from block_case import COMPACT_REWARD, REWARD, BlockCase, first, row
from protocol import (BLOCK, COMPACT_BLOCK, GET_BLOCK, GET_COMPACT_BLOCK, HEADER, PATIENCE, PING, PONG, Block,
                      frame, ping)


class Fetching(BlockCase):
    def test_of_a_burst_of_300_no_block_is_lost(self):
        node = self.node("--no-rate-limit")
        peer = self.greet(node, port=4000)
        blocks = row(300)
        peer.send_raw(b"".join(frame(HEADER, block.header) for block in blocks))
        self.assertEqual(self.serve(peer, blocks, 300), [block.id for block in blocks])
        self.wait_for(node, blocks=300, passed_on=300)
        self.assertEqual(node.stats()["wanted"], {"blocks": 0, "overlooked": 0, "unavailable": 0})
        self.check_chain(self.greet(node), blocks)

    def test_of_a_burst_that_one_tells_of_and_does_not_give_another_gives_all(self):
        node = self.node("--no-rate-limit")
        silent, peer = self.greet(node, port=4000), self.greet(node, port=4001)
        blocks = row(100)
        for each in [silent, peer]:
            each.send_raw(b"".join(frame(HEADER, block.header) for block in blocks))
            while each.receive()[0] != GET_COMPACT_BLOCK and each is silent:
                pass
        given = self.serve(peer, blocks, 84)  # all but those that the other is being asked for
        silent.close()
        given += self.serve(peer, blocks, 16)
        self.assertEqual(len(set(given)), 100)
        self.wait_for(node, blocks=100, passed_on=100, aside=0)

    def test_who_does_not_answer_is_not_waited_for(self):
        node = self.node("--no-rate-limit")
        silent, peer = self.greet(node, port=4000), self.greet(node, port=4001)
        blocks = row(3)
        for each in [silent, peer]:
            each.send_raw(b"".join(frame(HEADER, block.header) for block in blocks))
            each.check_served_amid_news()
        self.assertEqual(len(set(self.serve(peer, blocks, 3))), 3)
        self.wait_for(node, blocks=3, passed_on=3)

    def test_more_blocks_than_anybody_mines_are_not_asked_for_and_that_is_said(self):
        node = self.launch("--no-rate-limit").listen()
        peer = self.greet(node, port=4000)
        for i in range(600):
            peer.send(HEADER, Block(9, bytes(32), 1, seed=i).header)
        peer.check_served_amid_news()
        self.assertEqual(node.stats()["wanted"], {"blocks": 16 + 512, "overlooked": 600 - 16 - 512, "unavailable": 0})
        peer.close()
        while node.stats()["wanted"] != {"blocks": 0, "overlooked": 72, "unavailable": 528}:
            time.sleep(0.01)
        self.assertEqual(node.end(), 0)
        self.assertIn("peers tell of more blocks than they can be asked for", node.errors()[0])

    def test_a_block_that_was_asked_for_and_turns_out_to_be_another_is_asked_for_again(self):
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

    def test_what_came_before_a_block_is_asked_for_when_it_does_not_come_by_itself(self):
        node = self.node("--no-rate-limit")
        peer = self.greet(node, port=4000)
        ours, theirs = row(6), row(13, seed="theirs")
        for block in ours:
            peer.send(BLOCK, block.body)
        peer.check_served_amid_news()
        peer.send(HEADER, theirs[-1].header)
        self.assertEqual(self.serve(peer, theirs, 13), [block.id for block in reversed(theirs)])
        self.wait_for(node, aside=0, blocks=19)
        self.check_chain(self.greet(node, port=4001), theirs)

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

    def test_few_are_asked_for_at_once_and_none_if_none_are_wanted(self):
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
        self.assertEqual(node.stats()["kept"], {"headers": 0, "aside": 0, "blocks": 0, "bytes": 0, "dropped": 0,
                                                "passed_on": 0})

    def test_a_clock_that_the_blocks_contradict_is_warned_of_once_and_no_peer_is_at_fault(self):
        for by, early, warnings in [(-600, 0, ["ahead of the blocks"]), (600, 12, ["not taken", "behind the blocks"])]:
            node = self.node()
            peer = self.greet(node, port=4000)
            Block.made_at = int(time.time()) + by
            for i in range(12):
                peer.send(HEADER, Block(9, bytes(32), 1, seed=i).header)
            peer.check_served_amid_news()
            stats = node.stats()
            self.assertAlmostEqual(stats["clock"]["difference"], -by, delta=PATIENCE)
            self.assertEqual((stats["clock"]["headers"], stats["clock"]["early_headers"]), (11, early))
            self.assertEqual(len(node.ask("peers")["peers"]), 1)
            self.assertEqual(node.ask("bans")["bans"], [])
            self.assertEqual(node.end(), 0)
            self.assertEqual(len(node.errors()), len(warnings), node.errors())
            for said, warning in zip(node.errors(), warnings):
                self.assertIn(warning, said)
