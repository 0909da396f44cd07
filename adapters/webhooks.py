"""Signing what is sent to others' addresses, as Standard Webhooks say: https://www.standardwebhooks.com."""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import hashlib
import hmac
import secrets
from collections.abc import Sequence

PREFIX = "whsec_"
SECRET_BYTES = 24


def new_secret() -> str:
    return PREFIX + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def signed(identity: str, at: dt.datetime, body: bytes, keys: Sequence[str]) -> dict[str, str]:
    """The three headers; one signature for each secret, so that a new one can be taken into use while the former still holds."""
    timestamp = str(int(at.timestamp()))
    signatures = [_signature(key, f"{identity}.{timestamp}.".encode() + body) for key in keys]
    return {"webhook-id": identity, "webhook-timestamp": timestamp, "webhook-signature": " ".join(signatures)}


def _signature(key: str, content: bytes) -> str:
    try:
        raw = base64.b64decode(key.removeprefix(PREFIX), validate=True)
    except (binascii.Error, ValueError):
        raise ValueError("a webhook secret is whsec_ and base64") from None
    return "v1," + base64.b64encode(hmac.new(raw, content, hashlib.sha256).digest()).decode()
