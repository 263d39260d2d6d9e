"""Large transfers: raw streams beside raw libuv, and an archive beside the relay of transactions.

A process sends, or receives, over loopback: one stream of 1 GiB, and 100 streams of 64 MiB, in pieces of 64 KiB. It is
pappus at the level of io, or raw libuv in C, each on a core of its own; at the other end is raw libuv on the other
core. Their CPU times, user and system, are compared in pairs.

Then a pappus-node relays transactions to 1,000 peers, beside an archive that three peers download from it, and without
one. Ends with 0 if all goals are reached, with 1 if not.
"""

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))

import archive  # noqa: E402
import streams  # noqa: E402
from report import machine, run_main, verdict  # noqa: E402


def main():
    parser = argparse.ArgumentParser(allow_abbrev=False, prog="sh benchmarks/run.sh bulk", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("built", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("node", help=argparse.SUPPRESS)
    parser.add_argument("--quick", action="store_true", help="3 pairs of a quarter of the size: for a first look")
    parser.add_argument("--only", choices=("streams", "archive"), help="one of the two parts")
    parser.add_argument("--check", action="store_true", help=argparse.SUPPRESS)  # of these options, and nothing else
    given = parser.parse_args()
    if given.check:
        return 0
    print(f"Measured on: {machine()}. Medians.", flush=True)
    goals = []
    if given.only != "archive":
        print()
        rows = streams.measure(given.built, *((3, 4) if given.quick else (7, 1)))
        goals += streams.report(rows)
    if given.only != "streams":
        print(flush=True)
        rows = archive.measure(given.built, given.node, *((1, 10) if given.quick else (3, 30)))
        goals += archive.report(rows)
    print()
    for goal in goals:
        print(verdict(*goal))
    return 0 if all(reached for reached, _ in goals) else 1


if __name__ == "__main__":
    run_main(main)
