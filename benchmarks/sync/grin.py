#!/usr/bin/env python3
"""The time of a fresh node to the tip of a chain that Grin's own server serves: Grin, and pappus-full-node."""

import argparse
import statistics
import sys
import tempfile
import threading
import time
from pathlib import Path

sys.dont_write_bytecode = True
TESTS = Path(__file__).resolve().parents[2] / "tests"
sys.path[:0] = [str(TESTS / "interop"), str(TESTS / "mini_node"), str(TESTS / "examples/full_node")]

import full  # noqa: E402: after the lines that make it importable
import full_node  # noqa: E402

WAITS = {"AwaitingPeers", "TxHashsetPibd"}  # stages in which Grin waits for peers that do not come


class Stages(threading.Thread):
    """How long a server of Grin's is in each stage."""

    def __init__(self, grin):
        super().__init__(daemon=True)
        self.grin, self.seconds, self.stage, self.since = grin, {}, None, time.monotonic()
        self.ended = threading.Event()
        self.start()

    def run(self):
        while not self.ended.wait(0.02):
            with self.grin.changed:
                stages = [line["stage"] for line in self.grin.lines if line.get("event") == "sync"]
            if stages and stages[-1] != self.stage:
                self._change(stages[-1])
        self._change(None)

    def _change(self, stage):
        now = time.monotonic()
        self.seconds[self.stage] = self.seconds.get(self.stage, 0) + now - self.since
        self.stage, self.since = stage, now

    def waited(self):
        self.ended.set()
        self.join()
        return sum(seconds for stage, seconds in self.seconds.items() if stage in WAITS)


def until(node, tip, limit=1800):
    """Seconds until it has that block."""
    begun = time.monotonic()
    while node.head()["hash"] != tip:
        if time.monotonic() - begun > limit:
            raise SystemExit(f"it has not come to the tip in {limit} s")
        time.sleep(0.05)
    return time.monotonic() - begun


def measure(folder, source, tip, number):
    """Seconds of pappus-full-node, of Grin, and of these those in which Grin waited."""
    node = full_node.FullNode(Path(folder, f"full {number}"), "--peer", source.address).listen()
    ours = until(node, tip)
    node.close()
    grin = full.Grin(Path(folder, f"grin {number}"), source.address).listen()
    stages = Stages(grin)
    theirs = until(grin, tip)
    waited = stages.waited()
    grin.close()
    return ours, theirs, waited


def main():
    parser = argparse.ArgumentParser(allow_abbrev=False, prog="sh benchmarks/run.sh sync --grin", description=__doc__)
    parser.add_argument("full", help=argparse.SUPPRESS)
    parser.add_argument("grin", help=argparse.SUPPRESS)
    parser.add_argument("--rounds", type=int, default=3, help="default: 3")
    parser.add_argument("--blocks", type=int, nargs="+", default=[18],
                        help="lengths of the chain; above 20 Grin needs the state of the other Grin, which it cannot "
                             "import on a testing network; default: 18")
    parser.add_argument("--check", action="store_true", help=argparse.SUPPRESS)  # of these options, and nothing else
    given = parser.parse_args()
    if given.check:
        return
    full.given, full_node.program = given, given.full
    for blocks in given.blocks:
        with tempfile.TemporaryDirectory() as folder:
            source = full.Grin(Path(folder, "source")).listen()
            tip = source.mine(blocks)
            rounds = [measure(folder, source, tip, number) for number in range(given.rounds)]
            source.close()
        ours, theirs, waited = (statistics.median(each) for each in zip(*rounds))
        working = theirs - waited
        print(f"{blocks} blocks from Grin, median of {given.rounds}: pappus-full-node {ours:.1f} s; Grin {theirs:.1f} s, "
              f"{working:.1f} s without its waits; ratio {ours / theirs:.2f}, {ours / working:.2f} without", flush=True)


if __name__ == "__main__":
    main()
