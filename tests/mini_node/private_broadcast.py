"""The network of docs/guides/private_broadcast.md, on one computer: a transaction is told to peers, and comes back."""

import re
from pathlib import Path

import process
from socks_proxy import Proxy

PAGE = Path(__file__).resolve().parents[2] / "docs/guides/private_broadcast.md"
SECONDS = 300  # until the first connection of a round: 10 s on average for each of three


class PrivateBroadcast(process.TestCase):
    def test_the_network_of_the_guide_tells_a_transaction_and_gets_it_back(self):
        section = PAGE.read_text(encoding="utf-8").split("\n## Try it\n")[1].split("\n## ")[0]
        transaction = re.search("^tx [0-9a-f]+$", section, re.M)[0]
        kernel = re.search("^tx: ok kernel=([0-9a-f]+)$", section, re.M)[1]
        told = [self.node("--max-outbound", "0") for _ in range(len(re.search("ports='(.*)'", section)[1].split()))]
        hub = self.node(*(word for each in told for word in ("--peer", each.address)))
        for _ in told:
            hub.event("peer_connected", direction="outbound")
        proxy = self._opened(Proxy())
        node = self.node("--proxy", proxy.address, "--broadcast", "private", "--peer", hub.address, "--max-outbound", "2")
        for _ in range(2):
            node.take(lambda line: line.get("event") == "peer_connected", "peer_connected", SECONDS)
        sessions = {each["peer"] for each in node.ask("peers")["peers"]}
        self.assertEqual(node.ask(transaction)["kernel"], kernel)
        back = node.take(lambda line: line.get("event") == "transaction", "transaction", SECONDS)
        self.assertEqual((back["kernel"], back["from"] in sessions), (kernel, True))
        state = node.ask("dandelion")
        self.assertEqual((state["broadcast"], state["private"], state["stalled"]), ("private", 0, False))
        anonymous = [each for each in told for line in each.lines if line.get("user_agent") == "MW/Grin 5.5.0"]
        self.assertTrue(anonymous)
        self.assertFalse(sessions & {each.address for each in anonymous})
