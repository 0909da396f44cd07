"""What users consent to: an organization's own text, else the installation's, else the one that this product comes with."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from adapters.texts import DEFAULT, LANGUAGES
from models import Agreement
from models.database import transaction
from models.errors import ProblemCode, Refused
from resolvers import audit
from resolvers.digests import text_hash
from resolvers.organizations import organization_by_slug

SHIPPED = "2026-11"  # a new version when a word of templates/agreements changes
LONGEST_TEXT, LONGEST_VERSION = 100_000, 32
_FOLDER = Path(__file__).parent.parent / "templates" / "agreements"


@dataclass(frozen=True, slots=True)
class AgreementRow:
    """One version in one language; `versions` are all that there are, the present one first."""

    version: str
    language: str
    text: str
    text_hash: str
    published_at: dt.datetime | None  # None for what the product comes with
    versions: tuple[str, ...]


async def agreement(slug: str | None, language: str, version: str | None = None) -> AgreementRow | None:
    """The present text, or a former version; in another language where there is none in this one. None for an unknown version.

    Raises NotFound for an unknown organization.
    """
    organization = await organization_by_slug(slug) if slug is not None else None
    own = await _published(organization.id) if organization is not None else []
    rows = own or await _published(None)
    versions = tuple(dict.fromkeys(row.version for row in rows)) or (SHIPPED,)
    wanted = version or versions[0]
    found = _in(language, [row for row in rows if row.version == wanted])
    if found is not None:
        return AgreementRow(found.version, found.language, found.text, found.text_hash, found.published_at, versions)
    return _shipped(language, versions) if wanted == SHIPPED else None


async def present(slug: str | None, language: str) -> AgreementRow:
    """What whoever registers now consents to."""
    found = await agreement(slug, language)
    assert found is not None
    return found


async def publish(text: str, language: str, version: str, slug: str | None, now: dt.datetime, *, actor: str = audit.COMMAND_LINE) -> Agreement:
    """Make a text the present one. A version is never changed, only published in one more language; raises Refused with TAKEN at ``version``."""
    if language not in LANGUAGES:
        raise Refused(ProblemCode.INVALID, ("language",), hint=", ".join(LANGUAGES))
    for name, value, limit in (("text", text, LONGEST_TEXT), ("version", version, LONGEST_VERSION)):
        if not value.strip():
            raise Refused(ProblemCode.REQUIRED, (name,))
        if len(value) > limit:
            raise Refused(ProblemCode.TOO_LONG, (name,), limit=limit)
    async with transaction():
        organization = await organization_by_slug(slug) if slug is not None else None
        owner = organization.id if organization is not None else None
        if version == SHIPPED or await Agreement.exists(organization_id=owner, version=version, language=language):
            raise Refused(ProblemCode.TAKEN, ("version",))
        made = await Agreement.create(organization_id=owner, version=version, language=language, text=text, text_hash=text_hash(text), published_at=now)
        await audit.record(actor, "agreement.publish", f"agreement:{made.id}", organization_id=owner, version=version, language=language)
        return made


async def _published(organization_id: int | None) -> list[Agreement]:
    """The newest first: a version counts from when it first appeared in any language."""
    rows = await Agreement.filter(organization_id=organization_id).order_by("id")
    first = {row.version: place for place, row in reversed(list(enumerate(rows)))}
    return sorted(rows, key=lambda row: -first[row.version])


def _in(language: str, rows: list[Agreement]) -> Agreement | None:
    """Of one version's texts the one in this language, else the one published first."""
    return next((row for row in rows if row.language == language), rows[0] if rows else None)


def _shipped(language: str, versions: tuple[str, ...]) -> AgreementRow:
    known = language if language in LANGUAGES else DEFAULT
    text = _text(known)
    return AgreementRow(SHIPPED, known, text, text_hash(text), None, versions)


@cache
def _text(language: str) -> str:
    return (_FOLDER / f"{language}.txt").read_text(encoding="utf-8")
