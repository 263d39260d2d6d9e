"""A Tor network of this machine's own, on loopback: authorities that are relays, too, another relay, and one client with
a SOCKS port and an onion service.

To be used only where there is no other network than loopback (`unshare -n`): Tor would otherwise try public relays.
"""

import fcntl
import pathlib
import re
import socket
import struct
import subprocess
import time

AUTHORITIES = 3
PATIENCE = 180  # seconds, for a consensus, and for the descriptor of the onion service

# For a network that votes every few seconds, trusts any relay at once, and leads to this machine.
EVERY_NODE = """
TestingTorNetwork 1
DataDirectory {folder}
Nickname {name}
Address 127.0.0.1
Log notice file {folder}/log
ShutdownWaitLength 0
AssumeReachable 1
PathsNeededToBuildCircuits 0.25
EnforceDistinctSubnets 0
ClientRejectInternalAddresses 0
ExtendAllowPrivateAddresses 1
ServerDNSDetectHijacking 0
ServerDNSAllowBrokenConfig 1
TestingDirAuthVoteExit *
TestingDirAuthVoteGuard *
TestingDirAuthVoteHSDir *
TestingMinExitFlagThreshold 0
V3AuthNIntervalsValid 2
"""
RELAY = """
OrPort 127.0.0.1:{or_port}
SocksPort 0
ExitRelay 1
ExitPolicyRejectPrivate 0
ExitPolicy accept 127.0.0.0/8:*
"""
AUTHORITY = """
DirPort 127.0.0.1:{dir_port}
AuthoritativeDirectory 1
V3AuthoritativeDirectory 1
ContactInfo nobody@example.org
TestingV3AuthInitialVotingInterval 5
TestingV3AuthInitialVoteDelay 2
TestingV3AuthInitialDistDelay 2
V3AuthVotingInterval 20
V3AuthVoteDelay 4
V3AuthDistDelay 4
"""
CLIENT = """
SocksPort 127.0.0.1:{socks_port}
HiddenServiceDir {folder}/service
HiddenServicePort {service_port} 127.0.0.1:{target_port}
"""


def networks():
    """The names of the interfaces that are up, of this process's network namespace (/sys may show another one's)."""
    get_flags, is_up = 0x8913, 1
    up = set()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        for _, name in socket.if_nameindex():
            answer = fcntl.ioctl(any_socket, get_flags, struct.pack("16sH22x", name.encode(), 0))
            if struct.unpack("16sH22x", answer)[1] & is_up:
                up.add(name)
    return up


def free_ports(count):
    """All at once, so that they differ."""
    held = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [each.getsockname()[1] for each in held]
    for each in held:
        each.close()
    return ports


class TorNetwork:
    """Runs from `start` to `close`. `programs`: the folder of tor and tor-gencert. `folder`: does not exist yet."""

    def __init__(self, programs, folder, service_port, target_port):
        self.programs = pathlib.Path(programs)
        self.folder = pathlib.Path(folder)
        self.service = {"service_port": service_port, "target_port": target_port}
        self.processes = []

    @property
    def proxy(self):
        return f"127.0.0.1:{self.socks_port}"

    @property
    def onion(self):
        return (self.folder / "client/service/hostname").read_text().strip()

    def start(self):
        others = networks() - {"lo"}
        if others:
            raise RuntimeError(f"there are other networks than loopback here: {', '.join(sorted(others))}")
        ports = free_ports(2 * AUTHORITIES + 2)
        self.socks_port = ports.pop()
        relay_port = ports.pop()
        places = [(f"authority{i}", ports[2 * i], ports[2 * i + 1]) for i in range(AUTHORITIES)]
        authorities = "".join(self._make_authority(*place) for place in places)
        for name, or_port, dir_port in places:
            self._configure(name, authorities + RELAY + AUTHORITY, or_port=or_port, dir_port=dir_port)
        self._configure("relay", authorities + RELAY, or_port=relay_port)
        self._configure("client", authorities + CLIENT, socks_port=self.socks_port, **self.service)
        (self.folder / "client/service").mkdir(mode=0o700)
        for name in [*(place[0] for place in places), "relay", "client"]:
            with open(self.folder / name / "output", "wb") as output:
                self.processes.append(subprocess.Popen(
                    [self.programs / "tor", "-f", self.folder / name / "torrc"], stdin=subprocess.DEVNULL,
                    stdout=output, stderr=subprocess.STDOUT))
        self._wait_until_up()
        return self

    def close(self):
        for each in self.processes:
            each.terminate()
        for each in self.processes:
            each.wait()

    def _make_authority(self, name, or_port, dir_port):
        """Makes its keys; returns the line by which others know it."""
        folder = self.folder / name
        keys = folder / "keys"
        keys.mkdir(parents=True, mode=0o700)
        folder.chmod(0o700)
        certificate = keys / "authority_certificate"
        subprocess.run([self.programs / "tor-gencert", "--create-identity-key", "-m", "12", "--passphrase-fd", "0",
                        "-a", f"127.0.0.1:{dir_port}", "-i", keys / "authority_identity_key",
                        "-s", keys / "authority_signing_key", "-c", certificate],
                       input=b"passphrase\n", capture_output=True, check=True)
        identity = re.search(r"^fingerprint (\w+)$", certificate.read_text(), re.MULTILINE)[1]
        listed = subprocess.run([self.programs / "tor", "--list-fingerprint", "--orport", str(or_port), "--nickname",
                                 name, "--datadirectory", folder, "--dirserver", "none 127.0.0.1:1 " + "f" * 40],
                                capture_output=True, text=True, check=True).stdout
        fingerprint = listed.strip().splitlines()[-1].partition(" ")[2]
        return (f"DirAuthority {name} orport={or_port} no-v2 v3ident={identity} 127.0.0.1:{dir_port} {fingerprint}\n")

    def _configure(self, name, settings, **values):
        folder = self.folder / name
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        text = (EVERY_NODE + settings).format(folder=folder, name=name, **values)
        (folder / "torrc").write_text(text)

    def _wait_until_up(self):
        log = self.folder / "client/log"
        deadline = time.monotonic() + PATIENCE
        while not (log.exists() and "Bootstrapped 100%" in log.read_text()):
            if time.monotonic() > deadline:
                raise RuntimeError("the Tor network is not up in time: " + (log.read_text() if log.exists() else ""))
            time.sleep(0.2)
