"""What is kept of a text that must be known again and not be told."""

import hashlib


def text_hash(text: str) -> str:
    """SHA-256 in hexadecimal. A lone surrogate from a hostile client has no UTF-8; it must be unknown, not an error."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
