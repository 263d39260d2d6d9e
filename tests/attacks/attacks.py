#!/usr/bin/env python3
"""Attacks on a running pappus-node while an honest peer measures how it is served: one row of the table an attack.

Columns: the scale; the honest peer's handshakes (99th percentile), pings (median, 99th percentile, longest) and
transactions until another honest peer has them (median, longest), in ms, before and during the attack, and the pings
after it; MiB of resident memory that the node grew by at most; descriptors it had open at most; lines it logged; what
came of it. A time is never a failure: one that is more than three times that before the attack, and a constant, is
called slow. A failure is a lost transaction, an honest session that ended, an honest handshake refused, a ban, more
memory, descriptors or lines than the row allows, or a node that has died. Rows at the end name the tests that make the
other attacks: that they are there is checked here, that they pass by tests/run.sh.
"""

import argparse
import json
import signal
import sys
import tempfile
from pathlib import Path

sys.dont_write_bytecode = True
HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "mini_node"))

import covered  # noqa: E402: after the lines that make them importable
import flood  # noqa: E402
import process  # noqa: E402
import table  # noqa: E402
import targets  # noqa: E402
import trial  # noqa: E402
import connection_attacks  # noqa: E402,F401: each adds its attacks, in this order
import message_attacks  # noqa: E402,F401
import address_attacks  # noqa: E402,F401
import relay_attacks  # noqa: E402,F401
import chain_attacks  # noqa: E402,F401
import identity_attacks  # noqa: E402,F401
import transport_attacks  # noqa: E402,F401
import ipv6_attacks  # noqa: E402,F401
import link_attacks  # noqa: E402,F401

PAUSE, SHORT_PAUSE = 5, 1  # seconds of the phases before and after an attack


def options():
    parser = argparse.ArgumentParser(allow_abbrev=False, prog="sh tests/attacks/run.sh", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("pappus", help=argparse.SUPPRESS)
    parser.add_argument("--server", help=argparse.SUPPRESS)
    parser.add_argument("--list", action="store_true", help="lists the attacks with the rules that they try to break, or those named")
    parser.add_argument("--short", action="store_true", help="smaller and shorter attacks: less than four minutes")
    parser.add_argument("--scale", type=int, default=1, metavar="N",
                        help="times the scale, for attacks that the machine allows it for; default: 1")
    parser.add_argument("--grin", action="store_true",
                        help="also against Grin's server, where they apply: in a column more; needs cargo")
    parser.add_argument("--markdown", metavar="FILE", help="writes the table as Markdown, too")
    parser.add_argument("--json", metavar="FILE", help="writes all that was measured, too")
    parser.add_argument("names", nargs="*", metavar="ATTACK", help="a part of an attack's name; default: all")
    parser.add_argument("--check", action="store_true", help=argparse.SUPPRESS)  # of these options, and nothing else
    given = parser.parse_intermixed_args()
    if given.scale < 1:
        parser.error("--scale is at least 1")
    for name in given.names:
        if not any(name in row.name for row in trial.attacks):
            parser.error(f"no attack's name contains '{name}'; there are: {', '.join(row.name for row in trial.attacks)}")
        if not any(name in row.name for row in chosen(given)):
            parser.error(f"--short leaves out all whose name contains '{name}'")
    return given


def chosen(given):
    return [row for row in trial.attacks if (not given.names or any(name in row.name for name in given.names))
            and not (given.short and not row.short)]


def scale_of(row, given):
    return row.short if given.short else min(row.scale * given.scale, row.most)


def run(row, given, on_grin=False):
    """The outcome of a row; that of a row that could not be tried is a failure."""
    scale, seconds = scale_of(row, given), row.short_seconds if given.short else row.seconds
    try:
        return trial.run(row, scale, seconds, SHORT_PAUSE if given.short else PAUSE, on_grin)
    except Exception as failure:  # one row does not keep the others from being tried
        return {"scale": scale, "unit": row.unit, "failures": [f"{type(failure).__name__}: {failure}"]}


def list_attacks(rows, given):
    for row in rows:
        print(f"{row.name}: {scale_of(row, given):,} {row.unit}, by --scale at most {row.most:,}; "
              f"{row.memory} MiB\n    {row.rule}")
    for attack, file, test in [] if given.names else covered.COVERED:
        print(f"{attack}: tests/{file}\n    {test.removeprefix('test_').replace('_', ' ')}")


def main():
    given = options()
    if given.check:
        return 0
    rows = chosen(given)
    if given.list:
        list_attacks(rows, given)
        return 0
    for row in rows:
        if why := row.missing():
            print(f"SKIPPED: {row.name}: {why}")
    rows = [row for row in rows if not row.missing()]
    process.program, targets.grin_server = given.pappus, given.server
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # and so ends what it has started
    written = table.Table([(row, scale_of(row, given)) for row in rows], given.grin)
    print(written.head(), flush=True)
    with tempfile.TemporaryDirectory() as folder:
        flood.build(folder)
        for row in rows:
            outcome = run(row, given)
            on_grin = run(row, given, on_grin=True) if given.grin and row.grin else None
            print(written.add(row, outcome, on_grin), flush=True)
    if not given.names:
        print(written.covered())
    if given.markdown:
        Path(given.markdown).write_text(written.markdown())
    if given.json:
        Path(given.json).write_text(json.dumps(written.measured, indent=1) + "\n")
    print(f"{written.passed} passed, {written.failed} failed", flush=True)
    return 0 if written.passed and not written.failed else 1


if __name__ == "__main__":
    sys.exit(main())
