"""Which accounts there are for a viewer, and what is known of each."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from models.enums import AccountKind, Right
from models.money import Money
from models.search import search_key
from resolvers import scope
from resolvers.facts import Facts, History, facts_of, facts_within, present_facts
from resolvers.organizations import OrganizationRow, organization_row
from resolvers.sql import Row, among, among_texts, escaped, fetch, instant, members
from resolvers.viewer import Access, Grant, Viewer
from resolvers.windows import ReadingWindow, WindowRules


@dataclass(slots=True, eq=False)
class HouseRow:
    pk: int
    locality: str
    street: str
    number: str
    organization_pk: int


@dataclass(slots=True, eq=False)
class PremisesRow:
    pk: int
    house: HouseRow
    flat: str
    flat_prefix: str


@dataclass(slots=True, eq=False)
class AccountRow:
    """An account as one viewer sees it: `access` is what he may do, `past` its facts, of which those of the day `facts_on` are the newest that he may see."""

    pk: int
    number: str
    kind: AccountKind
    branch: str | None
    organization: OrganizationRow
    contract_pk: int | None
    premises: PremisesRow | None
    balance_minor: int | None
    balance_as_of: dt.datetime | None
    window_days: tuple[int, int]
    access: Access
    heat_meter: bool | None = None  # as the register says
    past: History = History()  # noqa: RUF009 - it holds nothing, and nothing changes it
    facts_on: dt.date = dt.date.max

    @property
    def history(self) -> Sequence[Facts]:
        """All facts, oldest first."""
        return self.past.rows

    @property
    def facts(self) -> Facts | None:
        return present_facts(self.history, self.facts_on)

    @property
    def balance(self) -> Money | None:
        """What is owed today: for those who may see money today."""
        if self.balance_minor is None or not self.access.may(Right.SEE_MONEY):
            return None
        return Money(self.balance_minor, self.organization.currency)

    @property
    def address(self) -> str | None:
        """«Красина, 3-1», with the locality before it."""
        if self.premises is None:
            return None
        house, flat = self.premises.house, self.premises.flat + self.premises.flat_prefix
        street = ", ".join(part for part in (house.street, house.number) if part)
        if flat:
            street = f"{street}-{flat}" if house.number else f"{street}, {flat}"
        return ", ".join(part for part in (house.locality, street) if part) or None

    @property
    def window_rules(self) -> WindowRules:
        return self.organization.window_rules(self.window_days)

    def window(self, today: dt.date) -> ReadingWindow:
        return self.window_rules.window(today)


class Contractual(Protocol):
    pk: int


_KINDS = members(AccountKind)
_COLUMNS = """a.id, a.number, a.kind, a.branch, a.organization_id, a.contract_id, a.balance, a.balance_as_of,
    p.id AS premises_id, p.flat, p.flat_prefix, h.id AS house_id, h.locality, h.street, h.number AS house_number,
    h.window_first_day AS house_first_day, h.window_last_day AS house_last_day, o.slug, o.name, o.currency, o.timezone, o.languages,
    o.accent, o.contacts, o.window_first_day, o.window_last_day, o.payment_due_day, o.overdue_policy,
    o.late_policy, o.form_grace_minutes, o.verification_notice_days, a.heat_meter"""
_FROM = "personal_account a JOIN organization o ON o.id = a.organization_id LEFT JOIN premises p ON p.id = a.premises_id LEFT JOIN house h ON h.id = p.house_id"


async def accounts_by_ids(viewer: Viewer, ids: Sequence[int]) -> dict[int, AccountRow]:
    """Those of `ids` that exist for the viewer. One statement."""
    where = f"{among('a.id', 1)} AND {scope.accounts_sql(viewer)}"
    rows = await fetch(f"SELECT {_COLUMNS}, {facts_within('a.id')} AS facts FROM {_FROM} WHERE {where}", list(ids))
    return {row.pk: row for row in _known(viewer, rows, {row["id"]: History(None, row["facts"]) for row in rows})}


async def account_by_number(viewer: Viewer, slug: str, number: str) -> AccountRow | None:
    where = f"a.number = $2 AND a.organization_id = (SELECT id FROM organization WHERE slug = $1) AND {scope.accounts_sql(viewer)}"
    rows = await fetch(f"SELECT {_COLUMNS} FROM {_FROM} WHERE {where}", slug, number)
    return next(iter(await _rows(viewer, rows)), None)


async def accounts_named(viewer: Viewer, slug: str, ids: Sequence[int], numbers: Sequence[str]) -> list[AccountRow]:
    """Those of an organization that exist for the viewer and have one of the ids or numbers. Two statements."""
    named = f"({among('a.id', 2)} OR {among_texts('a.number', 3)})"
    where = f"{named} AND a.organization_id = (SELECT id FROM organization WHERE slug = $1) AND {scope.accounts_sql(viewer)}"
    rows = await fetch(f"SELECT {_COLUMNS} FROM {_FROM} WHERE {where} ORDER BY a.number", slug, list(ids), list(numbers))
    return await _rows(viewer, rows)


async def accounts_page(viewer: Viewer, first: int, after: tuple[int, str] | None, *, slug: str | None = None, search: str | None = None) -> list[AccountRow]:
    """In the order of organization and number, one more than `first` if there are more. Two statements."""
    where = [scope.accounts_sql(viewer, leads=True)]
    parameters: list[int | str] = [*(after or (0, ""))]
    where.append("(a.organization_id, a.number) > ($1, $2)")
    if slug is not None:
        parameters.append(slug)
        where.append(f"a.organization_id = (SELECT id FROM organization WHERE slug = ${len(parameters)})")
    where += [_word(viewer, word, parameters) for word in (search or "").split()[:5]]
    text = f"SELECT {_COLUMNS} FROM {_FROM} WHERE {' AND '.join(where)} ORDER BY a.organization_id, a.number LIMIT {int(first) + 1}"
    return await _rows(viewer, await fetch(text, *parameters))


async def recipients_pages(viewer: Viewer, contracts: Sequence[Contractual], first: int, after: str | None) -> dict[int, list[AccountRow]]:
    """The accounts of each contract in the order of their numbers, one more than `first` if there are more. Two statements."""
    place = "ROW_NUMBER() OVER (PARTITION BY a.contract_id ORDER BY a.number) AS place"
    where = f"{among('a.contract_id', 1)} AND a.number > $2 AND {scope.accounts_sql(viewer)}"
    text = f"SELECT * FROM (SELECT {_COLUMNS}, {place} FROM {_FROM} WHERE {where}) ranked WHERE place <= {int(first) + 1} ORDER BY place"
    found: dict[int, list[AccountRow]] = {}
    for row in await _rows(viewer, await fetch(text, [contract.pk for contract in contracts], after or "")):
        found.setdefault(row.contract_pk or 0, []).append(row)
    return found


async def accounts_outside(viewer: Viewer, ids: Sequence[int], day: dt.date) -> dict[int, AccountRow]:
    """Rows that a contract's old statement names though its payer no longer has them: facts of `day`, nothing else to be seen."""
    rows = await fetch(f"SELECT {_COLUMNS} FROM {_FROM} WHERE {among('a.id', 1)}", list(ids))
    return {row.pk: row for row in await _rows(viewer, rows, day)}


