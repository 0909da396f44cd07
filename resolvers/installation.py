"""What this database keeps about itself."""

from __future__ import annotations

import secrets

from tortoise.exceptions import IntegrityError

from models import Installation
from models.database import transaction

_ID_KEY = "id_key"


async def id_key() -> bytes:
    """The key behind public ids, made when it is first asked for. It stays with the data, so that partners' ids stay too."""
    found = await Installation.get_or_none(name=_ID_KEY)
    if found is None:
        try:
            async with transaction():
                found = await Installation.create(name=_ID_KEY, value=secrets.token_hex(32))
        except IntegrityError:  # another process was quicker
            found = await Installation.get(name=_ID_KEY)
    return bytes.fromhex(found.value)
