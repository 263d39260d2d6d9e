"""One attack on a running node, beside a bystander that measures; and what must hold."""

import dataclasses
import json
import subprocess
import sys
import threading
import time
import traceback
from pathlib import Path
from typing import Callable, Optional

import flood
from protocol import HAND, Peer, frame, hand
from targets import MIB, USER_NETWORK, GrinServer, Network, PappusNode

PATIENCE = 600  # seconds for an attack by a number of connections
STRANGE_GROUPS = 190  # /16s from 127.1.0.0 on, for attackers
MEASURED = 2  # seconds that an attack lasts at least, with what it has opened
SETTLED = 15  # seconds in which what an attack has occupied must be free again
SPARE_DESCRIPTORS = 8  # of the handshakes of the bystander
MESSAGES_IN_A_MINUTE = 470  # that Grin accepts from a peer, with its own idle time-outs
SLOW_FACTOR = 3  # a time is called slow beyond this multiple of that before the attack, and a constant in ms
# A message that waits for its turn at the rate that Grin accepts waits 150 ms.
SLOW_CONSTANT = {"handshakes": 200, "pings": 200, "deliveries": 1000}

attacks = []  # all, in their order


def stranger(number):
    """One of 40,000 addresses in 160 /16s."""
    return f"127.{1 + number % 160}.{number // 160 % 250}.1"


@dataclasses.dataclass(frozen=True)
class Attack:
    """A row of the table. The bounds are absolute, the others of the bystander are the same for all."""

    name: str
    rule: str  # what it tries to break
    scale: int
    unit: str  # of the scale
    function: Callable
    seconds: float  # that it lasts, if it has no end of its own
    short: Optional[int]  # the scale of the short form; None: it is not part of it
    short_seconds: float
    most: int  # the largest scale that the machine allows
    memory: int  # MiB that the node may grow by
    lines: int  # that it may log
    options: Callable  # of the node, when it is started
    network: Network
    grin: bool  # whether it is one on Grin, too
    may_refuse: bool  # newcomers may be refused while it lasts
    missing: Callable  # what it needs and is not here, in words; empty if there is all


