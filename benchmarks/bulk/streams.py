"""One stream of 1 GiB, and 100 streams of 64 MiB: the CPU time of pappus beside that of raw libuv."""

import json
import statistics
import subprocess
from dataclasses import dataclass, field

from report import progress

MIB = 1 << 20
SIZES = ((1, 1024 * MIB), (100, 64 * MIB))  # streams, and bytes of each
REPEATS = {1: 4, 100: 1}  # of the order A B B A within a pair, by the number of streams
GOAL = 1.03  # times the CPU time of raw libuv
PAPPUS, LIBUV = "bulk_pappus", "bulk_libuv"


@dataclass
class Row:
    role: str
    streams: int
    bytes: int
    own: list = field(default_factory=list)  # CPU time of pappus, seconds, one a pair
    reference: list = field(default_factory=list)  # of raw libuv
    ratios: list = field(default_factory=list)
    control: list = field(default_factory=list)  # ratios of raw libuv to itself: what noise alone makes
    speed: list = field(default_factory=list)  # of pappus, GB a second of the clock

    def text(self):
        role = "sends" if self.role == "send" else "receives"
        return f"{role} {self.streams} x {self.bytes // MIB} MiB"


def start(core, program, *words):
    command = ["taskset", "-c", core, program, *words]
    return subprocess.Popen([str(word) for word in command], stdout=subprocess.PIPE, text=True)


def run(folder, program, row):
    """What the program has used. It has a core of its own, and raw libuv at the other end."""
    cores = {row.role: 0}
    programs = {row.role: folder / program}
    size = row.streams, row.bytes
    sender = start(cores.get("send", 1), programs.get("send", folder / LIBUV), "send", *size)
    port = sender.stdout.readline().strip()
    receiver = start(cores.get("receive", 1), programs.get("receive", folder / LIBUV), "receive", *size, port)
    printed = {"send": sender.communicate()[0], "receive": receiver.communicate()[0]}
    for process in (sender, receiver):
        if process.returncode != 0:
            raise subprocess.CalledProcessError(process.returncode, process.args)
    return json.loads(printed[row.role])


def run_pair(folder, programs, row):
    """Seconds of CPU time of a run of each, and of the clock of the first, in the order A B B A, so that a machine that
    gets busier or idler treats both alike."""
    repeats = REPEATS[row.streams]
    cpu, wall = [0.0, 0.0], [0.0, 0.0]
    for which in (0, 1, 1, 0) * repeats:
        used = run(folder, programs[which], row)
        cpu[which] += used["cpu_us"] / 2e6 / repeats
        wall[which] += used["wall_us"] / 2e6 / repeats
    return cpu, wall[0]


def measure(folder, pairs, part):
    """`part`: the bytes are divided by it."""
    rows = [Row(role, streams, size // part) for streams, size in SIZES for role in ("send", "receive")]
    for row in rows:
        run(folder, LIBUV, row)  # for the caches
        for pair in range(pairs):
            progress(f"{row.text()}, pair {pair + 1} of {pairs}")
            (own, reference), wall = run_pair(folder, (PAPPUS, LIBUV), row)
            row.own.append(own)
            row.reference.append(reference)
            row.ratios.append(own / reference)
            row.speed.append(row.streams * row.bytes / wall / 1e9)
            (one, other), _ = run_pair(folder, (LIBUV, LIBUV), row)
            row.control.append(one / other)
    progress("")
    return rows


def spread(values):
    return f"{min(values):.3f} to {max(values):.3f}"


def report(rows):
    """Prints the table; returns what has been reached."""
    print("| pappus | CPU s | raw libuv | times raw libuv | least to most | raw libuv by itself | GB/s |")
    print("|---|---:|---:|---:|---:|---:|---:|")
    for row in rows:
        ratio = statistics.median(row.ratios)
        print(f"| {row.text()} | {statistics.median(row.own):.3f} | {statistics.median(row.reference):.3f} | "
              f"{ratio:.3f} | {spread(row.ratios)} | {statistics.median(row.control):.3f}, {spread(row.control)} | "
              f"{statistics.median(row.speed):.2f} |")
    return [(statistics.median(row.ratios) <= GOAL,
             f"pappus {row.text()}: at most {GOAL} times the CPU time of raw libuv") for row in rows]
