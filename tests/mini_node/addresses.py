"""Addresses, bans, and the store that keeps them when the node ends."""

import contextlib
import os
import shutil
import signal
import sqlite3
import subprocess
import time
from pathlib import Path

import process
from process import TIME
from protocol import BAN_REASON, HAND, PATIENCE, SHAKE, Transaction, hand, shake

MANUAL = (5).to_bytes(4, "big")
FIELDS_OF_A_BAN = {"peer", "reason", "author", "by", "since", "until"}


class Addresses(process.TestCase):
    def check_closed(self, node):
        """The node closes a connection without reading or writing."""
        peer = self.dial(node)
        try:
            peer.send(HAND, hand())
            self.assertEqual(peer.socket.recv(1), b"")
        except OSError:
            pass  # closed before the Hand arrived

    def check_refused(self, node, line, why):
        answer = node.ask(line)
        self.assertIs(answer["ok"], False)
        self.assertIn(why, answer["error"])

    def test_a_banned_peer_is_sent_the_reason_and_refused_until_it_is_unbanned(self):
        node = self.node()
        peer = self.greet(node, port=7)
        node.event("peer_connected")
        self.assertEqual(node.ask("ban 127.0.0.1 1000"), {"reply": "ban", "ok": True})
        self.assertEqual(peer.expect(BAN_REASON), MANUAL)
        peer.expect_end()
        event = node.event("banned")
        self.assertEqual((event["peer"], event["reason"]), ("127.0.0.1", "manual"))
        self.assertAlmostEqual(event["until"], time.time() + 1000, delta=PATIENCE)
        self.assertEqual(node.event("peer_disconnected")["reason"], "banned: manual")
        self.check_closed(node)
        listed = node.ask("bans")["bans"]
        self.assertEqual([each["peer"] for each in listed], ["127.0.0.1"])
        self.assertEqual(set(listed[0]), FIELDS_OF_A_BAN)
        self.check_refused(node, "connect 127.0.0.1:9", "banned")
        self.assertEqual(node.ask("unban 127.0.0.1"), {"reply": "unban", "ok": True})
        self.assertEqual(node.event("unbanned")["peer"], "127.0.0.1")
        self.assertEqual(node.ask("bans")["bans"], [])
        self.greet(node).check_served()

    def test_a_ban_of_one_port_does_not_affect_other_ports(self):
        node = self.node()
        first, second = self.greet(node, port=1), self.greet(node, port=2)
        node.event("peer_connected", peer="127.0.0.1:2")
        self.assertIs(node.ask("ban 127.0.0.1:1")["ok"], True)
        self.assertEqual(first.expect(BAN_REASON), MANUAL)
        first.expect_end()
        second.check_served()
        again = self.dial(node)
        again.send(HAND, hand(port=1))
        again.expect_end()
        self.greet(node, port=3).check_served()

    def test_a_ban_of_a_block_covers_all_its_addresses(self):
        node = self.node()
        peer = self.greet(node)
        self.assertIs(node.ask("ban 127.99.0.0/8")["ok"], True)
        self.assertEqual(peer.expect(BAN_REASON), MANUAL)
        self.check_closed(node)
        self.assertEqual(node.ask("bans")["bans"][0]["peer"], "127.0.0.0/8")
        self.check_refused(node, "unban 127.0.0.1", "nobody at 127.0.0.1 is banned")
        self.assertIs(node.ask("unban 0.0.0.0/0")["ok"], True)
        self.greet(node).check_served()

    def test_a_ban_expires(self):
        node = self.node()
        self.assertIs(node.ask("ban 127.0.0.1 1")["ok"], True)
        self.check_closed(node)
        time.sleep(1.1)
        self.greet(node).check_served()
        self.assertEqual(node.ask("bans")["bans"], [])

    def test_a_ban_of_an_invalid_range_is_refused(self):
        node = self.node()
        for line in ["ban nowhere", "ban 1.2.3.4/33", "ban 1.2.3.4 soon", "ban 1.2.3.4 -1", "unban ::1/129"]:
            self.check_refused(node, line, "is not")

    def test_a_ban_of_no_time_or_of_more_than_a_hundred_years_is_refused_and_nobody_banned(self):
        node = self.node()
        longest = 100 * 365 * 86400
        for seconds in (0, longest + 1, 2**64 - 1):
            self.check_refused(node, f"ban 1.2.3.4 {seconds}", f"from 1 to {longest}")
        self.assertEqual(node.ask("bans")["bans"], [])
        self.assertIs(node.ask(f"ban 1.2.3.4 {longest}")["ok"], True)
        [ban] = node.ask("bans")["bans"]
        self.assertEqual(ban["until"] - ban["since"], longest)

    def test_bans_outlive_a_kill(self):
        store = self.store()
        node = self.launch("--store", store).listen()
        self.assertIs(node.ask("ban 127.0.0.1 1000")["ok"], True)
        self.assertIs(node.ask("ban 10.0.0.0/8:5 2000")["ok"], True)
        before = node.ask("bans")["bans"]
        node.end(signal.SIGKILL)
        again = self.node("--store", store)
        self.assertEqual(again.ask("bans")["bans"], before)
        self.check_closed(again)

    def test_added_addresses_outlive_the_node(self):
        store = self.store()
        node = self.launch("--store", store).listen()
        listener = self.listener()
        node.tell("connect " + listener.address)
        peer = self.accept(listener)
        peer.expect(HAND)
        peer.send(SHAKE, shake())
        node.reply("connect")
        self.greet(node, port=4321)
        nobody = self.listener()
        nobody.close()
        node.ask("connect " + nobody.address)
        known = {each["peer"]: each for each in node.ask("addresses")["addresses"]}
        self.assertEqual(known[listener.address]["state"], "healthy")
        self.assertEqual(known[listener.address]["attempts"], 1)
        self.assertIs(known[listener.address]["tried"], True)
        self.assertEqual(known["127.0.0.1:4321"]["state"], "unknown")
        self.assertNotIn(nobody.address, known)  # it was not announced, and no peer is there
        node.ask("ban 127.0.0.1:4321")
        self.assertEqual(node.end(), 0)

        again = self.node("--store", store)
        kept = {each["peer"]: each for each in again.ask("addresses")["addresses"]}
        self.assertEqual(set(kept), set(known))
        self.assertEqual(kept[listener.address]["state"], "healthy")
        self.assertEqual(kept["127.0.0.1:4321"]["state"], "banned")

    def test_denied_peers_are_refused_and_not_connected_to(self):
        node = self.node("--deny", "127.0.0.0/8", "--deny", "1.2.3.4:5")
        self.check_closed(node)
        self.check_refused(node, "connect 127.0.0.1:9", "denied")
        self.check_refused(node, "connect 1.2.3.4:5", "denied")

    def test_with_allowed_peers_others_are_refused(self):
        node = self.node("--allow", "127.0.0.1:7", "--allow", "9.9.9.9")
        self.greet(node, port=7).check_served()
        other = self.dial(node)
        other.send(HAND, hand(port=8))
        other.expect_end()
        self.check_refused(node, "connect 127.0.0.1:8", "denied")
        elsewhere = self.node("--allow", "127.0.0.2")
        self.check_closed(elsewhere)

    def test_a_store_in_use_ends_the_second_node_with_one_line(self):
        store = self.store()
        self.node("--store", store)
        self.check_unusable(store, "in use by another program")

    def check_unusable(self, store, why, folder=None):
        """A node with that store ends at once, with one line."""
        ended = subprocess.run([os.path.abspath(process.program), "--listen", "127.0.0.1:0", "--store", store],
                               stdin=subprocess.DEVNULL, capture_output=True, timeout=PATIENCE, cwd=folder)
        self.assertEqual((ended.returncode, ended.stdout), (1, b""))
        self.assertEqual(ended.stderr.decode(), f"pappus-node: cannot use the store '{store}': {why}\n")

    def test_a_file_that_is_not_a_store_ends_the_node_with_one_line_and_is_not_changed(self):
        folder = Path(self.store()).parent
        (folder / "notes.txt").write_bytes(b"my notes\n")
        (folder / "zeros").write_bytes(bytes(8192))
        for name, make in [("wallet.db", "create table coins (value)"), ("marked.db", "pragma application_id = 5")]:
            with contextlib.closing(sqlite3.connect(folder / name)) as other:
                other.execute(make)
        contents = {each.name: each.read_bytes() for each in folder.iterdir()}
        for name in contents:
            self.check_unusable(name, "no store of pappus, or too damaged to tell; it is left as it is", folder)
        for name in ["", "file:peers.db", "file::memory:", "file:/tmp/peers.db?mode=memory"]:
            self.check_unusable(name, "not the name of a file", folder)
        for name in ["/dev/null", "/", "."]:
            self.check_unusable(name, "not a regular file", folder)
        for name in ["nowhere/peers.db", "notes.txt/peers.db"]:
            self.check_unusable(name, "it cannot be opened or made", folder)
        self.assertEqual({each.name: each.read_bytes() for each in folder.iterdir()}, contents)

    def test_while_the_store_is_missing_nothing_is_acknowledged(self):
        store = self.store()
        node = self.launch("--store", store).listen()
        self.assertIs(node.stats()["store"]["up"], True)
        self.assertIs(node.ask("ban 1.2.3.4 1000")["ok"], True)
        os.rename(store, store + ".moved")
        for line in ["ban 1.2.3.5 1000", "unban 1.2.3.4", "tx " + Transaction("ours").body().hex()]:
            self.check_refused(node, line, "the store's file has been moved or deleted")
        self.assertIs(node.stats()["store"]["up"], False)
        self.assertEqual(node.stats()["metrics"]["pappus_store_up"], 0)
        self.assertFalse(os.path.exists(store))
        os.rename(store + ".moved", store)
        self.assertIs(node.ask("ban 1.2.3.6 1000")["ok"], True)
        self.assertIs(node.stats()["store"]["up"], True)
        self.assertEqual(node.end(), 0)
        self.assertEqual(len(node.errors()), 2)  # one that storing fails, one that it works again
        again = self.node("--store", store)
        self.assertEqual([each["peer"] for each in again.ask("bans")["bans"]], ["1.2.3.5", "1.2.3.6"])
        self.assertEqual(again.ask("dandelion")["private"], 1)

    def test_a_deleted_folder_of_the_store_is_noticed(self):
        store = self.store()
        node = self.launch("--store", store).listen()
        shutil.rmtree(os.path.dirname(store))
        self.check_refused(node, "ban 1.2.3.4", "the store's file has been moved or deleted")
        os.mkdir(os.path.dirname(store))
        self.check_refused(node, "ban 1.2.3.4", "the store's file has been moved or deleted")

    def test_a_damaged_store_is_renamed_with_a_warning_and_the_node_runs(self):
        store = self.store()
        self.assertEqual(self.launch("--store", store).listen().end(), 0)
        with open(store, "r+b") as file:
            file.seek(100)  # behind the header with the identifier of the application
            file.write(b"no database" * 100)
        node = self.launch("--store", store).listen()
        self.greet(node).check_served()
        self.assertIs(node.ask("ban 1.2.3.4")["ok"], True)
        self.assertEqual(node.end(), 0)
        self.assertRegex("\n".join(node.errors()), rf"\Apappus-node: {TIME} warning: .* is damaged .*\.damaged1.*\Z")
        self.assertTrue(os.path.exists(store + ".damaged1"))
        again = self.node("--store", store)
        self.assertEqual([each["peer"] for each in again.ask("bans")["bans"]], ["1.2.3.4"])

    def test_a_node_finds_the_peers_of_its_seed(self):
        seed, other = self.node(), self.node()
        seed.tell("connect " + other.address)
        self.assertIs(seed.reply("connect")["ok"], True)
        node = self.node("--seed", seed.address)
        for found in (seed, other):
            node.event("peer_connected", peer=found.address, direction="outbound")

    def test_a_node_without_outbound_slots_connects_only_on_command(self):
        seed, other = self.node(), self.node()
        node = self.node("--seed", seed.address, "--max-outbound", "0", "--peer", other.address)
        node.event("peer_connected", peer=other.address, direction="outbound")
        self.assertEqual(len(node.ask("peers")["peers"]), 1)
        self.assertEqual(node.stats()["dialer"]["dials"], 0)

    def test_a_node_without_inbound_slots_refuses_every_peer(self):
        self.check_closed(self.node("--max-inbound", "0"))

    def test_a_restarted_node_finds_its_peers_in_its_store(self):
        store, other = self.store(), self.node()
        node = self.node("--store", store, "--seed", other.address)
        node.event("peer_connected", peer=other.address)
        node.tell("quit")
        self.assertEqual(node.process.wait(PATIENCE), 0)
        again = self.node("--store", store)
        again.event("peer_connected", peer=other.address, direction="outbound")
