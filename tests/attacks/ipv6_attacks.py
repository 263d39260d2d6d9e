"""Attacks from IPv6, where one attacker has more addresses than there are of IPv4."""

import socket

from protocol import Peer, ends_of
from trial import attack

SUBNET, NETWORK = "2600:1:2:3", "2600:2"  # a /64 and a /32
OTHERS = [f"2600:{1000 + number}::1" for number in range(8)]  # of as many /32s
ALLOWED = 4  # connections of an address


def missing():
    """Why connections cannot come from any address of IPv6 here; empty if they can."""
    try:
        with socket.socket(socket.AF_INET6, socket.SOCK_STREAM) as attempt:
            attempt.bind((OTHERS[0], 0))
    except OSError as why:
        return f"needs a network namespace: {why.strerror}"
    return ""


def ipv6_attack(**row):
    return attack(options=["--listen", "[::]:0"], missing=missing, **row)


def greet(trial, sources):
    """Sessions from these addresses, as many as are made."""
    where = f"[::1]:{ends_of(trial.target.address)[1]}"
    for source in sources:
        try:
            trial.opens(Peer.greet(where, source, trial.target.network.magic, genesis=trial.target.network.genesis))
        except (OSError, EOFError):
            pass  # refused


def sessions_from(trial, start):
    return sum(each["peer"].startswith(f"[{start}:") for each in trial.target.ask("peers")["peers"])


@ipv6_attack(rule="the addresses of a /64 get no more connections than one address of IPv4", scale=1_000,
             unit="sessions from as many addresses of a /64")
def sessions_from_a_subnet_of_ipv6(trial):
    greet(trial, (f"{SUBNET}::{number:x}" for number in range(1, trial.scale + 1)))
    there = sessions_from(trial, SUBNET)
    trial.require(there == ALLOWED, f"{there} are there")


@ipv6_attack(rule="who has a /32 evicts no peer of another netgroup", scale=1_000,
             unit="sessions from as many /64s of a /32")
def sessions_from_a_network_of_ipv6(trial):
    greet(trial, OTHERS)
    greet(trial, (f"{NETWORK}:0:{number:x}::1" for number in range(1, trial.scale + 1)))
    there = sum(sessions_from(trial, other.removesuffix("::1")) for other in OTHERS)
    trial.require(there == len(OTHERS), f"{there} of {len(OTHERS)} others are there")
    trial.require(sessions_from(trial, NETWORK) > 0, "no session was made")
