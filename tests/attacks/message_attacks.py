"""Attacks by messages: wrong ones, too many, large ones, and those that are never finished or read."""

import time

import samples
from connection_attacks import flood_with_each
from protocol import GET_HEADERS, GET_TRANSACTION, HEADERS, PEER_ADDRS, PING, TRANSACTION, frame, ping
from sessions import Sessions
from targets import MAINNET, MIB
from trial import attack, stranger

SESSIONS_OF_AN_ADDRESS = 4  # whose limits it shares
HELD = 100  # sessions at once, fewer than there are slots
LENGTHS = [0, 1, 4 * 7788, 4 * 7788 + 1, 8 << 20, 1 << 63, (1 << 64) - 1]  # about the longest of an unknown message


def send_to_sessions(trial, raws):
    """Sends each of them over a session of its own, from another address; a hundred are open at once."""
    peers = []
    for number, raw in enumerate(raws):
        if trial.seconds_left() < 0:
            break
        peers.append(trial.attempt(stranger(number), raw))
        if len(peers) >= HELD:
            for each in filter(None, peers):
                each.close()
            peers = []
    trial.wait(0.1)


@attack(rule="whatever length a message declares, no memory is taken for what has not come",
        scale=256 * len(LENGTHS), unit="sessions: each type with 7 lengths", short=256, grin=True)
def declared_lengths(trial):
    every = 256 * len(LENGTHS) // trial.scale or 1
    declared = [(kind, length) for kind in range(256) for length in LENGTHS][::every]
    send_to_sessions(trial, [trial.framed(kind, length=length) for kind, length in declared])


@attack(rule="a message may stop after any of its bytes, and the session alone waits for the rest",
        scale=2_000, unit="sessions that stall within a message", grin=True)
