"""Attacks by those who come through an onion service, and so all from one address."""

import functools

from sessions import Sessions
from targets import free_address
from trial import attack

ALLOWED = 32  # connections by an onion service


@functools.cache
def service():
    """Where the target is connected to by its onion service; for all rows."""
    return free_address()


def onion_attack(**row):
    return attack(options=lambda: ["--listen-onion", service()], **row)


def by_onion(trial):
    return sum(each["transport"] == "onion" for each in trial.target.ask("peers")["peers"])


@onion_attack(rule="at most 32 connections come by an onion service, and take no slot from others",
              scale=1_000, unit="sessions by an onion service")
def sessions_by_an_onion_service(trial):
    trial.flood(once=trial.hand(), to=service(), connections=trial.scale, rate=trial.scale / 2)
    trial.wait()
    there = by_onion(trial)
    trial.require(0 < there <= ALLOWED, f"there are {there}")


@onion_attack(rule="silent ones of an onion service do not keep others from their handshakes, and displace each other",
              scale=15_000, unit="silent connections a minute, by an onion service", short=15_000)
def silent_connections_by_an_onion_service(trial):
    trial.flood(to=service(), connections=18_000, rate=trial.scale / 60)
    trial.wait()
    handshaking = trial.target.stats()["handshaking"]
    trial.require(handshaking <= 256 + 8, f"{handshaking} handshakes are pending")


@onion_attack(rule="what one does who came by an onion service is held against no other",
              scale=14_000, unit="wrong Hands of 14 kinds, by an onion service")
def wrong_hands_by_an_onion_service(trial):
    kinds = [raw for raw, _ in Sessions.BAD_HANDS.values()]
    for number, raw in enumerate(kinds):
        left = trial.seconds_left() / (len(kinds) - number)
        trial.flood(raw, to=service(), connections=ALLOWED, total=max(1, trial.scale // len(kinds)), seconds=left).wait()
    trial.flood(once=trial.hand(), to=service(), connections=4)
    trial.wait()
    trial.require(by_onion(trial) == 4, f"{by_onion(trial)} of 4 get in afterwards")
