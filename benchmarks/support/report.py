"""What the drivers of several benchmarks print, and how they end."""

import os
import platform
import re
import subprocess
import sys
from pathlib import Path


def progress(text):
    """One line that the next one replaces, if standard error is a terminal."""
    if sys.stderr.isatty():
        print(f"\r\033[K{text}", end="", file=sys.stderr, flush=True)


def verdict(reached, text):
    return f"{'not known' if reached is None else 'reached' if reached else 'MISSED'}: {text}"


def machine():
    name = platform.processor() or platform.machine()
    try:
        name = re.search(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text())[1]
    except (OSError, TypeError):
        pass
    try:
        system = platform.freedesktop_os_release()["PRETTY_NAME"]
    except (OSError, KeyError):
        system = platform.system()
    return f"{name}, {os.cpu_count()} processors, {system}, kernel {platform.release()}"


def run_main(main):
    """Ends this process with the status that `main` returns."""
    try:
        sys.exit(main())
    except subprocess.CalledProcessError as failed:
        sys.exit(f"{Path(sys.argv[0]).name}: {' '.join(map(str, failed.cmd))} ended with {failed.returncode}")
    except KeyboardInterrupt:
        sys.exit(130)
