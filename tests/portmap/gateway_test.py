"""A pappus-node behind a gateway, each in a network namespace of its own. Run by run.sh.

usage: gateway_test.py PAPPUS_NODE
"""

import os
import pathlib
import subprocess
import sys
import time
import unittest

sys.dont_write_bytecode = True
TESTS = pathlib.Path(__file__).resolve().parents[1]
sys.path[:0] = [str(TESTS / "mini_node"), str(TESTS / "support")]

import declaration  # noqa: E402: after the lines that say where it is
import process  # noqa: E402
import suites  # noqa: E402
from gateway_server import Gateway  # noqa: E402
from protocol import Peer  # noqa: E402

PORT = 23414
ROUTER, OTHER_ROUTER, HOST = "192.168.77.1", "192.168.77.3", "192.168.77.2"
ROUTER_V6, HOST_V6 = "2a00:77::1", "2a00:77::2"
EXTERNAL, OTHER_EXTERNAL = "81.2.3.9", "81.2.3.10"
STRANGERS = ["5.1.0.1", "6.1.0.1", "7.1.0.1", "8.1.0.1"]  # each in a netgroup of its own
PATIENCE = 150  # seconds: the node looks for another gateway once a minute
home = None


def ip(*words):
    subprocess.run(["ip", *words], check=True)


class Home:
    """A namespace linked to this one, which is the router and the Internet."""

    def __init__(self):
        self.holder = subprocess.Popen(["unshare", "--net", "sleep", "infinity"])
        ours = os.readlink("/proc/self/ns/net")
        while os.readlink(f"/proc/{self.holder.pid}/ns/net") == ours:
            time.sleep(0.01)
        ip("link", "add", "router0", "type", "veth", "peer", "name", "home0", "netns", str(self.holder.pid))
        for address in [ROUTER + "/24", OTHER_ROUTER + "/24"]:
            ip("address", "add", address, "dev", "router0")
        ip("address", "add", ROUTER_V6 + "/64", "dev", "router0", "nodad")
        for address in [EXTERNAL, OTHER_EXTERNAL, *STRANGERS]:
            ip("address", "add", address + "/32", "dev", "lo")
        ip("link", "set", "router0", "up")
        self.ip("address", "add", HOST + "/24", "dev", "home0")
        self.ip("address", "add", HOST_V6 + "/64", "dev", "home0", "nodad")
        for link in ["lo", "home0"]:
            self.ip("link", "set", link, "up")

    def command(self, *words):
        return ["nsenter", f"--net=/proc/{self.holder.pid}/ns/net", *words]

    def ip(self, *words):
        subprocess.run(self.command("ip", *words), check=True)

    def route_by(self, *gateways):
        """Sets the default gateways, of which each family has one or none."""
        for family in ["-4", "-6"]:
            self.ip(family, "route", "flush", "exact", "default")
        for each in gateways:
            self.ip("route", "add", "default", "via", each)

    def close(self):
        self.holder.kill()
        self.holder.wait()


