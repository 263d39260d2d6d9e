"""Attacks at the listener for private links."""

import functools
import socket
import ssl
import tempfile
import threading

import process
from private_links import Certificate
from protocol import ends_of
from targets import free_address
from trial import attack, stranger

CLIENTS = 8  # threads that shake hands


@functools.cache
def _own():
    """The address of the listener, and the certificates of the node and of the one that it allows; for all rows."""
    _own.folder = tempfile.TemporaryDirectory()  # deleted when the program ends
    return free_address(), *(Certificate(_own.folder.name, name) for name in ("node", "allowed"))


def listening():
    address, node, allowed = _own()
    return ["--listen-tls", address, "--tls-allow", allowed.hash, *node.options]


class Link:
    """A node with a private link to the one that is attacked."""

    def __init__(self, trial):
        address, there, own = _own()
        self.trial = trial
        self.node = trial.opens(process.Node("--max-outbound", "0", *own.options, "--tls-peer",
                                             f"{address}={there.hash}").listen())
        self.id = self.node.event("peer_connected")["id"]

    def check_is_made_anew(self):
        self.node.tell(f"disconnect {self.id}")
        self.id = self.node.event("peer_connected")["id"]


@attack(rule="TLS handshakes have one deadline, and are pending as others are; a private link is made meanwhile",
        scale=15_000, unit="silent connections to --listen-tls a minute", short=15_000, options=listening)
def silent_tls_connections(trial):
    link = Link(trial)
    trial.flood(to=_own()[0], connections=18_000, rate=trial.scale / 60, **{"from": "127.100.0.1"}, sources=18_000,
                spread=64)
    trial.wait(0.5)
    link.check_is_made_anew()
    trial.wait(0.5)
    trial.require(trial.target.stats()["handshaking"] <= 256 + 8, "more than 256 handshakes are pending")


@attack(rule="a key that is not allowed costs a handshake of its address, and no session",
        scale=1_000, unit="TLS handshakes without a certificate", options=listening)
def tls_handshakes_with_no_key(trial):
    link = Link(trial)
    address = ends_of(_own()[0])
    numbers = iter(range(trial.scale))
    taken = threading.Lock()

    def shake_hands():
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        while True:
            with taken:
                number = next(numbers, None)
            if number is None:
                return
            try:
                with socket.create_connection(address, 10, (stranger(number), 0)) as plain:
                    with context.wrap_socket(plain) as over:
                        over.recv(1)
            except OSError:
                pass  # as it must

    before = trial.target.stats()
    threads = [threading.Thread(target=shake_hands) for _ in range(CLIENTS)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    link.check_is_made_anew()
    after = trial.target.stats()
    refused = sum(after["metrics"]["pappus_handshakes_failed_total"].values()) - sum(
        before["metrics"]["pappus_handshakes_failed_total"].values())
    trial.require(refused >= trial.scale, f"only {refused} of {trial.scale} handshakes have failed")
    trial.require(trial.target.ask("peers")["ok"], "the node does not answer")
