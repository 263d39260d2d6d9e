#!/usr/bin/env python3
"""Holds what pappus-anonymity finds against what theory and others' simulations say.

Usage: figures.py PROGRAM [--full | --smoke] [--csv-folder FOLDER]

For each row the precision and the recall of the first-spy estimator must be within a bound of what is expected: 5% for
closed forms and 7% for simulations, and 0.01 for recall. By default on few networks, so that it is a test, and the bounds
are wider by twice the standard error of what was found; --full takes 200 networks of 1,000 nodes for every row, and the
bounds as they are. --smoke holds nothing against anything: it shows that the program runs, and gives the same on any
number of threads. Exits 1 if something is out of its bounds.

Needs: Python 3, and pappus-anonymity.
Takes: --full is a part of the half hour of `sh benchmarks/run.sh dandelion`; by default, and with --smoke, much less.
Writes: the rows of the program as CSV to --csv-folder, if it is given.
"""
import argparse
import csv
import pathlib
import subprocess
import sys
import tempfile

# Closed forms: a line, own transactions always stemmed, fluffs not heard; 1 - stem_probability is q.
#   q = 0: recall p, precision p^2 ln(1/p) / (1 - p)
#   q > 0: precision p r / (1 - r) ln(1/r), r = 1 - (1 - p)(1 - q)
# Simulated: diffusion with equal delays on an exact 4-regular graph of 1,000 nodes.
LINE = ["--scheme", "grin", "--topology", "line", "--heard", "stems"]
FIGURES = [
    # name, arguments, bound on precision, {spies: (precision, recall)}, networks for the test
    ("line, q = 0", [*LINE, "--stem-probability", "1"], 0.05,
     {0.1: (0.0256, 0.1), 0.2: (0.0805, 0.2), 0.3: (0.1548, 0.3)}, 20),
    ("line, q = 0.1", [*LINE, "--stem-probability", "0.9"], 0.05,
     {0.1: (0.0390, 0.1), 0.2: (0.0990, 0.2), 0.3: (0.1752, 0.3)}, 20),
    ("diffusion, 4-regular",
     ["--scheme", "diffusion", "--topology", "4-regular", "--diffusion", "2,2", "--latency", "0.0005"], 0.07,
     {0.1: (0.092, 0.23), 0.2: (0.233, 0.38), 0.3: (0.367, 0.50)}, 8),
]
RECALL_BOUND = 0.01
# Rows that a few networks tell with enough certainty; the others are left to the full run.
TESTED_SPIES = 0.3


def simulate(program, arguments, csv_file):
    """Runs the program; gives the rows it writes."""
    subprocess.run([program, *arguments, "--csv", str(csv_file)], check=True, stdout=subprocess.DEVNULL)
    with open(csv_file, newline="", encoding="ascii") as file:
        return list(csv.DictReader(file))


def compare(row, expected, bound, errors):
    """Prints one line; true if it is within its bounds, and so many standard errors."""
    precision, recall = float(row["precision"]), float(row["recall"])
    off = precision / expected[0] - 1
    good = (abs(precision - expected[0]) <= bound * expected[0] + errors * float(row["precision_error"])
            and abs(recall - expected[1]) <= RECALL_BOUND + errors * float(row["recall_error"]))
    print(f"{row['spies']:>8}  {precision:.4f} +- {float(row['precision_error']):.4f}  {expected[0]:.4f}  {off:+7.1%}"
          f"   {recall:.3f}  {expected[1]:.3f}   {'ok' if good else 'OUT OF BOUNDS'}", flush=True)
    return good


def check_figures(program, full, folder):
    good = True
    for name, arguments, bound, figures, few in FIGURES:
        spies = sorted(figures) if full else [TESTED_SPIES]
        graphs = 200 if full else few
        print(f"{name}: {graphs} networks of 1,000 nodes, within {bound:.0%}\n"
              f"   spies  precision         expected     off   recall  expected", flush=True)
        csv_file = folder / (name.replace(" ", "").replace(",", "_") + ".csv")
        rows = simulate(program, [*arguments, "--spies", ",".join(map(str, spies)), "--graphs", str(graphs),
                                  "--spread-graphs", "0"], csv_file)
        for row in rows:
            good &= compare(row, figures[float(row["spies"])], bound, 0 if full else 2)
    return good


def check_smoke(program, folder):
    """Every scheme on every topology, on one thread and on two."""
    few = simulate(program, ["--nodes", "20", "--graphs", "1", "--spread-graphs", "1", "--quiet"], folder / "few.csv")
    print(f"20 nodes that dial 8 of the others: {'ok' if len(few) == 1 else 'NOTHING'}", flush=True)
    good = len(few) == 1
    for scheme in ("grin", "dandelion++", "diffusion", "private"):
        for topology in ("line", "4-regular", "out8"):
            arguments = ["--scheme", scheme, "--topology", topology, "--nodes", "40", "--spies", "0.2,0.3",
                         "--graphs", "2", "--spread-graphs", "2", "--quiet"]
            runs = [simulate(program, [*arguments, "--threads", threads], folder / "smoke.csv")
                    for threads in ("1", "2")]
            same = runs[0] == runs[1] and len(runs[0]) == 2
            print(f"{scheme} on {topology}: {'ok' if same else 'NOT THE SAME'}", flush=True)
            good &= same
    return good


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("--full", action="store_true")
    parser.add_argument("--smoke", action="store_true")
    parser.add_argument("--csv-folder", type=pathlib.Path)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = given.csv_folder or pathlib.Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        good = check_smoke(given.program, folder) if given.smoke else check_figures(given.program, given.full, folder)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