class BehindGateway(process.TestCase):
    def node_at_home(self):
        node = process.CommandProcess(home.command(process.program, "--json", "--map-port", "--max-outbound", "0",
                                                   "--log", "info"), True, declaration.of(process.program))
        self.addCleanup(lambda: self.assertEqual(node.faults, []))
        self.addCleanup(node.close)
        return node.listen()

    def gateway(self, *where, **how):
        return self._opened(Gateway(*where, **how))

    def until(self, node, what, holds):
        """What `stats` tells of reachability, once it is as wanted."""
        deadline = time.monotonic() + PATIENCE
        while not holds(now := node.stats()["reachability"]):
            self.assertLess(time.monotonic(), deadline, f"{what}: {now}")
            time.sleep(0.1)
        return now

    def end(self, node):
        """Ends the node in order; returns the lines of its log about reachability."""
        began = time.monotonic()
        self.assertEqual(node.end(), 0)
        self.assertLess(time.monotonic() - began, 30)
        lines = [line.partition("Z ")[2] for line in node.errors()]
        return [line for line in lines if "port 23414" in line]

    def check_mapped(self, key, **how):
        home.route_by(ROUTER)
        gateway = self.gateway(ROUTER, EXTERNAL, **how)
        node = self.node_at_home()
        now = self.until(node, "mapped", lambda seen: seen[key])
        self.assertEqual(now[key], [EXTERNAL + ":40000"])
        self.assertEqual(now["advertised"], ["[::]:40000", f"[::]:{PORT}"])
        self.assertEqual((now["reachable"], now["observed"]), ("unknown", []))
        self._opened(Peer.greet(EXTERNAL + ":40000")).check_served()
        self.assertEqual(node.stats()["inbound"], 1)
        self.assertEqual(self.end(node), [f"info: port {PORT} is mapped by {ROUTER}, at {EXTERNAL}:40000",
                                          f"info: port {PORT} is not mapped by {ROUTER} any more"])
        self.assertEqual((gateway.mappings, gateway.deletions), ({}, 1))

    def test_the_port_is_mapped_by_pcp_connected_to_and_withdrawn(self):
        self.check_mapped("mapped_by_pcp")

    def test_the_port_is_mapped_by_nat_pmp_connected_to_and_withdrawn(self):
        self.check_mapped("mapped_by_nat_pmp", speaks_pcp=False)

    def test_inbound_peers_say_where_the_node_is(self):
        home.route_by(ROUTER)
        self.gateway(ROUTER, "192.168.0.9", relays=False)  # behind another one
        node = self.node_at_home()
        self.until(node, "mapped", lambda seen: seen["mapped_by_pcp"])
        for each in STRANGERS:
            self.assertEqual(node.stats()["reachability"]["observed"], [])
            self._opened(Peer.greet(f"{HOST}:{PORT}", source=each, dialed=(EXTERNAL, 1)))
        now = self.until(node, "observed", lambda seen: seen["observed"])
        self.assertEqual((now["reachable"], now["observed"]), ("yes", [EXTERNAL]))
        self.assertEqual(now["advertised"], [f"[::]:{PORT}"])
        self.assertIn("which is not on the Internet: there is another NAT", self.end(node)[0])

    def test_the_gateways_of_both_families_are_asked_and_followed(self):
        home.route_by(ROUTER, ROUTER_V6)
        first = self.gateway(ROUTER, EXTERNAL)
        second = self.gateway(OTHER_ROUTER, OTHER_EXTERNAL, first_port=41000)
        of_v6 = self.gateway(ROUTER_V6, HOST_V6, relays=False)
        node = self.node_at_home()
        now = self.until(node, "mapped by both", lambda seen: len(seen["mapped_by_pcp"]) == 2)
        self.assertEqual(now["mapped_by_pcp"], [EXTERNAL + ":40000", f"[{HOST_V6}]:{PORT}"])
        self.assertEqual(now["advertised"], ["[::]:40000", f"[::]:{PORT}"])
        home.route_by(OTHER_ROUTER, ROUTER_V6)
        self.until(node, "moved", lambda seen: OTHER_EXTERNAL + ":41000" in seen["mapped_by_pcp"])
        self.assertEqual((first.mappings, first.deletions), ({}, 1))
        self.assertEqual(of_v6.deletions, 0)
        self.end(node)
        self.assertEqual((second.mappings, of_v6.mappings), ({}, {}))

    def test_without_a_gateway_the_node_says_so_and_runs(self):
        home.route_by()
        node = self.node_at_home()
        lines = self.end(node)
        self.assertEqual(lines, [f"warning: port {PORT} is not mapped: no default gateway of IPv4 is known"])

    def test_a_gateway_that_maps_no_ports_is_told_of_and_harms_nothing(self):
        home.route_by(ROUTER)
        node = self.node_at_home()
        deadline = time.monotonic() + PATIENCE
        while node.stats()["metrics"]["pappus_port_mapping_failures_total"] == 0:
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.1)
        self._opened(Peer.greet(f"{HOST}:{PORT}")).check_served()
        lines = self.end(node)
        self.assertEqual(len(lines), 1, lines)
        self.assertRegex(lines[0], f"\\Awarning: port {PORT} is not mapped by {ROUTER}: .*refused\\Z")


def main(arguments):
    global home
    process.program = arguments[1]
    home = Home()
    try:
        return suites.run_tests(unittest.TestLoader().loadTestsFromTestCase(BehindGateway))
    finally:
        home.close()


if __name__ == "__main__":
    sys.exit(main(sys.argv))
