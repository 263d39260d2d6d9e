"""Passing bytes on from one connection to another."""

import socket


def pass_on(source, sink):
    """Until `source` ends, of which the other side is told; or until either breaks."""
    try:
        while piece := source.recv(65536):
            sink.sendall(piece)
        sink.shutdown(socket.SHUT_WR)
    except OSError:
        pass
