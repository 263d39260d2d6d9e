"""Runs a program of the documentation and compares what it prints with what the page says.

usage: run.py PROGRAM EXPECTED_FILE [PAPPUS_NODE]

A line "..." of the page stands for any number of lines. With PAPPUS_NODE, that node runs meanwhile, and the program,
which would not end by itself, gets SIGINT when it has printed all that is expected.
"""

import contextlib
import pathlib
import re
import signal
import subprocess
import sys

PATIENCE = 30  # seconds


def pattern_of(expected):
    lines = [r"(?:.*\n)*?" if line == "..." else re.escape(line) + r"\n" for line in expected.splitlines()]
    return re.compile("".join(lines))


@contextlib.contextmanager
def running(command):
    """A pappus-node that listens."""
    node = subprocess.Popen([command, "--json"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        if "listening" not in node.stdout.readline():
            sys.exit("pappus-node does not listen")
        yield
    finally:
        node.terminate()
        node.communicate(timeout=PATIENCE)


def output_of(program, pattern):
    """What a program prints, until that matches, and its exit status after SIGINT."""
    process = subprocess.Popen(["stdbuf", "-oL", program], stdout=subprocess.PIPE, text=True)
    printed = ""
    signal.alarm(PATIENCE)
    for line in process.stdout:
        printed += line
        if pattern.fullmatch(printed):
            break
    process.send_signal(signal.SIGINT)
    rest, _ = process.communicate(timeout=PATIENCE)
    signal.alarm(0)
    return printed, process.returncode


def main(program, expected_file, node=None):
    expected = pathlib.Path(expected_file).read_text()
    pattern = pattern_of(expected)
    if node:
        with running(node):
            printed, status = output_of(program, pattern)
    else:
        done = subprocess.run([program], stdout=subprocess.PIPE, text=True, timeout=PATIENCE)
        printed, status = done.stdout, done.returncode
    if not pattern.fullmatch(printed) or status != 0:
        sys.exit(f"exit status {status}; the page says:\n{expected}\nbut it printed:\n{printed}")


main(*sys.argv[1:])
