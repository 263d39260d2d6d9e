#!/usr/bin/env python3
"""Lets the contestants of the echo benchmark run against raw libuv, and says whether pappus reaches its goals."""

import argparse
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "support"))

from report import machine, progress, run_main, verdict  # noqa: E402


@dataclass(frozen=True)
class Contestant:
    name: str
    program: str
    variant: str


LIBUV = Contestant("raw libuv", "echo_libuv", "plain")
LIBUV_AGAIN = Contestant("raw libuv, again", "echo_libuv", "plain")  # the control: how far from 1 noise alone gets
LIBUV_GATHERED = Contestant("raw libuv, gathered", "echo_libuv", "gathered")
EPOLL = Contestant("epoll floor", "echo_epoll", "plain")
ASIO = Contestant("Asio coroutines", "echo_asio", "plain")
PLAIN = Contestant("pappus, stop", "echo_pappus", "plain")
DEADLINE = Contestant("pappus, stop and deadline", "echo_pappus", "deadline")
GATHERED = Contestant("pappus, the same, gathered", "echo_pappus", "gathered")

# Whose CPU time is paired with whose: like with like.
AGAINST = {EPOLL: LIBUV, LIBUV_AGAIN: LIBUV, LIBUV_GATHERED: LIBUV, ASIO: LIBUV, PLAIN: LIBUV, DEADLINE: LIBUV,
           GATHERED: LIBUV_GATHERED}
CONTESTANTS = (EPOLL, LIBUV, LIBUV_AGAIN, LIBUV_GATHERED, ASIO, PLAIN, DEADLINE, GATHERED)

CPU_GOAL = 1.03  # times the CPU time of raw libuv
REPEATS = 4  # of the order A B B A within a pair
INSTRUCTION_GOALS = {DEADLINE: 1.3, GATHERED: 1.4}  # times the instructions of raw libuv, not gathered


@dataclass
class Row:
    """What is known of one contestant at one number of connections, per round trip."""

    cpu_us: list = field(default_factory=list)
    ratios: list = field(default_factory=list)  # of CPU time, one a pair
    allocations: float = 0.0  # in the worst run; negative if they cannot be counted
    instructions: float | None = None


