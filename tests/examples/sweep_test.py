#!/usr/bin/env python3
"""The sweeps of pappus-chaos and of pappus-anonymity: `sweep_test.py CHAOS ANONYMITY`. However the jobs are spread, the
reports are the same, and a call after an interruption runs what is missing."""
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.dont_write_bytecode = True
sys.path.insert(0, str(ROOT / "tests/support"))
import suites  # noqa: E402: after the line that finds it

PROGRAMS = {}
CHAOS_OPTIONS = ["1..5", "--nodes", "5", "--hostile", "1", "--minutes", "3"]
ANONYMITY_OPTIONS = ["1", "--nodes", "40"]
POINTS = 5 * 10


def sweep(which: str, *arguments: str) -> subprocess.CompletedProcess:
    script = ROOT / "examples" / which / "sweep.sh"
    return subprocess.run(["sh", str(script), *arguments], capture_output=True, text=True, timeout=250, check=False)


def reports(folder: Path, ending: str) -> dict[str, bytes]:
    return {each.name: each.read_bytes() for each in folder.glob("*." + ending)}


class Sweeps(unittest.TestCase):
    def setUp(self):
        self.folder = Path(self.enterContext(tempfile.TemporaryDirectory()))

    def program_that_fails(self, which: str, if_asked_for: str) -> tuple[Path, Path]:
        """A program that fails for some arguments as long as a file is there."""
        reason = self.folder / "reason"
        reason.touch()
        made = self.folder / which
        made.write_text(f'#!/bin/sh\ncase "$*" in *"{if_asked_for}"*) [ ! -e "{reason}" ] || exit 3 ;; esac\n'
                        f'exec "{PROGRAMS[which]}" "$@"\n')
        made.chmod(0o755)
        return made, reason

    def test_chaos_reports_the_same_however_the_seeds_are_spread(self):
        one, other = self.folder / "one", self.folder / "other"
        first = sweep("chaos", "-s", "1", PROGRAMS["chaos"], str(one), *CHAOS_OPTIONS)
        self.assertEqual(first.returncode, 0, first.stderr)
        second = sweep("chaos", "-s", "3", PROGRAMS["chaos"], str(other), *CHAOS_OPTIONS)
        self.assertEqual(second.stdout, "5 runs, 0 broke a rule\n")
        self.assertEqual((one / "report.jsonl").read_bytes(), (other / "report.jsonl").read_bytes())
        self.assertNotEqual(len(reports(one, "jsonl")), len(reports(other, "jsonl")))

    def test_chaos_refuses_a_wrong_option_in_the_program_s_words(self):
        into = self.folder / "into"
        refused = sweep("chaos", PROGRAMS["chaos"], str(into), "1..5", "--nodse", "5")
        self.assertEqual(refused.returncode, 2)
        self.assertRegex(refused.stderr, r"^pappus-chaos: .*--nodse.*\n$")
        self.assertFalse(into.exists())

    def test_chaos_runs_what_is_missing(self):
        whole = self.folder / "whole"
        self.assertEqual(sweep("chaos", "-s", "2", PROGRAMS["chaos"], str(whole), *CHAOS_OPTIONS).returncode, 0)
        failing, reason = self.program_that_fails("chaos", "3..4")
        parts = self.folder / "parts"
        interrupted = sweep("chaos", "-s", "2", str(failing), str(parts), *CHAOS_OPTIONS)
        self.assertEqual((interrupted.returncode, interrupted.stdout), (2, "3 runs, 0 broke a rule\n"))
        reason.unlink()
        again = sweep("chaos", "-s", "2", str(failing), str(parts), *CHAOS_OPTIONS)
        self.assertEqual(again.returncode, 0, again.stderr)
        self.assertEqual((whole / "report.jsonl").read_bytes(), (parts / "report.jsonl").read_bytes())

    def test_anonymity_runs_what_is_missing_and_each_point_is_the_program_s(self):
        failing, reason = self.program_that_fails("anonymity", "diffusion --topology 4-regular --spies 0.2 ")
        parts = self.folder / "parts"
        interrupted = sweep("anonymity", str(failing), str(parts), *ANONYMITY_OPTIONS)
        self.assertEqual(interrupted.returncode, 2)
        self.assertEqual(len(reports(parts, "point")), POINTS - 1)
        reason.unlink()
        again = sweep("anonymity", str(failing), str(parts), *ANONYMITY_OPTIONS)
        self.assertEqual(again.returncode, 0, again.stderr)
        alone = self.folder / "alone.csv"
        subprocess.run([PROGRAMS["anonymity"], "--scheme", "diffusion", "--topology", "4-regular", "--spies",
                        "0.05,0.1,0.15,0.2,0.25,0.3,0.35,0.4,0.45,0.5", "--graphs", "1", "--spread-graphs", "0",
                        "--nodes", "40", "--quiet", "--csv", str(alone)], check=True, stdout=subprocess.DEVNULL)
        self.assertEqual((parts / "diffusion.csv").read_bytes(), alone.read_bytes())
        self.assertEqual(sorted(reports(parts, "csv")),
                         ["dandelion++.csv", "diffusion.csv", "grin.csv", "line.csv", "private.csv"])

    def test_results_of_another_call_are_not_taken_for_those_of_this_one(self):
        for which, options, others in (("chaos", CHAOS_OPTIONS, [*CHAOS_OPTIONS[:-1], "4"]),
                                       ("anonymity", ANONYMITY_OPTIONS, ["1", "--nodes", "50"])):
            folder = self.folder / which
            self.assertEqual(sweep(which, PROGRAMS[which], str(folder), *options).returncode, 0)
            refused = sweep(which, PROGRAMS[which], str(folder), *others)
            self.assertEqual(refused.returncode, 2)
            self.assertIn("another folder", refused.stderr)

    def test_refuses_what_makes_no_sense(self):
        for which in ("chaos", "anonymity"):
            self.assertEqual(sweep(which, "-x").returncode, 2)
            self.assertEqual(sweep(which, "program").returncode, 2)
            self.assertEqual(sweep(which, "-h").returncode, 0)
        self.assertEqual(sweep("chaos", "program", str(self.folder), "x..y").returncode, 2)


if __name__ == "__main__":
    PROGRAMS["anonymity"] = sys.argv.pop()
    PROGRAMS["chaos"] = sys.argv.pop()
    sys.exit(suites.run_tests(unittest.defaultTestLoader.loadTestsFromTestCase(Sweeps)))
