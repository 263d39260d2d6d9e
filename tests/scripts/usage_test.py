#!/usr/bin/env python3
"""The scripts that are called by name say how, and refuse what they do not know, before they install, build or run
anything: `usage_test.py`."""
import os
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.dont_write_bytecode = True
sys.path.insert(0, str(ROOT / "tests/support"))
import suites  # noqa: E402: after the line that finds it

# What a script would begin its work with.
WORKERS = ["apt-get", "sudo", "cmake", "ctest", "ninja", "g++", "clang++", "cargo", "parallel", "patch"]
# Hand all that they do not know to ctest.
OPEN_ENDED = {"tests/run.sh", "tests/repeat.sh"}
BENCHMARKS = [file.parent.name for file in ROOT.glob("benchmarks/*/run.sh")]


def scripts():
    """Those with a first line that says what runs them; those of single benchmarks are called by benchmarks/run.sh."""
    found = [file for folder in ("tests", "examples", "benchmarks") for file in (ROOT / folder).rglob("*.sh")]
    names = [str(file.relative_to(ROOT)) for file in found if file.read_text(encoding="utf-8").startswith("#!")]
    own = [f"benchmarks/{name}/run.sh" for name in BENCHMARKS]
    return sorted([*(name for name in names if name not in own), ".ci/run"])


