"""A peer that passes on what a node sends, but for some messages, which it alters."""

import socket
import struct
import threading

from protocol import HEADERS, PATIENCE, PING, PONG, SHAKE, USERNET

HEADER_LENGTH = 11  # bytes of a frame before its body


def flipped(body, position=-1):
    """With one bit changed."""
    position %= len(body)
    return body[:position] + bytes([body[position] ^ 1]) + body[position + 1:]


def flipped_in_the_middle(body):
    return flipped(body, len(body) // 2)


def with_tip(difficulty, height):
    """Alterations by which the peer claims that tip."""
    tip = struct.pack(">QQ", difficulty, height)
    return {SHAKE: lambda body: body[:8] + tip[:8] + body[16:], PING: lambda _: tip, PONG: lambda _: tip}


NO_HEADERS = {HEADERS: lambda _: bytes(2)}


class Forger:
    """It listens on `address`. `alterations`: what becomes of the body of a message, by its code."""

    def __init__(self, source, alterations):
        self.source = source
        self.alterations = alterations
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.address = "%s:%d" % self.listener.getsockname()
        self.sockets = []
        self.threads = [threading.Thread(target=self._accept, daemon=True)]
        self.threads[0].start()

    def close(self):
        self.listener.close()
        for each in self.sockets:
            each.close()

    def _accept(self):
        while True:
            try:
                node, _ = self.listener.accept()
            except OSError:
                return
            ip, _, port = self.source.rpartition(":")
            source = socket.create_connection((ip, int(port)), PATIENCE)
            source.settimeout(None)
            self.sockets += [node, source]
            for ends in (node, source, {}), (source, node, self.alterations):
                self.threads.append(threading.Thread(target=self._pass_on, args=ends, daemon=True))
                self.threads[-1].start()

    def _pass_on(self, from_, to, alterations):
        try:
            while True:
                kind, body = self._read(from_)
                body = alterations.get(kind, lambda same: same)(body)
                to.sendall(USERNET + struct.pack(">BQ", kind, len(body)) + body)
        except OSError:
            pass  # one of them has ended it
        for each in from_, to:
            each.close()

    def _read(self, from_):
        header = self._take(from_, HEADER_LENGTH)
        return header[2], self._take(from_, int.from_bytes(header[3:], "big"))

    @staticmethod
    def _take(from_, size):
        taken = b""
        while len(taken) < size:
            piece = from_.recv(size - len(taken))
            if not piece:
                raise ConnectionResetError
            taken += piece
        return taken
