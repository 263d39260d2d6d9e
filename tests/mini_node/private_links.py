"""Private links between nodes of one operator, over TLS."""

import os
import queue
import re
import socket
import ssl
import subprocess
import tempfile
import threading

import process
from command_line import run
from protocol import HAND, PATIENCE, Peer, ends_of, hand

KEY = "0" * 64


def output_of(command, given=None):
    return subprocess.run(command, input=given, capture_output=True, check=True).stdout


class Certificate:
    """A key and a certificate in files, made as the guide says, and the hash of the key."""

    def __init__(self, folder, name):
        self.certificate = os.path.join(folder, name + ".certificate.pem")
        self.key = os.path.join(folder, name + ".key.pem")
        output_of(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
                   "-subj", "/CN=" + name, "-days", "3650", "-keyout", self.key, "-out", self.certificate])
        public = output_of(["openssl", "x509", "-pubkey", "-noout", "-in", self.certificate])
        encoded = output_of(["openssl", "pkey", "-pubin", "-outform", "der"], public)
        self.hash = output_of(["openssl", "dgst", "-sha256"], encoded).decode().split()[-1]

    @property
    def options(self):
        return ["--tls-certificate", self.certificate, "--tls-key", self.key]


class PrivateLinks(process.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def certificate(self, name):
        return Certificate(self.folder, name)

    def logging_node(self, own, *options, log="debug"):
        """A node, which logs, and where it listens for private links."""
        node = self.launch("--max-outbound", "0", "--log", log, *own.options, *options).listen()
        node.log = queue.Queue()
        threading.Thread(target=self._read_log, args=(node,), daemon=True).start()
        line = self.line_with(node, "the key for private links is ")
        node.tls_address = node.listening.get("tls")
        self.assertIn(own.hash + (f", at {node.tls_address}" if node.tls_address else ""), line)
        self.assertEqual(node.listening["tls_key"], own.hash)
        return node

    @staticmethod
    def _read_log(node):
        for line in node.process.stderr:
            node.log.put(line.decode())

    @staticmethod
    def line_with(node, text):
        """The next line of the log that has the text."""
        while text not in (line := node.log.get(timeout=PATIENCE)):
            pass
        return line

    def linked(self, *options):
        """Two nodes, the second of which connects to the first, and what they say of each other."""
        server_key, client_key = self.certificate("server"), self.certificate("client")
        server = self.logging_node(server_key, "--listen-tls", "127.0.0.1:0", "--tls-allow", client_key.hash, *options)
        client = self.node("--max-outbound", "0", *client_key.options, "--tls-peer",
                           f"{server.tls_address}={server_key.hash}")
        seen = [each.event("peer_connected") for each in (server, client)]
        self.assertEqual([(each["tls"], each["direction"]) for each in seen], [(True, "inbound"), (True, "outbound")])
        self.assertEqual([(each.get("host"), each["tls_key"]) for each in seen],
                         [(None, client_key.hash), ("127.0.0.1", server_key.hash)])
        known = [each.ask("peers")["peers"][0]["tls_key"] for each in (server, client)]
        self.assertEqual(known, [client_key.hash, server_key.hash])
        return server, client

    def test_nodes_with_the_right_keys_are_connected_over_tls_and_nobody_else_learns_of_it(self):
        server, client = self.linked("--max-inbound", "0")
        for each in (server, client):
            peers = each.ask("peers")["peers"]
            self.assertEqual([(one["tls"], one["transport"]) for one in peers], [(True, "direct")])
            self.assertRegex(peers[0]["peer"], r"\A\[fd0f:c940:f255:")
            self.assertEqual(each.ask("addresses")["addresses"], [])
        client.tell("disconnect 1")
        self.assertNotIn("host", server.event("peer_disconnected"))
        self.assertEqual(client.event("peer_disconnected")["host"], "127.0.0.1")
        for each in (server, client):
            each.event("peer_connected")  # again
        self.assertEqual(server.end(), 0)

    def test_a_ban_of_the_address_that_stands_for_a_link_ends_it_until_it_is_lifted(self):
        server, client = self.linked()
        [peer] = client.ask("peers")["peers"]
        self.assertIs(client.ask("ban " + peer["peer"])["ok"], True)
        self.assertEqual(client.event("peer_disconnected")["reason"], "banned: manual")
        self.assertIs(client.ask("unban " + peer["peer"])["ok"], True)
        server.event("peer_connected")
        client.event("peer_connected")

    def test_a_node_connects_to_its_own_at_a_denied_address(self):
        server, client = self.certificate("server"), self.certificate("client")
        one = self.logging_node(server, "--listen-tls", "127.0.0.1:0", "--tls-allow", client.hash)
        other = self.node("--max-outbound", "0", "--deny", "127.0.0.1", *client.options, "--tls-peer",
                          f"{one.tls_address}={server.hash}")
        self.assertIs(other.event("peer_connected")["tls"], True)

    def test_a_plain_peer_is_said_to_be_one(self):
        node = self.node()
        self.greet(node)
        connected = node.event("peer_connected")
        self.assertIs(connected["tls"], False)
        self.assertNotIn("tls_key", node.ask("peers")["peers"][0])

    def test_a_node_with_another_key_is_refused_in_one_line(self):
        own, allowed, other = (self.certificate(name) for name in ("own", "allowed", "other"))
        server = self.logging_node(own, "--listen-tls", "127.0.0.1:0", "--tls-allow", allowed.hash)
        link = f"{server.tls_address}={own.hash}"
        refused = self.logging_node(other, "--tls-peer", link)
        self.assertRegex(self.line_with(server, "127.0.0.1"),
                         rf": TLS handshake failed: denied: its key {other.hash} is none that is allowed\n\Z")
        self.assertRegex(self.line_with(refused, "no private link"),
                         rf" warning: no private link to {server.tls_address}: refused_by_peer: [^:]+: [^:]+; the key of "
                         rf"this node is {other.hash}\n\Z")
        self.assertEqual(server.ask("peers")["peers"], [])
        self.check_warned_of_another_key(server, own, other, allowed)

    def check_warned_of_another_key(self, server, own, other, allowed):
        """By default, of what --tls-peer has, and what the server has."""
        client = self.launch("--max-outbound", "0", *allowed.options, "--tls-peer",
                             f"{server.tls_address}={other.hash}").listen()
        self.assertRegex(client.process.stderr.readline().decode(),
                         rf" warning: no private link to {server.tls_address}: denied: its key is {own.hash}, and not "
                         rf"{other.hash}\n\Z")
        self.assertEqual(server.ask("peers")["peers"], [])
        self.assertRegex(self.line_with(server, "127.0.0.1"), ": TLS handshake failed: refused_by_peer: [^\n]+\n\\Z")

    def test_strangers_at_either_port_are_one_line_and_hold_up_no_link(self):
        server, client = self.linked()
        plain = self._opened(Peer.dial(server.tls_address))
        port = plain.socket.getsockname()[1]
        plain.send(HAND, hand())
        self.assertIn(": TLS handshake failed: wrong_magic: ", self.line_with(server, f"127.0.0.1:{port}: "))
        with socket.create_connection(ends_of(server.address), PATIENCE) as stranger:
            port = stranger.getsockname()[1]
            context = ssl.create_default_context()
            with self.assertRaises(OSError):
                context.wrap_socket(stranger, server_hostname="node.example")
        self.assertIn(": handshake failed: wrong_magic: ", self.line_with(server, f"127.0.0.1:{port}: "))
        self.assertEqual(len(server.ask("peers")["peers"]), 1)
        silent = [self._opened(socket.create_connection(ends_of(server.tls_address))) for _ in range(300)]
        client.tell("disconnect 1")
        for each in (server, client):
            each.event("peer_connected")
        for each in silent:
            each.close()
        self.assertEqual(server.end(), 0)

    def test_a_port_in_use_is_said_to_be_that_of_the_listener_for_private_links(self):
        own, taken = self.certificate("own"), self.listener()
        status, output, errors = run("--listen", "127.0.0.1:0", "--listen-tls", taken.address, "--tls-allow", KEY,
                                     *own.options)
        self.assertEqual((status, output), (1, ""))
        self.assertRegex(errors, rf"\Apappus-node: cannot listen on {taken.address} \(--listen-tls\): [^\n]+\n\Z")

    def test_wrong_options_are_refused(self):
        own = self.certificate("own")
        certificate, key = ["--tls-certificate", own.certificate], ["--tls-key", own.key]
        link = f"127.0.0.1:1={KEY}"
        form = "HOST:PORT=KEY with a PORT from 1 to 65535, and a hash of 64 hexadecimal digits as KEY"
        for options, why in [
            (["--tls-peer", "127.0.0.1:1"], f"--tls-peer: '127.0.0.1:1' is not {form}"),
            (["--tls-peer", "127.0.0.1:1=00"], f"--tls-peer: '127.0.0.1:1=00' is not {form}"),
            (["--tls-peer", f"127.0.0.1={KEY}"], f"--tls-peer: '127.0.0.1={KEY}'"),
            (["--tls-peer", link], "--tls-peer: needs --tls-certificate and --tls-key"),
            (["--tls-peer", link, *certificate], "--tls-certificate: needs --tls-key"),
            (["--tls-peer", link, *key], "--tls-key: needs --tls-certificate"),
            (["--listen-tls", "127.0.0.1:0", "--tls-allow", KEY], "--listen-tls: needs --tls-certificate and --tls-key"),
            (["--listen-tls", "127.0.0.1:0", *own.options], "--listen-tls: needs --tls-allow"),
            (["--tls-allow", KEY, *own.options], "--tls-allow: needs --listen-tls"),
        ]:
            with self.subTest(options=options):
                status, output, errors = run(*options)
                self.assertEqual((status, output), (2, ""))
                self.assertRegex(errors, rf"\Apappus-node: {re.escape(why)}.*\n\Z")

    def test_files_that_cannot_be_used_are_named_with_the_reason(self):
        own, other = self.certificate("own"), self.certificate("other")
        encrypted = os.path.join(self.folder, "encrypted.pem")
        output_of(["openssl", "pkey", "-in", own.key, "-aes256", "-passout", "pass:secret", "-out", encrypted])
        for chain, key, why in [
            (own.certificate, "/nowhere", "the private key's file does not exist"),
            ("/nowhere", own.key, "the certificate's file does not exist"),
            (own.key + "/below", own.key, "the certificate's file cannot be read"),
            (own.certificate, own.certificate, "the private key's file has no private key in PEM"),
            (own.key, own.key, "the certificate's file has no certificate in PEM"),
            (own.certificate, encrypted, "the private key is encrypted"),
            (own.certificate, other.key, "the private key is not that of the certificate"),
        ]:
            with self.subTest(why=why):
                self.assertEqual(run("--listen", "127.0.0.1:0", "--tls-certificate", chain, "--tls-key", key),
                                 (1, "", f"pappus-node: cannot use the certificate '{chain}' with the key '{key}': "
                                         f"{why}\n"))

    def test_the_key_of_the_node_itself_is_none_of_another_node(self):
        own = self.certificate("own")
        for options in [["--tls-peer", f"127.0.0.1:1={own.hash}"],
                        ["--listen-tls", "127.0.0.1:0", "--tls-allow", own.hash]]:
            with self.subTest(options=options):
                self.assertEqual(run("--listen", "127.0.0.1:0", *own.options, *options),
                                 (1, "", f"pappus-node: --tls-peer has, or --tls-allow has alone, the key of this "
                                         f"node itself, {own.hash}\n"))