class Usage(unittest.TestCase):
    def setUp(self):
        self.folder = Path(self.enterContext(tempfile.TemporaryDirectory()))
        self.worked = self.folder / "worked"
        for name in WORKERS:
            stand_in = self.folder / name
            stand_in.write_text(f'#!/bin/sh\necho "{name} $*" >>"{self.worked}"\nexit 1\n')
            stand_in.chmod(0o755)

    def run_script(self, *words, at=ROOT):
        shell = "bash" if words[0] == ".ci/run" else "sh"
        path = f"{self.folder}:{os.environ['PATH']}"
        return subprocess.run([shell, *words], cwd=at, env={**os.environ, "PATH": path}, stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, timeout=60, check=False)

    def call(self, *words):
        done = self.run_script(*words)
        self.assertFalse(self.worked.exists(), (words, self.worked.exists() and self.worked.read_text()))
        return done

    def test_there_are_scripts(self):
        self.assertGreater(len(scripts()), 15)
        self.assertGreater(len(BENCHMARKS), 8)

    def test_each_says_how_it_is_called_what_it_needs_how_long_it_takes_and_what_it_writes(self):
        calls = [(name, [name]) for name in scripts() if name != "benchmarks/run.sh"]
        calls += [(f"benchmarks/run.sh {name}", ["benchmarks/run.sh", name]) for name in BENCHMARKS]
        for name, words in calls:
            for option in ("--help", "-h"):
                asked = self.call(*words, option)
                self.assertEqual((asked.returncode, asked.stderr), (0, ""), name)
                for said in (name, "\nNeeds: ", "\nTakes: ", "\nWrites: "):
                    self.assertIn(said, asked.stdout, name)

    def test_an_unknown_option_is_refused(self):
        calls = [[name] for name in scripts() if name not in OPEN_ENDED | {"benchmarks/run.sh"}]
        calls += [["benchmarks/run.sh", name] for name in BENCHMARKS]
        for words in calls:
            refused = self.call(*words, "--nonsense")
            self.assertEqual(refused.returncode, 2, words)
            self.assertNotEqual(refused.stderr, "", words)

    def test_an_unknown_name_is_refused_with_those_that_there_are(self):
        for words, known in ((["benchmarks/run.sh"], "echo"), (["tests/fuzz/run.sh", "10"], "round_trip"),
                             (["tests/attacks/run.sh"], "silent connections"), (["tests/network/run.sh"], "cut link"),
                             (["tests/attacks/run.sh", "--list"], "silent connections"),
                             (["tests/network/run.sh", "--list"], "cut link"), (["tests/sweeps/run.sh"], "allocations"),
                             (["tests/interop/run.sh"], "PappusDials"), (["tests/interop/full.sh"], "test_"),
                             (["tests/chaos/planted.sh"], "--list")):
            refused = self.call(*words, "nonsense")
            self.assertEqual(refused.returncode, 2, words)
            self.assertIn("nonsense", refused.stderr, words)
            self.assertIn(known, refused.stderr, words)

    def test_what_is_nearly_a_name_or_a_number_is_refused(self):
        for words in (["benchmarks/run.sh", "e.ho"], ["tests/repeat.sh", "--slice", "5"],
                      ["tests/repeat.sh", "--slice", "1/0"], ["tests/repeat.sh", "--times", "0"],
                      ["tests/attacks/run.sh", "--gri"], ["tests/network/run.sh", "--lis"],
                      ["benchmarks/run.sh", "scale", "--gri"], ["benchmarks/run.sh", "echo", "--che"],
                      ["tests/bundled_libuv/run.sh", "", "nonsense"], ["tests/chaos/planted.sh", "/"],
                      ["examples/chaos/sweep.sh", "/bin/true", str(self.folder), "08..9"],
                      ["examples/chaos/sweep.sh", "/", str(self.folder), "1..2"],
                      ["examples/anonymity/sweep.sh", "/", str(self.folder)]):
            refused = self.call(*words)
            self.assertEqual(refused.returncode, 2, words)
            self.assertIn(words[0], refused.stderr, words)

    def test_a_sweep_has_the_program_refuse_its_options_before_it_begins(self):
        program = self.folder / "program"
        program.write_text('#!/bin/sh\ncase $* in *--nodse*) echo "program: what is --nodse?" >&2; exit 2 ;; esac\n')
        program.chmod(0o755)
        into = self.folder / "into"
        for options, said in ((["--nodse", "9"], "program: what is --nodse?"), (["--print-plan"], "--print-plan")):
            refused = self.call("examples/chaos/sweep.sh", str(program), str(into), "1..2", *options)
            self.assertEqual(refused.returncode, 2, options)
            self.assertIn(said, refused.stderr)
            self.assertNotIn("runs are missing", refused.stderr)
            self.assertFalse(into.exists())
        self.run_script("examples/chaos/sweep.sh", str(program), str(into), "1..2", "--nodes", "9")
        self.assertTrue(self.worked.exists(), "it goes on with options that the program knows")

    def test_a_value_that_contains_an_option_for_help_is_not_one(self):
        self.run_script("benchmarks/run.sh", "core", "--benchmark_filter=a -h b")
        self.assertTrue(self.worked.exists())

    def test_the_name_of_a_folder_may_have_any_letters(self):
        odd = self.folder / "a b" / "x=y"
        for name in ("cmake", "tests/chaos"):
            shutil.copytree(ROOT / name, odd / name)
        asked = self.run_script("x=y/tests/chaos/planted.sh", "--help", at=odd.parent)
        self.assertIn("\nNeeds: ", asked.stdout)

    def test_the_checks_that_a_contributor_runs_answer_too(self):
        for name in ("tests/conventions/check.py", "tests/docs/reference.py", "examples/anonymity/figures.py"):
            for option, status in (("--help", 0), ("--nonsense", 2)):
                done = subprocess.run([sys.executable, str(ROOT / name), option], capture_output=True, text=True,
                                      timeout=60, check=False)
                self.assertEqual(done.returncode, status, (name, option))
                for said in ("\nNeeds: ", "\nTakes: ", "\nWrites: ") if status == 0 else ():
                    self.assertIn(said, done.stdout, name)

    def test_benchmarks_has_all_names_in_its_help(self):
        asked = self.call("benchmarks/run.sh", "--help").stdout
        for name in BENCHMARKS:
            self.assertIn(f" {name}", asked)


if __name__ == "__main__":
    sys.exit(suites.run_tests(unittest.defaultTestLoader.loadTestsFromTestCase(Usage)))
