"""The lines of bills as their readers see them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from models.enums import ChargeBasis, Resource, Right, TariffZone
from models.money import Currency, Money
from models.period import Period
from models.quantity import Quantity
from models.sql import day
from resolvers import scope
from resolvers.accounts import AccountRow, accounts_by_ids
from resolvers.sql import Row, among, among_days, fetch, known_day, members
from resolvers.viewer import Viewer


@dataclass(slots=True, eq=False)
class ServiceRow:
    pk: int
    name: str
    resource: Resource


@dataclass(slots=True, eq=False)
class SupplierRow:
    pk: int
    name: str


Common = tuple[dict[int, ServiceRow], dict[int, SupplierRow], dict[Any, Period]]  # of the rows of one read


@dataclass(slots=True, eq=False)
class UnitPriceValue:
    """`micro` is 10^-6 of the currency for one `per`."""

    micro: int
    currency: Currency
    per: str | None
    tax_included: bool


class ChargeRow:
    """A row of COLUMNS. What few readers ask for is made when they do: a year of a household has a hundred rows of thirty columns."""

    __slots__ = ("_currency", "_row", "_suppliers", "account_pk", "basis", "is_group", "parent", "parent_pk", "period", "pk", "position", "service", "unit")

    def __init__(self, row: Row, common: Common) -> None:
        services, self._suppliers, months = common
        self._row, self._currency = row, _CURRENCIES[row["currency"]]
        self.pk: int = row["id"]
        self.account_pk: int = row["account_id"]
        self.period: Period = months.get(row["period"]) or months.setdefault(row["period"], Period.of(known_day(row["period"])))
        self.service: ServiceRow = services.get(row["service_id"]) or services.setdefault(row["service_id"], _service(row))
        self.unit: str | None = row["unit"]
        self.basis: ChargeBasis = _BASES[row["basis"]]
        self.parent_pk: int | None = row["parent_id"]
        self.position: int = row["position"]
        self.is_group = bool(row["is_group"])
        self.parent: ChargeRow | None = None  # where it was read together with the line

    @property
    def contract_pk(self) -> int | None:
        """Of the account as it is now."""
        return self._row["contract_id"]

    @property
    def supplier(self) -> SupplierRow | None:
        pk, known = self._row["supplier_id"], self._suppliers
        return None if pk is None else known.get(pk) or known.setdefault(pk, SupplierRow(pk, self._row["supplier_name"]))

    @property
    def quantity(self) -> Quantity | None:
        micro = self._row["quantity"]
        return Quantity(micro, self.unit or "") if micro is not None else None

    @property
    def tariff(self) -> UnitPriceValue | None:
        micro = self._row["price"]
        return UnitPriceValue(micro, self._currency, self.unit, False) if micro is not None else None

    @property
    def tariff_with_tax(self) -> UnitPriceValue | None:
        micro = self._row["price_with_tax"]
        return UnitPriceValue(micro, self._currency, self.unit, True) if micro is not None else None

    @property
    def tax_percent(self) -> int | None:
        return self._row["tax_percent"]

    @property
    def amount(self) -> Money:
        return Money(self._row["amount"], self._currency)

    @property
    def recalculation(self) -> Money | None:
        return Money.or_none(self._row["recalculation"], self._currency)

    @property
    def zone(self) -> TariffZone | None:
        return _ZONES[self._row["zone"]] if self._row["zone"] else None

    @property
    def tier(self) -> int | None:
        return self._row["tier"]

    @property
    def corrects_period(self) -> Period | None:
        corrects = day(self._row["corrects_period"]) if self.basis is ChargeBasis.RECALCULATION else None  # a row with both says it of its recalculation
        return Period.of(corrects) if corrects else None

    @property
    def shortfall_days(self) -> Quantity | None:
        days = self._row["shortfall_days"]
        return Quantity(days, "") if days is not None else None

    @property
    def shortfall_amount(self) -> Money | None:
        return Money.or_none(self._row["shortfall_amount"], self._currency)

    @property
    def social_norm_amount(self) -> Money | None:
        return Money.or_none(self._row["social_norm_amount"], self._currency)

    @property
    def paid(self) -> Money | None:
        return Money.or_none(self._row["paid"], self._currency)


@dataclass(slots=True, eq=False)
class MonthlyVolume:
    period: Period
    resource: Resource
    volume: Quantity


_BASES, _CURRENCIES, _ZONES = members(ChargeBasis), members(Currency), members(TariffZone)
MOST_DEEP = 8  # groups within groups
POSTED = "NOT ch.is_group"  # a group is the sum of its parts: it is in no list and in no other sum
COLUMNS = """ch.id, ch.account_id, a.contract_id, ch.period, ch.service_id, s.name AS service_name, s.resource, ch.supplier_id,
    sp.name AS supplier_name, ch.unit, ch.quantity, ch.price, ch.price_with_tax, ch.tax_percent, ch.amount, ch.recalculation, ch.basis,
    ch.zone, ch.tier, ch.parent_id, ch.corrects_period, ch.position, ch.is_group, ch.shortfall_days, ch.shortfall_amount,
    ch.social_norm_amount, ch.paid, o.currency"""
FROM = """charge ch JOIN service s ON s.id = ch.service_id JOIN organization o ON o.id = ch.organization_id
    JOIN personal_account a ON a.id = ch.account_id LEFT JOIN supplier sp ON sp.id = ch.supplier_id"""


async def charges_of_months(months: Iterable[tuple[int, Period]]) -> dict[tuple[int, Period], list[ChargeRow]]:
    """Current charges of (account, period) pairs that the caller may show, in the order of the bill, the parts of a group together and
    each with its group. One statement.
    """
    pairs = set(months)
    where = f"{among('ch.account_id', 1)} AND {among_days('ch.period', 2)} AND ch.is_current"
    days = [period.first_day for period in {period for _, period in pairs}]
    rows = await fetch(f"SELECT {COLUMNS} FROM {FROM} WHERE {where} ORDER BY ch.position, ch.id", sorted({pk for pk, _ in pairs}), days)
    by_pk = {charge.pk: charge for charge in charge_rows(rows)}
    found: dict[tuple[int, Period], list[ChargeRow]] = {}
    for charge in by_pk.values():
        charge.parent = by_pk.get(charge.parent_pk or 0)
        if not charge.is_group:
            found.setdefault((charge.account_pk, charge.period), []).append(charge)
    return {pair: sorted(found.get(pair, []), key=_place) for pair in pairs}


def _place(charge: ChargeRow) -> tuple[int, int]:
    """Parts stand where their group stands."""
    top, steps = charge, 0
    while top.parent is not None and steps < MOST_DEEP:
        top, steps = top.parent, steps + 1
    return top.position, charge.position


async def charges_pages(
    viewer: Viewer, accounts: Sequence[AccountRow], first: int, after: tuple[dt.date, int] | None, period: Period | None
) -> dict[int, list[ChargeRow]]:
    """Newest first, of each account one more than `first` if there are more; recalculations are charges of their own. One statement."""
    ids, visible = scope.seen(accounts, Right.SEE_MONEY, 1, account="ch.account_id", day="ch.period", monthly=True)
    where, parameters = [visible, "ch.is_current", POSTED], [ids]
    if period is not None:
        parameters.append(period.first_day)  # type: ignore[arg-type]
        where.append(f"ch.period = ${len(parameters)}")
    if after is not None:
        parameters += after  # type: ignore[arg-type]
        where.append(f"(ch.period, ch.id) < (${len(parameters) - 1}, ${len(parameters)})")
    text = f"""
        SELECT * FROM (SELECT {COLUMNS}, ROW_NUMBER() OVER (PARTITION BY ch.account_id ORDER BY ch.period DESC, ch.id DESC) AS place
        FROM {FROM} WHERE {" AND ".join(where)}) ranked WHERE place <= {int(first) + 1} ORDER BY place"""
    return by_account(charge_rows(await fetch(text, *parameters)))


async def charges_by_ids(viewer: Viewer, ids: Sequence[int]) -> dict[int, ChargeRow]:
    """Those of `ids` that the viewer may see."""
    where = f"{among('ch.id', 1)} AND {scope.accounts_sql(viewer)}"
    found = charge_rows(await fetch(f"SELECT {COLUMNS} FROM {FROM} WHERE {where}", list(ids)))
    accounts = await accounts_by_ids(viewer, sorted({row.account_pk for row in found}))
    return {row.pk: row for row in found if seen_month(accounts.get(row.account_pk), row.period)}


async def consumption(viewer: Viewer, accounts: Sequence[AccountRow], since: Period) -> dict[int, list[MonthlyVolume]]:
    """Billed quantities by period, resource and unit from `since` on, oldest first. One statement."""
    ids, visible = scope.seen(accounts, Right.SEE_MONEY, 1, account="ch.account_id", day="ch.period", monthly=True)
    text = f"""
        SELECT ch.account_id, ch.period, s.resource, ch.unit, SUM(ch.quantity) AS quantity
        FROM charge ch JOIN service s ON s.id = ch.service_id
        WHERE {visible} AND ch.is_current AND ch.period >= $2 AND ch.quantity IS NOT NULL AND {POSTED}
          AND ch.basis <> '{ChargeBasis.RECALCULATION.value}'
        GROUP BY ch.account_id, ch.period, s.resource, ch.unit ORDER BY ch.period, s.resource, ch.unit"""
    found: dict[int, list[MonthlyVolume]] = {}
    for row in await fetch(text, ids, since.first_day):
        volume = Quantity(int(row["quantity"]), row["unit"] or "")
        month = MonthlyVolume(Period.of(known_day(row["period"])), Resource(row["resource"]), volume)
        found.setdefault(row["account_id"], []).append(month)
    return found


def seen_month(account: AccountRow | None, period: Period) -> bool:
    return account is not None and account.access.sees(period.first_day, period.last_day, Right.SEE_MONEY)


def by_account(rows: Iterable[ChargeRow]) -> dict[int, list[ChargeRow]]:
    found: dict[int, list[ChargeRow]] = {}
    for row in rows:
        found.setdefault(row.account_pk, []).append(row)
    return found


def charge_rows(rows: Iterable[Row]) -> list[ChargeRow]:
    """Rows of one read: what many of them have in common is made once."""
    common: Common = {}, {}, {}
    return [ChargeRow(row, common) for row in rows]


def charge_row(row: Row) -> ChargeRow:
    return ChargeRow(row, ({}, {}, {}))


def _service(row: Row) -> ServiceRow:
    return ServiceRow(row["service_id"], row["service_name"], Resource(row["resource"]))
