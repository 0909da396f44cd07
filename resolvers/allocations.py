"""What payments of accounts were spent on, and what is owed for each service by that: read off the entries (resolvers/allocation.py, ADR 32)."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from models.allocation import AllocationRule
from models.enums import EntryKind, PaymentState, Resource
from models.money import Money
from models.period import Period
from resolvers.accounts import AccountRow, accounts_by_ids
from resolvers.allocation import Books, Move, PaidFor, Part, Place, RuleOn, as_stated, played
from resolvers.charges import POSTED, ServiceRow, SupplierRow, seen_month
from resolvers.movements import MONTH
from resolvers.payments import PaymentRow
from resolvers.reconciliation import DAY
from resolvers.sql import Row, among, fetch, known_day
from resolvers.viewer import Viewer

DEFAULT = AllocationRule.OLDEST_FIRST


@dataclass(slots=True, eq=False)
class AllocationRow:
    """`period` is None of an advance, and of a month that the viewer does not see."""

    kind: PaidFor
    service: ServiceRow | None
    supplier: SupplierRow | None
    period: Period | None
    amount: Money


@dataclass(slots=True, eq=False)
class BooksRow:
    """An account's books, with the names of the places in it."""

    account: AccountRow
    books: Books
    names: Names
    rule_on: RuleOn


@dataclass(slots=True)
class Names:
    services: dict[int, ServiceRow] = field(default_factory=dict)
    suppliers: dict[int, SupplierRow] = field(default_factory=dict)
    positions: dict[int, int] = field(default_factory=dict)

    def order(self, place: Place) -> tuple[int, int, int, int]:
        """As on a bill: services first."""
        kinds = (PaidFor.SERVICE, PaidFor.UNSPLIT, PaidFor.PENALTY, PaidFor.REFUND, PaidFor.ADVANCE)
        return kinds.index(place.kind), self.positions.get(place.service, 0), place.service, place.supplier


async def allocations_of(viewer: Viewer, payments: Sequence[PaymentRow]) -> dict[int, list[AllocationRow]]:
    """Of payments that are counted and no refunds, at accounts whose balance is known; the sums of each are the payment. Five statements."""
    counted = [row for row in payments if row.state is PaymentState.RECEIVED and row.amount.minor > 0]
    accounts = await accounts_by_ids(viewer, sorted({row.account_pk for row in counted if row.account_pk is not None}))
    books = await books_of(list(accounts.values()))
    return {row.pk: _spent(row, books[row.account_pk]) for row in counted if row.account_pk is not None and row.account_pk in books}


async def books_of(accounts: Sequence[AccountRow]) -> dict[int, BooksRow]:
    """Of accounts whose balance is known: without it nobody can say what the oldest debt is. Three statements."""
    by_pk = {account.pk: account for account in accounts if account.balance_minor is not None}
    if not by_pk:
        return {}
    rules, names = await rules_of(sorted({account.organization.pk for account in by_pk.values()})), Names()
    moves: dict[int, list[Move]] = {pk: [] for pk in by_pk}
    for row in await fetch(_MOVES.format(among=among("e.account_id", 1)), list(by_pk)):
        moves[row["account_id"]].append(_move(row, names))
    stated: dict[int, dict[Period, dict[Place, int]]] = {}
    for row in await fetch(_STATED.format(among=among("ch.account_id", 1)), list(by_pk)):
        month = stated.setdefault(row["account_id"], {}).setdefault(Period.of(known_day(row["period"])), {})
        month[Place(PaidFor.SERVICE, row["service_id"], row["supplier_id"] or 0)] = int(row["paid"])
    found = {}
    for pk, account in by_pk.items():
        books = played(as_stated(moves[pk], stated.get(pk, {})), rules[account.organization.pk])
        found[pk] = BooksRow(account, books, names, rules[account.organization.pk])
    return found


async def rules_of(organization_pks: Sequence[int]) -> dict[int, RuleOn]:
    """Which rule holds on a day. One statement."""
    text = f"SELECT c.organization_id, c.valid_from, c.rule FROM allocation_choice c WHERE {among('c.organization_id', 1)} ORDER BY c.valid_from"
    chosen: dict[int, list[tuple[dt.date, AllocationRule]]] = {pk: [] for pk in organization_pks}
    for row in await fetch(text, list(organization_pks)):
        chosen[row["organization_id"]].append((known_day(row["valid_from"]), AllocationRule(row["rule"])))
    return {pk: _rule_on(rules) for pk, rules in chosen.items()}


