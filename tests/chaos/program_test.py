#!/usr/bin/env python3
"""pappus-chaos from outside: its options, its lines of JSON, and that a replay is the same run: `program_test.py PROGRAM`."""
import json
import re
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "support"))
import suites  # noqa: E402: after the line that finds it

ROOT = Path(__file__).resolve().parents[2]
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
        for bad in (["--seeds", "5..3"], ["--seeds", "x"], ["--nodes", "0"], ["--plan", "f", "--nodes", "9"], ["--odd"],
                    ["--list-faults", "partition"], ["--plan", "/nowhere"]):
            refused = run(*bad)
            self.assertEqual(refused.returncode, 2, bad)
            self.assertEqual(len(refused.stderr.splitlines()), 1, bad)

    def test_lists_the_kinds_of_faults(self):
        listed = run("--list-faults").stdout
        kinds = [line for line in listed.splitlines() if not line.startswith(" ")]
        self.assertGreaterEqual(len(kinds), 30)
        for each in ("TARGET", "LEVEL"):
            self.assertEqual(listed.count(f"\n  {each}  "), len(kinds))

    def plan(self, *lines: str) -> str:
        file = Path(self.enterContext(tempfile.TemporaryDirectory())) / "plan"
        file.write_text("".join(line + "\n" for line in lines))
        return str(file)

    def test_says_what_is_wrong_with_a_plan_and_where(self):
        file = self.plan("plan 1 6 2 4", "crash 1 130 140 5", "crash 7 130 140 5")
        refused = run("--plan", file)
        self.assertEqual(refused.returncode, 2)
        self.assertEqual(refused.stderr, f"pappus-chaos: {file}: line 3: TARGET, a node, is a number, 0 to 5: "
                                         "crash 7 130 140 5\n")

    def test_says_that_a_file_has_more_than_one_plan(self):
        both = run("--nodes", "6", "--seeds", "1..2", "--print-plan").stdout.splitlines()
        second = both.index(next(line for line in both[1:] if line.startswith("plan ")))
        refused = run("--plan", self.plan(*both))
        self.assertEqual(refused.returncode, 2)
        self.assertRegex(refused.stderr, rf"^pappus-chaos: \S+: line {second + 1}: another plan begins here: "
                                         "a file has one: plan 2 6 2 30\n$")

    def test_prints_a_plan_with_its_islands(self):
        lines = ["plan 1 6 2 4", "partition 1 130.000 140.000 999"]
        printed = run("--plan", self.plan(*lines), "--print-plan").stdout.splitlines()
        self.assertEqual(printed[:2], lines)
        self.assertRegex(printed[2], "# the island of partition 1 with level 999: ")

    def test_says_that_a_partition_cuts_nothing(self):
        plans = [self.plan("plan 1 5 0 3", f"partition {target} 130 140 0") for target in range(5)]
        noted = [file for file in plans if "cuts nothing" in run("--plan", file).stderr]
        self.assertTrue(noted)
        printed = run("--nodes", "6", "--seeds", "1..20", "--print-plan").stdout
        self.assertEqual(printed.count("\npartition "), printed.count("\n# the island of partition "))

    def test_ends_after_the_largest_seed(self):
        largest = 2**64 - 1
        for words, pattern in ((["--print-plan"], rf"^plan {largest} "), ([], rf'^{{"seed":{largest},')):
            printed = run("--nodes", "5", "--minutes", "3", "--seeds", str(largest), *words).stdout
            self.assertEqual(len(re.findall(r"^plan |^{", printed, re.M)), 1, printed)
            self.assertRegex(printed, pattern)

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
        late = run("--nodes", "2000", "--seeds", "1", "--patience", "1", "--shrink")
        self.assertEqual(late.returncode, 1)
        said = json.loads(late.stdout)
        self.assertEqual((said["rule"], said["detail"]), ("a run ends", "killed after the 1 s of --patience"))
        self.assertFalse({"length", "events", "at", "shrunk_to"} & set(said), "nothing of it was measured")
        self.assertIn("seed 1 is not shrunk: ", late.stderr)

    def test_each_rule_is_in_the_guide_in_the_same_words(self):
        sources = "".join(file.read_text() for file in sorted((ROOT / "examples/chaos").glob("*.cpp"))
                          + sorted((ROOT / "examples/chaos").glob("*.hpp")))
        told = set(re.findall(r'(?:broken\(|violation\{)\s*"([^"]+)"', sources))
        told |= set(re.findall(r'^ +\{"([^"]+)", \d+min, ', sources, re.M))
        self.assertGreater(len(told), 20)
        guide = (ROOT / "docs/guides/chaos.md").read_text().split("\n## Rules\n")[1].split("\n## ")[0]
        rows = re.findall(r"^\| ([^|]+?) \|", guide, re.M)
        self.assertEqual(set(rows) - {"rule"}, told)


if __name__ == "__main__":
    PROGRAM = sys.argv.pop()
    sys.exit(suites.run_tests(unittest.defaultTestLoader.loadTestsFromTestCase(Program)))
