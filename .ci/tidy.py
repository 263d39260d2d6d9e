"""clang-tidy over the files of a compilation database that match, those left out that it has found clean before, and
clang-query for temporaries that g++ 12 copies bitwise.

usage: tidy.py BUILD_FOLDER STAMP_FOLDER REGEX...

A file is known by all that the verdict follows from: its text after the preprocessor with comments kept (they may hold
NOLINT), the checks, and the version of clang-tidy. Exits with 1, having printed what was found, if anything was.
"""

import concurrent.futures
import hashlib
import json
import os
import pathlib
import re
import shlex
import shutil
import subprocess
import sys
import time


def preprocessed(entry):
    words = shlex.split(entry["command"])
    at = words.index("-o")
    del words[at : at + 2]
    words.remove("-c")
    command = ["clang++", *words[1:], "-E", "-C", "-o", "-"]
    return subprocess.run(command, cwd=entry["directory"], stdout=subprocess.PIPE, check=True).stdout


def main(build, stamps, *patterns):
    build, stamps = pathlib.Path(build), pathlib.Path(stamps)
    stamps.mkdir(parents=True, exist_ok=True)
    root = pathlib.Path(__file__).resolve().parent.parent
    version = subprocess.run(["clang-tidy", "--version"], stdout=subprocess.PIPE, check=True).stdout
    query = root / "tests/conventions/awaited_temporaries.query"
    query_tool = shutil.which("clang-query-14") or shutil.which("clang-query")
    if query_tool is None:
        sys.exit("tidy.py: there is no clang-query")
    common = hashlib.sha256(version + (root / ".clang-tidy").read_bytes() + query.read_bytes())
    entries = json.loads((build / "compile_commands.json").read_text())
    chosen = [each for each in entries if any(re.search(pattern, each["file"]) for pattern in patterns)]
    if not chosen:
        sys.exit("tidy.py: no file matches")

    def check(entry):
        """What was found in a file; None if it was known to be clean."""
        key = common.copy()
        key.update(preprocessed(entry))
        stamp = stamps / key.hexdigest()
        if stamp.exists():
            os.utime(stamp)
            return None
        command = ["clang-tidy", "-quiet", f"-p={build}", entry["file"]]
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        if done.returncode != 0 or re.search(r"(warning|error): ", done.stdout):
            return done.stdout
        command = [query_tool, f"-p={build}", "-f", query, entry["file"]]
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        if not re.search(r"^0 matches", done.stdout, re.M):
            return done.stdout
        stamp.touch()
        return ""

    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as workers:
        found = list(workers.map(check, chosen))
    for text in filter(None, found):
        print(text)
    for stamp in stamps.iterdir():  # those that no tree has had for a month
        if time.time() - stamp.stat().st_mtime > 30 * 86400:
            stamp.unlink(missing_ok=True)
    faulty = sum(1 for each in found if each)
    print(f"{len(chosen)} files, {found.count(None)} known to be clean, {faulty} with findings")
    return 1 if faulty else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
