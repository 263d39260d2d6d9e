"""pappus-nodes whose network fails and is healed: how long until each has all its outbound peers again?

Each scenario starts the nodes, which know each other as seeds, waits until each has its outbound peers, breaks
something for a while, and measures from the moment it is whole again. It fails if that takes more than 60 s, if a node
has died, or if sessions were lost that should have lasted. Those in namespaces need root, and are skipped without it.

Outbound peers while broken: of all nodes together, just before it is mended. Nodes that are not cut off lose some as well,
which were peers of those that are, and dial others as far as there are any.
"""

import argparse
import collections
import contextlib
import json
import math
import sys
import tempfile
import time
from pathlib import Path
from typing import Callable, NamedTuple

sys.dont_write_bytecode = True
TESTS = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(TESTS / "attacks"), str(TESTS / "mini_node")]

import namespaces  # noqa: E402: after the lines that make it importable
import process  # noqa: E402
import proxy  # noqa: E402
import targets  # noqa: E402

OUTBOUND = 3  # peers that each node dials
GOAL = 60  # seconds after the network is whole again
STARTED = 120  # seconds for the nodes to find each other
PORT = 13414  # of usernet
PROXY_PORT = 21000  # of the first proxy
LOOK = 0.5  # seconds
# Reasons of a session's end that are the network's; feelers and second sessions with a peer end for others.
FAILURES = ("connection_lost", "silent", "no_pong", "slow_frame", "slow_reader")


class Node(targets.Target):
    """Dials `OUTBOUND` peers; all nodes are its seeds."""

    kept_events = {"listening"}

    def __init__(self, words, where, advertised, seeds, store):
        super().__init__([*words, process.program, "--json", "--network", "usernet", "--listen", where, "--advertise",
                          advertised, "--max-outbound", str(OUTBOUND), "--store", str(store), "--log", "info",
                          *(word for seed in seeds for word in ("--seed", seed))])

    def sessions(self):
        """Inbound and outbound."""
        now = self.metrics()["pappus_sessions"]
        return now["inbound"], now["outbound"]

    def metrics(self):
        return self.stats()["metrics"]


class Deployment:
    """The nodes of a scenario."""

    def __init__(self):
        self.nodes = []

    def counted(self):
        return [node.sessions() for node in self.nodes]

    def is_whole(self):
        """Whether each node has its outbound peers, or all others are its peers; and each session two ends."""
        counted = self.counted()
        others = len(self.nodes) - 1
        has_all = all(out >= OUTBOUND or into + out >= others for into, out in counted)
        return has_all and sum(into - out for into, out in counted) == 0

    def until_whole(self, patience):
        """Seconds; None if it does not happen in time."""
        begun = time.monotonic()
        while not self.is_whole():
            if time.monotonic() > begun + patience:
                return None
            time.sleep(LOOK)
        return time.monotonic() - begun

    def ended(self):
        """How many sessions have ended so far, at all nodes, by the reason."""
        return sum((collections.Counter(node.metrics()["pappus_sessions_ended_total"]) for node in self.nodes),
                   collections.Counter())


class Namespaces(Deployment):
    """Each node is on a machine of its own; the machines are on two switches that are linked."""

    def __init__(self, count, folder, opened):
        super().__init__()
        self.network = namespaces.Network(count)
        opened.callback(self.network.close)
        places = [f"{self.network.address(number)}:{PORT}" for number in range(count)]
        for number, where in enumerate(places):
            seeds = [place for place in places if place != where]
            self.nodes.append(Node(self.network.command(number, []), where, where, seeds, folder / str(number)))
            opened.callback(self.nodes[-1].close)
            self.nodes[-1].listen()


class Proxied(Deployment):
    """The nodes are on this machine. Each advertises the address of a proxy, so it is dialed through that only."""

    def __init__(self, count, folder, opened):
        super().__init__()
        self.proxies = []
        places = [f"127.0.0.1:{PROXY_PORT + number}" for number in range(count)]
        for number, advertised in enumerate(places):
            seeds = [place for place in places if place != advertised]
            node = Node([], f"127.{number + 1}.0.1:0", advertised, seeds, folder / str(number))
            self.nodes.append(node)
            opened.callback(node.close)
            ip, _, port = node.listen().address.rpartition(":")
            self.proxies.append(proxy.Proxy(PROXY_PORT + number, (ip, int(port))))
            opened.callback(self.proxies[-1].close)

    def spoil(self, way):
        for each in self.proxies:
            each.spoil(way)


class Scenario(NamedTuple):
    name: str
    what: str
    place: type
    spoil: Callable[[Deployment], None]
    mend: Callable[[Deployment], None]
    seconds: float = math.inf  # at most, for which it is broken
    lasts: bool = False  # whether all sessions must last


def set_all_links(deployment, state):
    for number in range(len(deployment.nodes)):
        deployment.network.set_link(number, state)


