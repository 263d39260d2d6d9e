"""The best chain of a node: which announcements of peers count, and which do not."""

from block_case import COMPACT_REWARD, REWARD, BlockCase, first, row
from protocol import BLOCK, COMPACT_BLOCK, GET_BLOCK, HEADER, USERNET_GENESIS, Block


class BestChain(BlockCase):
    def test_a_header_with_the_proof_of_another_does_not_keep_the_true_block_out(self):
        block = first()
        for lie in [self.impostor(block), self.impostor(block, previous=USERNET_GENESIS)]:
            for message in ["header", "compact block", "block"]:
                with self.subTest(message=message, height=lie.height):
                    node = self.node("--no-rate-limit")
                    liar, peer = self.greet(node, port=4000), self.greet(node, port=4001)
                    kind, body = {"header": (HEADER, lie.header), "block": (BLOCK, lie.body),
                                  "compact block": (COMPACT_BLOCK, lie.header + COMPACT_REWARD)}[message]
                    liar.send(kind, body)
                    node.event(message.replace(" ", "_"))
                    liar.close()
                    node.event("peer_disconnected")
                    if message == "block" and lie.height == 1 and lie.header[18:50] == USERNET_GENESIS:
                        continue  # which of the two is true cannot be known without verifying the proof
                    peer.tip = (block.difficulty, 1)
                    peer.send(HEADER, block.header)
                    while peer.receive()[0] != GET_BLOCK:
                        pass
                    peer.send(BLOCK, block.body)
                    node.event("block", hash=block.id.hex())
                    asking = self.greet(node, port=4002)
                    asking.send(GET_BLOCK, block.id)
                    self.assertEqual(asking.expect(BLOCK), block.body)
                    self.check_chain(asking, [block])

    def test_an_announced_difficulty_without_its_block_is_no_tip(self):
        node = self.node("--no-rate-limit")
        peer = self.greet(node, port=4000)
        blocks = row(5)
        for block in [*blocks[:2], blocks[3]]:
            peer.send(BLOCK, block.body)
        for block in blocks:
            peer.send(HEADER, block.header)
        peer.check_served_among_messages()
        self.check_chain(self.greet(node), blocks[:2])
        peer.send(BLOCK, blocks[2].body)
        peer.check_served_among_messages()
        self.check_chain(self.greet(node), blocks[:4])

    def test_an_excessive_difficulty_does_not_stop_the_node_from_following_other_blocks(self):
        for claim in [2_000, 1 << 40, (1 << 64) - 1]:
            with self.subTest(claim=claim):
                node = self.node("--no-rate-limit")
                liar, peer = self.greet(node, port=4000), self.greet(node, port=4001)
                blocks = row(4)
                for block in blocks[:2]:
                    peer.send(BLOCK, block.body)
                peer.check_served_among_messages()
                for lie in [Block(1, USERNET_GENESIS, claim, seed="lie", body=REWARD),
                            Block(3, blocks[1].id, claim, body=REWARD), Block(9, bytes(32), claim, body=REWARD)]:
                    liar.send(HEADER, lie.header)
                    liar.send(BLOCK, lie.body)
                liar.check_served_among_messages()
                for block in blocks[2:]:
                    peer.send(BLOCK, block.body)
                peer.check_served_among_messages()
                self.check_chain(self.greet(node, port=4002), blocks)

    def test_difficulty_may_double_from_block_to_block(self):
        node = self.node("--no-rate-limit")
        peer = self.greet(node, port=4000)
        blocks = [Block(1, USERNET_GENESIS, 1024, body=REWARD)]
        for i in range(1, 40):
            blocks.append(blocks[-1].next(1024 << i, body=REWARD))
        for block in blocks:
            peer.send(BLOCK, block.body)
        peer.check_served_among_messages()
        peer.send(BLOCK, blocks[-1].next((1024 << 40) + 1, seed="too much", body=REWARD).body)
        peer.check_served_among_messages()
        self.check_chain(self.greet(node, port=4001), blocks)

    def test_long_chains_replace_each_other_and_every_part_of_the_best_one_is_announced(self):
        node = self.node("--no-rate-limit", "--max-blocks", "1000")
        peer = self.greet(node, port=4000)
        chains = [row(700), row(700, seed="other")]
        for block in [*chains[0], *chains[1]]:
            peer.send(BLOCK, block.body)
        peer.check_served_among_messages()
        for i in range(50):
            for chain in chains:
                chain.append(Block(chain[-1].height + 1, chain[-1].id, 1000 + 2 * i + (chain is chains[1]), seed=i,
                                   body=REWARD))
                peer.send(BLOCK, chain[-1].body)
            peer.check_served_among_messages()
            best = chains[1]
            other = self.greet(node)
            self.assertEqual(self.tip(other), (best[-1].difficulty, best[-1].height))
            for start in [0, 1, 7, 64, 300, 690]:
                sent = self.headers(other, chains[0][-1].id, best[start].id)
                self.assertEqual(sent, [block.header for block in best[start + 1:][:512]])
            other.close()

    def test_many_other_branches_do_not_replace_the_main_chain(self):
        node = self.node("--no-rate-limit", "--max-blocks", "10")  # 100 headers
        peer = self.greet(node, port=4000)
        chain = row(50)
        for block in chain:
            peer.send(BLOCK, block.body)
        for i in range(300):
            peer.send(BLOCK, first(seed=i).body)
        peer.check_served_among_messages()
        self.check_chain(self.greet(node, port=4001), chain)
        self.assertEqual(node.stats()["cache"]["headers"], 100)

    def test_blocks_are_linked_in_any_order(self):
        node = self.node("--no-rate-limit")
        peer = self.greet(node)
        blocks = row(6)
        for i in [1, 0, 2, 5, 4, 3]:
            peer.send(BLOCK, blocks[i].body)
        peer.check_served_among_messages()
        peer = self.greet(node)
        self.check_chain(peer, blocks)
        self.assertEqual(self.headers(peer, bytes(32), blocks[3].id), [block.header for block in blocks[4:]])
        self.assertEqual(node.stats()["cache"]["orphans"], 0)

    def test_the_chain_is_that_of_most_total_difficulty(self):
        node = self.node("--no-rate-limit")
        peer = self.greet(node)
        trunk = row(3)
        branch = [trunk[0].next(seed="branch", body=REWARD)]
        branch.append(branch[0].next(5, body=REWARD))
        for block in trunk:
            self.give(node, peer, block)
        peer.send(BLOCK, branch[0].body)
        self.check_chain(peer, trunk)
        self.give(node, peer, branch[1])
        self.check_chain(peer, [trunk[0], *branch])
        peer.send(BLOCK, trunk[2].next(1, body=REWARD).body)  # one block more, and less difficulty
        self.check_chain(peer, [trunk[0], *branch])
        node.ask(f"serve header {trunk[1].header.hex()}")  # set by the operator
        self.assertEqual(self.headers(peer, USERNET_GENESIS)[:2], [trunk[0].header, trunk[1].header])

    def test_a_header_that_contradicts_its_predecessor_is_not_kept(self):
        node = self.node()
        peer = self.greet(node)
        block = first()
        self.give(node, peer, block)
        for wrong in [Block(3, block.id, 100), Block(2, block.id, block.difficulty), Block(2, USERNET_GENESIS, 100)]:
            peer.send(HEADER, wrong.header)
            peer.check_served_among_messages()
            node.event("header", hash=wrong.id.hex())
        self.assertEqual(node.stats()["cache"]["headers"], 1)
        peer = self.greet(node)
        self.check_chain(peer, [block])

    def test_a_hash_that_is_reused_for_another_block_makes_no_cycle(self):
        node = self.node("--max-blocks", "1", "--no-rate-limit")
        peer = self.greet(node, port=4000)
        lost, child = row(2)
        other = Block(1, USERNET_GENESIS, 50, body=REWARD)
        fillers = [first(seed=i) for i in range(8)]
        again = Block(3, child.id, 100, body=REWARD, proof=lost.proof)
        self.assertEqual(again.id, lost.id)
        for block in [lost, child, other, *fillers, again]:
            peer.send(BLOCK, block.body)
        peer.check_served_among_messages()
        self.check_chain(self.greet(node), [other])

    def test_the_tip_that_the_operator_has_set_stays(self):
        node = self.node()
        peer = self.greet(node)
        self.assertIs(node.ask("tip 55 999")["ok"], True)
        peer.send(BLOCK, first().body)
        node.event("block")
        self.assertEqual(self.tip(peer), (999, 55))
