#!/usr/bin/env python3
"""pappus-chaos from outside: its options, its lines of JSON, and that a replay is the same run: `program_test.py PROGRAM`."""
import json
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
import suites  # noqa: E402: after the line that finds it

PROGRAM = ""
SMALL = ["--nodes", "6", "--minutes", "4"]


def run(*arguments: str) -> subprocess.CompletedProcess:
    return subprocess.run([PROGRAM, *arguments], capture_output=True, text=True, timeout=250, check=False)


class Program(unittest.TestCase):
    def test_says_how_it_is_used(self):
        asked = run("--help")
        self.assertEqual(asked.returncode, 0)
        for option in ("--nodes", "--seeds", "--plan", "--shrink", "--jobs"):
            self.assertIn(option, asked.stdout)

    def test_refuses_what_makes_no_sense(self):
        for bad in (["--seeds", "5..3"], ["--seeds", "x"], ["--nodes", "0"], ["--plan", "f", "--nodes", "9"], ["--odd"]):
            refused = run(*bad)
            self.assertEqual(refused.returncode, 2, bad)
            self.assertEqual(len(refused.stderr.splitlines()), 1, bad)
        self.assertEqual(run("--plan", "/nowhere").returncode, 1)

    def test_lists_the_kinds_of_faults(self):
        listed = run("--list-faults").stdout.splitlines()
        self.assertGreaterEqual(len(listed), 30)

    def test_runs_seeds_in_their_order_and_the_same_with_any_number_of_jobs(self):
        one = run(*SMALL, "--seeds", "3..6")
        self.assertEqual(one.returncode, 0, one.stdout)
        self.assertEqual([json.loads(line)["seed"] for line in one.stdout.splitlines()], [3, 4, 5, 6])
        self.assertEqual(run(*SMALL, "--seeds", "3..6", "--jobs", "3").stdout, one.stdout)

    def test_a_printed_plan_is_the_run_of_its_seed(self):
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "plan"
            file.write_text(run(*SMALL, "--seeds", "4", "--print-plan").stdout)
            self.assertEqual(run("--plan", str(file)).stdout, run(*SMALL, "--seeds", "4").stdout)

    def test_a_run_without_an_end_is_a_failure(self):
        late = run("--nodes", "2000", "--seeds", "1", "--patience", "1")
        self.assertEqual(late.returncode, 1)
        self.assertEqual(json.loads(late.stdout)["rule"], "a run ends")


if __name__ == "__main__":
    PROGRAM = sys.argv.pop()
    sys.exit(suites.run_tests(unittest.defaultTestLoader.loadTestsFromTestCase(Program)))
