#!/usr/bin/env python3
"""Reading and writing of Grin's bulkiest messages by pappus, by grin_core on the same bytes, and by nobody: the floors.

Runs on one processor, pappus and grin_core in turn, and takes the median of the rounds. Reading is measured with each
number of hashes side by side ("lanes") that the CPU supports, too; the floor hashes one at a time. Ends with a verdict
for each goal.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections import defaultdict
from pathlib import Path

TITLES = {"transaction": "transaction, 2 inputs, 2 outputs, 1 kernel",
          "block": "block, 1,000 inputs, 500 outputs, 1,000 kernels",
          "headers": "512 headers, 32 edge bits",
          "range_proof_segment": "1,024 range proofs of a segment"}
HASHING = ["transaction", "block", "headers"]  # where the floor is hashes, not the copy
TIMES_GRIN, TIMES_FLOOR = 2, 1.3
HASHED = "decode times as fast with hashes"
HASHES = {"hash_34": "512 hashes of 34 bytes", "hash_114": "512 hashes of 114 bytes",
          "hash_168": "512 hashes of 168 bytes"}
# By lanes: the share of the floor, and the times as fast as grin_core, which leaves the hashes of headers for later.
LANE_GOALS = {"headers": {"4": (0.43, 2), "8": (0.19, 4.5)}, "block": {"4": (0.45, 8), "8": (0.2, 15)}}


def arguments():
    parser = argparse.ArgumentParser(allow_abbrev=False, prog="sh benchmarks/run.sh wire",
                                     description=__doc__.split("\n")[0])
    parser.add_argument("programs", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--grin", help=argparse.SUPPRESS)
    parser.add_argument("--rounds", type=int, default=7, help="default: 7")
    parser.add_argument("--seconds", type=float, default=0.2, help="for each measurement in a round; default: 0.2")
    parser.add_argument("--check", action="store_true", help=argparse.SUPPRESS)  # of these options, and nothing else
    return parser.parse_args()


def run(*command):
    return subprocess.run([str(each) for each in command], check=True, stdout=subprocess.PIPE, text=True).stdout


def measure_pappus(program, seconds):
    """Nanoseconds by message and what is done to it."""
    report = json.loads(run(program, "--benchmark_format=json", f"--benchmark_min_time={seconds}"))
    return {tuple(each["name"].split("/")): each["cpu_time"] for each in report["benchmarks"]}


def measure_grin(program, bodies, seconds):
    lines = [line.split() for line in run(program, "bench", bodies, seconds).splitlines()]
    return {(message, "grin " + what): float(nanoseconds) for message, what, nanoseconds in lines}


def lane_ratios(times, with_grin):
    ratios = {}
    for key, value in times.items():
        name, what, *lanes = key
        if not lanes:
            continue
        floor = times[name, "hash", "1"] if what == "hash" else times[name, "floor"]
        ratios[*key, "times the floor"] = value / floor
        if with_grin and what == "decode":
            ratios[*key, "times as fast"] = times[name, "grin decode"] / value
    return ratios


def microseconds(nanoseconds):
    return f"{nanoseconds / 1000:.3g}"


def table(median, sizes, with_grin):
    yield "| message | bytes | copy µs | floor µs | decode µs | times the floor |" + (
        " grin_core µs | times as fast |" if with_grin else "") + " encode µs |" + (
        " grin_core µs | times as fast |" if with_grin else "")
    yield "|---|" + "---:|" * (10 if with_grin else 6)
    for name, title in TITLES.items():
        cells = [title, f"{sizes[name]:,}"] + [microseconds(median[name, what]) for what in ["copy", "floor", "decode"]]
        cells.append(f"{median[name, 'decode times the floor']:.2f}")
        for what in ["decode", "encode"]:
            if what == "encode":
                cells.append(microseconds(median[name, what]))
            if with_grin:
                cells += [microseconds(median[name, "grin " + what]), f"{median[name, what + ' times as fast']:.1f}"]
        yield "| " + " | ".join(cells) + " |"


def lane_table(median, lanes):
    yield "| | floor µs |" + "".join(f" {each} lane{'s' * (each != '1')} µs | times the floor |" for each in lanes)
    yield "|---|---:|" + "---:|---:|" * len(lanes)
    for name, title in {**{each: TITLES[each] for each in HASHING}, **HASHES}.items():
        what = "hash" if name in HASHES else "decode"
        floor = median[name, "hash", "1"] if name in HASHES else median[name, "floor"]
        cells = [title, microseconds(floor)]
        for each in lanes:
            cells += [microseconds(median[name, what, each]), f"{median[name, what, each, 'times the floor']:.3f}"]
        yield "| " + " | ".join(cells) + " |"


def grin_table(median, lanes):
    """Times as fast as grin_core."""
    yield "| times as fast as grin_core |" + "".join(f" {each} lane{'s' * (each != '1')} |" for each in lanes)
    yield "|---|" + "---:|" * len(lanes)
    for name in HASHING:
        ratios = [f"{median[name, 'decode', each, 'times as fast']:.1f}" for each in lanes]
        yield "| " + " | ".join([TITLES[name], *ratios]) + " |"


def lane_verdicts(median, lanes, with_grin):
    for name, goals in LANE_GOALS.items():
        for each, (share, times_grin) in goals.items():
            if each not in lanes:
                continue
            ratio = median[name, "decode", each, "times the floor"]
            yield ratio <= share, f"{name}, {each} lanes: decoded in {ratio:.3f} times the floor, goal {share}"
            if with_grin:
                ratio = median[name, "decode", each, "times as fast"]
                yield ratio >= times_grin, (f"{name}, {each} lanes: decoded {ratio:.1f} times as fast as by grin_core, "
                                            f"goal {times_grin}")
    for each in lanes[1:]:
        ratio = median["transaction", "decode", each] / median["transaction", "decode", "1"]
        yield ratio <= 1, f"transaction, {each} lanes: decoded in {ratio:.2f} times the time with one, goal 1"


def verdicts(median, with_grin):
    for name in TITLES:
        if with_grin:
            ratio = median[name, "decode times as fast"]
            yield ratio >= TIMES_GRIN, f"{name}: decoded {ratio:.1f} times as fast as by grin_core, goal {TIMES_GRIN}"
        if name in HASHING:
            ratio = median[name, "decode times the floor"]
            yield ratio <= TIMES_FLOOR, f"{name}: decoded in {ratio:.2f} times the floor, goal {TIMES_FLOOR}"


def main():
    given = arguments()
    if given.check:
        return
    program = given.programs / "pappus_benchmark_wire"
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    rounds = defaultdict(list)
    with tempfile.TemporaryDirectory() as folder:
        run(program, "--write-bodies", folder)
        sizes = {name: (Path(folder) / f"{name}.body").stat().st_size for name in TITLES}
        for number in range(given.rounds):
            print(f"\rround {number + 1} of {given.rounds}", end="", file=sys.stderr, flush=True)
            times = measure_pappus(program, given.seconds)
            if given.grin:
                times |= measure_grin(given.grin, folder, given.seconds)
            for name in TITLES:
                times[name, "decode times the floor"] = times[name, "decode"] / times[name, "floor"]
                if given.grin and name == "headers":
                    times[name, HASHED] = times[name, "grin decode_and_hash"] / times[name, "decode"]
                for what in ["decode", "encode"] if given.grin else []:
                    times[name, what + " times as fast"] = times[name, "grin " + what] / times[name, what]
            times |= lane_ratios(times, bool(given.grin))
            for key, value in times.items():
                rounds[key].append(value)
    print(file=sys.stderr)
    median = {key: statistics.median(values) for key, values in rounds.items()}
    lanes = [key[2] for key in median if key[:2] == ("headers", "decode") and len(key) == 3]
    print("\n".join(table(median, sizes, bool(given.grin))), end="\n\n")
    print("\n".join(lane_table(median, lanes)), end="\n\n")
    if given.grin:
        print("\n".join(grin_table(median, lanes)), end="\n\n")
        grin, times = microseconds(median["headers", "grin decode_and_hash"]), median["headers", HASHED]
        print(f"grin_core needs {grin} µs for the headers with their hashes, {times:.1f} times as long as pappus.\n")
    for reached, sentence in [*verdicts(median, bool(given.grin)), *lane_verdicts(median, lanes, bool(given.grin))]:
        print(("reached: " if reached else "MISSED:  ") + sentence)


if __name__ == "__main__":
    main()
