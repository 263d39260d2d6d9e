"""A SOCKS5 proxy on 127.0.0.1, which takes any name and password, as Tor does.

usage: socks_proxy.py PORT
"""

import socket
import sys
import threading

from forwarding import pass_on

PATIENCE = 30  # seconds, until a connection is made


class Proxy:
    """Takes any name and password, or none. Passes connections on to where they are to go, or all to `target`, and keeps
    what it was asked for: hosts, ports and credentials."""

    def __init__(self, target=None, port=0):
        self.target = target
        self.asked = []
        self.server = socket.create_server(("127.0.0.1", port))
        self.address = "127.0.0.1:{}".format(self.server.getsockname()[1])
        self.open = []
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            try:
                client, _ = self.server.accept()
            except OSError:
                return
            self.open.append(client)
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    @staticmethod
    def _exactly(client, size):
        got = b""
        while len(got) < size:
            piece = client.recv(size - len(got))
            if not piece:
                raise EOFError
            got += piece
        return got

    def _text(self, client):
        return self._exactly(client, self._exactly(client, 1)[0])

    def _serve(self, client):
        try:
            self._exactly(client, 1)
            if 2 in self._text(client):
                client.sendall(b"\5\2")
                self._exactly(client, 1)
                credentials = self._text(client), self._text(client)
                client.sendall(b"\1\0")
            else:
                credentials = None
                client.sendall(b"\5\0")
            kind = self._exactly(client, 4)[3]
            if kind == 3:
                host = self._text(client).decode()
            else:
                family, size = (socket.AF_INET, 4) if kind == 1 else (socket.AF_INET6, 16)
                host = socket.inet_ntop(family, self._exactly(client, size))
            port = int.from_bytes(self._exactly(client, 2), "big")
            self.asked.append((host, port, credentials))
            peer = socket.create_connection(self.target or (host, port), PATIENCE)
            peer.settimeout(None)
            self.open.append(peer)
            client.sendall(b"\5\0\0\1" + bytes(6))
            threading.Thread(target=pass_on, args=(peer, client), daemon=True).start()
            pass_on(client, peer)
        except (EOFError, OSError):
            client.close()

    def close(self):
        for each in [self.server, *self.open]:
            each.close()


def main(port):
    Proxy(port=int(port))
    threading.Event().wait()


if __name__ == "__main__":
    main(*sys.argv[1:])
