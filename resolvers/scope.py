"""The one predicate that decides which accounts exist for a viewer. Every read takes it, or hangs on rows that came through it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Protocol

from models.enums import Right, TokenScope
from resolvers.sql import among, listed, literal, written
from resolvers.viewer import Access, Grant, Viewer


def accounts_sql(viewer: Viewer, alias: str = "a", *, leads: bool = False) -> str:
    """The accounts that exist for the viewer, over `personal_account AS alias`. It holds only integers and days, hence no parameters.

    Where it `leads` nothing narrower finds the rows. Elsewhere it only filters: the plus keeps planners from walking through all
    accounts of an organization to find the few that a statement names. Ids of a viewer's own are `listed`, so that viewers share a text; those of
    organizations are few and written out, and so are all where both lead: planners must see how many rows each half finds.
    """
    if not viewer.has(TokenScope.READ_ACCOUNTS):
        return "1 = 0"
    begun = [grant for grant in viewer.grants if grant.from_on is None or grant.from_on <= viewer.today]
    account_ids = {grant.account_id for grant in begun if grant.account_id is not None}
    present = {grant.contract_id for grant in begun if grant.contract_id is not None and grant.until_on is None}
    told = written if leads and viewer.organization_ids else listed
    parts = [f"{column} IN ({told(ids)})" for column, ids in ((f"{alias}.id", account_ids), (f"{alias}.contract_id", present)) if ids]
    parts += [_former(grant, alias) for grant in begun if grant.contract_id is not None and grant.until_on is not None]
    return f"({' OR '.join([*parts, whole_sql(viewer, alias, leads=leads)])}) AND {alias}.withdrawn_at IS NULL"


def _former(grant: Grant, alias: str) -> str:
    """A former payer has the accounts that were of the contract in his days, not those that came later."""
    contract, until = int(grant.contract_id or 0), literal(grant.until_on or dt.date.min)
    mine = f"SELECT 1 FROM account_facts f WHERE f.account_id = {alias}.id AND f.contract_id = {contract} AND f.valid_from <= {until}"
    return f"({alias}.contract_id = {contract} AND EXISTS ({mine}))"


def contracts_sql(viewer: Viewer, alias: str = "c", *, leads: bool = False) -> str:
    """The contracts that exist for the viewer, over `contract AS alias`."""
    if not viewer.has(TokenScope.READ_ACCOUNTS):
        return "1 = 0"
    contract_ids = {g.contract_id for g in viewer.grants if g.contract_id is not None and (g.from_on is None or g.from_on <= viewer.today)}
    told = written if leads and viewer.organization_ids else listed
    parts = [f"{alias}.id IN ({told(contract_ids)})"] if contract_ids else []
    return f"({' OR '.join([*parts, whole_sql(viewer, alias, leads=leads)])})"


def whole_sql(viewer: Viewer, alias: str = "a", *, leads: bool = False) -> str:
    """Rows of organizations whose every row the viewer may see."""
    if not viewer.organization_ids:
        return "1 = 0"
    return f"{'' if leads else '+'}{alias}.organization_id IN ({written(viewer.organization_ids)})"


class Accessible(Protocol):
    """An account that came through this door."""

    pk: int
    access: Access


def seen(rows: Iterable[Accessible], right: Right, place: int, *, account: str, day: str, monthly: bool = False) -> tuple[list[int], str]:
    """The predicate over rows that hang on accounts, as their memberships allow: the list for `$place`, and SQL text.

    `account` and `day` are columns; with `monthly` the day column holds months, seen when the membership touches them.
    """
    whole: list[int] = []
    parts = [among(account, place)]
    for row in rows:
        spans = [span for span in row.access.spans if right in span.rights]
        if any(span.from_on is None and span.until_on is None for span in spans):
            whole.append(row.pk)
        else:
            parts += [f"({account} = {int(row.pk)}{_within(span, day, monthly)})" for span in spans]
    return whole, f"({' OR '.join(parts)})"


def _within(span: Grant, day: str, monthly: bool) -> str:
    first = span.from_on.replace(day=1) if span.from_on is not None and monthly else span.from_on
    since = f" AND {day} >= {literal(first)}" if first is not None else ""
    until = f" AND {day} <= {literal(span.until_on)}" if span.until_on is not None else ""
    return since + until
