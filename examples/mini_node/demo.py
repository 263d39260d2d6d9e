"""Eight pappus-node processes: a transaction enters at one of them, stays private from hop to hop along the stem, is
fluffed by another, and spreads; a timeline shows its way, and then who could have known where it came from. Then one of
them is started again and finds the others by its store, and one that was banned stays out when the one that banned it
is started again.

usage: demo.py PAPPUS_NODE TRANSACTION_HEX_FILE KERNELS_FILE

The files hold the transaction in hexadecimal and the hashes of its kernels, the first of which it is known by. Exits 0
only if all that is said above is seen within the deadline: stems go to peers that a node has dialed, one node fluffs
and it is not the first, all eight hear of it; and if the nodes then end in order.
"""

import collections
import json
import os
import selectors
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

DEADLINE = 120  # seconds, for everything
ORIGIN = "A"
HOLD = 2  # seconds that D keeps what others have stemmed to it
# In the order in which they are started: whom each dials, and whether it passes stems on or ends them.
NODES = {
    "D": ("", "0"),
    "C": ("D", "1"),
    "B": ("C", "1"),
    "A": ("B", "1"),
    "E": ("A", "1"),
    "F": ("BE", "1"),
    "G": ("CF", "1"),
    "H": ("DG", "1"),
}
PICTURE = r"""
              A --> B --> C --> D
              ^     ^     ^     ^      --> dials
              |     |     |     |
              E <-- F <-- G <-- H
"""


class Failure(Exception):
    """Why the demonstration did not succeed."""


class Node:
    """One process."""

    def __init__(self, program, name, *options):
        self.name = name
        self.address = None
        self.unread = b""
        command = [program, "--json", *options]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    @property
    def port(self):
        return self.address.rpartition(":")[2]

    def command(self, line):
        self.process.stdin.write(line.encode() + b"\n")
        self.process.stdin.flush()

    def read(self):
        """What it says next, none or more; call it when there is something to read."""
        piece = os.read(self.process.stdout.fileno(), 1 << 16)
        if not piece:
            raise Failure(f"node {self.name} has ended")
        *lines, self.unread = (self.unread + piece).split(b"\n")
        return [json.loads(line) for line in lines]

    def kill(self):
        self.process.kill()
        self.process.wait()
        self.process.stdin.close()
        self.process.stdout.close()


