"""Where peers reach a node, as `stats` tells it, and options that contradict `--map-port`. What a gateway does is tested by
tests/portmap/run.sh, in a network namespace."""

import process
from command_line import run

ONION_PROXY = ["--onion-proxy", "127.0.0.1:9"]


def told(node):
    """What dialed peers are told, unless --advertise says something else."""
    return "0.0.0.0:" + node.address.rpartition(":")[2]


class Reachability(process.TestCase):
    def test_a_node_that_nobody_has_reached_tells_the_port_on_which_it_listens(self):
        node = self.node()
        self.assertEqual(node.stats()["reachability"],
                         {"reachable": "unknown", "advertised": [told(node)], "observed": [], "mapped_by_pcp": [],
                          "mapped_by_nat_pmp": []})

    def test_what_is_given_to_advertise_is_told(self):
        node = self.node("--advertise", "5.6.7.8:9")
        self.assertEqual(node.stats()["reachability"]["advertised"], ["5.6.7.8:9"])

    def test_a_node_behind_a_proxy_says_that_it_tells_nothing(self):
        node = self.node("--proxy", "127.0.0.1:9")
        self.assertEqual(node.stats()["reachability"]["advertised"], ["0.0.0.0:23414"])

    def test_peers_of_this_machine_say_nothing_of_where_the_node_is(self):
        node = self.node()
        for _ in range(10):
            self.greet(node, dialed=("5.6.7.8", 9))
            node.event("peer_connected")
        self.assertEqual(node.stats()["reachability"],
                         {"reachable": "unknown", "advertised": [told(node)], "observed": [], "mapped_by_pcp": [],
                          "mapped_by_nat_pmp": []})
        self.assertEqual(node.stats()["metrics"]["pappus_inbound_from_internet_total"], 0)

    def test_a_node_that_hides_asks_no_gateway(self):
        for options, obstacle in [
            (["--proxy", "127.0.0.1:9"], "--proxy or --onion-only"),
            (["--onion-only", *ONION_PROXY], "--proxy or --onion-only"),
            (["--max-inbound", "0"], "--max-inbound 0"),
            (["--listen", "127.0.0.1:0"], "--listen 127.0.0.1:0"),
            (["--listen", "[::1]:3414"], "--listen [::1]:3414"),
        ]:
            with self.subTest(options=options):
                self.assertEqual(run("--map-port", *options),
                                 (2, "", f"pappus-node: --map-port: not together with {obstacle}\n"))
