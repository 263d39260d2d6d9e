"""A small peer for Grin's protocol, written from its description, without code of the library."""

import hashlib
import itertools
import socket
import struct
import threading

USERNET = bytes([73, 43])
USERNET_GENESIS = bytes.fromhex("99a1097ccc1b75d3d8bb311a89cc527a77addfd1edd7c59f502685e99ae2a784")

ERROR, HAND, SHAKE, PING, PONG, GET_PEER_ADDRS, PEER_ADDRS, GET_HEADERS, HEADER, HEADERS = range(10)
GET_BLOCK, BLOCK, GET_COMPACT_BLOCK, COMPACT_BLOCK, STEM_TRANSACTION, TRANSACTION = range(10, 16)
ARCHIVE_REQUEST, ARCHIVE, BAN_REASON, GET_TRANSACTION, TRANSACTION_KERNEL = range(16, 21)
GET_OUTPUT_BITMAP_SEGMENT, OUTPUT_BITMAP_SEGMENT, GET_OUTPUT_SEGMENT, OUTPUT_SEGMENT = range(21, 25)
GET_RANGE_PROOF_SEGMENT, RANGE_PROOF_SEGMENT, GET_KERNEL_SEGMENT, KERNEL_SEGMENT = range(25, 29)

# Capabilities: headers, the txhashset, addresses, and transactions announced by their kernel hashes.
HEADER_HISTORY, STATE_HISTORY, PEER_LIST, KERNEL_HASHES = 1, 2, 4, 8

PATIENCE = 30  # seconds, for anything that a working node does at once


def frame(kind, body=b"", magic=USERNET, length=None):
    return magic + struct.pack(">BQ", kind, len(body) if length is None else length) + body


def ends_of(where):
    """The IP address and the port of IP:PORT or [IPV6]:PORT."""
    ip, _, port = where.rpartition(":")
    return ip.strip("[]"), int(port)


def address(ip, port):
    return b"\0" + socket.inet_aton(ip) + struct.pack(">H", port)


def text(raw):
    return struct.pack(">Q", len(raw)) + raw


def hand(version=1000, capabilities=95, nonce=None, difficulty=1, port=None, agent=b"test", genesis=USERNET_GENESIS,
         dialed=("127.0.0.1", 1)):
    """By default that of a unique peer."""
    nonce = next(_nonces) if nonce is None else nonce
    port = next(_ports) if port is None else port
    fixed = struct.pack(">IIQQ", version, capabilities, nonce, difficulty)
    return fixed + address("0.0.0.0", port) + address(*dialed) + text(agent) + genesis


def shake(version=1000, capabilities=95, difficulty=1, agent=b"test", genesis=USERNET_GENESIS):
    return struct.pack(">IIQ", version, capabilities, difficulty) + text(agent) + genesis


def ping(difficulty=1, height=1):
    return struct.pack(">QQ", difficulty, height)


_nonces = itertools.count(1)
_ports = itertools.cycle(range(40000, 50000))


class Fields:
    """Reads the fields of a body in order."""

    def __init__(self, body):
        self.rest = body

    def take(self, size):
        taken, self.rest = self.rest[:size], self.rest[size:]
        assert len(taken) == size, "the body is too short"
        return taken

    def number(self, size):
        return int.from_bytes(self.take(size), "big")

    def text(self):
        return self.take(self.number(8))

    def address(self):
        ip = socket.inet_ntoa(self.take(4)) if self.number(1) == 0 else socket.inet_ntop(socket.AF_INET6, self.take(16))
        return ip, self.number(2)

    def end(self):
        assert self.rest == b"", "the body is too long"


def read_hand(body):
    fields = Fields(body)
    read = {name: fields.number(size) for name, size in [("version", 4), ("capabilities", 4), ("nonce", 8)]}
    read["difficulty"] = fields.number(8)
    read["sender"], read["receiver"] = fields.address(), fields.address()
    read["agent"], read["genesis"] = fields.text(), fields.take(32)
    fields.end()
    return read


def read_shake(body):
    fields = Fields(body)
    read = {name: fields.number(size) for name, size in [("version", 4), ("capabilities", 4), ("difficulty", 8)]}
    read["agent"], read["genesis"] = fields.text(), fields.take(32)
    fields.end()
    return read


class Transaction:
    """A well-formed transaction with made-up plain kernels only."""

    def __init__(self, seed, kernels=1):
        kernels = [self._kernel(f"{seed}/{i}") for i in range(kernels)]
        hashed = sorted((self._hash(self._written(kernel, 1)), kernel) for kernel in kernels)
        self.kernels = [kernel_hash for kernel_hash, _ in hashed]
        self.parts = [kernel for _, kernel in hashed]

    def body(self, version=1000):
        counts = struct.pack(">QQQ", 0, 0, len(self.parts))
        return bytes(32) + counts + b"".join(self._written(kernel, version) for kernel in self.parts)

    @staticmethod
    def _kernel(seed):
        random = hashlib.shake_128(seed.encode()).digest(33 + 64)
        return 7, random[:33], random[33:]

    @staticmethod
    def _written(kernel, version):
        fee, excess, signature = kernel
        lock = bytes(8) if version == 1 else b""
        return b"\0" + struct.pack(">Q", fee) + lock + excess + signature

    @staticmethod
    def _hash(written):
        return hashlib.blake2b(written, digest_size=32).digest()


