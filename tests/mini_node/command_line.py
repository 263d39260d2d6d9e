"""The command line: options, exit codes, and one line on standard error when the node cannot run."""

import json
import socket
import subprocess

import declaration
import process
from process import TIME
from protocol import PATIENCE, PING, PONG, Listener, ping

EVERYWHERE, BRACKETED = ("::", "[::]") if socket.has_dualstack_ipv6() else ("0.0.0.0", "0.0.0.0")
NASTY = "\u202e\x1b[31m\r\n\x7f\u0085\u061c\u200e\u2028\u2066\ufeffevent"


def create_server_everywhere(port):
    if not socket.has_dualstack_ipv6():
        return socket.create_server((EVERYWHERE, port))
    return socket.create_server((EVERYWHERE, port), family=socket.AF_INET6, dualstack_ipv6=True)


def run(*options):
    """Runs a node that ends soon."""
    ended = subprocess.run([process.program, *options], stdin=subprocess.DEVNULL, capture_output=True, timeout=PATIENCE)
    return ended.returncode, ended.stdout.decode(), ended.stderr.decode()


class CommandLine(process.TestCase):
    def check_refused(self, status, *options):
        code, output, errors = run(*options)
        with self.subTest(options=options):
            self.assertEqual((code, output), (status, ""))
            self.assertRegex(errors, r"\Apappus-node: [^\n]+\n\Z")
        return errors

    def test_bad_usage_is_one_line_and_status_2(self):
        for wrong in [
            ["--unknown"],
            ["stray"],
            ["--listen"],
            ["--listen", "127.0.0.1"],
            ["--listen", "127.0.0.1:65536"],
            ["--listen", "127.0.0.256:1"],
            ["--listen", "localhost:1"],
            ["--listen", "127.0.0.1:1 "],
            ["--listen", "127.0.0.1:\n1"],
            ["--listen", "127.0.0.1:0", "--listen", "127.0.0.1:0"],
            ["--advertise", "nowhere"],
            ["--advertise", "127.0.0.1:0"],
            ["--peer", "127.0.0.1"],
            ["--peer", "127.0.0.1:0"],
            ["--peer", "127.0.0:1"],
            ["--peer", "a/8:1"],
            ["--peer", "\u202e:1"],
            ["--peer", "127.0.0.1:1", "127.0.0.1:2"],
            ["--network", "moonnet"],
            ["--network", ""],
            ["--genesis", "abc"],
            ["--genesis", "0" * 63],
            ["--genesis", "0" * 65],
            ["--genesis", "g" * 64],
            ["--protocol-version", "0"],
            ["--protocol-version", "1001"],
            ["--protocol-version", "-1"],
            ["--protocol-version", "one"],
            ["--log", "everything"],
            ["--json=maybe"],
            ["--trace=maybe"],
            ["--trust-clock=maybe"],
            ["--store"],
            ["--deny", "1.2.3.4/33"],
            ["--deny", "1.2.3"],
            ["--deny", "1.2.3.4", "1.2.3.5"],
            ["--allow", "1.2.3.4:65536"],
            ["--allow", "nowhere"],
            ["--seed", "seed.example"],
            ["--seed", ":3414"],
            ["--seed", "seed.example:0"],
            ["--max-inbound", "-1"],
            ["--max-inbound", "many"],
            ["--dandelion", "diffusion"],
            ["--broadcast", "private"],
            ["--epoch", "0"],
            ["--epoch", "1.5"],
            ["--stem-probability", "1.1"],
            ["--stem-probability", "nan"],
            ["--stem-probability", "0.5x"],
            ["--embargo", "-1"],
            ["--aggregation", "long"],
            ["--aggregation", "180"],
            ["--aggregation", "11", "--embargo", "10"],
            ["--max-outbound", "100001"],
            ["--max-memory", "0"],
            # As from a script whose variable is not set.
            *[[option, ""] for option in [
                "--listen", "--advertise", "--peer", "--seed", "--genesis", "--protocol-version", "--max-inbound",
                "--max-outbound", "--max-blocks", "--max-memory", "--epoch", "--stem-probability", "--embargo", "--aggregation"]],
            ["--listen="],
        ]:
            self.check_refused(2, *wrong)

    def test_a_port_in_use_is_one_line_and_status_1(self):
        taken = self._opened(Listener())
        self.assertIn(f"cannot listen on {taken.address} (--listen): ",
                      self.check_refused(1, "--listen", taken.address))
        self.assertIn(f"cannot listen on {taken.address} (--listen-onion): ",
                      self.check_refused(1, "--listen", "127.0.0.1:0", "--listen-onion", taken.address))

    def test_an_address_of_another_machine_is_one_line_and_status_1(self):
        self.check_refused(1, "--json", "--listen", "192.0.2.1:0")

    def test_help_and_version_are_written_to_standard_output(self):
        code, output, errors = run("--help")
        self.assertEqual((code, errors), (0, ""))
        for option in ["network", "genesis", "protocol-version", "listen", "advertise", "peer", "seed", "store", "deny"]:
            self.assertIn("--" + option, output)
        for option in ["allow", "max-inbound", "max-outbound", "json", "log", "trace", "trust-clock"]:
            self.assertIn("--" + option, output)
        code, output, errors = run("--version")
        self.assertEqual((code, errors), (0, ""))
        self.assertRegex(output, r"\Apappus-node \d+\.\d+\.\d+\n\Z")

    def test_the_help_lists_the_commands_that_help_lists(self):
        output = run("--help")[1]
        listed = self.node().ask("help")["commands"]
        self.assertIn("help", [each["command"] for each in listed])
        for each in listed:
            self.assertEqual(set(each), {"command", "parameters", "does"})
            self.assertIn(f"\n  {each['command']} {each['parameters']}".rstrip(), output)
            self.assertIn(each["does"].split()[0], output)
        self.assertCountEqual([each["command"] for each in listed], list(declaration.of(process.program).replies))

    def test_by_default_the_node_listens_on_the_port_of_its_chain(self):
        for options, port in [([], 23414), (["--network", "testnet"], 13414), (["--network", "mainnet"], 3414)]:
            with self.subTest(port=port):
                try:
                    create_server_everywhere(port).close()
                except OSError:
                    self.assertIn(f"{BRACKETED}:{port}", self.check_refused(1, *options))
                    continue
                node = self.node(*options, "--max-outbound", "0", listen=None)
                self.assertEqual(node.address, f"{BRACKETED}:{port}")

    def test_the_node_writes_which_free_port_it_listens_on(self):
        node = self.node(listen="127.0.0.9:0")
        self.assertRegex(node.address, r"\A127\.0\.0\.9:[1-9]\d*\Z")
        self.greet(node)

    def test_options_reach_the_handshake(self):
        genesis = bytes(range(32))
        node = self.node("--genesis", genesis.hex(), "--protocol-version", "2", "--advertise", "127.0.0.5:99")
        self.greet(node, genesis=genesis)
        self.assertEqual(node.event("peer_connected")["version"], 2)

    def test_messages_are_traced_on_standard_error(self):
        node = self.launch("--trace", "--log", "error").listen()
        peer = self.greet(node, port=77)
        node.event("peer_connected")
        peer.send(PING, ping())
        peer.expect(PONG)
        self.assertEqual(node.end(), 0)
        traced = node.errors()
        for line in traced:
            self.assertRegex(line, rf"\Apappus-node: {TIME} debug: 127\.0\.0\.1:\d+ [<>] [a-z_]+, \d+ bytes\Z")
        lines = [line.split(" ", 4)[4] for line in traced if "127.0.0.1:77" in line]
        self.assertIn("< ping, 27 bytes", lines)
        self.assertLess(lines.index("< ping, 27 bytes"), lines.index("> pong, 27 bytes"))
        self.assertRegex(traced[0], r" < hand, \d+ bytes\Z")
        self.assertRegex(traced[1], r" > shake, \d+ bytes\Z")

    def test_without_json_each_event_is_a_readable_line(self):
        node = self.launch(json_lines=False)
        where = node.process.stdout.readline().decode()
        self.assertRegex(where, r"\Alistening address=127\.0\.0\.1:\d+\n\Z")
        node.address = where.strip().partition("=")[2]
        peer = self.greet(node, port=77, agent=NASTY.encode())
        connected = node.process.stdout.readline().decode()
        self.assertRegex(connected, r"\Apeer_connected peer=127\.0\.0\.1:77 id=1 direction=inbound transport=direct tls=false user_agent=\"[ -~]*\n\Z")
        peer.leave()
        gone = node.process.stdout.readline().decode()
        self.assertEqual(gone, "peer_disconnected peer=127.0.0.1:77 id=1 reason=closed_by_peer\n")
        node.tell("peers\nnonsense\nquit")
        self.assertEqual(node.status(), 0)
        answers = node.process.stdout.read().decode()
        self.assertRegex(answers, r"\Apeers: ok peers=\[\]\nnonsense: refused error=\"'nonsense' is not a command: `help` lists all\"\nquit: ok\n\Z")

    def test_any_user_agent_of_a_peer_is_written_as_ascii_on_one_line(self):
        node = self.launch("--log", "debug", "--trace")
        node.address = json.loads(node.process.stdout.readline())["address"]
        peer = self.greet(node, port=77, agent=NASTY.encode())
        connected = node.process.stdout.readline().decode()
        node.tell("peers\n" + NASTY.replace("\n", "") + "\nban " + NASTY.replace("\n", "") + "\nstats\nmetrics\nquit")
        peer.expect_end()
        self.assertEqual(node.status(), 0)
        lines = [connected, *node.process.stdout.read().decode().splitlines(), *node.errors()]
        for line in lines:
            self.assertRegex(line, r"\A[ -~]+\n?\Z")
        agent = json.loads(connected)["user_agent"]
        self.assertTrue(agent.startswith("\\u202e\\u001b[31m\\u000d\\u000a\\u007f") and agent.endswith("\\ufeffevent"))
