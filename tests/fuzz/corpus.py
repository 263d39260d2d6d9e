#!/usr/bin/env python3
"""Makes the fuzzers' first inputs, mostly from messages that Grin wrote: corpus.py DATA_FOLDER CORPUS_FOLDER."""

import hashlib
import re
import ssl
import sys
from pathlib import Path

VERSIONS = {0: 0, 1: 1, 2: 2, 3: 3, 1000: 4}
NETWORKS = {"mainnet": 0, "testnet": 1, "usernet": 2, "automated": 3}
CODES = {name: code for code, name in enumerate((
    "error", "hand", "shake", "ping", "pong", "get_peer_addrs", "peer_addrs", "get_headers", "header", "headers",
    "get_block", "block", "get_compact_block", "compact_block", "stem_transaction", "transaction", "txhashset_request",
    "txhashset_archive", "ban_reason", "get_transaction", "transaction_kernel", "get_output_bitmap_segment",
    "output_bitmap_segment", "get_output_segment", "output_segment", "get_range_proof_segment", "range_proof_segment",
    "get_kernel_segment", "kernel_segment"))}
USERNET_MAGIC = bytes([73, 43])


def bodies(data):
    """Yields code, version, network, body."""
    for file in sorted((data / "grin" / "messages").glob("*/*/*.hex")):
        network, message = file.parts[-3:-1]
        said = re.search(r"\.v(\d+)\.hex$", file.name)
        for version in [int(said[1])] if said else VERSIONS:
            yield CODES[message], version, network, bytes.fromhex(file.read_text())
    for file in sorted((data / "grin").glob("*.hex")):
        version = int(re.search(r"\.v(\d+)\.hex$", file.name)[1])
        for code in (14, 15):
            yield code, version, "usernet", bytes.fromhex(file.read_text())


def keep(folder, content):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / hashlib.sha1(content).hexdigest()).write_bytes(content)


def client_hello(version):
    """What a client of that version sends first."""
    context = ssl.create_default_context()
    context.maximum_version = version
    out = ssl.MemoryBIO()
    try:
        context.wrap_bio(ssl.MemoryBIO(), out, server_hostname="node.example").do_handshake()
    except ssl.SSLWantReadError:
        pass
    return out.read()


def main():
    data, corpus = map(Path, sys.argv[1:])
    for code, version, network, body in bodies(data):
        if len(body) > 65536:
            continue
        for fuzzer in ("decode", "round_trip"):
            keep(corpus / fuzzer, bytes([code, VERSIONS[version], NETWORKS[network]]) + body)
        if network == "usernet" and version in (1, 2, 3):
            frame = USERNET_MAGIC + bytes([code]) + len(body).to_bytes(8, "big") + body
            for asked in (0, 4, 8, 16):  # the requests of the node at first
                keep(corpus / "session", bytes([version | asked, len(body) % 256]) + frame)
            keep(corpus / "frame_assembler", bytes([len(body) % 256]) + frame)
    # Messages of the sizes of inputs, kernels and proofs of work, and around the ends of blocks.
    for lanes in range(4):
        for sizes in ([33] * 9, [34] * 5 + [114] * 4, [168] * 8, [0, 1, 127, 128, 129, 256, 257, 1024]):
            lengths = b"".join(size.to_bytes(2, "little") for size in sizes)
            keep(corpus / "hash", bytes([lanes, len(sizes)]) + lengths + bytes(range(200)))
    # Responses of PCP and NAT-PMP to requests for a mapping and for the epoch or address, with options and as errors.
    pcp = bytes([2, 0x81]) + bytes(22) + bytes(12) + bytes([6, 0, 0, 0]) + bytes.fromhex("0d569c40") + bytes(10)
    pcp += bytes.fromhex("ffffcb007109")
    for packet in (pcp, pcp + bytes.fromhex("ff000001aa000000"), pcp[:24].replace(b"\x81", b"\x80"),
                   bytes.fromhex("0081000100000102"), bytes.fromhex("0080000000000102cb007109"),
                   bytes.fromhex("00820000000001020d569c4000000e10"), bytes.fromhex("0081000300000102")):
        keep(corpus / "portmap", packet)
    # To a server and a client of TLS: a client's hello, records of each type, and handshakes with altered bytes.
    for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
        keep(corpus / "tls", bytes([1, 7]) + client_hello(version))
    for role in (0, 1):
        for kind in (20, 21, 22, 23):
            record = bytes([kind, 3, 3, 0, 4]) + bytes([1, 0, 0, 0])
            for stage in (0, 2):
                keep(corpus / "tls", bytes([stage | role, 3]) + record)
        for offset in (0, 1, 3, 5, 9, 50, 100, 200, 400, 600, 800, 1000, 1200):
            keep(corpus / "tls", bytes([4 | role, 0]) + offset.to_bytes(2, "big") + b"\x01")
    # A requested archive, and a ping behind it.
    said = bytes(32 + 8) + (100).to_bytes(8, "big")
    ping = USERNET_MAGIC + bytes([3]) + (16).to_bytes(8, "big") + bytes(16)
    archive = USERNET_MAGIC + bytes([17]) + len(said).to_bytes(8, "big") + said + bytes(range(100)) + ping
    for split in range(8):
        keep(corpus / "session", bytes([3 | 8, split]) + archive)


if __name__ == "__main__":
    main()
