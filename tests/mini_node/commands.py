"""The commands, one by one."""

import re

import declaration
import process
from protocol import GET_TRANSACTION, HAND, SHAKE, TRANSACTION, TRANSACTION_KERNEL, Fields, Transaction, shake

FIELDS_OF_A_PEER = {"peer", "id", "direction", "transport", "tls", "user_agent", "version", "capabilities", "height",
                    "total_difficulty"}
COUNTED_OF_A_PEER = {
    "connected_seconds",
    "idle_seconds",
    "silent_seconds",
    "messages_received",
    "bytes_received",
    "bytes_sent",
    "received_per_second",
    "sent_per_second",
}


SAMPLE = re.compile(r'(?P<name>[a-z_]+)(\{[a-z]+="[a-z0-9_]+"(,[a-z]+="[a-z0-9_]+")?\})? (?P<value>-?[0-9]+)')


def report(**counted):
    """The report of a broadcast, with the former keys."""
    zero = {"sent": 0, "already_known": 0, "congested": 0, "unsendable": 0}
    now = zero | counted
    return now | {"known": now["already_known"], "behind": now["congested"], "unable": now["unsendable"]}


def fixed_size(form):
    """Bytes of a body of that declared form; None if its size depends on its content."""
    size = 0
    for part in form.split("; "):
        number = re.search(r"\b[iu](8|16|32|64)\b", part)
        if part.startswith("count ") or not (number or part.startswith("hash of") or part == "segment id"):
            return None
        size += int(number[1]) // 8 if number else 9 if part == "segment id" else 32
    return size


