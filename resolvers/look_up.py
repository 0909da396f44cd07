"""Find an account's number by its address and its holder's surname, without registration, where its organization allows that.

What is asked for is judged together and every miss is the same miss. Misses are counted by address, whether there is such a flat or not.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import zoneinfo
from collections.abc import Sequence
from dataclasses import dataclass

from adapters.counters import counters
from models import Organization
from models.addresses import number_key, street_key
from models.enums import AccountKind, Door, Factor, LookUp
from models.errors import Problem, ProblemCode, Refused, RefusedMany
from models.search import search_key
from resolvers import account_codes, audit, gate, proofs
from resolvers.access_rules import rules_of
from resolvers.organizations import organization_by_slug
from resolvers.proof_budget import Try
from resolvers.proof_targets import Target, account_by_id
from resolvers.sql import among, fetch
from resolvers.views import new_view

MOST_FOUND = 5  # accounts of one flat
MOST_STREETS = 10
LISTS_OF_A_SOURCE = (600, 600)
MOST_HOUSES = 2000  # that are looked at: what is typed names a street, not a letter
_LONGEST = {"street": 160, "house": 32, "flat": 32, "flatPrefix": 16}


@dataclass(frozen=True, slots=True)
class Place:
    """As typed. The flat is empty for a house without flats; its prefix («12А») may stand in either field."""

    street: str
    house: str
    flat: str = ""
    flat_prefix: str = ""

    @property
    def key(self) -> tuple[str, str, str]:
        return street_key(self.street), number_key(self.house), number_key(self.flat + self.flat_prefix)


@dataclass(frozen=True, slots=True)
class Found:
    """`token` opens the statements of these accounts until `expires_at`."""

    numbers: list[str]
    token: str
    expires_at: dt.datetime


async def find_account(slug: str, place: Place, given: proofs.Given, now: dt.datetime, *, source: str | None, human: gate.HumanAnswer | None = None) -> Found:
    """Raises NotFound for an unknown organization, and Refused: NOT_OFFERED, REQUIRED, TOO_LONG and what a proof's form can have wrong at their
    fields, HUMAN_CHECK_NEEDED, NO_TRIES_LEFT and NOT_PROVED.
    """
    organization = await organization_by_slug(slug)
    today, required = now.astimezone(zoneinfo.ZoneInfo(organization.timezone)).date(), asked(organization)
    _check(place, given, required, today)
    knock = await gate.knock("look_up", source, now, target=_target(slug, place), human=human, site=slug)
    counted = Try(organization.id, Door.LOOK_UP, _target(slug, place), today)
    if not await counted.count():
        raise Refused(ProblemCode.NO_TRIES_LEFT)
    found = await _proved(organization.id, place, given, required, today, now)
    if not found:
        raise Refused(ProblemCode.NOT_PROVED)
    await counted.take_back()
    await knock.forgive()
    token, until = new_view([(target.account_id or 0, target.since) for target in found], now)
    for target in found:
        await audit.record("stranger", "look-up", f"account:{target.account_id}", organization_id=organization.id)
    return Found([target.number for target in found], token, until)


async def streets_like(organization_id: int, typed: str, source: str | None) -> list[str]:
    """Names of streets to choose from while one is typed; none where look-ups are not offered, before two letters, or for a source that asks too often."""
    key = street_key(typed[: _LONGEST["street"]]).replace("%", "").replace("_", "")
    if len(key) < 2 or not (await offered(organization_id))[0]:
        return []
    if source is not None and not await counters().count(*LISTS_OF_A_SOURCE, "look-up streets", source):
        return []
    text = f"SELECT DISTINCT h.street FROM house h WHERE h.organization_id = $1 AND h.search LIKE $2 ORDER BY h.street LIMIT {MOST_STREETS}"
    return [row["street"] for row in await fetch(text, organization_id, f"%{key}%") if row["street"]]


async def offered(organization_id: int) -> tuple[bool, Factor | None]:
    """Whether strangers may look accounts up there, and by which further proof."""
    rules = rules_of(await Organization.get(id=organization_id))
    return rules.look_up is not LookUp.OFF, rules.look_up_proof if rules.look_up is LookUp.PROOF else None


def asked(organization: Organization) -> tuple[Factor, ...]:
    """What a stranger must give besides the address; raises Refused with NOT_OFFERED."""
    rules = rules_of(organization)
    if rules.look_up is LookUp.OFF:
        raise Refused(ProblemCode.NOT_OFFERED)
    more = rules.look_up_proof if rules.look_up is LookUp.PROOF else Factor.SURNAME
    return tuple(dict.fromkeys((Factor.SURNAME, more)))


async def _proved(organization_id: int, place: Place, given: proofs.Given, required: Sequence[Factor], today: dt.date, now: dt.datetime) -> list[Target]:
    """The accounts there that everything given is right for; a place without accounts costs what one with an account does."""
    found = []
    for account_id in await _accounts_at(organization_id, place) or [None]:
        target = await account_by_id(organization_id, account_id, today)
        code = await account_codes.find(given.code, target.account_id, None, now)
        if proofs.judged(target, given, required, code):
            found.append(target)
    return found


async def _accounts_at(organization_id: int, place: Place) -> list[int | None]:
    """Two statements, whether there is such a house or not. Keys are compared here: no database folds letters as we do."""
    street, house, flat = place.key
    like = f"%{street}%{search_key(house)}"
    near = f"SELECT h.id, h.street, h.number FROM house h WHERE h.organization_id = $1 AND h.search LIKE $2 LIMIT {MOST_HOUSES}"
    houses = [row["id"] for row in await fetch(near, organization_id, like) if (street_key(row["street"]), number_key(row["number"])) == (street, house)]
    there = f"""
        SELECT a.id, p.flat, p.flat_prefix FROM premises p JOIN personal_account a ON a.premises_id = p.id
        WHERE {among("p.house_id", 1)} AND a.kind = $2 AND a.withdrawn_at IS NULL ORDER BY a.id"""
    rows = await fetch(there, houses, AccountKind.INDIVIDUAL.value)
    return [row["id"] for row in rows if number_key(row["flat"] + row["flat_prefix"]) == flat][:MOST_FOUND]


def _check(place: Place, given: proofs.Given, required: Sequence[Factor], today: dt.date) -> None:
    typed = {"street": place.street, "house": place.house, "flat": place.flat, "flatPrefix": place.flat_prefix}
    problems = [Problem(ProblemCode.TOO_LONG, (name,), {"limit": _LONGEST[name]}) for name, text in typed.items() if len(text) > _LONGEST[name]]
    problems += [Problem(ProblemCode.REQUIRED, (name,)) for name, key in zip(("street", "house"), place.key[:2], strict=True) if not key]
    try:
        proofs.check_form(given, required, today)
    except RefusedMany as error:
        problems += error.problems
    if problems:
        raise RefusedMany(problems)


def _target(slug: str, place: Place) -> str:
    return "place:" + hashlib.sha256("\0".join((slug, *place.key)).encode()).hexdigest()[:40]
