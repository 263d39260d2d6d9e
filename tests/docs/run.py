"""Runs a program of the documentation and compares what it prints with what the page says.

usage: run.py PROGRAM EXPECTED_FILE [PAPPUS_NODE]

A line "..." of the page stands for any number of lines. With PAPPUS_NODE, that node runs meanwhile, on its usual port,
and the program gets SIGINT where the page has a line "^C".
"""

import contextlib
import pathlib
import re
import signal
import subprocess
import sys

PATIENCE = 30  # seconds, for all


class TooLate(Exception):
    pass


def on_alarm(_number, _frame):
    raise TooLate


def pattern_of(expected):
    lines = [r"(?:.*\n)*?" if line == "..." else re.escape(line) + r"\n" for line in expected.splitlines()]
    return re.compile("".join(lines))


@contextlib.contextmanager
def running(*command):
    """A process that does not outlive the block."""
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.communicate(timeout=PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()


def output_of(program, until):
    """What a program prints, and its exit status; it gets SIGINT when it has printed `until`, if that is not None."""
    printed = ""
    with running("stdbuf", "-oL", program) as process:
        try:
            while until is not None and not until.fullmatch(printed):
                line = process.stdout.readline()
                if not line:
                    break
                printed += line
            if until is not None:
                process.send_signal(signal.SIGINT)
            printed += process.stdout.read()
            return printed, process.wait()
        except TooLate:
            return printed, "none: it did not end"


def main(program, expected_file, node=None):
    signal.signal(signal.SIGALRM, on_alarm)
    signal.alarm(PATIENCE)
    page = pathlib.Path(expected_file).read_text()
    before, interrupt, after = page.partition("^C\n")
    expected = before + after
    until = pattern_of(before) if interrupt else None
    with contextlib.ExitStack() as beside:
        if node:
            process = beside.enter_context(running(node, "--json"))
            if "listening" not in process.stdout.readline():
                sys.exit("pappus-node does not listen: is its port in use?")
        printed, status = output_of(program, until)
        signal.alarm(0)
    if not pattern_of(expected).fullmatch(printed) or status != 0:
        sys.exit(f"exit status {status}; the page says:\n{expected}\nbut it printed:\n{printed}")


main(*sys.argv[1:])
