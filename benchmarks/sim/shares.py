#!/usr/bin/env python3
"""Adds the lines of `perf report --sort dso,symbol --field-separator ';'` up: the share of each level of pappus, of each
class of the level `sim`, and of other libraries."""

import collections
import re
import sys


def owner(library, symbol):
    levels = re.search(r"pappus::(coro|io|uv|sim|wire|peer|integration)::(\w+)", symbol)
    if levels:
        return f"{levels[1]}::{levels[2]}" if levels[1] in ("sim", "io") else levels[1]
    return "the rest of the program" if library.startswith("pappus") else library


def main():
    shares = collections.Counter()
    for line in sys.stdin:
        fields = [each.strip() for each in line.split(";", 2)]
        if len(fields) == 3 and fields[0].endswith("%"):
            shares[owner(fields[1], fields[2])] += float(fields[0][:-1])
    for name, share in shares.most_common():
        if share >= 0.5:
            print(f"{share:5.1f} %  {name}")


if __name__ == "__main__":
    main()