class Demonstration:
    def __init__(self, program, stores):
        self.program = program
        self.stores = Path(stores)
        self.nodes = {}
        self.readable = selectors.DefaultSelector()
        self.said = collections.deque()
        self.ends = time.monotonic() + DEADLINE

    def next(self, waiting_for):
        """The next thing that any node says: when, who, what."""
        while not self.said:
            ready = self.readable.select(max(0, self.ends - time.monotonic()))
            now = time.monotonic()
            if not ready and now >= self.ends:
                raise Failure(f"no {waiting_for} within {DEADLINE} seconds")
            for key, _ in ready:
                self.said.extend((now, key.data, what) for what in key.data.read())
        return self.said.popleft()

    def launch(self, name, listen, *options):
        """Gives a new node once it listens."""
        options = ["--listen", listen, "--store", str(self.stores / name), *options]
        node = self.nodes[name] = Node(self.program, name, *options)
        self.readable.register(node.process.stdout, selectors.EVENT_READ, node)
        while node.address is None:
            _, who, what = self.next("a listening node")
            if who is node and what.get("event") == "listening":
                node.address = what["address"]
        return node

    def forget(self, node):
        del self.nodes[node.name]
        self.readable.unregister(node.process.stdout)
        return node

    def start(self):
        """Each node dials its neighbors and no other node, so that the picture holds."""
        while len(self.nodes) < len(NODES):
            name = list(NODES)[len(self.nodes)]
            dialed, probability = NODES[name]
            options = ["--max-outbound", "0", "--stem-probability", probability, "--aggregation", str(HOLD)]
            for each in dialed:
                options += ["--peer", self.nodes[each].address]
            node = self.launch(name, f"127.0.{ord(name) - ord('A') + 1}.1:0", *options)
            # Nodes are told apart by their ports, because all dial from 127.0.0.1.
            if node.port in [each.port for each in self.nodes.values() if each is not node]:
                self.forget(node).kill()

    def wait_for_connections(self):
        links = {name + other for name, (dialed, _) in NODES.items() for other in dialed}
        missing = links | {link[::-1] for link in links}
        for node in self.nodes.values():
            node.command("peers")
        while missing:
            _, node, what = self.next("connections")
            for peer in what.get("peers", [what] if what.get("event") == "peer_connected" else []):
                missing.discard(node.name + self.name_of(peer["peer"]))

    def name_of(self, address):
        port = address.rpartition(":")[2]
        return next((node.name for node in self.nodes.values() if node.port == port), address)

    def pass_along(self, transaction, kernel):
        """Gives what happens until everybody has the transaction: when, in milliseconds since it was submitted, to
        which node, and what it said."""
        submitted = time.monotonic()
        self.nodes[ORIGIN].command("tx " + transaction)
        story = []
        public = set()
        while public != set(NODES):
            when, node, what = self.next("transaction at " + ", ".join(sorted(set(NODES) - public)))
            if what.get("reply") == "tx" and not what["ok"]:
                raise Failure(f"node {node.name} refused the transaction: {what['error']}")
            if what.get("event") not in ("stemmed", "fluffed", "transaction"):
                continue
            if what["kernel"] != kernel:
                raise Failure(f"node {node.name} reports kernel {what['kernel']} instead of {kernel}")
            story.append((1000 * (when - submitted), node.name, what))
            if what["event"] == "fluffed" or what.get("phase") == "fluff":
                public.add(node.name)
        return sorted(story, key=lambda each: each[0])

    def wait_for(self, node, event, **fields):
        """What that node says of that event; of peers by their names."""
        while True:
            _, who, what = self.next(f"{event} at {node.name}")
            if who is not node or what.get("event") != event:
                continue
            said = {**what, "peer": self.name_of(what["peer"])}
            if fields.items() <= said.items():
                return said

    def start_again(self, name, end):
        """Ends a node, and starts it where it was with nothing but its store."""
        node = self.nodes[name]
        self.forget(node)
        end(node)
        self.said = collections.deque(each for each in self.said if each[1] is not node)
        return self.launch(name, node.address)

    def wait_for_reply(self, node, command):
        while True:
            _, who, what = self.next(f"reply to {command} at {node.name}")
            if who is node and what.get("reply") == command:
                return what

    def peers_of(self, node):
        node.command("peers")
        said = self.wait_for_reply(node, "peers")
        return sorted({self.name_of(peer["peer"]) for peer in said["peers"]})

    def come_back(self, name):
        """A node that is started again without being told of anybody finds its peers."""
        node = self.start_again(name, lambda ended: self.leave([ended]))
        return self.wait_for(node, "peer_connected", direction="outbound")["peer"]

    def ban_for_good(self, by, whom):
        """A node bans another and is killed; started again, it still turns the other away."""
        node, banned = self.nodes[by], self.nodes[whom]
        # By its port, since all dial from one address.
        for address in (f"127.0.0.1:{banned.port}", banned.address):
            node.command(f"ban {address}")
            self.wait_for_reply(node, "ban")  # now it is on the disk
        node = self.start_again(by, Node.kill)
        banned.command(f"connect {node.address}")
        reason = self.wait_for(node, "peer_disconnected", peer=whom)["reason"]
        while not (peers := self.peers_of(node)):
            time.sleep(0.1)
        if whom in peers or not reason.startswith("banned"):
            raise Failure(f"{whom} is back at {by} ({reason})")
        return peers, reason

    def quit(self):
        self.leave([self.forget(node) for node in list(self.nodes.values())])

    def leave(self, leaving):
        try:
            for node in leaving:
                node.command("quit")
            for node in leaving:
                status = node.process.wait(max(0, self.ends - time.monotonic()))
                if status != 0:
                    raise Failure(f"node {node.name} ended with status {status}")
        except subprocess.TimeoutExpired:
            raise Failure(f"a node that was told to quit did not within {DEADLINE} seconds") from None
        finally:
            for node in leaving:
                node.kill()

    def stop(self):
        for node in list(self.nodes.values()):
            self.forget(node).kill()


