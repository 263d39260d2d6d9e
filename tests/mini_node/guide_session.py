"""The session of two nodes by hand in docs/guides/pappus_node.md: its commands print the lines that it shows."""

import re
from pathlib import Path

import process

PAGE = Path(__file__).resolve().parents[2] / "docs/guides/pappus_node.md"
# What differs from run to run, and what the page leaves out.
VARYING = [(r" (by=operator|cause=\w+ peers=\d+|silent_seconds=\d+|ping_ms=[\d.]+)", ""), (r"\b(since|until)=\d+", r"\1=N"),
           (r"\b(\w+_(?:seconds|received|sent|per_second))=[\d.]+", r"\1=N"),
           (r"(connection_lost: connection reset by peer|closed_by_peer)(?= \()|\"connection_lost: connection reset by peer\"|"
           r"closed_by_peer$", "refused")]


def blocks():
    """The fenced blocks of the section, each as its lines."""
    section = PAGE.read_text(encoding="utf-8").split("\n## Two nodes by hand\n")[1].split("\n## ")[0]
    return [block.splitlines() for block in re.findall(r"^```\w*\n(.*?)^```$", section, re.M | re.S)]


class GuideSession(process.TestCase):
    def start(self, line):
        """A node as in the page, but on a free port and never in a fluff epoch; the endpoint that it has there."""
        program, listen, endpoint, *options = line.split()
        self.assertEqual((program, listen), ("pappus-node", "--listen"))
        return self.node(*options, "--stem-probability", "1", json_lines=False), endpoint

    def of_page(self, line):
        for node, endpoint in self.nodes:
            line = line.replace(node.address, endpoint)
        for pattern, instead in VARYING:
            line = re.sub(pattern, instead, line)
        return line

    def tell(self, node, line):
        for other, endpoint in self.nodes:
            line = re.sub(rf"{re.escape(endpoint)}$", other.address, line)
        node.tell(line)

    def check_prints(self, node, lines):
        for line in lines:
            node.take(lambda read, line=line: self.of_page(read.strip()) == self.of_page(line), line)

    def test_its_commands_print_what_it_shows(self):
        page = iter(blocks())
        self.nodes = [self.start(next(page)[0]), self.start(next(page)[0])]
        (a, _), (b, _) = self.nodes
        [connect] = next(page)
        self.tell(b, connect)
        self.check_prints(b, next(page))
        self.check_prints(a, next(page))
        self.tell(a, "peers")
        self.check_prints(a, next(page))
        [transaction] = next(page)
        self.tell(b, transaction)
        self.check_prints(b, next(page))
        self.check_prints(a, next(page))
        for line in next(page):
            self.tell(a, line)
        self.check_prints(a, next(page))
        told, *refused = next(page)
        self.check_prints(b, [told])
        self.tell(b, connect)
        self.check_prints(b, refused)
        self.tell(a, "unban 127.0.0.1")
        self.check_prints(a, next(page))
        self.tell(b, connect)
        b.take(lambda read: read.startswith("connect: ok ") and " id=3 " in read, "second session")
        self.tell(a, "quit")
        self.check_prints(a, next(page))
        self.check_prints(b, next(page))
        self.tell(b, "quit")
        self.assertEqual([node.status() for node, _ in self.nodes], [0, 0])
        self.assertEqual(list(page), [])
