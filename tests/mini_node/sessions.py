"""Sessions from handshake to end: the reasons in events, and that a bad peer does not affect others."""

import socket

import process
from protocol import (
    BAN_REASON,
    ERROR,
    GET_TRANSACTION,
    HAND,
    HEADERS,
    KERNEL_HASHES,
    PEER_ADDRS,
    PING,
    PONG,
    SHAKE,
    STEM_TRANSACTION,
    TRANSACTION,
    TRANSACTION_KERNEL,
    USERNET_GENESIS,
    Transaction,
    address,
    frame,
    hand,
    ping,
    read_hand,
    read_shake,
    shake,
)

TOO_LONG = 1 << 63


class Sessions(process.TestCase):
    def check_ended(self, node, peer, reason):
        """Checks that the node ends that session for that reason, and serves others."""
        peer.expect_end()
        gone = node.event("peer_disconnected")
        self.assertEqual(set(gone), {"event", "peer", "id", "reason"})
        self.assertEqual(gone["reason"].partition(":")[0], reason)
        self.greet(node, port=9).check_served()
        node.event("peer_connected", peer="127.0.0.1:9")
        node.ask("disconnect 127.0.0.1:9")
        node.event("peer_disconnected", peer="127.0.0.1:9")

    BAD_HANDS = {
        "wrong magic": (frame(HAND, hand(), magic=b"\x61\x3d"), "wrong_magic"),
        "other words": (b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", "wrong_magic"),
        "other genesis": (frame(HAND, hand(genesis=bytes(32))), "other_genesis"),
        "version 0": (frame(HAND, hand(version=0)), "no_common_version"),
        "over-long frame": (frame(HAND, length=4 * 128 + 1), "bad_message"),
        "endless frame": (frame(HAND, length=TOO_LONG), "bad_message"),
        "over-long string": (frame(HAND, hand()[:38] + (100_001).to_bytes(8, "big") + bytes(40)), "bad_message"),
        "bad UTF-8": (frame(HAND, hand(agent=b"\xc0\xaf")), "bad_message"),
        "trailing byte": (frame(HAND, hand() + b"\0"), "bad_message"),
        "short body": (frame(HAND, hand()[:-1]), "bad_message"),
        "empty body": (frame(HAND), "bad_message"),
        "Shake": (frame(SHAKE, shake()), "unexpected_message"),
        "Ping": (frame(PING, ping()), "unexpected_message"),
        "unknown type": (frame(200, b"\1\2\3"), "unexpected_message"),
    }

    def test_a_bad_hand_ends_the_connection_with_its_reason(self):
        node = self.node()
        for name, (raw, reason) in self.BAD_HANDS.items():
            with self.subTest(name):
                peer = self.dial(node)
                peer.send_raw(raw)
                self.check_ended(node, peer, reason)
        self.assertEqual(node.stats()["failed_handshakes"], len(self.BAD_HANDS))

    def test_a_connection_that_ends_within_its_hand_is_closed_by_the_peer(self):
        node = self.node()
        whole = frame(HAND, hand())
        for sent in [0, 1, 10, 11, 12, len(whole) - 1]:
            with self.subTest(sent=sent):
                peer = self.dial(node)
                peer.send_raw(whole[:sent])
                peer.close()
                self.assertEqual(node.event("peer_disconnected")["reason"], "closed_by_peer")

    BAD_MESSAGES = {
        "wrong magic": (frame(PING, ping(), magic=b"\x53\x3b"), "wrong_magic"),
        "over-long frame": (frame(PING, length=4 * 16 + 1), "bad_message"),
        "over-long unknown frame": (frame(200, length=4 * 7788 + 1), "bad_message"),
        "trailing byte": (frame(PING, ping() + b"\0"), "bad_message"),
        "short body": (frame(PING, ping()[:-1]), "bad_message"),
        "too many addresses": (frame(PEER_ADDRS, b"\0\0\1\1" + 257 * address("1.2.3.4", 1)), "bad_message"),
        "no kernels": (frame(TRANSACTION, bytes(56)), "bad_message"),
        "too many kernels": (frame(TRANSACTION, bytes(48) + (1 << 40).to_bytes(8, "big")), "bad_message"),
        "unsorted": (frame(TRANSACTION, Transaction(1, 2).body()[:56] + 2 * Transaction(1).body()[56:]), "bad_message"),
        "Hand again": (frame(HAND, hand()), "unexpected_message"),
        "Shake": (frame(SHAKE, shake()), "unexpected_message"),
        "ban": (frame(BAN_REASON, (5).to_bytes(4, "big")), "banned_by_peer"),
        "error without its text": (frame(ERROR), "bad_message"),
    }

    def test_a_bad_message_ends_the_session_with_its_reason(self):
        node = self.node()
        for name, (raw, reason) in self.BAD_MESSAGES.items():
            with self.subTest(name):
                peer = self.greet(node)
                node.event("peer_connected")
                peer.send_raw(raw)
                self.check_ended(node, peer, reason)

    def test_a_truncated_message_and_a_close_is_closed_by_the_peer(self):
        node = self.node()
        peer = self.greet(node)
        peer.send_raw(frame(TRANSACTION, Transaction(1).body())[:100])
        peer.leave()
        self.assertEqual(node.event("peer_disconnected")["reason"], "closed_by_peer")
        self.greet(node).check_served()

    def test_unknown_types_are_skipped(self):
        node = self.node()
        peer = self.greet(node)
        peer.send(29)
        peer.send(200, bytes(4 * 7788))
        peer.send(255, bytes(300))
        peer.check_served()

    def test_a_hand_may_come_byte_by_byte(self):
        node = self.node()
        peer = self.dial(node)
        peer.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for byte in frame(HAND, hand(port=5)) + frame(PING, ping()):
            peer.send_raw(bytes([byte]))
        peer.expect(SHAKE)
        peer.expect(PONG)
        self.assertEqual(node.event("peer_connected")["peer"], "127.0.0.1:5")

    def test_hand_and_ping_may_come_at_once_and_the_sender_may_be_ipv6(self):
        node = self.node()
        peer = self.dial(node)
        words = hand()
        any_address = b"\1" + bytes(16) + (3414).to_bytes(2, "big")
        peer.send_raw(frame(HAND, words[:24] + any_address + words[31:]) + frame(PING, ping()))
        peer.expect(SHAKE)
        peer.expect(PONG)
        self.assertEqual(node.event("peer_connected")["peer"], "127.0.0.1:3414")

    def test_shake_has_the_fields_of_the_node_and_the_lower_version_is_used(self):
        node = self.node("--protocol-version", "3")
        node.ask("tip 4 5")
        for port, (theirs, agreed) in enumerate([(1, 1), (2, 2), (3, 3), (1000, 3), (0xFFFFFFFF, 3)], 4000):
            peer = self.dial(node)
            peer.send(HAND, hand(version=theirs, port=port))
            shake = read_shake(peer.expect(SHAKE))
            self.assertEqual((shake["version"], shake["difficulty"], shake["genesis"]), (3, 5, USERNET_GENESIS))
            self.assertRegex(shake["agent"].decode(), r"\AMW/pappus \d")
            self.assertEqual(node.event("peer_connected")["version"], agreed)

    def test_hand_has_the_fields_of_the_node(self):
        node = self.node()
        listener = self.listener()
        node.tell("connect " + listener.address)
        hand = read_hand(self.accept(listener).expect(HAND))
        port = int(node.address.rpartition(":")[2])
        self.assertEqual((hand["version"], hand["genesis"]), (1000, USERNET_GENESIS))
        self.assertEqual(hand["sender"], ("0.0.0.0", port))
        self.assertEqual("{}:{}".format(*hand["receiver"]), listener.address)
        self.assertTrue(hand["capabilities"] & KERNEL_HASHES)

    BAD_SHAKES = {
        "wrong magic": (frame(SHAKE, shake(), magic=b"\x61\x3d"), "wrong_magic"),
        "other genesis": (frame(SHAKE, shake(genesis=bytes(32))), "other_genesis"),
        "version 0": (frame(SHAKE, shake(version=0)), "no_common_version"),
        "over-long frame": (frame(SHAKE, length=4 * 88 + 1), "bad_message"),
        "bad UTF-8": (frame(SHAKE, shake(agent=b"\xed\xa0\x80")), "bad_message"),
        "trailing byte": (frame(SHAKE, shake() + b"\0"), "bad_message"),
        "short body": (frame(SHAKE, shake()[:-1]), "bad_message"),
        "Hand": (frame(HAND, hand()), "unexpected_message"),
        "unknown type": (frame(99), "unexpected_message"),
        "nothing": (b"", "closed_by_peer"),
        "half": (frame(SHAKE, shake())[:30], "closed_by_peer"),
    }

    def test_a_bad_shake_fails_the_connect_with_its_reason(self):
        node = self.node()
        listener = self.listener()
        for name, (raw, reason) in self.BAD_SHAKES.items():
            with self.subTest(name):
                node.tell("connect " + listener.address)
                peer = self.accept(listener)
                peer.expect(HAND)
                peer.send_raw(raw)
                if reason == "closed_by_peer":
                    peer.socket.shutdown(socket.SHUT_WR)
                refused = node.reply("connect")
                self.assertEqual((refused["ok"], refused["error"].split()[0].rstrip(":")), (False, reason))
                self.assertEqual(node.event("peer_disconnected")["peer"], listener.address)
                peer.expect_end()
        self.greet(node).check_served()

    def test_a_connection_to_itself_is_recognized(self):
        node = self.node()
        node.tell("connect " + node.address)
        self.assertIn("self_connection", node.reply("connect")["error"])
        for _ in range(2):
            self.assertEqual(node.event("peer_disconnected")["reason"], "self_connection")
        listener = self.listener()
        node.tell("connect " + listener.address)
        nonce = read_hand(self.accept(listener).expect(HAND))["nonce"]
        mirror = self.dial(node)
        mirror.send(HAND, hand(nonce=nonce))
        mirror.expect_end()
        self.assertEqual(node.event("peer_disconnected")["reason"], "self_connection")

    def test_silent_and_slow_handshakes_have_one_deadline_and_do_not_affect_others(self):
        node = self.node()
        listener = self.listener()
        silent, dribbling = self.dial(node), self.dial(node)
        node.tell("connect " + listener.address)
        mute = self.accept(listener)
        dribbling.socket.settimeout(0.5)
        for byte in frame(HAND, hand(agent=bytes(range(32, 122)))):
            self.greet(node).close()
            try:
                dribbling.send_raw(bytes([byte]))
                if dribbling.socket.recv(1) == b"":
                    break
            except TimeoutError:
                continue
            except ConnectionError:
                break
        else:
            self.fail("the dribbled handshake was waited for")
        silent.expect_end()
        mute.expect_end()
        self.assertIn("handshake_timeout", node.reply("connect")["error"])
        for _ in range(3):
            node.event("peer_disconnected", reason="handshake_timeout")
        self.greet(node).check_served()

    def test_a_preferred_peer_is_connected_to_again(self):
        listener = self.listener()
        node = self.node("--peer", listener.address)
        for _ in range(2):
            peer = self.accept(listener)
            peer.expect(HAND)
            peer.send(SHAKE, shake())
            self.assertEqual(node.event("peer_connected")["direction"], "outbound")
            peer.close()
            node.event("peer_disconnected")

    def test_the_address_of_a_misbehaving_peer_is_refused_for_a_second_where_loopback_is_limited(self):
        for options, refused in [([], False), (["--limit-loopback"], True)]:
            with self.subTest(options):
                node = self.node(*options)
                neighbour, liar = self.greet(node, port=7001), self.greet(node, port=7001)
                liar.send(PING, b"")
                liar.expect_end()
                counted = node.stats()
                self.assertEqual(counted["discouraged"], 1 if refused else 0)
                self.assertEqual(node.ask("bans")["bans"], [])
                neighbour.check_served()

    def test_a_peer_that_makes_the_node_use_too_much_memory_is_disconnected_for_that_reason(self):
        node = self.node("--max-memory", "1")
        for _ in range(4):
            self.greet(node).send_raw(frame(HEADERS, length=700_000) + bytes(400_000))
        self.assertEqual(node.event("peer_disconnected")["reason"], "memory_limit")
        held = node.stats()["metrics"]["pappus_memory_bytes"]
        self.assertLessEqual(held, node.stats()["metrics"]["pappus_memory_limit_bytes"])

    def test_two_nodes_connect_and_relay_a_transaction(self):
        first = self.node()
        second = self.node("--peer", first.address)
        self.assertEqual(first.event("peer_connected")["peer"], second.address)
        self.assertEqual(second.event("peer_connected")["peer"], first.address)
        sent = Transaction("two nodes")
        kernel = first.ask("tx " + sent.body().hex())["kernel"]
        event = second.event("transaction")
        self.assertEqual(event, {"event": "transaction", "kernel": kernel, "phase": "fluff", "from": first.address})
        self.assertIs(second.ask("disconnect " + first.address)["ok"], True)
        self.assertEqual(second.event("peer_disconnected")["reason"], "requested")
        self.assertEqual(first.event("peer_disconnected")["peer"], second.address)


class Relay(process.TestCase):
    def test_a_transaction_is_sent_by_hash_or_whole_but_not_back_and_is_one_event(self):
        node = self.node()
        giver = self.greet(node, port=1)
        by_hash = self.greet(node, port=2)
        whole = self.greet(node, port=3, capabilities=0, version=2)
        sent = Transaction("relay")
        node.event("peer_connected", peer="127.0.0.1:3")
        giver.send(TRANSACTION_KERNEL, sent.kernels[0])
        self.assertEqual(giver.expect(GET_TRANSACTION), sent.kernels[0])
        giver.send(TRANSACTION, sent.body())
        self.assertEqual(by_hash.expect(TRANSACTION_KERNEL), sent.kernels[0])
        self.assertEqual(whole.expect(TRANSACTION), sent.body(2))
        by_hash.send(TRANSACTION, sent.body())
        for peer in [giver, by_hash, whole]:
            peer.check_served()
        event = node.event("transaction")
        self.assertEqual((event["from"], event["kernel"]), ("127.0.0.1:1", sent.kernels[0].hex()))
        self.assertEqual(node.stats()["pool"]["transactions"], 1)
        self.assertFalse([line for line in node.lines if line.get("event") == "transaction"])

    def test_a_stem_transaction_is_an_event_of_its_own(self):
        node = self.node()
        peer = self.greet(node)
        peer.send(STEM_TRANSACTION, Transaction("stem").body())
        self.assertEqual(node.event("transaction")["phase"], "stem")

    def test_unknown_transactions_are_not_answered(self):
        node = self.node()
        peer = self.greet(node)
        peer.send(GET_TRANSACTION, bytes(32))
        peer.check_served()