def check(demonstration, story):
    """What must hold, whatever way chance has led the transaction."""
    for _, name, what in story:
        if what["event"] == "stemmed" and demonstration.name_of(what["to"]) not in NODES[name][0]:
            raise Failure(f"{name} has sent the stem to a peer that it has not dialed")
    fluffers = [name for _, name, what in story if what["event"] == "fluffed"]
    if len(fluffers) != 1 or fluffers[0] == ORIGIN:
        raise Failure(f"fluffed by {' and '.join(fluffers)}")


def show(demonstration, story):
    print("       ms  node")
    print(f"{0:9.1f}  {ORIGIN}     is given the transaction, and sends it out")
    for when, name, what in story:
        if what["event"] == "stemmed":
            line = f"{name} -> {demonstration.name_of(what['to'])}  on the stem: nobody else is told"
        elif what["event"] == "fluffed":
            line = f"{name}     fluffs it ({what['cause'].replace('_', ' ')}) and tells {what['peers']} peers"
        elif what["phase"] == "fluff":
            line = f"{name}     has it in public, from {demonstration.name_of(what['from'])}"
        else:
            continue
        print(f"{when:9.1f}  {line}", flush=True)


def accuse(demonstration, story):
    """The node that each node would take for the origin: the first that sent it the transaction."""
    first = {}
    for _, name, what in story:
        if what["event"] == "transaction" and name != ORIGIN and name not in first:
            first[name] = (demonstration.name_of(what["from"]), what["phase"])
    print("\nWho could have known? Whoever told it first is all that each node has to go by:")
    print("     node  was told by  on the")
    for name, (teller, phase) in sorted(first.items()):
        print(f"     {name:<4}  {teller:<11}  {phase}")
    privately = [name for name, said in first.items() if said == (ORIGIN, "stem")]
    print(f"Only {' and '.join(privately)} had it from {ORIGIN} in private, and cannot tell whether {ORIGIN} made it")
    print("or passed it on; whoever heard of it in public, even from " + ORIGIN + ", heard what everybody tells.")


def demonstrate(demonstration, transaction, kernel):
    demonstration.start()
    print("Eight nodes, each a process of its own:")
    print(PICTURE)
    demonstration.wait_for_connections()
    print(f"All connected. {ORIGIN} is given a transaction; it is known by its kernel, {kernel[:16]}...\n")
    story = demonstration.pass_along(transaction, kernel)
    show(demonstration, story)
    check(demonstration, story)
    accuse(demonstration, story)
    found = demonstration.come_back("E")
    print(f"\nE quits and is started again with nothing but its store: it is back, by way of {found}.")
    peers, reason = demonstration.ban_for_good("A", "E")
    print("A bans E, is killed, and is started again with nothing but its store:")
    print(f"it is connected with {' and '.join(peers)} again; E is turned away ({reason}).")
    demonstration.quit()
    stem = [what for _, _, what in story if what["event"] == "stemmed"]
    print(f"\nPassed: after {len(stem)} hops on the stem all eight nodes report kernel {kernel}, "
          "E came back, and the ban held.")


def main(arguments):
    if len(arguments) != 4:
        sys.exit(__doc__.strip())
    program, transaction_file, kernels_file = arguments[1:]
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # through `finally`, so that no process is left behind
    stores = tempfile.TemporaryDirectory(prefix="pappus-demo-")
    demonstration = Demonstration(program, stores.name)
    try:
        transaction = Path(transaction_file).read_text().strip()
        kernel = Path(kernels_file).read_text().split()[0]
        demonstrate(demonstration, transaction, kernel)
    except (Failure, OSError, ValueError, IndexError, KeyboardInterrupt) as why:
        print(f"\nFailed: {why or type(why).__name__}")
        return 1
    finally:
        demonstration.stop()
        stores.cleanup()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv))
