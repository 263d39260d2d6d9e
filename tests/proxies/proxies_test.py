"""pappus-nodes that meet through microsocks, and on a Tor network of this machine's own. Run by run.sh.

usage: proxies_test.py PAPPUS_NODE FOLDER_OF_PROXIES FOLDER
"""

import pathlib
import socket
import subprocess
import sys
import time
import unittest

sys.dont_write_bytecode = True
TESTS = pathlib.Path(__file__).resolve().parents[1]
sys.path[:0] = [str(TESTS / "mini_node"), str(TESTS / "support")]

import process  # noqa: E402: after the lines that say where it is
import suites  # noqa: E402
from onion import onion_name  # noqa: E402
from protocol import PATIENCE, Transaction  # noqa: E402
from tor_network import TorNetwork, free_ports  # noqa: E402

SERVICE_PORT = 3414
programs = None  # the folder of the proxies
tor = None
target = None


def remotes_of(pid):
    """Where the sockets of a process are connected to."""
    inodes = set()
    for each in pathlib.Path("/proc", str(pid), "fd").iterdir():
        try:
            name = each.readlink().name
        except FileNotFoundError:
            continue
        if name.startswith("socket:["):
            inodes.add(name[8:-1])
    remotes = set()
    for family in ["tcp", "tcp6", "udp", "udp6"]:
        for line in pathlib.Path("/proc/net", family).read_text().splitlines()[1:]:
            fields = line.split()
            ip, port = fields[2].split(":")
            if fields[9] in inodes and int(port, 16) != 0:
                remotes.add((family, ip, int(port, 16)))
    return remotes


class Microsocks(process.TestCase):
    def proxy(self, *options):
        """The address of one that runs until the test ends."""
        port = free_ports(1)[0]
        running = subprocess.Popen([pathlib.Path(programs, "microsocks"), "-i", "127.0.0.1", "-p", str(port), *options],
                                   stderr=subprocess.DEVNULL)
        self.addCleanup(running.wait)
        self.addCleanup(running.terminate)
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                socket.create_connection(("127.0.0.1", port)).close()
                return f"127.0.0.1:{port}"
            except ConnectionRefusedError:
                self.assertLess(time.monotonic(), deadline)
                time.sleep(0.05)

    def test_a_peer_is_met_by_its_address_and_by_a_name_that_the_proxy_looks_up(self):
        served = self.node(listen="127.0.0.1:0")
        node = self.node("--proxy", self.proxy(), "--max-outbound", "0", "--log", "error")
        for host in ["127.0.0.1", "localhost"]:
            answer = node.ask(f"connect {host}:" + served.address.rpartition(":")[2])
            self.assertEqual((answer["ok"], answer["transport"]), (True, "proxy"))
            self.assertEqual(served.event("peer_connected")["transport"], "direct")
            node.ask(f"disconnect {answer['id']}")
            served.event("peer_disconnected")
        transaction = Transaction("through microsocks")
        self.assertIs(node.ask("connect " + served.address)["ok"], True)
        self.assertIs(node.ask(f"fluff {transaction.body().hex()}")["ok"], True)
        self.assertEqual(served.event("transaction")["kernel"], transaction.kernels[0].hex())

    def test_a_peer_that_is_not_there_is_refused_by_the_proxy(self):
        node = self.node("--proxy", self.proxy(), "--max-outbound", "0", "--log", "error")
        answer = node.ask(f"connect 127.0.0.1:{free_ports(1)[0]}")
        self.assertEqual((answer["ok"], "connection_refused" in answer["error"]), (False, True), answer)

    def test_a_proxy_that_wants_a_certain_password_lets_no_other_through(self):
        served = self.node(listen="127.0.0.1:0")
        node = self.node("--proxy", self.proxy("-u", "name", "-P", "secret"), "--max-outbound", "0", "--log", "error")
        self.assertIs(node.ask("connect " + served.address)["ok"], False)
        self.assertEqual(served.stats()["sessions"], 0)


class OnTor(process.TestCase):
    def patient_event(self, node, name, seconds=240):
        return node.take(lambda line: line.get("event") == name, name, seconds)

    def test_a_transaction_reaches_an_onion_service_by_nothing_but_tor(self):
        served = self.node("--listen-onion", f"127.0.0.1:{target}")
        node = self.node("--onion-only", "--onion-proxy", tor.proxy, "--peer", f"{tor.onion}:{SERVICE_PORT}",
                         "--log", "error")
        connected = self.patient_event(node, "peer_connected")
        self.assertEqual(connected["transport"], "onion")
        self.assertEqual(served.event("peer_connected")["transport"], "onion")
        transaction = Transaction("by an onion service")
        self.assertIs(node.ask(f"fluff {transaction.body().hex()}")["ok"], True)
        self.assertEqual(self.patient_event(served, "transaction", PATIENCE)["kernel"], transaction.kernels[0].hex())
        socks_port = int(tor.proxy.rpartition(":")[2])
        self.assertEqual(remotes_of(node.process.pid), {("tcp", "0100007F", socks_port)})

    def test_an_address_is_reached_through_an_exit(self):
        served = self.node(listen="127.0.0.1:0")
        node = self.node("--proxy", tor.proxy, "--max-outbound", "0", "--log", "error")
        deadline = time.monotonic() + 240
        while not (answer := node.ask("connect " + served.address, 90))["ok"]:  # until there is a circuit
            self.assertLess(time.monotonic(), deadline, answer)
            time.sleep(1)
        self.assertEqual(answer["transport"], "proxy")
        self.assertRegex(served.event("peer_connected")["peer"], r"\A127\.0\.0\.1:23414\Z")

    def test_an_onion_service_that_is_not_there_is_a_failure_with_a_reason(self):
        node = self.node("--onion-only", "--onion-proxy", tor.proxy, "--log", "error")
        answer = node.ask(f"connect {onion_name(b'a' * 32)}:3414", 120)
        self.assertIs(answer["ok"], False)


def main(arguments):
    global programs, tor, target
    process.program, programs, folder = arguments[1:]
    target = free_ports(1)[0]
    tor = TorNetwork(programs, folder, SERVICE_PORT, target)
    try:
        began = time.monotonic()
        tor.start()
        print(f"the Tor network is up after {time.monotonic() - began:.0f} s", flush=True)
        return suites.run_tests(unittest.TestLoader().loadTestsFromModule(sys.modules[__name__]))
    finally:
        tor.close()


if __name__ == "__main__":
    sys.exit(main(sys.argv))
