"""Compiles a program that does something wrong, and the same program done right, with each compiler that there is.

usage: check.py FILE COMPILER... -- FLAG...

The file's first line is `// refused: TEXT`: with MISUSE defined, it must not compile, and each compiler must print TEXT;
without, it must compile without a word. A line `// by COMPILER alone` before the code names the one that can tell, by
the beginning of its name; the others must accept the misuse, so that the day on which one learns it is noticed.
"""

import pathlib
import re
import subprocess
import sys


def compiled(compiler, flags, file):
    command = [compiler, "-fsyntax-only", "-Wall", "-Wextra", "-Werror", *flags, file]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    return done.returncode == 0, done.stdout


def faults(file, compiler, flags):
    source = pathlib.Path(file).read_text()
    text = re.match(r"// refused: (.*)\n", source).group(1)
    alone = re.search(r"^// by (\S+) alone$", source, re.M)
    accepted, said = compiled(compiler, flags, file)
    if not accepted:
        yield f"{compiler} refuses what is right:\n{said}"
    accepted, said = compiled(compiler, [*flags, "-DMISUSE"], file)
    tells = alone is None or pathlib.Path(compiler).name.startswith(alone.group(1))
    if accepted == tells:
        yield f"{compiler} {'accepts' if accepted else 'now refuses'} the misuse:\n{said}"
    elif tells and text not in said:
        yield f"{compiler} does not say '{text}':\n{said}"


def main(file, *rest):
    at = rest.index("--")
    compilers, flags = rest[:at], rest[at + 1 :]
    found = [fault for compiler in compilers for fault in faults(file, compiler, flags)]
    print("\n".join(found) if found else f"refused by {', '.join(compilers)}, with the reason")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
