"""The handshake fields of a node, peers with names, and events of connections without a handshake."""

import socket
import tempfile
import time
from pathlib import Path

import process
from process import TIME
from protocol import (HAND, HEADER_HISTORY, KERNEL_HASHES, PEER_LIST, SHAKE, STATE_HISTORY, hand, read_hand, read_shake,
                      shake)

DATA = Path(__file__).parent.parent / "data/grin/messages/mainnet"


class Introductions(process.TestCase):
    def test_the_announced_capabilities_are_those_the_node_serves(self):
        node = self.node()
        listener = self.listener()

        def sent_to_a_listener():
            node.tell("connect " + listener.address)
            peer = self.accept(listener)
            capabilities = read_hand(peer.expect(HAND))["capabilities"]
            peer.close()
            node.reply("connect")
            return capabilities

        def sent_to_a_dialer():
            peer = self.dial(node)
            peer.send(HAND, hand())
            capabilities = read_shake(peer.expect(SHAKE))["capabilities"]
            peer.close()
            return capabilities

        both = HEADER_HISTORY | PEER_LIST | KERNEL_HASHES
        self.assertEqual((sent_to_a_listener(), sent_to_a_dialer()), (both, both))
        with tempfile.NamedTemporaryFile() as archive:
            self.assertIs(node.ask(f"archive {archive.name} {'00' * 32} 1")["ok"], True)
            both |= STATE_HISTORY
            self.assertEqual((sent_to_a_listener(), sent_to_a_dialer()), (both, both))

    def test_on_the_internet_it_serves_no_headers_but_those_of_the_operator(self):
        header = (DATA / "header/primary_31.hex").read_text().strip()
        for kept, announced in [([], 0), ([f"serve header {header}"], HEADER_HISTORY)]:
            with self.subTest(kept=kept):
                node = self.node("--network", "mainnet", "--max-outbound", "0")
                for line in kept:
                    self.assertIs(node.ask(line)["ok"], True)
                listener = self.listener()
                node.tell("connect " + listener.address)
                peer = self.accept(listener)
                raw = peer.socket.recv(11 + 4 + 4, socket.MSG_WAITALL)
                self.assertEqual(int.from_bytes(raw[-4:], "big"), announced | PEER_LIST | KERNEL_HASHES)
                peer.close()
                node.reply("connect")

    def test_events_of_connections_without_a_handshake_are_limited(self):
        node = self.node()
        for _ in range(300):
            self.dial(node).close()
        while sum(node.stats()["metrics"]["pappus_handshakes_failed_total"].values()) < 300:
            time.sleep(0.05)
        events = sum(line.get("event") == "peer_disconnected" for line in node.lines)
        suppressed = node.stats()["output"]["events_suppressed"]
        self.assertLess(events, 100)
        self.assertEqual(events + suppressed, 300)
        for port in range(60):  # sessions still have their events
            self.greet(node, port=port + 1).leave()
            node.event("peer_disconnected", peer=f"127.0.0.1:{port + 1}")
        summaries = []
        while not summaries:  # the next such event has the number of suppressed ones
            time.sleep(1)
            self.dial(node).close()
            node.ask("peers")
            summaries = [event for event in node.lines if "suppressed" in event]
        self.assertGreaterEqual(summaries[0]["suppressed"], 200)

    def test_a_preferred_peer_may_have_a_name(self):
        listener = self.listener()
        node = self.node("--peer", "localhost:" + listener.address.rpartition(":")[2])
        for _ in range(2):
            peer = self.accept(listener)
            peer.expect(HAND)
            peer.send(SHAKE, shake())
            self.assertEqual(node.event("peer_connected")["peer"], listener.address)
            peer.close()
            node.event("peer_disconnected")

    def test_a_name_that_does_not_resolve_is_logged(self):
        node = self.launch("--peer", "no-such-host.invalid:5").listen()
        line = node.process.stderr.readline().decode()
        self.assertRegex(line, rf"\Apappus-node: {TIME} warning: cannot look up no-such-host.invalid:5: .+\n\Z")
        self.assertGreater(node.stats()["metrics"]["pappus_preferred_lookups_failed_total"], 0)
        self.assertEqual(node.end(), 0)
