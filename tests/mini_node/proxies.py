"""Connections through a SOCKS5 proxy."""

import process
from command_line import run
from onion import onion_name
from protocol import HAND, PATIENCE, PING, PONG, SHAKE, TRANSACTION, Peer, Transaction, read_hand, shake
from socks_proxy import Proxy

ONION = onion_name(b"a" * 32)


ONIONS = ["--onion-only", "--onion-proxy", "127.0.0.1:9050"]
KEY = "0" * 64
FILES = ["--tls-certificate", "c.pem", "--tls-key", "k.pem"]
NEEDS_PROXY = "is an onion service, which needs --onion-proxy or --proxy"
NO_ONION = "is no onion service, and --onion-only connects to nothing else"
NOT_ADVERTISED = "not together with --proxy or --onion-only: no peer is told an address then"
NOT_PRIVATE = "is not a loopback address or one of a private network"


class Proxies(process.TestCase):
    def proxied(self, *options):
        listener = self.listener()
        ip, port = listener.address.split(":")
        proxy = self._opened(Proxy((ip, int(port))))
        return self.node("--max-outbound", "0", *(each.format(proxy=proxy.address) for each in options)), listener, proxy

    def met(self, node, listener):
        """The Hand, and what the node says of the peer."""
        peer = self.accept(listener)
        told = read_hand(peer.expect(HAND))
        peer.send(SHAKE, shake())
        return told, node.event("peer_connected")

    def test_a_name_an_onion_service_and_an_address_go_through_the_proxy_and_tell_nothing_of_the_node(self):
        node, listener, proxy = self.proxied("--proxy", "{proxy}")
        for host, transport in [("nowhere.example", "proxy"), (ONION, "onion"), ("1.2.3.4", "proxy")]:
            node.tell(f"connect {host}:3414")
            told, connected = self.met(node, listener)
            self.assertEqual(proxy.asked[-1][:2], (host, 3414))
            self.assertEqual(connected["transport"], transport)
            self.assertEqual(connected.get("host"), None if host == "1.2.3.4" else host)
            self.assertEqual(told["sender"], ("0.0.0.0", 23414))
            self.assertEqual(told["receiver"], ("1.2.3.4" if host == "1.2.3.4" else "0.0.0.0", 3414))
            self.assertIs(node.reply("connect")["ok"], True)
        credentials = [each[2] for each in proxy.asked]
        self.assertEqual(len(set(credentials)), 3)
        self.assertEqual({each.get("host", each["peer"]) for each in node.ask("addresses")["addresses"]},
                         {"1.2.3.4:3414", ONION})
        self.assertEqual({each.get("host", each["peer"]) for each in node.ask("peers")["peers"]},
                         {"1.2.3.4:3414", "nowhere.example", ONION})

    def test_an_onion_service_is_a_peer_to_stay_connected_to(self):
        node, listener, _ = self.proxied("--onion-only", "--onion-proxy", "{proxy}", "--peer", ONION + ":3414")
        self.assertEqual(self.met(node, listener)[1]["transport"], "onion")
        for host in ["nowhere.example", "1.2.3.4"]:
            refused = node.ask("connect " + host)
            self.assertIs(refused["ok"], False)
            self.assertTrue(refused["error"].startswith("unreachable: only onion services are connected to"), refused)
            self.assertIn(f"({host}:23414)", refused["error"])

    def test_seeds_of_the_network_that_are_no_onion_services_are_said_to_be_left_out(self):
        node = self.launch("--network", "mainnet", *ONIONS).listen()
        self.assertEqual(node.end(), 0)
        [line] = node.errors()
        self.assertRegex(line, " warning: the seeds of the network are not queried, since only onion services are ")

    def test_a_proxy_that_is_down_is_said_once_and_named(self):
        nobody = self.listener()
        nobody.close()
        node = self.launch("--max-outbound", "0", "--onion-proxy", nobody.address).listen()
        for _ in range(2):
            refused = node.ask(f"connect {ONION}:3414")
            self.assertRegex(refused["error"], rf"\Aunreachable: proxy {nobody.address}: [^:]+ \({ONION}:3414\)\Z")
        self.assertEqual(node.end(), 0)
        lines = node.errors()
        self.assertEqual(len(lines), 1, lines)
        self.assertRegex(lines[0], rf" warning: the proxy at {nobody.address} does not work: [^:]+\Z")

    def test_a_wrong_name_of_an_onion_service_is_told_from_one_that_is_not_there(self):
        node = self.node("--max-outbound", "0")
        self.assertEqual(node.ask("connect a" + ONION)["error"],
                         f"'a{ONION}' is not the name of an onion service: it must have 56 characters before .onion")
        self.assertEqual(node.ask(f"connect {ONION}:1")["error"],
                         f"unreachable: there is no proxy for onion services ({ONION}:1)")

    def test_the_listener_for_an_onion_service_is_said(self):
        free = self.listener()
        free.close()
        node = self.node("--listen-onion", free.address)
        self.assertEqual(node.listening["onion"], free.address)
        self._opened(Peer.greet(free.address))
        self.assertNotIn("host", node.event("peer_connected"))

    def test_an_own_transaction_goes_over_a_connection_of_its_own_and_comes_back(self):
        node, listener, proxy = self.proxied("--proxy", "{proxy}", "--broadcast", "private")
        node.tell("connect 1.2.3.4:3414")
        self.met(node, listener)
        self.assertIs(node.reply("connect")["ok"], True)
        node.ask("disconnect 1.2.3.4:3414")
        node.event("peer_disconnected")
        sent = Transaction("own")
        self.assertEqual(node.ask("tx " + sent.body().hex())["kernel"], sent.kernels[0].hex())
        peer = self.accept(listener)
        told = read_hand(peer.expect(HAND))
        self.assertEqual((told["agent"], told["capabilities"], told["difficulty"]), (b"MW/Grin 5.5.0", 95, 3))
        self.assertEqual(told["sender"], ("0.0.0.0", 23414))
        peer.send(SHAKE, shake())
        self.assertEqual(peer.expect(TRANSACTION), sent.body())
        self.assertEqual(peer.expect(PING), (3).to_bytes(8, "big") + bytes(8))
        self.assertEqual(node.ask("peers")["peers"], [])
        peer.send(PONG, bytes(16))
        self.assertEqual(node.event("stemmed")["to"], "1.2.3.4:3414")
        self.assertEqual(len(set(each[2] for each in proxy.asked)), len(proxy.asked))
        state = node.ask("dandelion")
        self.assertEqual((state["broadcast"], state["private"], state["told"], state["stalled"]),
                         ("private", 1, 1, False))
        other = self.greet(node, port=7)
        other.send(TRANSACTION, sent.body())
        self.assertEqual(node.event("transaction")["phase"], "fluff")
        self.assertEqual(node.event("stem_result"),
                         {"event": "stem_result", "kernel": sent.kernels[0].hex(), "outcome": "seen"})
        self.assertEqual(node.ask("dandelion")["private"], 0)

    def test_wrong_options_are_refused(self):
        for options, why in [
            (["--proxy", "localhost:9050"], "--proxy: 'localhost:9050' is not A.B.C.D:PORT or [IPV6]:PORT with a PORT "
                                            "from 1 to 65535"),
            (["--onion-only"], "--onion-only: needs --onion-proxy or --proxy"),
            (["--proxy", "0.0.0.0:9050"], "--proxy: '0.0.0.0:9050' is not the address of one host"),
            (["--onion-proxy", "[ff02::1]:9050"], "--onion-proxy: '[ff02::1]:9050' is not the address of one host"),
            (["--peer", ONION + ":1"], f"--peer: {ONION} {NEEDS_PROXY}"),
            (["--seed", ONION + ":1"], f"--seed: {ONION} {NEEDS_PROXY}"),
            (["--tls-peer", f"{ONION}:1={KEY}", *FILES], f"--tls-peer: {ONION} {NEEDS_PROXY}"),
            ([*ONIONS, "--peer", "1.2.3.4:5"], f"--peer: 1.2.3.4 {NO_ONION}"),
            ([*ONIONS, "--peer", "peer.example:5"], f"--peer: peer.example {NO_ONION}"),
            ([*ONIONS, "--seed", "seed.example:5"], f"--seed: seed.example {NO_ONION}"),
            ([*ONIONS, "--tls-peer", f"[::1]:1={KEY}", *FILES], f"--tls-peer: ::1 {NO_ONION}"),
            (["--advertise", "0.0.0.0:1"], "--advertise: '0.0.0.0:1' is not the address of one host"),
            (["--advertise", "[fd0f:c940:f255::1]:1"], "--advertise: '[fd0f:c940:f255::1]:1' is not the address of one host"),
            (["--proxy", "127.0.0.1:9050", "--advertise", "5.6.7.8:9"], f"--advertise: {NOT_ADVERTISED}"),
            ([*ONIONS, "--advertise", "5.6.7.8:9"], f"--advertise: {NOT_ADVERTISED}"),
            (["--listen-onion", "0.0.0.0:1"], f"--listen-onion: '0.0.0.0:1' {NOT_PRIVATE}"),
            (["--listen-onion", "[::]:1"], f"--listen-onion: '[::]:1' {NOT_PRIVATE}"),
            (["--onion-only", "--onion-proxy", "127.0.0.1:9050", "--broadcast", "private"],
             "--broadcast private: not with --onion-only, as only peers at IP addresses are told: an onion service may "
             "be known to this node alone, which would tell whose a transaction is"),
            (["--peer", "short.onion:3414"], "--peer: 'short.onion' is not the name of an onion service: it must have 56 "
                                             "characters before .onion"),
            (["--seed", "facebookcorewwwi.onion:1"],
             "--seed: 'facebookcorewwwi.onion' is not the name of an onion service: it has 16 characters before .onion, as "
             "those of version 2, which Tor has given up"),
            (["--tls-peer", f"x{ONION[1:]}:1={KEY}"],
             f"--tls-peer: 'x{ONION[1:]}' is not the name of an onion service: its checksum is wrong: it has a wrong character"),
            (["--peer", ONION], f"--peer: '{ONION}' is not HOST:PORT with a PORT from 1 to 65535"),
        ]:
            with self.subTest(options=options):
                self.assertEqual(run(*options), (2, "", f"pappus-node: {why}\n"))