class Block:
    """A block with a given header, an invalid proof of work, and the body of another block."""

    made_at = 870_652_800  # in seconds since 1970, from now on

    def __init__(self, height, previous, difficulty, seed="", body=b"", edge_bits=15, proof=None):
        self.height, self.difficulty = height, difficulty
        random = hashlib.shake_128(f"{height}/{difficulty}/{seed}".encode() + previous).digest(1000)
        bits = 42 * edge_bits
        if proof is None:
            proof = bytearray(random[:(bits + 7) // 8])
            proof[-1] &= 0xff >> -bits % 8
        self.proof = proof
        fixed = struct.pack(">HQq", min(5, 1 + height // 3), height, self.made_at) + previous + random[-160:]
        fixed += struct.pack(">QQQIQB", 1, 1, difficulty, 1, 1, edge_bits)
        self.header = fixed + proof
        self.id = hashlib.blake2b(proof, digest_size=32).digest()
        self.body = self.header + body

    def next(self, difficulty=1, **more):
        return Block(self.height + 1, self.id, self.difficulty + difficulty, **more)


class Peer:
    """One connection, in either role."""

    def __init__(self, connected, magic=USERNET):
        self.magic = magic
        self.tip = (1, 1)  # difficulty and height, for its pings
        self.sending = threading.Lock()
        self.socket = connected
        self.socket.settimeout(PATIENCE)
        self.unread = b""

    @classmethod
    def dial(cls, where, source="", magic=USERNET):
        """Connects, from an address of this machine if one is given."""
        return cls(socket.create_connection(ends_of(where), PATIENCE, (source, 0) if source else None), magic)

    @classmethod
    def greet(cls, where, source="", magic=USERNET, **hand_fields):
        """Connects and performs the handshake."""
        peer = cls.dial(where, source, magic)
        peer.send(HAND, hand(**hand_fields))
        peer.expect(SHAKE)
        return peer

    def send(self, kind, body=b"", **unusual):
        self.send_raw(frame(kind, body, **({"magic": self.magic} | unusual)))

    def send_raw(self, raw):
        with self.sending:
            self.socket.sendall(raw)

    def receive(self):
        header = self._take(11)
        assert header[:2] == self.magic, "wrong magic"
        return header[2], self._take(int.from_bytes(header[3:], "big"))

    def expect(self, kind):
        """The body of the next message of that kind. Pings on the way are answered, a question for addresses is passed
        over; other messages fail the test."""
        while True:
            got, body = self.receive()
            if got == kind:
                return body
            assert got in (PING, GET_PEER_ADDRS), f"message {got} instead of {kind}"
            if got == PING:
                self.send(PONG, ping(*self.tip))

    def check_served(self):
        """Checks that a ping is answered."""
        self.send(PING, ping(*self.tip))
        return self.expect(PONG)

    def expect_among_messages(self, kind):
        """The body of the next message of that kind, ignoring others before it."""
        while True:
            got, body = self.receive()
            if got == kind:
                return body

    def check_served_among_messages(self):
        """Checks that a ping is answered, ignoring other messages before the pong."""
        self.send(PING, ping(*self.tip))
        self.expect_among_messages(PONG)

    def expect_end(self):
        """Checks that the other side closes, whatever it sends before."""
        try:
            while self.socket.recv(65536):
                pass
        except ConnectionResetError:
            pass
        self.close()

    def leave(self):
        """Closes in order: reads what the node has sent first, as the system would reset the connection otherwise."""
        self.socket.shutdown(socket.SHUT_WR)
        while self.socket.recv(65536):
            pass
        self.socket.close()

    def close(self):
        self.socket.close()

    def _take(self, size):
        while len(self.unread) < size:
            piece = self.socket.recv(65536)
            if not piece:
                raise EOFError("the node has closed the connection")
            self.unread += piece
        taken, self.unread = self.unread[:size], self.unread[size:]
        return taken


class Listener:
    """Accepts connections of nodes."""

    def __init__(self, ip="127.0.0.1", port=0):
        is_v6 = ":" in ip
        self.socket = socket.create_server((ip, port), family=socket.AF_INET6 if is_v6 else socket.AF_INET)
        self.socket.settimeout(PATIENCE)
        self.address = ("[{}]:{}" if is_v6 else "{}:{}").format(*self.socket.getsockname()[:2])

    def accept(self, magic=USERNET):
        return Peer(self.socket.accept()[0], magic)

    def close(self):
        self.socket.close()
