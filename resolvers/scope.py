"""The one predicate that decides which accounts exist for a viewer. ORM querysets and set-based SQL both take it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from tortoise.expressions import Q
from tortoise.queryset import QuerySet

from models import Contract, PersonalAccount
from models.enums import Right, TokenScope
from resolvers.sql import among, literal
from resolvers.viewer import Access, Grant, Viewer


def accounts(viewer: Viewer) -> QuerySet[PersonalAccount]:
    """The accounts that exist for the viewer; everything else about accounts hangs on one of these."""
    return PersonalAccount.filter(_accounts_q(viewer))


def contracts(viewer: Viewer) -> QuerySet[Contract]:
    return Contract.filter(_contracts_q(viewer))


def accounts_sql(viewer: Viewer, alias: str = "a", *, leads: bool = False) -> str:
    """The same predicate for hand-written SQL over `personal_account AS alias`. It holds only integers, hence no parameters.

    Where it `leads` nothing narrower finds the rows. Elsewhere it only filters: the plus keeps planners from walking through all
    accounts of an organization to find the few that a statement names.
    """
    if not viewer.has(TokenScope.READ_ACCOUNTS):
        return "1 = 0"
    account_ids, contract_ids = _granted(viewer)
    granted = ((f"{alias}.id", account_ids), (f"{alias}.contract_id", contract_ids))
    parts = [f"{column} IN ({_listed(ids)})" for column, ids in granted if ids]
    return f"({' OR '.join([*parts, whole_sql(viewer, alias, leads=leads)])})"


def _accounts_q(viewer: Viewer) -> Q:
    if not viewer.has(TokenScope.READ_ACCOUNTS):
        return Q(id__in=[])
    account_ids, contract_ids = _granted(viewer)
    return Q(id__in=account_ids) | Q(contract_id__in=contract_ids) | Q(organization_id__in=sorted(viewer.organization_ids))


def _contracts_q(viewer: Viewer) -> Q:
    if not viewer.has(TokenScope.READ_ACCOUNTS):
        return Q(id__in=[])
    return Q(id__in=_granted(viewer)[1]) | Q(organization_id__in=sorted(viewer.organization_ids))


def _granted(viewer: Viewer) -> tuple[list[int], list[int]]:
    return (
        sorted({g.account_id for g in viewer.grants if g.account_id is not None}),
        sorted({g.contract_id for g in viewer.grants if g.contract_id is not None}),
    )


def contracts_sql(viewer: Viewer, alias: str = "c", *, leads: bool = False) -> str:
    """The contracts that exist for the viewer, over `contract AS alias`."""
    if not viewer.has(TokenScope.READ_ACCOUNTS):
        return "1 = 0"
    contract_ids = _granted(viewer)[1]
    parts = [f"{alias}.id IN ({_listed(contract_ids)})"] if contract_ids else []
    return f"({' OR '.join([*parts, whole_sql(viewer, alias, leads=leads)])})"


def whole_sql(viewer: Viewer, alias: str = "a", *, leads: bool = False) -> str:
    """Rows of organizations whose every row the viewer may see."""
    if not viewer.organization_ids:
        return "1 = 0"
    return f"{'' if leads else '+'}{alias}.organization_id IN ({_listed(viewer.organization_ids)})"


def _listed(ids: Iterable[int]) -> str:
    return ", ".join(str(int(one)) for one in sorted(ids))


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