def attack(*, rule, scale, unit, seconds=10, short=None, short_seconds=2, most=None, memory=32, lines=60, options=(),
           network=USER_NETWORK, grin=False, may_refuse=False, missing=lambda: ""):
    """Makes a row of a function that is called with a Trial. By default it is in the short form with a tenth."""
    def add(function):
        name = function.__name__.replace("_", " ")
        smaller = max(1, scale // 10) if short is None else short
        attacks.append(Attack(name, rule, scale, unit, function, seconds, smaller, short_seconds,
                              max(scale, most or 10 * scale),
                              memory, lines, options if callable(options) else lambda: options, network, grin,
                              may_refuse, missing))
        return function
    return add


class Bystander:
    """The process of bystander.py."""

    def __init__(self, target, with_transactions):
        words = [target.address, target.network.magic.hex(), target.network.genesis.hex()]
        words += [] if with_transactions else ["--without-transactions"]
        script = Path(__file__).resolve().parent / "bystander.py"
        self.process = subprocess.Popen([sys.executable, script, *words], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True)
        self.listens_at = json.loads(self.process.stdout.readline())["listening"]

    def tell(self, line):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    def end(self):
        self.tell("end")
        return json.loads(self.process.stdout.readline())

    def close(self):
        self.process.kill()
        self.process.communicate()


class Trial:
    """What an attack is given: the node, the scale, and the means. All that it opens is closed behind it."""

    def __init__(self, row, target, scale, seconds):
        self.row, self.target, self.scale, self.seconds = row, target, scale, seconds
        self.is_pappus = isinstance(target, PappusNode)
        self.failures = []
        self.begun = time.monotonic()
        self.opened = []
        self.most_descriptors = 0

    def require(self, holds, sentence):
        if not holds:
            self.failures.append(sentence)

    def flood(self, payload=b"", once=b"", seconds=PATIENCE, to=None, **options):
        """`to`: another address of the target than that on which it listens for peers."""
        seconds = min(seconds, max(1, self.seconds_left()))
        started = flood.Flood(to or self.target.address, payload, once, seconds, **options)
        self.opened.append(started.end)
        return started

    def greet(self, source, **hand_fields):
        network = self.target.network
        hand_fields = {"genesis": network.genesis} | hand_fields
        return self.opens(Peer.greet(self.target.address, source, network.magic, **hand_fields))

    def framed(self, kind, body=b"", **unusual):
        return frame(kind, body, magic=self.target.network.magic, **unusual)

    def hand(self, **fields):
        """A Hand in its frame, of which flood makes one for each connection."""
        return self.framed(HAND, hand(**({"genesis": self.target.network.genesis} | fields)))

    @staticmethod
    def spread(count):
        """Options of a flood from so many addresses, as far from each other as may be."""
        return {"from": "127.1.0.1", "sources": count, "spread": (STRANGE_GROUPS << 16) // count}

    def attempt(self, source, raw=b"", **hand_fields):
        """Sends bytes after a handshake, if it comes to one: the peer, or None."""
        try:
            peer = self.greet(source, **hand_fields)
            peer.send_raw(raw)
            return peer
        except (OSError, EOFError):
            return None

    def dial(self, source):
        return self.opens(Peer.dial(self.target.address, source, self.target.network.magic))

    def opens(self, closable):
        self.opened.append(closable.close)
        return closable

    def seconds_left(self):
        """Grin, which accepts a connection each 150 ms, is attacked for a while, and not to the whole scale."""
        return PATIENCE if self.is_pappus else self.begun + 2 * self.seconds - time.monotonic()

    def wait(self, share=1.0):
        """For a share of the time that the attack lasts."""
        time.sleep(share * self.seconds)

    def close(self):
        for each in reversed(self.opened):
            each()
        self.opened = []


def _watch(trial, over):
    while not over.wait(0.2):
        try:
            trial.most_descriptors = max(trial.most_descriptors, trial.target.descriptors())
        except OSError:
            return  # it has died


def _carry_out(trial):
    over = threading.Event()
    watch = threading.Thread(target=_watch, args=(trial, over))
    watch.start()
    trial.begun = time.monotonic()
    try:
        trial.row.function(trial)
        time.sleep(max(0, trial.begun + MEASURED - time.monotonic()))
    except Exception as failure:  # whatever goes wrong with an attack is a failed row
        if trial.is_pappus:
            traceback.print_exc()
        trial.failures.append(f"{type(failure).__name__}: {failure}"[:200])
    finally:
        trial.close()
        over.set()
        watch.join()


def _settled(holds):
    deadline = time.monotonic() + SETTLED
    while not holds():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.1)
    return True


def _slow(phases):
    """Which times are slow, and when."""
    found = []
    for name, constant in SLOW_CONSTANT.items():
        before = phases["before"][name]["p99"]
        for phase in "during", "after":
            value = phases[phase][name]["p99"]
            if before is not None and value is not None and value > SLOW_FACTOR * before + constant:
                found.append(f"{name} {phase}")
    return found


def _check(trial, outcome, expects_transactions):
    """Adds what did not hold, of what must hold whatever the attack."""
    phases, row = outcome["phases"], trial.row
    for name, phase in phases.items():
        for what, count in phase["ended"].items():
            trial.failures.append(f"the session of the honest {what} has ended ({count} times, {name})")
        reasons = ", ".join(f"{count} by {reason}" for reason, count in phase["failures"].items())
        trial.require(not reasons or (row.may_refuse and name == "during"),
                      f"honest handshakes have failed ({name}): {reasons}")
        if expects_transactions:
            trial.require(not phase["lost"], f"{phase['lost']} of the honest transactions are lost ({name})")
    trial.require(phases["during"]["pings"]["count"], "no honest ping was answered")
    growth = outcome["memory_peak"] - outcome["memory_before"]
    trial.require(growth <= row.memory, f"the memory has grown by {growth:.0f} MiB, more than {row.memory}")
    if trial.is_pappus:
        trial.require(outcome["log_lines"] <= row.lines, f"{outcome['log_lines']} lines were logged")
        trial.require(outcome["messages_in_a_minute"] <= MESSAGES_IN_A_MINUTE,
                      f"{outcome['messages_in_a_minute']} messages were sent to an honest peer within a minute")
        bans = trial.target.automatic_bans()
        trial.require(not bans, f"banned: {bans[:3]}")


def run(row, scale, seconds, pause, on_grin=False):
    """The outcome of a row: a dictionary for JSON. `pause`: seconds of the phases before and after."""
    target = GrinServer() if on_grin else PappusNode(*row.options(), network=row.network)
    bystander = None
    try:
        target.listen()
        trial = Trial(row, target, scale, seconds)
        bystander = Bystander(target, with_transactions=trial.is_pappus)
        if trial.is_pappus and not target.ask(f"connect {bystander.listens_at}")["ok"]:
            raise AssertionError("the node does not connect to the bystander")
        time.sleep(0.5)
        outcome = _measure(trial, bystander, pause)
        _check(trial, outcome, expects_transactions=trial.is_pappus)
        outcome["slow"] = _slow(outcome["phases"])
    finally:
        if bystander:
            bystander.close()
        target.close()
    return outcome | {"failures": trial.failures, "scale": scale, "unit": row.unit}


def _measure(trial, bystander, pause):
    target = trial.target
    bystander.tell("phase before")
    time.sleep(pause)
    memory, descriptors, lines = target.memory()[0], target.descriptors(), len(target.log)
    busy = target.processor_time()
    target.forget_peak()
    begun = time.monotonic()
    bystander.tell("phase during")
    _carry_out(trial)
    lasted = time.monotonic() - begun
    bystander.tell("phase after")
    outcome = {"seconds": round(lasted, 1), "memory_before": memory / MIB, "descriptors_before": descriptors}
    if target.is_alive():
        outcome["processor"] = round((target.processor_time() - busy) / lasted, 3)
        trial.require(_settled(lambda: target.descriptors() <= descriptors + SPARE_DESCRIPTORS),
                      "descriptors are still open after the attack")
        time.sleep(pause)
        after, peak = target.memory()
        outcome |= {"descriptors_after": target.descriptors(), "memory_after": after / MIB}
    else:
        trial.failures.append(f"the node has died with status {target.process.returncode}")
        peak = memory
    outcome |= bystander.end() | {"memory_peak": peak / MIB, "descriptors_peak": trial.most_descriptors,
                                  "log_lines": len(target.log) - lines, "log": target.log[lines:][:100]}
    if target.is_alive() and trial.is_pappus:
        metrics = target.metrics()
        outcome |= {"ended_sessions": {reason: count for reason, count in metrics["pappus_sessions_ended_total"].items()
                                       if count},
                    "stored_rows": metrics["pappus_store_rows_total"], "events": dict(target.events)}
        target.tell("quit")
        trial.require(target.status() == 0, "the node has not ended in order")
    return outcome
