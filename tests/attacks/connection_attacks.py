"""Attacks by connections: silent ones, slow ones, too many of them."""

import resource
import time

from protocol import frame
from sessions import Sessions
from trial import attack, stranger

NOT_FOR_SESSIONS = 300  # descriptors of a node, and of the handshakes of the bystander
SLOTS = 136  # for inbound peers, with those that are above max_inbound for a while


@attack(rule="handshakes have one deadline, and at most 256 are pending: the oldest of the largest /24 goes",
        scale=15_000, unit="silent connections a minute", short=15_000, grin=True)
def silent_connections(trial):
    trial.flood(connections=18_000, rate=trial.scale / 60, **{"from": "127.100.0.1"}, sources=18_000, spread=256 // 4)
    trial.wait()
    if trial.is_pappus:
        trial.require(trial.target.stats()["handshaking"] <= 256 + 8, "more than 256 handshakes are pending")


@attack(rule="bytes that arrive do not extend the deadline of a handshake",
        scale=15_000, unit="connections a minute, 20 bytes a second each", short=15_000, grin=True)
def dribbled_handshakes(trial):
    trial.flood(once=trial.hand(), connections=18_000, rate=trial.scale / 60, pace=20, **{"from": "127.100.0.1"},
                sources=18_000, spread=64)
    trial.wait()


@attack(rule="a connection costs little, whichever way it ends",
        scale=20_000, unit="connections, reset at once", grin=True)
def reset_connections(trial):
    trial.flood(connections=100, total=trial.scale, reset=True, **{"from": "127.100.0.1"}, sources=9_000,
                spread=64).wait()


def flood_with_each(trial, kinds, once=b""):
    """Sends one kind after the other, each over its share of the connections."""
    for number, raw in enumerate(kinds):
        left = trial.seconds_left() / (len(kinds) - number)
        trial.flood(raw, once=once, connections=50, total=max(1, trial.scale // len(kinds)), seconds=left,
                    **{"from": f"127.{20 + 8 * number}.0.1"}, sources=20_000, spread=17).wait()


@attack(rule="a Hand that is wrong in any way ends its connection alone, and is logged rarely",
        scale=14_000, unit="wrong Hands of 14 kinds", grin=True)
def wrong_hands(trial):
    flood_with_each(trial, [raw for raw, _ in Sessions.BAD_HANDS.values()])


@attack(rule="when the slots are full the youngest of the largest /16 goes: others get in, and those who are in stay",
        scale=1_000, unit="sessions from one /16", grin=True)
def slots_taken_by_one_netgroup(trial):
    trial.flood(once=trial.hand(), connections=trial.scale, rate=trial.scale / 2, **{"from": "127.100.0.1"},
                sources=trial.scale, spread=5)
    trial.wait()


@attack(rule="peers that are useful, old or of rare netgroups keep their slots, and newcomers get in",
        scale=1_800, unit="sessions from 190 /16s", most=18_000, grin=True)
def slots_taken_by_many_netgroups(trial):
    trial.flood(once=trial.hand(), connections=trial.scale, rate=trial.scale / 2,
                **trial.spread(trial.scale))
    trial.wait()


@attack(rule="the preference of a --peer is that of one session, not of its address",
        scale=1_500, unit="sessions from the address of a preferred peer",
        options=["--peer", "127.70.1.1:5555", "--max-inbound", "16"])
def sessions_from_a_preferred_address(trial):
    trial.flood(once=trial.hand(), connections=trial.scale, rate=trial.scale / 2, **{"from": "127.70.1.1"})
    trial.wait()
    inbound = trial.target.stats()["inbound"]
    trial.require(inbound <= 16 + 8, f"there are {inbound} sessions for 16 slots")


@attack(rule="out of descriptors the node pauses accepting: it neither spins nor dies, and says so once a while",
        scale=200, unit="sessions for 20 descriptors", short=200, may_refuse=True)
def descriptors_used_up(trial):
    pid = trial.target.process.pid
    allowed = resource.prlimit(pid, resource.RLIMIT_NOFILE)
    resource.prlimit(pid, resource.RLIMIT_NOFILE, (trial.target.descriptors() + 20, allowed[1]))
    busy, begun = trial.target.processor_time(), time.monotonic()
    trial.flood(once=trial.hand(), connections=trial.scale, rate=trial.scale, **trial.spread(trial.scale))
    trial.wait()
    share = (trial.target.processor_time() - busy) / (time.monotonic() - begun)
    trial.require(share < 0.5, f"the node spins: {share:.2f} of a processor")
    trial.require(trial.target.metrics()["pappus_accept_failures_total"], "no failure to accept is counted")
    trial.require(trial.target.log, "nothing is logged")
    resource.prlimit(pid, resource.RLIMIT_NOFILE, allowed)


@attack(rule="closes are spread over turns: that of many sessions at once stalls nobody",
        scale=10_000, unit="sessions, closed at once", short=3_000, most=15_000, memory=320,
        options=["--max-inbound", "19000"])
def sessions_closed_at_once(trial):
    _, descriptors = resource.getrlimit(resource.RLIMIT_NOFILE)
    count = min(trial.scale, descriptors - NOT_FOR_SESSIONS)
    held = trial.flood(once=trial.hand(), connections=count, rate=count / 3, **trial.spread(count))
    deadline = time.monotonic() + 60
    while trial.target.stats()["inbound"] < count and time.monotonic() < deadline:
        time.sleep(0.2)
    inbound = trial.target.stats()["inbound"]
    trial.require(inbound >= count, f"only {inbound} sessions began")
    held.end()
    time.sleep(1)


@attack(rule="a peer that never answers a ping goes after a minute",
        scale=120, unit="sessions that never pong", seconds=66, short=0)
def sessions_without_pongs(trial):
    count = min(trial.scale, SLOTS - 8)
    peers = [trial.greet(stranger(number)) for number in range(count)]
    begun = time.monotonic()
    while time.monotonic() - begun < trial.seconds:
        for peer in peers:
            try:
                peer.send_raw(frame(200))  # so that it is not silent
            except OSError:
                pass
        time.sleep(5)
    ended = trial.target.metrics()["pappus_sessions_ended_total"]["no_pong"]
    trial.require(ended >= len(peers) // 2, f"only {ended} of {len(peers)} were disconnected")
