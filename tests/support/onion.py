"""Names of onion services."""

import base64
import hashlib


def onion_name(key):
    """Of the service with that public key, 32 bytes."""
    version = b"\3"
    checksum = hashlib.sha3_256(b".onion checksum" + key + version).digest()[:2]
    return base64.b32encode(key + checksum + version).decode().lower() + ".onion"
