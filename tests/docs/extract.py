"""Extracts the C++ programs of Markdown pages, to compile and run them as tests.

usage: extract.py OUTPUT_FOLDER PAGE...

A program is a fenced block that begins with ```cpp; the ```text block that follows it, if any, is what it prints. A
program after whose fence stands "with a node" is run while pappus-node runs. Prints a line for each: its name, and how
it is run (alone, node, or not, if it says nothing of what it prints). A file that has not changed is not written again.
"""

import pathlib
import re
import sys

FENCE = re.compile(r"^```(\w*)[ ]*(.*?)\n(.*?)^```$", re.M | re.S)


def write(path, text):
    if not path.exists() or path.read_text() != text:
        path.write_text(text)


def extract(page, into):
    """Yields the name of each program of a page, and how it is run."""
    text = page.read_text()
    blocks = [(match.group(1), match.group(2), match.group(3)) for match in FENCE.finditer(text)]
    number = 0
    for at, (language, how, content) in enumerate(blocks):
        if language != "cpp":
            continue
        number += 1
        name = f"{page.stem.lower()}_{number}"
        write(into / f"{name}.cpp", content)
        printed = blocks[at + 1][2] if at + 1 < len(blocks) and blocks[at + 1][0] == "text" else None
        if printed is not None:
            write(into / f"{name}.txt", printed)
        yield name, "not" if printed is None else "node" if how == "with a node" else "alone"


def main(into, *pages):
    into = pathlib.Path(into)
    into.mkdir(parents=True, exist_ok=True)
    for page in pages:
        for name, how in extract(pathlib.Path(page), into):
            print(name, how)


main(*sys.argv[1:])
