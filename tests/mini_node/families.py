"""Peers over IPv6; skipped where the system has none."""

import socket
import unittest

import process
from protocol import BAN_REASON, HAND, SHAKE, Peer, hand, read_hand, shake


def has_v6():
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        return False
    return True


@unittest.skipUnless(has_v6(), "no IPv6")
class Families(process.TestCase):
    def test_a_peer_over_ipv6_is_served_named_and_disconnected_like_any_other(self):
        node = self.node(listen="[::1]:0")
        self.assertRegex(node.address, r"\A\[::1\]:[1-9]\d*\Z")
        peer = self.greet(node, port=7)
        self.assertEqual(node.event("peer_connected")["peer"], "[::1]:7")
        peer.check_served()
        self.assertEqual([each["peer"] for each in node.ask("peers")["peers"]], ["[::1]:7"])
        self.assertIs(node.ask("disconnect [::1]:7")["ok"], True)
        peer.expect_end()

    def test_a_node_that_listens_at_the_unspecified_address_serves_both_families(self):
        node = self.node(listen="[::]:0")
        port = node.address.rpartition(":")[2]
        for ip, shown in [("127.0.0.1", "127.0.0.1:7"), ("[::1]", "[::1]:8")]:
            peer = self._opened(Peer.greet(f"{ip}:{port}", port=int(shown[-1])))
            self.assertEqual(node.event("peer_connected")["peer"], shown)
            peer.check_served()

    def test_the_node_dials_ipv6_and_names_its_port_and_the_address_there_in_its_hand(self):
        node = self.node(listen="[::1]:0")
        listener = self.listener("::1")
        node.tell("connect " + listener.address)
        peer = self.accept(listener)
        sent = read_hand(peer.expect(HAND))
        self.assertEqual(sent["sender"], ("::", int(node.address.rpartition(":")[2])))
        self.assertEqual("[{}]:{}".format(*sent["receiver"]), listener.address)
        peer.send(SHAKE, shake())
        self.assertEqual(node.event("peer_connected")["peer"], listener.address)
        known = [each["peer"] for each in node.ask("addresses")["addresses"]]
        self.assertEqual(known, [listener.address])

    def test_a_ban_of_a_block_of_ipv6_disconnects_its_peers_and_no_others(self):
        node = self.node(listen="[::]:0")
        port = node.address.rpartition(":")[2]
        banned = self._opened(Peer.greet(f"[::1]:{port}", port=7))
        spared = self._opened(Peer.greet(f"127.0.0.1:{port}", port=8))
        self.assertIs(node.ask("ban ::/64 1000")["ok"], True)
        banned.expect(BAN_REASON)
        banned.expect_end()
        spared.check_served()
        self.assertEqual([each["peer"] for each in node.ask("bans")["bans"]], ["::/64"])
        refused = node.ask("connect [::1]:9")
        self.assertIs(refused["ok"], False)
        self.assertIn("banned", refused["error"])
        self.assertIs(node.ask("unban ::/64")["ok"], True)
        again = self._opened(Peer.dial(f"[::1]:{port}"))
        again.send(HAND, hand())
        again.expect(SHAKE)

    def test_bans_and_addresses_of_ipv6_outlive_the_node(self):
        store = self.store()
        node = self.launch("--store", store, listen="[::1]:0").listen()
        listener = self.listener("::1")
        node.tell("connect " + listener.address)
        peer = self.accept(listener)
        peer.expect(HAND)
        peer.send(SHAKE, shake())
        node.reply("connect")
        bans = ["2001:db8::/32", "[2001:db8:1::1]:3414"]
        for each in bans:
            self.assertIs(node.ask(f"ban {each} 1000")["ok"], True)
        self.assertEqual(node.end(), 0)
        again = self.node("--store", store, listen="[::1]:0")
        self.assertCountEqual([each["peer"] for each in again.ask("bans")["bans"]], bans)
        self.assertEqual([each["peer"] for each in again.ask("addresses")["addresses"]], [listener.address])
