"""On whose behalf a letter goes out: the organization on whose pages something was done."""

from __future__ import annotations

from typing import Any

from models.errors import NotFound
from resolvers.organizations import organization_by_slug


async def sent_by(slug: str | None) -> dict[str, Any]:
    """What `letters.queue` takes for it; nothing where no organization, or an unknown one, is named."""
    try:
        found = await organization_by_slug(slug) if slug else None
    except NotFound:
        found = None
    return {"base": f"/o/{found.slug}", "organization_id": found.id} if found is not None else {}


def masked(email: str) -> str:
    """`a•••@example.kz`: enough for whoever knows the address, nothing for others."""
    name, _, domain = email.rpartition("@")
    return f"{name[:1]}•••@{domain}" if domain else "•••"
