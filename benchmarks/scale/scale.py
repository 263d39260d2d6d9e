"""Thousands of peers on one pappus-node, beside a bare epoll server that sends the same, and beside Grin's own.

A process of its own is the load: each peer has an address of its own, shakes hands, pings every 10 s and answers pings.
Fifty bystanders among them ping four times a second: how long the server lets its peers wait.

phases: open     all peers connect
        idle     they ping
        announce a transaction a second comes from one peer and goes to all others
        storm    a tenth of the peers leaves at once and comes again
        fill     with --fill: as many transactions as the filters of the peers remember, and some
        slow     as announce, but a tenth of the peers wants whole transactions and reads 256 bytes a second
        close    all peers but the bystanders leave at once

The options of pappus-node are --json --network usernet --listen 127.0.0.1:0 --max-inbound N --max-outbound 0
--log error, N being 200 more than the peers.
"""

import argparse
import json
import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

USERNET = "99a1097ccc1b75d3d8bb311a89cc527a77addfd1edd7c59f502685e99ae2a784"
AUTOMATED = "e3b909d483eb06af91141d7ac8b6bcef857b41e34f35eb7c3abad9da0ca51629"
BYSTANDERS = 50
SPARE = 200  # descriptors that are not for peers
FILTER_ITEMS, FILL_INTERVAL = 1300, 150  # transactions, more than a filter is made for; milliseconds between two
GOALS = {"ping": 5, "idle": 4096, "busy": 10240, "idle_cpu": 1.25, "busy_cpu": 1.5, "last": 1.25,
         "grin_memory": 50, "grin_cpu": 20}


