"""An organization's mapping profile: kept as its staff wrote it, checked before it is kept, used by every import."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections import defaultdict

from adapters.files import NO_PROFILE, Profile, ProfileProblem, ProfileRefused, parse_profile
from adapters.texts import gettext
from models import AuditRecord, ImportProfile
from models.database import transaction

N_ = str
SENTENCES = {
    "too_long": N_("The profile is longer than %(longest)s characters."),
    "too_deep": N_("A key has more than %(deepest)s parts."),
    "not_toml": N_("This is no TOML: %(reason)s"),
    "not_tables": N_("Registers are written as [[register]], at most 100 of them."),
    "unknown_key": N_("There is no such key."),
    "unknown_kind": N_("There is no such kind of register; there are: %(kinds)s."),
    "unknown_column": N_("There is no such column; there are: %(columns)s."),
    "unknown_encoding": N_("There is no such encoding; there are: %(known)s."),
    "unknown_delimiter": N_("A separator is one character, or one of: %(known)s."),
    "unknown_format": N_("A format is a date such as DD.MM.YYYY, or the decimal sign: a comma or a point."),
    "wrong_type": N_("Something else is needed here: %(wanted)s."),
    "out_of_range": N_("The number must be between 0 and %(most)s."),
    "missing": N_("This key is missing."),
    "unreadable_value": N_("The value cannot be read as one of this column."),
    "not_a_pattern": N_("This is no regular expression of RE2, which looks neither around nor back."),
    "pattern_without_group": N_("The regular expression must hold what is looked for in parentheses."),
    "pattern_too_costly": N_("The regular expression is too long, or repeats too much."),
}

WANTED = {  # of a value of the wrong type
    "text": N_("text in quotes"),
    "texts": N_("text in quotes, or several of them in brackets"),
    "number": N_("a whole number"),
    "yes_or_no": N_("true or false"),
    "table": N_("a table: column = value"),
    "column": N_("the number of the column, from 1, or its heading in quotes"),
    "column_number": N_("the number of the column, from 1"),
}


async def of(organization_id: int) -> Profile:
    """The profile that imports use; none where nothing has been kept."""
    text = await text_of(organization_id)
    return await checked(text) if text.strip() else NO_PROFILE


async def checked(text: str) -> Profile:
    """The profile that a text is. In a thread: nobody else waits while it is read."""
    return await asyncio.to_thread(parse_profile, text)


async def text_of(organization_id: int) -> str:
    """The profile as it was written; empty where there is none."""
    kept = await ImportProfile.get_or_none(organization_id=organization_id)
    return str(kept.text) if kept else ""


async def save(organization_id: int, text: str, who: str, *, now: dt.datetime | None = None) -> Profile:
    """Keep a profile in place of the former one. Raises ProfileRefused, and then the former one stays."""
    profile = await checked(text)
    now = now or dt.datetime.now(dt.UTC)
    async with transaction():
        await ImportProfile.update_or_create({"text": text, "saved_at": now, "saved_by": who[:40]}, organization_id=organization_id)
        await AuditRecord.create(
            organization_id=organization_id, at=now, actor=who, action="import_profile", subject=f"organization:{organization_id}",
            details={"registers": len(profile.entries), "length": len(text)},
        )  # fmt: skip
    return profile


def sentence(problem: ProfileProblem) -> str:
    """What is wrong with the profile, in the present language, with the key that it is about."""
    told = problem.params | {name: gettext(WANTED[word]) for name, word in problem.params.items() if name == "wanted"}
    text = gettext(SENTENCES[problem.code]) % defaultdict(lambda: "—", told)
    return f"{problem.key}: {text}" if problem.key else text


__all__ = ["NO_PROFILE", "ProfileRefused", "checked", "of", "save", "sentence", "text_of"]
