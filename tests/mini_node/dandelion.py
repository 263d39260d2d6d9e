"""Private transactions: the stem, its end, and that peers cannot request a transaction on it."""

import tempfile
import time
from pathlib import Path

import process
from protocol import (
    GET_TRANSACTION,
    HAND,
    SHAKE,
    STEM_TRANSACTION,
    TRANSACTION,
    TRANSACTION_KERNEL,
    Transaction,
    shake,
)


class Dandelion(process.TestCase):
    def relay_of(self, *options):
        """A node that connects to a peer of the test, and that peer."""
        listener = self.listener()
        node = self.node("--peer", listener.address, *options)
        relay = self.accept(listener)
        relay.expect(HAND)
        relay.send(SHAKE, shake())
        node.event("peer_connected")
        return node, relay

    def test_an_own_transaction_is_sent_to_one_outbound_peer_and_hidden_from_others(self):
        for mode in ["0", "1"]:
            with self.subTest(stem_probability=mode):
                node, relay = self.relay_of("--stem-probability", mode)
                other = self.greet(node, port=7)
                node.event("peer_connected", peer="127.0.0.1:7")
                sent = Transaction("own")
                kernel = sent.kernels[0].hex()
                before = node.stats()["transactions"]
                self.assertEqual(node.ask("tx " + sent.body().hex())["kernel"], kernel)
                self.assertEqual(relay.expect(STEM_TRANSACTION), sent.body())
                self.assertEqual(node.event("stemmed")["kernel"], kernel)
                other.send(GET_TRANSACTION, sent.kernels[0])
                other.check_served()
                self.assertEqual(node.stats()["transactions"], before)
                self.assertEqual(node.ask("dandelion")["private"], 1)
                self.assertIn("already", node.ask("tx " + sent.body().hex())["error"])

    def test_a_stem_is_relayed_in_a_stem_epoch(self):
        node, relay = self.relay_of("--stem-probability", "1")
        giver = self.greet(node, port=7)
        sent = Transaction("passed on")
        giver.send(STEM_TRANSACTION, sent.body())
        self.assertEqual(node.event("transaction")["phase"], "stem")
        self.assertEqual(relay.expect(STEM_TRANSACTION), sent.body())
        state = node.ask("dandelion")
        self.assertEqual((state["mode"], len(state["relays"])), ("stem", 1))
        giver.check_served()

    def test_a_stem_is_fluffed_after_the_aggregation_time_in_a_fluff_epoch(self):
        node, relay = self.relay_of("--stem-probability", "0", "--aggregation", "1")
        giver = self.greet(node, port=7)
        sent = Transaction("held")
        giver.send(STEM_TRANSACTION, sent.body())
        self.assertEqual(relay.expect(TRANSACTION_KERNEL), sent.kernels[0])
        self.assertEqual(giver.expect(TRANSACTION_KERNEL), sent.kernels[0])
        event = node.event("fluffed")
        self.assertEqual((event["reason"], event["sent"]), ("hold_over", 2))
        relay.send(GET_TRANSACTION, sent.kernels[0])
        self.assertEqual(relay.expect(TRANSACTION), sent.body())

    def test_without_an_outbound_peer_an_own_transaction_is_fluffed_at_once(self):
        node = self.node("--stem-probability", "1")
        peer = self.greet(node)
        node.event("peer_connected")
        sent = Transaction("no route")
        self.assertTrue(node.ask("tx " + sent.body().hex())["ok"])
        self.assertEqual(peer.expect(TRANSACTION_KERNEL), sent.kernels[0])
        self.assertEqual(node.event("fluffed")["reason"], "no_route")

    def test_a_private_transaction_can_be_fluffed(self):
        node, relay = self.relay_of("--stem-probability", "1")
        sent = Transaction("enough")
        node.ask("tx " + sent.body().hex())
        relay.expect(STEM_TRANSACTION)
        self.assertEqual(node.ask("fluff " + sent.body().hex())["report"]["sent"], 1)
        self.assertEqual(node.event("fluffed")["reason"], "requested")
        outcome = node.event("stem_result", kernel=sent.kernels[0].hex())
        self.assertEqual((outcome["outcome"], outcome["reason"]), ("fluffed", "requested"))
        self.assertEqual(relay.expect(TRANSACTION_KERNEL), sent.kernels[0])
        self.assertEqual(node.ask("dandelion")["private"], 0)

    def test_after_a_kill_an_own_transaction_is_still_private_and_not_sent_again(self):
        with tempfile.TemporaryDirectory() as folder:
            store = ["--store", str(Path(folder) / "peers.db"), "--stem-probability", "1"]
            node, relay = self.relay_of(*store)
            sent = Transaction("kept")
            self.assertTrue(node.ask("tx " + sent.body().hex())["ok"])
            relay.expect(STEM_TRANSACTION)
            node.close()
            relay.expect_end()
            again, relay = self.relay_of(*store)
            self.assertEqual(again.ask("dandelion")["private"], 1)
            time.sleep(1)
            relay.check_served()  # and no other message comes before the pong
            self.assertEqual(again.ask("dandelion")["private"], 1)
            self.assertEqual(again.end(), 0)  # before its store is removed