def _rule_on(chosen: Sequence[tuple[dt.date, AllocationRule]]) -> RuleOn:
    days = [day for day, _ in chosen]

    def rule_on(day: dt.date) -> AllocationRule:
        place = bisect_right(days, day)
        return chosen[place - 1][1] if place else DEFAULT

    return rule_on


def _spent(payment: PaymentRow, row: BooksRow) -> list[AllocationRow]:
    shown: dict[Part, int] = {}
    for (month, place), amount in row.books.spent(payment.pk).items():
        kind = PaidFor.ADVANCE if month is None and place.kind is not PaidFor.UNSPLIT else place.kind
        part = (month if month is not None and seen_month(row.account, month) else None, place._replace(kind=kind))
        shown[part] = shown.get(part, 0) + amount
    parts = sorted(shown, key=lambda part: (part[1].kind is PaidFor.ADVANCE, part[0] or Period(1, 1), row.names.order(part[1])))
    return [_named(part, shown[part], row) for part in parts]


def _named(part: Part, amount: int, row: BooksRow) -> AllocationRow:
    month, place = part
    names, currency = row.names, row.account.organization.currency
    return AllocationRow(place.kind, names.services.get(place.service), names.suppliers.get(place.supplier), month, Money(amount, currency))


def balances_of(row: BooksRow) -> list[AllocationRow]:
    """What is owed for each service, advances below zero; nothing where no entry names a service."""
    found: Mapping[Place, int] = row.books.balances()
    if not any(place.kind is PaidFor.SERVICE for place in found):
        return []
    return [_named((None, place), found[place], row) for place in sorted(found, key=row.names.order)]


def _move(row: Row, names: Names) -> Move:
    kind, month = EntryKind(row["kind"]), Period.of(known_day(row["month"]))
    if row["service_id"] is not None:
        names.services.setdefault(row["service_id"], ServiceRow(row["service_id"], row["name"], Resource(row["resource"])))
        names.positions[row["service_id"]] = row["position"]
        place = Place(PaidFor.SERVICE, row["service_id"], row["supplier_id"] or 0)
    else:
        place = Place({EntryKind.PENALTY: PaidFor.PENALTY, EntryKind.REFUND: PaidFor.REFUND}.get(kind, PaidFor.UNSPLIT))
    if row["supplier_id"] is not None:
        names.suppliers.setdefault(row["supplier_id"], SupplierRow(row["supplier_id"], row["supplier_name"]))
    is_opening = kind is EntryKind.OPENING  # it was owed before its month
    return Move(known_day(row["day"]), month.previous if is_opening else month, kind, place, int(row["amount"]), row["payment_id"])


_MOVES = f"""
    SELECT x.account_id, x.day, x.month, x.kind, x.service_id, x.supplier_id, x.payment_id, s.name, s.resource, s.position, sp.name AS supplier_name,
        SUM(x.amount) AS amount
    FROM (SELECT e.account_id, {DAY.format("e")} AS day, {MONTH} AS month, e.kind, e.service_id, e.supplier_id, e.amount,
            CASE WHEN e.kind = '{EntryKind.PAYMENT.value}' THEN e.payment_id END AS payment_id
        FROM ledger_entry e WHERE {{among}}) x
    LEFT JOIN service s ON s.id = x.service_id LEFT JOIN supplier sp ON sp.id = x.supplier_id
    GROUP BY x.account_id, x.day, x.month, x.kind, x.service_id, x.supplier_id, x.payment_id, s.name, s.resource, s.position, sp.name
    HAVING SUM(x.amount) <> 0"""
_STATED = f"""
    SELECT ch.account_id, ch.period, ch.service_id, ch.supplier_id, SUM(ch.paid) AS paid FROM charge ch
    WHERE {{among}} AND ch.is_current AND {POSTED} AND ch.paid IS NOT NULL GROUP BY ch.account_id, ch.period, ch.service_id, ch.supplier_id"""
