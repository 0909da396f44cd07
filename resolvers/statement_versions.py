"""What a statement said before: every version of a month, with its charges as they stood then."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field

from models.enums import Right
from models.money import Money
from models.period import Period
from resolvers import charges, scope
from resolvers.accounts import AccountRow
from resolvers.charges import ChargeRow, charge_row
from resolvers.sql import Row, among, fetch, instant
from resolvers.viewer import Viewer

FIGURES = ("opening", "charged", "recalculation", "penalty", "paid", "compensation", "closing")


@dataclass(slots=True, eq=False)
class VersionRow:
    """`until` is when the next version came, None of the one that stands."""

    version: int
    as_of: dt.datetime
    until: dt.datetime | None
    figures: dict[str, Money | None]
    charges: list[ChargeRow] = field(default_factory=list)


async def versions_of(viewer: Viewer, accounts: Sequence[AccountRow], period: Period) -> dict[int, list[VersionRow]]:
    """The newest first, of accounts whose money of the month the viewer sees. Two statements."""
    by_pk = {account.pk: account for account in accounts}
    ids, visible = scope.seen(accounts, Right.SEE_MONEY, 1, account="st.account_id", day="st.period", monthly=True)
    figures = ", ".join(f"st.{name}" for name in FIGURES)
    text = f"""SELECT st.account_id, st.version, st.as_of, {figures} FROM statement st
        WHERE {visible} AND st.period = $2 ORDER BY st.account_id, st.version"""
    found: dict[int, list[VersionRow]] = {}
    for row in await fetch(text, ids, period.first_day):
        as_of = instant(row["as_of"])
        assert as_of is not None
        currency = by_pk[row["account_id"]].organization.currency
        sums = {name: None if row[name] is None else Money(row[name], currency) for name in FIGURES}
        versions = found.setdefault(row["account_id"], [])
        if versions:
            versions[-1].until = as_of
        versions.append(VersionRow(row["version"], as_of, None, sums))
    for row in await _posted(sorted(found), period):
        for version in found[row["account_id"]]:
            if _stood(row, version.until):
                version.charges.append(charge_row(row))
    return {pk: versions[::-1] for pk, versions in found.items()}


async def _posted(account_pks: Sequence[int], period: Period) -> Sequence[Row]:
    """Every charge of the month, whichever stands now, with when its entry was posted and when that was reversed."""
    text = f"""SELECT {charges.COLUMNS}, e.posted_at, r.posted_at AS reversed_at FROM {charges.FROM}
        JOIN ledger_entry e ON e.charge_id = ch.id AND e.reverses_id IS NULL LEFT JOIN ledger_entry r ON r.reverses_id = e.id
        WHERE {among("ch.account_id", 1)} AND ch.period = $2 AND {charges.POSTED} ORDER BY ch.position, ch.id"""
    return await fetch(text, list(account_pks), period.first_day)


def _stood(row: Row, until: dt.datetime | None) -> bool:
    """Whether the entry stood just before the next version came, or stands now."""
    posted, reversed_at = instant(row["posted_at"]), instant(row["reversed_at"])
    if until is None:
        return reversed_at is None
    return posted is not None and posted < until and (reversed_at is None or reversed_at >= until)
