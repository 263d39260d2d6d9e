"""A gateway with PCP (RFC 6887) and NAT-PMP (RFC 6886) that passes connections on by itself: what connects to a mapped port
of its external address is connected to the port of the host that has asked."""

import socket
import struct
import threading
import time

from forwarding import pass_on

SERVER_PORT = 5351
LIFETIME = 3600  # seconds
NAT_PMP_ONLY = struct.pack(">BBHI", 0, 0x80, 1, 0)  # to a request of another version


def packed(ip):
    """As PCP has it: 16 bytes, IPv4 as IPv4-mapped."""
    return socket.inet_pton(socket.AF_INET6, ip if ":" in ip else "::ffff:" + ip)


class Gateway:
    """Serves at `inside`. `external` is what it says that its hosts are reached at: an address of this machine, if its
    mapped ports are to be connected to; without `relays` that of the host itself, as a firewall of IPv6 says it."""

    def __init__(self, inside, external, speaks_pcp=True, first_port=40000, relays=True):
        self.external = external
        self.speaks_pcp = speaks_pcp
        self.next_port = first_port
        self.relays = relays
        self.began = time.monotonic()
        self.mappings = {}  # external port and listener by internal address and port
        self.deletions = 0
        self.requests = 0
        self.open = True
        self.socket = socket.socket(socket.AF_INET6 if ":" in inside else socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind((inside, SERVER_PORT))
        self.thread = threading.Thread(target=self._serve, daemon=True)
        self.thread.start()

    def close(self):
        self.open = False
        self.socket.sendto(b"", self.socket.getsockname())  # ends the wait for a request
        self.thread.join()
        self.socket.close()
        for _, listener in self.mappings.values():
            self._end(listener)

    def _serve(self):
        while True:
            request, client = self.socket.recvfrom(2000)
            if not self.open:
                return
            self.requests += 1
            if len(request) < 2:
                continue
            if request[0] == 2:
                answer = self._pcp(request, client[0]) if self.speaks_pcp else NAT_PMP_ONLY
            else:
                answer = self._nat_pmp(request, client[0])
            self.socket.sendto(answer, client)

    def _epoch(self):
        return int(time.monotonic() - self.began)

    def _pcp(self, request, client):
        opcode, lifetime = request[1], int.from_bytes(request[4:8], "big")
        if request[8:24] != packed(client):
            return struct.pack(">BBBBII", 2, 0x80 | opcode, 0, 12, 30, self._epoch()) + bytes(12) + request[24:]
        if opcode == 0:
            return struct.pack(">BBBBII", 2, 0x80, 0, 0, 0, self._epoch()) + bytes(12)
        internal = int.from_bytes(request[40:42], "big")
        port = self._map(client, internal, lifetime)
        head = struct.pack(">BBBBII", 2, 0x80 | opcode, 0, 0, min(lifetime, LIFETIME), self._epoch()) + bytes(12)
        return head + request[24:42] + struct.pack(">H", port) + packed(self.external)

    def _nat_pmp(self, request, client):
        if request[1] == 0:
            return struct.pack(">BBHI", 0, 0x80, 0, self._epoch()) + socket.inet_aton(self.external)
        internal, _, lifetime = struct.unpack(">HHI", request[4:12])
        port = self._map(client, internal, lifetime)
        return struct.pack(">BBHIHHI", 0, 0x80 | request[1], 0, self._epoch(), internal, port, min(lifetime, LIFETIME))

    def _map(self, client, internal, lifetime):
        """The external port."""
        if lifetime == 0:
            found = self.mappings.pop((client, internal), None)
            if found:
                self.deletions += 1
                self._end(found[1])
            return 0
        if (client, internal) not in self.mappings:
            port = self.next_port if self.relays else internal
            self.next_port += 1
            listener = socket.create_server((self.external, port)) if self.relays else None
            self.mappings[client, internal] = port, listener
            if listener:
                threading.Thread(target=self._accept, args=(listener, (client, internal)), daemon=True).start()
        return self.mappings[client, internal][0]

    @staticmethod
    def _end(listener):
        if listener:
            listener.shutdown(socket.SHUT_RDWR)  # ends the accept, too
            listener.close()

    def _accept(self, listener, target):
        while True:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            host = socket.create_connection(target)
            for pair in [(client, host), (host, client)]:
                threading.Thread(target=pass_on, args=pair, daemon=True).start()