class Arena:
    """Runs the programs."""

    def __init__(self, folder):
        self.folder = folder
        self.valgrind = shutil.which("valgrind")

    def has(self, contestant):
        return (self.folder / contestant.program).exists()

    def command(self, contestant, connections, round_trips):
        return [str(self.folder / contestant.program), contestant.variant, str(connections), str(round_trips)]

    def run(self, contestant, connections, round_trips):
        done = subprocess.run(
            self.command(contestant, connections, round_trips), check=True, stdout=subprocess.PIPE, text=True)
        return json.loads(done.stdout)

    def collected(self, contestant, connections, round_trips):
        """Instructions of a whole run, its start and end among them."""
        callgrind = [self.valgrind, "--tool=callgrind", "--callgrind-out-file=/dev/null"]
        done = subprocess.run(
            callgrind + self.command(contestant, connections, round_trips),
            check=True, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        return int(re.search(r"Collected : (\d+)", done.stderr)[1])

    def instructions(self, contestant, connections):
        """Per round trip: the difference of two runs, in which start and end cancel out."""
        if not self.valgrind:
            return None
        short = max(1000, 20 * connections)
        long = 5 * short
        more = self.collected(contestant, connections, long) - self.collected(contestant, connections, short)
        return more / (long - short)


def run_pair(arena, first, second, connections, round_trips, rows):
    """One pair, as A B B A again and again, so that a machine that gets busier or idler treats both alike."""
    spent = {first: 0.0, second: 0.0}
    for contestant in (first, second, second, first) * REPEATS:
        measured = arena.run(contestant, connections, round_trips // (2 * REPEATS))
        per_round_trip = {key: value / measured["round_trips"] for key, value in measured.items()}
        spent[contestant] += per_round_trip["cpu_us"] / (2 * REPEATS)
        row = rows[contestant]
        counted = row.allocations >= 0 and measured["allocations"] >= 0
        row.allocations = max(row.allocations, per_round_trip["allocations"]) if counted else -1
    for contestant in (first, second):
        rows[contestant].cpu_us.append(spent[contestant])
    rows[first].ratios.append(spent[first] / spent[second])


def measure(arena, connections, pairs, cpu_seconds):
    """Gives a row for each contestant that is there."""
    rows = {contestant: Row() for contestant in CONTESTANTS if arena.has(contestant)}
    trial = arena.run(LIBUV, connections, 20_000)
    round_trips = int(cpu_seconds * 1e6 * trial["round_trips"] / max(trial["cpu_us"], 1)) + 20 * connections
    for pair in range(pairs):
        for contestant in rows:
            if contestant in AGAINST:
                progress(f"{connections} connections, pair {pair + 1} of {pairs}: {contestant.name}")
                run_pair(arena, contestant, AGAINST[contestant], connections, round_trips, rows)
    for contestant, row in rows.items():
        if contestant == LIBUV_AGAIN:
            continue
        progress(f"{connections} connections, instructions: {contestant.name}")
        row.instructions = arena.instructions(contestant, connections)
    progress("")
    return rows


def table(results):
    head = ("connections", "contestant", "CPU µs", "times raw libuv", "least to most", "allocations", "instructions",
            "times raw libuv")
    lines = [head]
    for connections, rows in results.items():
        for contestant, row in rows.items():
            lines.append((
                str(connections), contestant.name, f"{statistics.median(row.cpu_us):.2f}",
                f"{statistics.median(row.ratios):.3f}" if row.ratios else "1",
                f"{min(row.ratios):.3f} to {max(row.ratios):.3f}" if row.ratios else "",
                f"{row.allocations:.6g}" if row.allocations >= 0 else "not counted",
                f"{row.instructions:.0f}" if row.instructions else "",
                f"{row.instructions / rows[LIBUV].instructions:.2f}" if row.instructions else ""))
    widths = [max(len(line[column]) for line in lines) for column in range(len(head))]

    def padded(line):
        cells = (cell.ljust(width) if column == 1 else cell.rjust(width)
                 for column, (cell, width) in enumerate(zip(line, widths)))
        return "| " + " | ".join(cells) + " |"

    rule = "|" + "|".join(
        "-" * (width + 2) if column == 1 else "-" * (width + 1) + ":" for column, width in enumerate(widths)) + "|"
    return "\n".join([padded(head), rule, *(padded(line) for line in lines[1:])])


def cpu_verdicts(results):
    for contestant in (PLAIN, DEADLINE, GATHERED):
        medians = {connections: statistics.median(rows[contestant].ratios) for connections, rows in results.items()}
        seen = ", ".join(f"{ratio:.3f} at {connections}" for connections, ratio in medians.items())
        yield max(medians.values()) <= CPU_GOAL, (
            f"{contestant.name}: CPU at most {CPU_GOAL} times {AGAINST[contestant].name} ({seen})")
    for contestant in (PLAIN, DEADLINE):
        behind = [connections for connections, rows in results.items() if ASIO in rows
                  and statistics.median(rows[contestant].ratios) >= statistics.median(rows[ASIO].ratios)]
        competes = all(ASIO in rows for rows in results.values())
        seen = f" (not at {', '.join(map(str, behind))})" if behind else ""
        yield not behind if competes else None, f"{contestant.name}: CPU ahead of Asio{seen}"


def count_verdicts(results):
    for contestant, goal in INSTRUCTION_GOALS.items():
        ratios = {connections: rows[contestant].instructions / rows[LIBUV].instructions
                  for connections, rows in results.items() if rows[contestant].instructions}
        seen = ", ".join(f"{ratio:.2f} at {connections}" for connections, ratio in ratios.items())
        yield max(ratios.values()) <= goal if ratios else None, (
            f"{contestant.name}: instructions at most {goal} times raw libuv ({seen})")
    for contestant in (PLAIN, DEADLINE, GATHERED):
        worst = max(rows[contestant].allocations for rows in results.values())
        yield None if worst < 0 else worst == 0, (
            f"{contestant.name}: no allocation (worst run: {worst:.6g} a round trip)")


def stay_on_one_processor():
    """What is measured then does not depend on where the system moves it."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})


def read_arguments():
    parser = argparse.ArgumentParser(
        allow_abbrev=False,
        prog="sh benchmarks/run.sh echo",
        description="Ping-pong of 64 bytes over loopback: CPU time, heap allocations and user-space instructions per "
        "round trip. Ends with 0 if pappus reaches its goals, with 1 if not.")
    parser.add_argument("programs", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--quick", action="store_true", help="3 short pairs instead of 11: for a first look")
    parser.add_argument("--markdown", type=Path, metavar="FILE", help="write the table and the verdicts there, too")
    parser.add_argument("--check", action="store_true", help=argparse.SUPPRESS)  # of these options, and nothing else
    return parser.parse_args()


def main():
    arguments = read_arguments()
    if arguments.check:
        return 0
    arena = Arena(arguments.programs)
    for needed in (LIBUV, PLAIN):
        if not arena.has(needed):
            sys.exit(f"echo.py: no program {needed.program} in {arguments.programs}")
    stay_on_one_processor()
    pairs, cpu_seconds = (3, 0.2) if arguments.quick else (11, 0.6)
    results = {connections: measure(arena, connections, pairs, cpu_seconds) for connections in (1, 100, 1000)}
    verdicts = [*cpu_verdicts(results), *count_verdicts(results)]
    spoken = [verdict(*one) for one in verdicts]
    heading = (f"64 bytes there and back; all per round trip; medians of {pairs} pairs of runs. What gathers is paired "
               f"with raw libuv that gathers; raw libuv paired with itself shows the noise.\nMeasured on: {machine()}.")
    print(heading, table(results), "\n".join(spoken), sep="\n\n")
    if arguments.markdown:
        arguments.markdown.write_text(
            "\n\n".join([heading, table(results), "\n".join(f"- {one}" for one in spoken)]) + "\n", encoding="utf-8")
    return 0 if all(reached is not False for reached, _ in verdicts) else 1


if __name__ == "__main__":
    run_main(main)