class Commands(process.TestCase):
    def check_refused(self, node, line, name=None):
        name = line.split()[0] if name is None else name
        node.tell(line)
        refused = node.reply(name)
        with self.subTest(line=line[:80]):
            self.assertEqual(set(refused), {"reply", "ok", "error"})
            self.assertIs(refused["ok"], False)
            self.assertTrue(refused["error"])
        return refused["error"]

    def test_an_unknown_word_is_refused_by_name(self):
        node = self.node()
        for line in ["nonsense", "Peers", "banned", "nonsense with more", "\u00fcber", '"\\']:
            self.check_refused(node, line)
        self.assertEqual(self.check_refused(node, "", name=""), "an empty line is no command")
        node.tell(b"\xff\xfe \0\n")
        self.assertIs(node.reply("\ufffd\ufffd")["ok"], False)

    def test_a_wrong_number_of_words_is_refused_with_the_usage(self):
        node = self.node()
        for line in ["help me", "peers all", "tx", "fluff", "fluff 00 00", "connect", "disconnect", "tip", "tip 1", "tip 1 2 3",
                     "addresses all", "bans all", "ban", "ban 1.2.3.4 5 6", "unban",
                     "stats now", "metrics now", "quit now"]:
            self.assertIn("usage: " + line.split()[0], self.check_refused(node, line))
        self.assertEqual(node.ask("peers"), {"reply": "peers", "ok": True, "peers": []})

    def test_blanks_and_line_ends_of_other_systems_are_ignored(self):
        node = self.node()
        node.tell(b"  tip\t 1   2 \r\n\tpeers\r\n")
        self.assertEqual(node.reply("tip"), {"reply": "tip", "ok": True})
        self.assertIs(node.reply("peers")["ok"], True)

    def test_a_line_that_is_too_long_is_refused_by_name_and_the_next_is_read(self):
        node = self.node()
        self.check_refused(node, "fluff " + "0" * 3_000_000)
        self.check_refused(node, "x" * 3_000_000, name="x" * 64)
        self.assertIs(node.ask("peers")["ok"], True)

    def test_a_line_on_mainnet_may_carry_the_longest_transaction(self):
        node = self.node("--network", "mainnet", "--max-outbound", "0")
        self.assertIn("transaction", self.check_refused(node, "fluff " + "0" * 2_700_000))

    def test_peers_lists_the_fields_of_their_events(self):
        node = self.node()
        self.greet(node, port=1)
        self.greet(node, port=2, agent=b"MW/Test 1", difficulty=1 << 63, capabilities=0xFFFFFFFF, version=3)
        events = [node.event("peer_connected", peer=f"127.0.0.1:{port}") for port in [1, 2]]
        listed = node.ask("peers")["peers"]
        self.assertEqual([each["peer"] for each in listed], ["127.0.0.1:1", "127.0.0.1:2"])
        for event, each in zip(events, listed):
            self.assertEqual(set(each) - {"ping_ms"}, FIELDS_OF_A_PEER | COUNTED_OF_A_PEER)
            self.assertEqual({name: event[name] for name in FIELDS_OF_A_PEER}.items() - each.items(), set())
        self.assertEqual(listed[1]["user_agent"], "MW/Test 1")
        self.assertEqual(listed[1]["total_difficulty"], 1 << 63)
        self.assertEqual((listed[1]["capabilities"], listed[1]["version"]), (127, 3))

    def test_a_transaction_is_accepted_at_any_version_and_found_by_any_kernel(self):
        for version in [1, 2, 1000]:
            with self.subTest(version=version):
                node = self.node()
                peer = self.greet(node)
                node.event("peer_connected")
                sent = Transaction(version, kernels=3)
                answer = node.ask(f"fluff {sent.body(version).hex().upper()}")
                self.assertEqual(answer["kernel"], sent.kernels[0].hex())
                self.assertEqual(answer["report"], report(sent=1))
                self.assertEqual(peer.expect(TRANSACTION_KERNEL), sent.kernels[0])
                for kernel in sent.kernels:
                    peer.send(GET_TRANSACTION, kernel)
                    self.assertEqual(peer.expect(TRANSACTION), sent.body())
                again = node.ask(f"fluff {sent.body(version).hex()}")
                self.assertEqual(again["report"], report(already_known=1))

    def test_a_bad_transaction_is_refused_with_the_reason(self):
        node = self.node()
        whole = Transaction(1).body().hex()
        self.assertIn("hexadecimal", self.check_refused(node, "fluff xyz"))
        self.assertIn("hexadecimal", self.check_refused(node, "tx " + whole[:-1]))
        self.assertIn("unexpected end", self.check_refused(node, "tx " + whole[:-2]))
        self.assertIn("trailing bytes", self.check_refused(node, "fluff " + whole + "00"))
        self.assertIn("no kernels", self.check_refused(node, "fluff " + "00" * 56))
        self.assertEqual(node.stats()["pool"]["transactions"], 0)

    def test_tip_is_sent_in_pings_and_handshakes(self):
        node = self.node()
        peer = self.greet(node)
        self.assertEqual(node.ask("tip 18446744073709551615 7"), {"reply": "tip", "ok": True})
        pong = Fields(peer.check_served())
        self.assertEqual((pong.number(8), pong.number(8)), (7, (1 << 64) - 1))
        for line in ["tip -1 7", "tip 18446744073709551616 7", "tip 1 x", "tip 0x10 1", "tip 1.0 1"]:
            self.check_refused(node, line)

    def test_connect_replies_when_the_handshake_is_done(self):
        node = self.node()
        listener = self.listener()
        node.tell("connect " + listener.address)
        peer = self.accept(listener)
        peer.expect(HAND)
        self.assertIs(node.ask("stats")["ok"], True)  # other commands are not delayed
        peer.send(SHAKE, shake(agent=b"listener"))
        answer = node.reply("connect")
        self.assertEqual(set(answer), {"reply", "ok"} | FIELDS_OF_A_PEER)
        self.assertEqual((answer["peer"], answer["direction"]), (listener.address, "outbound"))
        self.assertEqual(node.event("peer_connected")["user_agent"], "listener")
        self.assertIn("already_connected", self.check_refused(node, "connect " + listener.address))

    def test_connect_to_an_ip_alone_uses_the_port_of_the_chain(self):
        node = self.node()
        self.assertIn("127.23.4.14:23414", str(node.ask("connect 127.23.4.14")))  # whether a peer is there or not
        for address in ["::1", "[::1]"]:
            self.assertIn("[::1]:23414", str(node.ask("connect " + address)))

    def test_connect_takes_a_name(self):
        node = self.node()
        listener = self.listener()
        port = listener.address.rpartition(":")[2]
        node.tell(f"connect localhost:{port}")
        peer = self.accept(listener)
        peer.expect(HAND)
        peer.send(SHAKE, shake())
        self.assertEqual(node.reply("connect")["peer"], listener.address)
        self.assertIn("unknown_host", self.check_refused(node, "connect no-such-host.invalid:5"))

    def test_connect_replies_with_the_reason_of_a_failure(self):
        node = self.node()
        nobody = self.listener()
        nobody.close()
        self.assertEqual(self.check_refused(node, "connect " + nobody.address),
                         f"connection_refused ({nobody.address})")
        for address in ["[127.0.0.1]", "[]", "nowhere", "127.0.0.1:", "127.0.0.1:0", "127.0.0.1:65536", "127.0.0.1/8", "::1", "1.2.3"]:
            self.check_refused(node, "connect " + address)
            self.check_refused(node, "disconnect " + address)

    def test_disconnect_ends_the_sessions_of_one_port_or_all(self):
        node = self.node()
        first, second, third = [self.greet(node, port=port) for port in [1, 2, 3]]
        node.event("peer_connected", peer="127.0.0.1:3")
        self.check_refused(node, "disconnect 127.0.0.1:4")
        self.check_refused(node, "disconnect 127.0.0.2")
        self.assertEqual(self.check_refused(node, "disconnect 77"), "no peer with the id 77")
        self.assertIs(node.ask("disconnect 127.0.0.1:2")["ok"], True)
        self.assertEqual(node.event("peer_disconnected")["peer"], "127.0.0.1:2")
        second.expect_end()
        first.check_served()
        self.assertIs(node.ask("disconnect 127.0.0.1")["ok"], True)
        first.expect_end()
        third.expect_end()
        for port in [1, 3]:
            self.assertEqual(node.event("peer_disconnected", peer=f"127.0.0.1:{port}")["reason"], "requested")
        self.assertEqual(node.ask("peers")["peers"], [])

    def test_a_peer_without_a_listening_port_is_disconnected_at_port_0(self):
        node = self.node()
        peer = self.greet(node, port=0)
        node.event("peer_connected", peer="127.0.0.1:0")
        self.assertIs(node.ask("disconnect 127.0.0.1:0")["ok"], True)
        peer.expect_end()

    def test_of_two_peers_with_the_same_port_disconnect_ends_none(self):
        node = self.node()
        first, second = self.greet(node, port=5), self.greet(node, port=5)
        self.assertIn("more than one", self.check_refused(node, "send 127.0.0.1:5 ping " + "00" * 16))
        first.check_served()
        second.check_served()

    def test_peers_with_the_same_port_are_distinguished_by_their_ids(self):
        node = self.node()
        first, second = self.greet(node, port=7777), self.greet(node, port=7777)
        ids = [node.event("peer_connected")["id"] for _ in range(2)]
        self.assertEqual([each["id"] for each in node.ask("peers")["peers"]], sorted(ids))
        self.check_refused(node, "request 127.0.0.1:7777 get_peer_addrs 00000000")
        self.assertIs(node.ask(f"disconnect {ids[0]}")["ok"], True)
        self.assertEqual(node.event("peer_disconnected")["id"], ids[0])
        first.expect_end()
        second.check_served()
        self.check_refused(node, f"disconnect {ids[0]}")

    def test_stats_count(self):
        node = self.node()
        self.greet(node)
        self.dial(node)
        node.event("peer_connected")
        counted = node.stats()
        self.assertEqual((counted["inbound"], counted["outbound"], counted["sessions"]), (1, 0, 1))
        self.assertGreater(counted["bytes_received"], 50)
        self.assertGreater(counted["coroutine_frames"]["live"], 0)

    def test_metrics_have_the_text_format_of_prometheus(self):
        node = self.node()
        self.greet(node, port=7)
        node.event("peer_connected")
        reply = node.ask("metrics")
        self.assertEqual(set(reply), {"reply", "ok", "text"})
        self.assertTrue(reply["text"].endswith("\n"))
        types, samples = {}, {}
        for line in reply["text"].splitlines():
            if line.startswith("# TYPE "):
                _, _, name, kind = line.split(" ")
                self.assertNotIn(name, types)
                types[name] = kind
            elif not line.startswith("# HELP "):
                found = SAMPLE.fullmatch(line)
                self.assertIsNotNone(found, line)
                self.assertNotIn(line.split(" ")[0], samples)
                self.assertEqual(list(types)[-1], found["name"])  # below its own type
                samples[line.split(" ")[0]] = int(found["value"])
        self.assertEqual({name.endswith("_total") for name, kind in types.items() if kind == "counter"}, {True})
        self.assertEqual({name.endswith("_total") for name, kind in types.items() if kind == "gauge"}, {False})
        self.assertEqual(samples['pappus_sessions{direction="inbound"}'], 1)
        self.assertEqual(samples['pappus_messages_received_total{type="hand"}'], 1)
        self.assertEqual(samples["pappus_node_pool_transactions"], 0)

    def test_bodies_have_the_declared_forms(self):
        node = self.node()
        self.greet(node)
        node.event("peer_connected")
        checked = 0
        for message in declaration.of(process.program).messages:
            self.assertTrue(message["form"], message)
            size = fixed_size(message["form"])
            if size is None or message["name"] == "ban_reason":  # which is read whatever its length
                continue
            checked += 1
            with self.subTest(message=message["name"]):
                for digits, error in [(2 * size - 2, "unexpected end"), (2 * size + 2, "trailing bytes")]:
                    self.assertIn(error, self.check_refused(node, f"send 1 {message['name']} {'0' * digits}"))
                self.assertIs(node.ask(f"send 1 {message['name']} {'0' * 2 * size}")["ok"], True)
        self.assertEqual(checked, 13)

    def test_the_help_text_of_a_metric_can_be_understood_without_those_of_the_others(self):
        helps = re.findall(r"^# HELP (pappus_node_\w+) (.*)$", self.node().ask("metrics")["text"], re.M)
        self.assertTrue(helps)
        for name, text in helps:
            with self.subTest(name=name):
                self.assertRegex(text, r"\A[A-Z].*\.\Z")
                self.assertNotRegex(text, r"\b([Tt]hese|Those|Their|[Ss]uch)\b")

    def test_trust_clock_is_accepted(self):
        for options in [[], ["--trust-clock"]]:
            node = self.node(*options)
            self.assertEqual(node.ask("trust_clock"), {"reply": "trust_clock", "ok": True})
            clock = {"trusted": True, "offset": 0, "difference": 0, "headers": 0, "early_headers": 0}
            self.assertEqual(node.stats()["clock"], clock)
            self.assertEqual(node.stats()["metrics"]["pappus_clock_trusted"], 1)

    def test_former_words_are_accepted_and_written_beside_the_new_ones(self):
        node = self.node("--hold", "1", "--unpaced")
        known, addresses = node.ask("known"), node.ask("addresses")
        self.assertEqual(known, {"reply": "known", "ok": True, "known": [], "addresses": []})
        self.assertEqual(addresses, known | {"reply": "addresses"})
        self.check_refused(node, "keep ping " + "00" * 16)
        self.check_refused(node, "ask 1 ping " + "00" * 16)
        stats = node.stats()
        for former, now in [("dialling", "dialer"), ("gossip", "addr"), ("kept", "cache"),
                            ("turned_away", "inbound_refused"), ("crowded_out", "handshakes_evicted")]:
            self.assertEqual(stats[former], stats[now])
        counted = stats["metrics"]
        self.assertEqual(counted["pappus_gossip_heard_total"], counted["pappus_addr_received_total"])
        self.assertEqual(counted["pappus_node_headers_aside"], counted["pappus_node_header_orphans"])
        self.assertEqual(counted["pappus_broadcasts_total"]["behind"], counted["pappus_broadcasts_total"]["congested"])
        self.assertEqual(counted["pappus_inquiries_total"]["find_block"],
                         counted["pappus_adapter_calls_total"]["get_block"])
        self.assertIn('pappus_sessions_ended_total{reason="wrong_magic",cause="wrong_magic"} 0\n',
                      node.ask("metrics")["text"])

    def test_stats_have_all_metrics_too(self):
        node = self.node()
        self.greet(node).send_raw(b"nonsense of a kind")
        node.event("peer_disconnected")
        counted = node.stats()["metrics"]
        self.assertEqual(counted["pappus_sessions_begun_total"], 1)
        self.assertEqual(counted["pappus_sessions_ended_total"]["wrong_magic"], 1)
        self.assertEqual(sum(counted["pappus_sessions_ended_total"].values()), 1)
        types = {line.split(" ")[2] for line in node.ask("metrics")["text"].splitlines() if line.startswith("# TYPE ")}
        self.assertEqual(set(counted), types)

    def test_quit_replies_and_ends_the_node(self):
        node = self.node()
        peer = self.greet(node, port=5)
        node.event("peer_connected")
        self.assertEqual(node.ask("quit"), {"reply": "quit", "ok": True})
        peer.expect_end()
        self.assertEqual(node.event("peer_disconnected")["reason"], "shutting_down")
        self.assertEqual(node.status(), 0)

    def test_quit_completes_a_connect_in_progress(self):
        node = self.node()
        listener = self.listener()
        node.tell("connect " + listener.address)
        self.accept(listener).expect(HAND)
        node.tell("quit")
        self.assertIn("shutting_down", node.reply("connect")["error"])
        self.assertEqual(node.status(), 0)