def stalled_messages(trial):
    whole = [trial.framed(kind, body) for kind, body in samples.smallest().items() if kind not in (1, 2)]
    cuts = [raw[:at] for raw in whole for at in range(1, len(raw))]
    every = max(1, len(cuts) // trial.scale)
    send_to_sessions(trial, cuts[::every])


@attack(rule="lists over their limits, unsorted or repeated items and wrong fields end the session alone",
        scale=15_000, unit="wrong messages of 15 kinds", grin=True)
def wrong_messages(trial):
    counts = [frame(PEER_ADDRS, b"\xff" * 4), frame(GET_HEADERS, b"\xff")]
    kinds = [raw for raw, _ in Sessions.BAD_MESSAGES.values()] + counts
    flood_with_each(trial, kinds, once=trial.hand())


@attack(rule="messages of unknown types are skipped, and count like others",
        scale=100, unit="peers that send them without end", short=100, grin=True)
def unknown_messages(trial):
    unknown = trial.framed(200, bytes(20)) * 20 + trial.framed(29) + trial.framed(255, bytes(4 * 7788))
    flood_from_many(trial, unknown)


def flood_from_many(trial, payload, pace=0):
    trial.flood(payload, once=trial.hand(), repeat=0, connections=trial.scale, rate=10 * trial.scale, pace=pace,
                **trial.spread(trial.scale))
    trial.wait()


@attack(rule="messages count by address, and a new connection does not reset the count",
        scale=4, unit="sessions at once from one address, 500 pings each", short=4, most=40, grin=True)
def pings_by_reconnecting(trial):
    def received():
        return trial.target.metrics()["pappus_messages_received_total"]["ping"] if trial.is_pappus else 0
    before, begun = received(), time.monotonic()
    trial.flood(trial.framed(PING, ping()) * 500, once=trial.hand(), connections=trial.scale, close=True,
                **{"from": "127.100.0.1"})
    trial.wait()
    pings, seconds = received() - before, time.monotonic() - begun
    allowed = SESSIONS_OF_AN_ADDRESS * (500 + 500 / 60 * seconds)
    trial.require(pings < 1.1 * allowed, f"{pings} pings of one address were handled")


@attack(rule="responses that nobody asked for are dropped before they are decoded, and count like other messages",
        scale=100, unit="peers that send them without end", short=100, grin=True)
def unrequested_responses(trial):
    names = ["headers", "block", "compact_block", "peer_addrs", "output_bitmap_segment", "output_segment",
             "range_proof_segment", "kernel_segment"]
    bodies = samples.smallest()
    wrong = trial.framed(HEADERS, b"\0\0") + trial.framed(HEADERS, b"\xff\xff")
    right = b"".join(trial.framed(samples.KINDS[name], bodies[samples.KINDS[name]]) for name in names)
    flood_from_many(trial, wrong + right)


@attack(rule="requests cost little, and their responses have one budget by address",
        scale=100, unit="peers, some eight requests a second each", short=100, grin=True)
def requests_at_the_limit(trial):
    bodies = samples.smallest()
    names = [name for name in samples.KINDS if name.startswith("get_") or name == "txhashset_request"]
    requests = b"".join(trial.framed(samples.KINDS[name], bodies[samples.KINDS[name]]) for name in names)
    locator = b"\x14" + bytes(range(256)) * 2 + bytes(128)
    flood_from_many(trial, requests + trial.framed(GET_HEADERS, locator), pace=800)


@attack(rule="the memory held for strangers is at most twice what they sent, and 512 MiB in all",
        scale=600, unit="peers, each a byte short of 1.3 MB", short=40, most=1_800, network=MAINNET, memory=576,
        options=["--max-inbound", "2000"])
def messages_almost_complete(trial):
    body, _ = samples.most_inputs()
    raw = trial.framed(TRANSACTION, body)[:-1]
    before = trial.target.memory()[0]
    held = trial.flood(raw, once=trial.hand(), connections=trial.scale, rate=trial.scale,
                       **trial.spread(trial.scale))
    trial.wait()
    metrics = trial.target.metrics()
    trial.require(metrics["pappus_memory_bytes"] <= metrics["pappus_memory_limit_bytes"], "the limit was exceeded")
    growth, sent = trial.target.memory()[1] - before, held.end()["sent"]
    trial.require(growth <= 2 * sent + 16 * MIB, f"{growth // MIB} MiB are held for {sent // MIB} MiB")


@attack(rule="a frame that dribbles in has an absolute deadline, and delays nobody",
        scale=120, unit="peers, 200 bytes a second each", short=120, grin=True)
def dribbled_messages(trial):
    raw = trial.framed(HEADERS, samples.smallest()[HEADERS] * 300, length=500_000)
    trial.flood(trial.hand() + raw[:100_000], connections=trial.scale, rate=trial.scale, pace=200,
                **trial.spread(trial.scale))
    trial.wait()


@attack(rule="what waits to be decoded has a share of a turn: no turn is longer than 10 ms",
        scale=120, unit="transactions of 39,973 inputs completed at once, four times", most=300, network=MAINNET,
        memory=512, options=["--max-inbound", "2000"])
def large_transactions_at_once(trial):
    body, _ = samples.most_inputs()
    raw = trial.framed(TRANSACTION, body)
    peers = [trial.greet(stranger(number)) for number in range(trial.scale)]
    for _ in range(4):
        for peer in peers:
            peer.send_raw(raw[:-1])
        trial.wait(0.1)
        for peer in peers:
            peer.send_raw(raw[-1:])
        trial.wait(0.1)


@attack(rule="the largest messages take their turns with those of others",
        scale=8, unit="peers that send the largest transactions without end", short=4, most=80, network=MAINNET,
        memory=512)
def largest_transactions_without_end(trial):
    largest = [samples.most_inputs(), samples.most_outputs(), samples.most_kernels()]
    flood_from_many(trial, b"".join(trial.framed(TRANSACTION, body) for body, _ in largest))


def pool_large_transaction(trial):
    """Makes the node hold a transaction of 1.36 MB; returns the request for it."""
    body, kernel = samples.most_outputs()
    peer = trial.greet("127.190.0.1")
    peer.send(TRANSACTION, body)
    peer.check_served_among_messages()
    return trial.framed(GET_TRANSACTION, kernel)


@attack(rule="responses have one budget by address, 64 MiB in ten minutes, whatever is requested and however often the "
             "peer connects",
        scale=5, unit="times four sessions from one address, 70 requests for 1.36 MB each", network=MAINNET, memory=160,
        short=2)
def transactions_requested_by_reconnecting(trial):
    request = pool_large_transaction(trial)
    received = sent = 0
    for _ in range(trial.scale):
        flood = trial.flood(request * 70, once=trial.hand(), connections=4, total=4, **{"from": "127.100.0.1"},
                            seconds=trial.seconds / trial.row.scale)
        received += flood.wait()["received"]
        sent += flood.wait()["sent"]
    trial.require(received <= 64 * MIB + 4 * MIB, f"{received // MIB} MiB came for {sent} bytes")


@attack(rule="a peer that does not read ends by its own slowness, and costs a bounded amount",
        scale=120, unit="peers that request 60 times 1.36 MB and never read", seconds=40, network=MAINNET, memory=576,
        options=["--max-inbound", "2000"])
def peers_that_never_read(trial):
    request = pool_large_transaction(trial)
    begun = time.monotonic()
    for version in 1000, 1:  # for the old one each response is encoded again
        count = trial.scale // 2
        trial.flood(request * 60, once=trial.hand(version=version), connections=count, total=count, unread=True,
                    receive_buffer=4096, **trial.spread(count))
    trial.wait()
    if time.monotonic() - begun > 35:
        ended = trial.target.metrics()["pappus_sessions_ended_total"]
        trial.require(ended["slow_reader"] + ended["memory_limit"] > trial.scale // 2, f"they are still there: {ended}")