class Server:
    """A process with peers, on the first core."""

    genesis = USERNET

    def __init__(self, command):
        self.process = subprocess.Popen(["taskset", "-c", "0", *map(str, command)], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.port = self.listening()

    def memory(self):
        """Resident, bytes."""
        pages = int(Path(f"/proc/{self.process.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE")

    def cpu(self):
        """Seconds, of all its threads that are alive."""
        tasks = Path(f"/proc/{self.process.pid}/task").iterdir()
        return sum(int((each / "schedstat").read_text().split()[0]) for each in tasks) / 1e9

    def threads(self):
        return len(list(Path(f"/proc/{self.process.pid}/task").iterdir()))

    def slow_turns(self):
        """Turns of the loop that were longer, by limit; nothing if it does not count them."""
        return None

    def close(self):
        self.process.kill()
        self.process.communicate()


class Floor(Server):
    def __init__(self, program):
        super().__init__([program, self.genesis])

    def listening(self):
        return int(self.process.stdout.readline())


class Lines(Server):
    """One that writes a JSON object a line."""

    def listening(self):
        self.replies = []
        self.came = threading.Condition()
        address = json.loads(self.process.stdout.readline())["address"]
        threading.Thread(target=self._read, daemon=True).start()
        return int(address.rpartition(":")[2])

    def _read(self):
        for line in self.process.stdout:
            if '"reply"' not in line:
                continue
            with self.came:
                self.replies.append(json.loads(line))
                self.came.notify()


class Pappus(Lines):
    def __init__(self, program, peers):
        super().__init__([program, "--json", "--network", "usernet", "--listen", "127.0.0.1:0", "--max-inbound",
                          peers + SPARE, "--max-outbound", 0, "--log", "error"])

    def ask(self, command):
        self.process.stdin.write(command + "\n")
        self.process.stdin.flush()
        with self.came:
            self.came.wait_for(lambda: self.replies, timeout=10)
            return self.replies.pop()

    def slow_turns(self):
        return self.ask("stats")["stats"]["metrics"]["pappus_loop_slow_turns_total"]


class Grin(Lines):
    genesis = AUTOMATED

    def __init__(self, program, peers, work):
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
        data = Path(__file__).resolve().parents[2] / "tests/data/grin"
        super().__init__([program, "crowd", f"127.0.0.1:{port}", data, work, peers + SPARE])


class Load:
    def __init__(self, program, server, slow):
        self.server, self.rows = server, []
        self.process = subprocess.Popen(["taskset", "-c", "1", program, str(server.port), server.genesis, str(slow)],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def phase(self, name, command):
        turns = self.server.slow_turns()
        cpu, begun = self.server.cpu(), time.monotonic()
        self.process.stdin.write(command + "\n")
        self.process.stdin.flush()
        row = json.loads(self.process.stdout.readline())
        row["cpu_seconds"] = self.server.cpu() - cpu
        row["cpu"] = row["cpu_seconds"] / (time.monotonic() - begun)
        after = self.server.slow_turns()
        row["slow_turns"] = turns and {limit: after[limit] - count for limit, count in turns.items()}
        row["memory"], row["threads"], row["phase"] = self.server.memory(), self.server.threads(), name
        self.rows.append(row)
        return row

    def close(self):
        self.process.kill()
        self.process.communicate()


def shorter(turns):
    """The least limit that no turn of a phase exceeded."""
    if not turns:
        return "-"
    exceeded = [limit for limit, count in turns.items() if count]
    return ("< " + next(iter(turns))) if not exceeded else "> " + exceeded[-1] + f" ({turns[exceeded[-1]]})"


def measure(name, make, peers, given):
    server = make()
    try:
        load = Load(given.built / "scale_load", server, 0)
        load.phase("first", f"open {BYSTANDERS}")
        before = server.memory()
        opened = load.phase("open", f"open {peers}")["peers"]
        if opened != peers:
            print(f"{name}: only {opened} of {peers} peers could connect", flush=True)
        load.phase("idle", f"watch {given.seconds}")
        idle = (server.memory() - before) / (opened - BYSTANDERS)
        load.phase("announce", f"announce {given.seconds} 1000")
        load.phase("storm", f"storm {peers // 10}")
        busy = (server.memory() - before) / (opened - BYSTANDERS)
        full = None
        if given.fill:
            load.phase("fill", f"announce {FILTER_ITEMS} {FILL_INTERVAL}")
            full = (server.memory() - before) / (opened - BYSTANDERS)
        load.phase("close", f"close {peers}")
        load.close()
    finally:
        server.close()
    server = make()
    try:
        slow = Load(given.built / "scale_load", server, 10)
        slow.phase("first", f"open {peers}")
        load.rows.insert(-1, slow.phase("slow", f"announce {max(given.seconds // 3, 5)} 1000"))
        slow.close()
    finally:
        server.close()
    rows = {row["phase"]: row for row in load.rows}
    report(name, peers, rows, idle, busy, full)
    return {"server": name, "peers": peers, "idle_bytes": idle, "busy_bytes": busy, "full_bytes": full, "rows": rows}


def report(name, peers, rows, idle, busy, full):
    with_full = "" if full is None else f"{full / 1024:.1f} KiB with a full filter, "
    print(f"\n{name}, {peers} peers: {idle / 1024:.1f} KiB a peer idle, {busy / 1024:.1f} KiB busy, {with_full}"
          f"{rows['idle']['threads']} threads")
    print("  phase        CPU   CPU, s   ping p50     p99     max   last knew p50     max   longest turn   lost")
    for phase, row in rows.items():
        if phase == "first":
            continue
        ping, last = row["ping"], row.get("last_knew")
        knew = f"{last['p50']:10.1f} ms {last['max']:7.1f}" if last else " " * 21
        print(f"  {phase:9} {100 * row['cpu']:5.1f} %  {row['cpu_seconds']:6.2f}  {ping['p50']:6.2f} ms {ping['p99']:7.2f} "
              f"{ping['max']:7.1f}  {knew}   {shorter(row['slow_turns']):>12}  {row['lost']:5}", flush=True)


def goal(what, value, limit, better=min):
    reached = value <= limit if better is min else value >= limit
    print(f"  {what:58} {value:8.2f}   {'at most' if better is min else 'at least'} {limit:g}   "
          f"{'reached' if reached else 'MISSED'}")


def compare(results):
    by = {(each["server"], each["peers"]): each for each in results}
    for (name, peers), own in by.items():
        floor = by.get(("epoll floor", peers))
        if name != "pappus-node" or floor is None:
            continue
        print(f"\npappus-node beside the floor, {peers} peers")
        rows, least = own["rows"], floor["rows"]
        goal("memory of an idle peer, bytes", own["idle_bytes"], GOALS["idle"])
        goal("memory of a busy peer, bytes", own["busy_bytes"], GOALS["busy"])
        if own["full_bytes"] is not None:
            goal("memory of a peer with a full filter, bytes", own["full_bytes"], GOALS["busy"])
        goal("CPU idle, times the floor's", rows["idle"]["cpu_seconds"] / least["idle"]["cpu_seconds"],
             GOALS["idle_cpu"])
        goal("CPU announcing, times the floor's",
             rows["announce"]["cpu_seconds"] / least["announce"]["cpu_seconds"], GOALS["busy_cpu"])
        goal("time until the last peer knows, times the floor's",
             rows["announce"]["last_knew"]["p50"] / least["announce"]["last_knew"]["p50"], GOALS["last"])
        for phase, row in rows.items():
            if phase == "first":
                continue
            goal(f"bystanders' ping p99, {phase}, ms", row["ping"]["p99"], GOALS["ping"])
            goal(f"turns over 10 ms, {phase}", row["slow_turns"]["10ms"], 0)
    for (name, peers), grin in by.items():
        own = by.get(("pappus-node", peers))
        if name != "Grin" or own is None:
            continue
        print(f"\npappus-node beside Grin, {peers} peers")
        goal("memory of an idle peer, times less", grin["idle_bytes"] / own["idle_bytes"], GOALS["grin_memory"], max)
        floor = by[("epoll floor", peers)]
        for phase in ("idle", "announce"):
            most = grin["rows"][phase]["cpu_seconds"]
            goal(f"CPU {phase}, times less", most / own["rows"][phase]["cpu_seconds"], GOALS["grin_cpu"], max)
            print(f"    the floor, which does nothing but read and write: {most / floor['rows'][phase]['cpu_seconds']:.2f}")


def plot(results, into):
    """CPU and memory against peers, as SVG."""
    with tempfile.TemporaryDirectory() as folder:
        names = list(dict.fromkeys(each["server"] for each in results))
        for name in names:
            lines = [f"{each['peers']} {100 * each['rows']['announce']['cpu']} {each['busy_bytes'] * each['peers'] / 2**20}"
                     for each in results if each["server"] == name]
            Path(folder, name).write_text("\n".join(lines) + "\n")
        curves = ["'{0}/{1}' using 1:{{0}} with linespoints title '{1}'".format(folder, name) for name in names]
        script = f"""set terminal svg size 900,360 font 'sans-serif,13' background 'white'
set output '{into}'
set multiplot layout 1,2
set logscale xy
set grid
set key right bottom
set xlabel 'peers'
set title 'CPU, % of a core, with a transaction a second'
plot {', '.join(each.format(2) for each in curves)}
set title 'memory of all peers, MiB'
plot {', '.join(each.format(3) for each in curves)}
unset multiplot
"""
        subprocess.run(["gnuplot"], input=script, text=True, check=True)
    print(f"\nplotted to {into}")


def main():
    parser = argparse.ArgumentParser(allow_abbrev=False, prog="sh benchmarks/run.sh scale", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("built", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("pappus", help=argparse.SUPPRESS)
    parser.add_argument("program", help=argparse.SUPPRESS)
    parser.add_argument("--peers", type=int, nargs="+", default=[1000, 5000, 10000, 19000], metavar="N",
                        help="numbers of peers, at most what a process may open; default: 1000 5000 10000 19000")
    parser.add_argument("--seconds", type=int, default=30, help="of the phases idle and announce; default: 30")
    parser.add_argument("--fill", action="store_true",
                        help=f"the memory of peers with full filters, too: {FILTER_ITEMS} more transactions")
    parser.add_argument("--grin", action="store_true", help="Grin's server, too, with 100 and 500 peers")
    parser.add_argument("--json", type=Path, metavar="FILE", help="writes all figures there")
    parser.add_argument("--svg", type=Path, metavar="FILE", help="plots cost against peers")
    parser.add_argument("--check", action="store_true", help=argparse.SUPPRESS)  # of these options, and nothing else
    given = parser.parse_args()
    if given.check:
        return
    results = []
    sizes = [(peers, False) for peers in given.peers]
    if given.grin:
        sizes = [(100, True), (500, True), *sizes]
    for peers, with_grin in sizes:
        results.append(measure("epoll floor", lambda: Floor(given.built / "scale_floor"), peers, given))
        results.append(measure("pappus-node", lambda: Pappus(given.pappus, peers), peers, given))
        if with_grin:
            with tempfile.TemporaryDirectory() as work:
                results.append(measure("Grin", lambda: Grin(given.program, peers, work), peers, given))
    compare(results)
    if given.json:
        given.json.write_text(json.dumps(results, indent=1))
    if given.svg:
        plot(results, given.svg)


if __name__ == "__main__":
    sys.exit(main())
