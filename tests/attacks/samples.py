"""Messages to attack with: what Grin wrote, and the largest transactions that are well formed."""

import hashlib
import os
import struct

from protocol import Transaction
from targets import DATA

# The codes of messages, by their names in tests/data/grin/messages.
KINDS = {name: code for code, name in enumerate(
    "error hand shake ping pong get_peer_addrs peer_addrs get_headers header headers get_block block get_compact_block "
    "compact_block stem_transaction transaction txhashset_request txhashset_archive ban_reason get_transaction "
    "transaction_kernel get_output_bitmap_segment output_bitmap_segment get_output_segment output_segment "
    "get_range_proof_segment range_proof_segment get_kernel_segment kernel_segment".split())}


def smallest():
    """A body of each message that Grin wrote, by its code."""
    found = {}
    for folder in (DATA / "messages/usernet").iterdir():
        files = [file for file in folder.glob("*.hex") if ".v" not in file.name or ".v1000." in file.name]
        bodies = [bytes.fromhex(file.read_text().split()[0]) for file in files if file.read_text().split()]
        found[KINDS[folder.name]] = min(bodies, key=len)
    return found


def _commitments(count):
    random = os.urandom(32 * count)
    return [b"\x08" + random[32 * i:32 * i + 32] for i in range(count)]


def _by_hash(items, length=None):
    return sorted(items, key=lambda item: hashlib.blake2b(item[:length], digest_size=32).digest())


def transaction(inputs=0, outputs=0, kernels=1):
    """A well-formed body with made-up content, in the form of version 1000; and the hash of its first kernel."""
    made_up = Transaction(os.urandom(8).hex(), kernels)
    proof = struct.pack(">Q", 675) + os.urandom(675)
    spent = _by_hash(_commitments(inputs))
    made = _by_hash([b"\0" + each + proof for each in _commitments(outputs)], 34)
    counts = struct.pack(">QQQ", inputs, outputs, kernels)
    return bytes(32) + counts + b"".join(spent + made) + made_up.body()[56:], made_up.kernels[0]


def most_inputs():
    """On mainnet."""
    return transaction(inputs=39_973)


def most_outputs():
    return transaction(outputs=1_903)


def most_kernels():
    return transaction(kernels=13_325)
