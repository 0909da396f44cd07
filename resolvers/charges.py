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
from resolvers.columns import Asked, Columns
from resolvers.lazy import Sum
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


Common = tuple[dict[int, ServiceRow], dict[int, SupplierRow], dict[Any, Period]]  # what the rows of one read share


@dataclass(slots=True, eq=False)
class UnitPriceValue:
    """`micro` is 10^-6 of the currency for one `per`."""

    micro: int
    currency: Currency
    per: str | None
    tax_included: bool


class ChargeRow:
    """A row of COLUMNS, or of those that are asked for. What few readers want is made when they do: a year of a household has a hundred rows."""

    __slots__ = ("_common", "_currency", "_row", "account_pk", "parent", "parent_pk", "period", "pk", "unit")

    def __init__(self, row: Row, common: Common) -> None:
        self._common, months = common, common[2]
        self._row, self._currency = row, _CURRENCIES[row["currency"]]
        self.pk: int = row["id"]
        self.account_pk: int = row["account_id"]
        month = row["period"]
        self.period: Period = months[month] if month in months else months.setdefault(month, Period.of(known_day(month)))
        self.unit: str | None = row["unit"]
        self.parent_pk: int | None = row["parent_id"]
        self.parent: ChargeRow | None = None  # where it was read together with the line

    @property
    def contract_pk(self) -> int | None:
        """Of the account as it is now."""
        return self._row["contract_id"]

    @property
    def service(self) -> ServiceRow:
        pk, known = self._row["service_id"], self._common[0]
        return known[pk] if pk in known else known.setdefault(pk, _service(self._row))

    @property
    def supplier(self) -> SupplierRow | None:
        pk, known = self._row["supplier_id"], self._common[1]
        return None if pk is None else known.get(pk) or known.setdefault(pk, SupplierRow(pk, self._row["supplier_name"]))

    @property
    def basis(self) -> ChargeBasis:
        return _BASES[self._row["basis"]]

    @property
    def is_recalculation(self) -> bool:
        """The same as a basis of RECALCULATION."""
        return self._row["basis"] == _RECALCULATION

    @property
    def is_average(self) -> bool:
        return self._row["basis"] == _AVERAGE

    @property
    def position(self) -> int:
        return self._row["position"]

    @property
    def is_group(self) -> bool:
        return bool(self._row["is_group"])

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
    def zone(self) -> TariffZone | None:
        return _ZONES[self._row["zone"]] if self._row["zone"] else None

    @property
    def tier(self) -> int | None:
        return self._row["tier"]

    @property
    def corrects_period(self) -> Period | None:
        corrects = day(self._row["corrects_period"]) if self.is_recalculation else None  # a row with both says it of its recalculation
        return Period.of(corrects) if corrects else None

    @property
    def shortfall_days(self) -> Quantity | None:
        days = self._row["shortfall_days"]
        return Quantity(days, "") if days is not None else None

    recalculation, shortfall_amount, social_norm_amount, paid = Sum(), Sum(), Sum(), Sum()


@dataclass(slots=True, eq=False)
class MonthlyVolume:
    period: Period
    resource: Resource
    volume: Quantity


_BASES, _CURRENCIES, _RESOURCES, _ZONES = members(ChargeBasis), members(Currency), members(Resource), members(TariffZone)
_RECALCULATION, _AVERAGE = ChargeBasis.RECALCULATION.value, ChargeBasis.AVERAGE.value
MOST_DEEP = 8  # groups within groups
POSTED = "NOT ch.is_group"  # a group is the sum of its parts: it is in no list and in no other sum
_BY_ATTRIBUTE = Columns(
    "ch.id, ch.account_id, ch.period, ch.unit, ch.basis, ch.parent_id, ch.position, ch.is_group, o.currency",
    id="",
    period="",
    unit="",
    basis="",
    is_group="",
    contract_pk="a.contract_id",
    service="ch.service_id, s.name AS service_name, s.resource",
    supplier="ch.supplier_id, sp.name AS supplier_name",
    quantity="ch.quantity",
    tariff="ch.price",
    tariff_with_tax="ch.price_with_tax",
    tax_percent="ch.tax_percent",
    amount="ch.amount",
    recalculation="ch.recalculation",
    zone="ch.zone",
    tier="ch.tier",
    corrects_period="ch.corrects_period",
    shortfall_days="ch.shortfall_days",
    shortfall_amount="ch.shortfall_amount",
    social_norm_amount="ch.social_norm_amount",
    paid="ch.paid",
)
COLUMNS = _BY_ATTRIBUTE.everything
FROM = """charge ch JOIN service s ON s.id = ch.service_id JOIN organization o ON o.id = ch.organization_id
    JOIN personal_account a ON a.id = ch.account_id LEFT JOIN supplier sp ON sp.id = ch.supplier_id"""


async def charges_of_months(months: Iterable[tuple[int, Period]], asked: Asked = None) -> dict[tuple[int, Period], list[ChargeRow]]:
    """Current charges of (account, period) pairs that the caller may show, in the order of the bill, the parts of a group together and
    each with its group. One statement.
    """
    pairs = set(months)
    where = f"{among('ch.account_id', 1)} AND {among_days('ch.period', 2)} AND ch.is_current"
    days = [period.first_day for period in {period for _, period in pairs}]
    rows = await fetch(f"SELECT {_BY_ATTRIBUTE.text(asked)} FROM {FROM} WHERE {where} ORDER BY ch.position, ch.id", sorted({pk for pk, _ in pairs}), days)
    lines = charge_rows(rows)
    if any(row["is_group"] or row["parent_id"] is not None for row in rows):
        lines = _parts_together(lines)
    together: dict[tuple[int, Any], list[ChargeRow]] = {}  # by what the row holds: hashing a Period for each would be a fifth of the work
    for line in lines:
        key = line.account_pk, line._row["period"]
        if key in together:
            together[key].append(line)
        else:
            together[key] = [line]
    found = {(some[0].account_pk, some[0].period): some for some in together.values()}
    return {pair: found.get(pair, []) for pair in pairs}


def _parts_together(charges: list[ChargeRow]) -> list[ChargeRow]:
    """Lines with their groups, which themselves are no lines, each part where its group stands."""
    by_pk = {charge.pk: charge for charge in charges}
    for charge in charges:
        charge.parent = by_pk.get(charge.parent_pk or 0)
    return sorted((charge for charge in charges if not charge.is_group), key=_place)


def _place(charge: ChargeRow) -> tuple[int, int]:
    """Parts stand where their group stands."""
    top, steps = charge, 0
    while top.parent is not None and steps < MOST_DEEP:
        top, steps = top.parent, steps + 1
    return top.position, charge.position


async def charges_pages(
    viewer: Viewer, accounts: Sequence[AccountRow], first: int, after: tuple[dt.date, int] | None, period: Period | None, *, asked: Asked = None
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
        SELECT * FROM (SELECT {_BY_ATTRIBUTE.text(asked)}, ROW_NUMBER() OVER (PARTITION BY ch.account_id ORDER BY ch.period DESC, ch.id DESC) AS place
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
    return ServiceRow(row["service_id"], row["service_name"], _RESOURCES[row["resource"]])