async def _rows(viewer: Viewer, rows: Sequence[Row], day: dt.date | None = None) -> list[AccountRow]:
    facts = await facts_of([row["id"] for row in rows]) if rows else {}
    return _known(viewer, rows, {pk: History(known) for pk, known in facts.items()}, day)


def _known(viewer: Viewer, rows: Sequence[Row], facts: Mapping[int, History], day: dt.date | None = None) -> list[AccountRow]:
    known = {pk: organization_row(row, pk) for pk, row in {row["organization_id"]: row for row in rows}.items()}
    found = [_row(viewer, row, known[row["organization_id"]]) for row in rows]
    for row in found:
        row.past = facts.get(row.pk) or row.past
        if any(span.contract_id is not None for span in row.access.spans):
            row.access = Access(row.access.rights, tuple(_narrowed(row.access.spans, row.history)))
        row.facts_on = day or min(viewer.today, row.access.until_on or viewer.today)
    return found


def _narrowed(spans: Iterable[Grant], history: Sequence[Facts]) -> Iterator[Grant]:
    """A membership of a contract shows an account in the days in which it belonged to the contract, not what was before."""
    ends = [one.valid_from - dt.timedelta(days=1) for one in history[1:]]
    for span in spans:
        if span.contract_id is None or not history:
            yield span
            continue
        days = [
            (one.valid_from if place else None, ends[place] if place < len(ends) else None)
            for place, one in enumerate(history)
            if one.contract_pk == span.contract_id
        ]
        for first, last in days:
            from_on = max((day for day in (span.from_on, first) if day is not None), default=None)
            until_on = min((day for day in (span.until_on, last) if day is not None), default=None)
            if from_on is None or until_on is None or from_on <= until_on:
                yield replace(span, from_on=from_on, until_on=until_on)


def _row(viewer: Viewer, row: Row, organization: OrganizationRow) -> AccountRow:
    premises = None
    if row["premises_id"] is not None:
        house = HouseRow(row["house_id"], row["locality"], row["street"], row["house_number"], organization.pk)
        flat = ("", "") if viewer.is_letter else (row["flat"], row["flat_prefix"])  # letters are forwarded: the number says enough
        premises = PremisesRow(row["premises_id"], house, *flat)
    first, last = organization.window_days
    return AccountRow(
        pk=row["id"],
        number=row["number"],
        kind=_KINDS[row["kind"]],
        branch=row["branch"],
        organization=organization,
        contract_pk=row["contract_id"],
        premises=premises,
        balance_minor=row["balance"],
        balance_as_of=instant(row["balance_as_of"]),
        window_days=(row["house_first_day"] or first, row["house_last_day"] or last),
        heat_meter=None if row["heat_meter"] is None else bool(row["heat_meter"]),
        access=viewer.access(row["id"], row["contract_id"], row["organization_id"]) or Access(Right(0)),
    )


def _word(viewer: Viewer, word: str, parameters: list[int | str]) -> str:
    """A word is the beginning of a number, or stands in an address, or, for those who see the whole organization, in a holder's name."""
    folded = search_key(word) or word  # a word of signs alone is in no name
    parameters += [escaped(word) + "%", "%" + escaped(folded) + "%"]
    number, name = f"${len(parameters) - 1}", f"${len(parameters)}"
    holder = f"EXISTS (SELECT 1 FROM account_facts f WHERE f.account_id = a.id AND f.search LIKE {name} ESCAPE '!' AND {scope.whole_sql(viewer)})"
    return f"(a.number LIKE {number} ESCAPE '!' OR h.search || COALESCE(p.flat, '') LIKE {name} ESCAPE '!' OR {holder})"
