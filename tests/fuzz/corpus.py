#!/usr/bin/env python3
"""Makes the fuzzers' first inputs of what Grin's own code wrote: corpus.py DATA_FOLDER CORPUS_FOLDER."""

import hashlib
import re
import sys
from pathlib import Path

VERSIONS = {0: 0, 1: 1, 2: 2, 3: 3, 1000: 4}
NETWORKS = {"mainnet": 0, "testnet": 1, "usernet": 2, "automated": 3}
CODES = {"header": 8, "headers": 9, "block": 11, "compact_block": 13, "transaction": 15, "output_bitmap_segment": 22,
         "output_segment": 24, "range_proof_segment": 26, "kernel_segment": 28}
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
    for code, length in ((1, 128), (2, 88), (3, 16), (4, 16), (5, 4), (7, 33), (10, 32), (12, 32), (16, 40), (17, 48),
                         (18, 4), (19, 32), (20, 32), (21, 41), (23, 41), (25, 41), (27, 41)):
        yield code, 3, "usernet", bytes([0] * (length - 1) + [1])


def keep(folder, content):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / hashlib.sha1(content).hexdigest()).write_bytes(content)


def main():
    data, corpus = map(Path, sys.argv[1:])
    for code, version, network, body in bodies(data):
        if len(body) > 65536:
            continue
        for fuzzer in ("decode", "round_trip"):
            keep(corpus / fuzzer, bytes([code, VERSIONS[version], NETWORKS[network]]) + body)
        if network == "usernet" and version in (1, 2, 3):
            frame = USERNET_MAGIC + bytes([code]) + len(body).to_bytes(8, "big") + body
            keep(corpus / "session", bytes([version, len(body) % 256]) + frame)
            keep(corpus / "frame_assembler", bytes([len(body) % 256]) + frame)


if __name__ == "__main__":
    main()