TRUNK = (lambda on: on.network.unplug(0, "trunk")), (lambda on: on.network.plug(0, "trunk"))
SCENARIOS = [
    Scenario("cut link", "the link of one machine is down", Namespaces,
             lambda on: on.network.set_link(1, "down"), lambda on: on.network.set_link(1, "up")),
    Scenario("cut all links", "the links of all machines are down", Namespaces,
             lambda on: set_all_links(on, "down"), lambda on: set_all_links(on, "up")),
    Scenario("lose machine", "all that one machine sends and is sent is lost", Namespaces,
             lambda on: on.network.unplug(1, "port1"), lambda on: on.network.plug(1, "port1")),
    Scenario("lose trunk", "all that is sent between the two halves is lost", Namespaces, *TRUNK),
    Scenario("lose trunk shortly", "the same for 15 s, in which no session may end", Namespaces, *TRUNK, 15, True)]


def add_proxied(way, what, lasts=False):
    SCENARIOS.append(Scenario(f"proxies {way}", what, Proxied, lambda on: on.spoil(way),
                              lambda on: on.spoil(proxy.PASS), lasts=lasts))


add_proxied(proxy.DELAYING, f"each piece waits {proxy.DELAY} s, and no session may end", lasts=True)
add_proxied(proxy.SLICING, "each byte is sent alone, and no session may end", lasts=True)
add_proxied(proxy.STALLING, "connections are accepted, and nothing passes")
add_proxied(proxy.RESETTING, f"each connection is reset within {proxy.LIFE} s")


def run(scenario, count, seconds):
    """The outcome: a dictionary for JSON."""
    with tempfile.TemporaryDirectory() as folder, contextlib.ExitStack() as opened:
        deployment = scenario.place(count, Path(folder), opened)
        started = deployment.until_whole(STARTED)
        if started is None:
            return {"failure": f"not whole after {STARTED} s: {deployment.counted()}"}
        ended = deployment.ended()
        scenario.spoil(deployment)
        time.sleep(min(seconds, scenario.seconds))
        broken = [out for _, out in deployment.counted()]
        scenario.mend(deployment)
        healed = deployment.until_whole(GOAL)
        failed = {reason: count for reason, count in (deployment.ended() - ended).items() if reason in FAILURES}
        outcome = {"started": started, "ended": failed, "outbound while broken": broken, "healed": healed}
        if healed is None:
            outcome["failure"] = f"inbound and outbound after {GOAL} s: {deployment.counted()}"
        elif scenario.lasts and failed:
            outcome["failure"] = "sessions have ended"
        for node in deployment.nodes:
            node.tell("quit")
        if any([node.status() for node in deployment.nodes]):
            outcome["failure"] = "a node has not ended in order"
        outcome["logs"] = [node.log[-200:] for node in deployment.nodes]
        return outcome


def named(counts):
    return ", ".join(f"{count} {reason}" for reason, count in counts.items())


def options():
    parser = argparse.ArgumentParser(allow_abbrev=False, prog="sh tests/network/run.sh", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pappus", help=argparse.SUPPRESS)
    parser.add_argument("--nodes", type=int, default=10, metavar="N", help="default: 10")
    parser.add_argument("--cut", type=float, default=100, metavar="SECONDS",
                        help="how long the network is broken; by default 100 s, in which all sessions over it end")
    parser.add_argument("--list", action="store_true", help="lists the scenarios, or those named")
    parser.add_argument("--json", type=Path, metavar="FILE", help="writes all that was measured there")
    parser.add_argument("names", nargs="*", metavar="SCENARIO", help="a part of a scenario's name; default: all")
    parser.add_argument("--check", action="store_true", help=argparse.SUPPRESS)  # of these options, and nothing else
    given = parser.parse_intermixed_args()
    if given.nodes < OUTBOUND + 1:
        parser.error(f"--nodes is at least {OUTBOUND + 1}")
    for name in given.names:
        if not any(name in each.name for each in SCENARIOS):
            parser.error(f"no scenario's name contains '{name}'; there are: {', '.join(each.name for each in SCENARIOS)}")
    return given


def selects(name, scenario):
    """Whether it is a part of the scenario's name, and not the whole of another's."""
    return name == scenario.name or (name in scenario.name and all(name != each.name for each in SCENARIOS))


def main():
    given = options()
    if given.check:
        return 0
    chosen = [each for each in SCENARIOS if not given.names or any(selects(name, each) for name in given.names)]
    if given.list:
        for each in chosen:
            print(f"{each.name}: {each.what}")
        return 0
    process.program = given.pappus
    has_namespaces = namespaces.available()
    outcomes = {}
    print(f"{given.nodes} nodes that dial {OUTBOUND} peers each; broken for {given.cut:g} s\n")
    print(f"| | | outbound peers while broken, of {given.nodes * OUTBOUND} | sessions that ended | until whole again, s | |")
    print("|---|---|---:|---:|---:|---|")
    for each in chosen:
        if each.place is Namespaces and not has_namespaces:
            print(f"| {each.name} | {each.what} | | | | SKIPPED: no network namespaces can be made here |", flush=True)
            continue
        outcome = outcomes[each.name] = run(each, given.nodes, given.cut)
        healed = f"{outcome['healed']:.1f}" if outcome.get("healed") is not None else ""
        print(f"| {each.name} | {each.what} | {sum(outcome.get('outbound while broken', []))} | "
              f"{named(outcome.get('ended', {}))} | {healed} | {outcome.get('failure', '')} |", flush=True)
    if given.json:
        given.json.write_text(json.dumps(outcomes, indent=1))
    failed = sum("failure" in outcome for outcome in outcomes.values())
    print(f"\n{len(outcomes) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
