"""Tariffs of an organization: prices by service and group, each in force from its day until the next one of its service and group."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from models.enums import Resource
from models.money import Currency, half_up
from resolvers.charges import ServiceRow, UnitPriceValue
from resolvers.organizations import OrganizationRow
from resolvers.sql import Row, fetch, known_day

Place = tuple[int, str, str, str, int]  # service's position and name, group, day (turned round: newest first), row


@dataclass(slots=True, eq=False)
class TariffRow:
    """`until_on` is its last day, None while no later one is known. A price that the register does not give is None."""

    pk: int
    service: ServiceRow
    position: int
    tariff_group: str | None
    valid_from: dt.date
    until_on: dt.date | None
    price: UnitPriceValue
    tax_percent: int | None
    document: str | None

    @property
    def with_tax(self) -> UnitPriceValue | None:
        """Rounded to the minor unit, as lines are billed; None where the tax is not known."""
        if self.price.tax_included or self.tax_percent is None:
            return self.price if self.price.tax_included else None
        micro = half_up(self.price.micro * (10_000 + self.tax_percent), 10_000 * 10_000) * 10_000
        return UnitPriceValue(micro, self.price.currency, self.price.per, True)


async def tariffs_page(organization: OrganizationRow, on: dt.date | None, first: int, after: Sequence[str | int] | None) -> list[TariffRow]:
    """Those in force on a day, or all of them; by service and group, the newest first, one more than `first` if there are more. One statement."""
    where, parameters = ["1 = 1"], list[object]([organization.pk])
    if on is not None:
        parameters.append(on)
        where.append("t.valid_from <= $2 AND (t.next_from IS NULL OR t.next_from > $2)")
    if after is not None:
        position, name, group, day, pk = after
        parameters += [position, name, group, dt.date.fromisoformat(str(day)), pk]
        one, two, three, four, five = (f"${len(parameters) - 4 + place}" for place in range(5))
        later = f"t.valid_from < {four} OR (t.valid_from = {four} AND t.id > {five})"
        where.append(f"((t.position, t.name, t.tariff_group) > ({one}, {two}, {three}) OR (t.position = {one} AND t.name = {two} "
                     f"AND t.tariff_group = {three} AND ({later})))")  # fmt: skip
    following = "LEAD(t.valid_from) OVER (PARTITION BY t.service_id, t.tariff_group ORDER BY t.valid_from) AS next_from"
    text = f"""
        SELECT * FROM (SELECT t.*, s.name, s.resource, s.position, {following} FROM tariff t JOIN service s ON s.id = t.service_id
            WHERE t.organization_id = $1) t
        WHERE {" AND ".join(where)} ORDER BY t.position, t.name, t.tariff_group, t.valid_from DESC, t.id LIMIT {int(first) + 1}"""
    return [_row(row, organization.currency) for row in await fetch(text, *parameters)]


def place_of(row: TariffRow) -> Place:
    """Where a page after this tariff goes on."""
    return row.position, row.service.name, row.tariff_group or "", row.valid_from.isoformat(), row.pk


def _row(row: Row, currency: Currency) -> TariffRow:
    following = row["next_from"]
    return TariffRow(
        pk=row["id"],
        service=ServiceRow(row["service_id"], row["name"], Resource(row["resource"])),
        position=row["position"],
        tariff_group=row["tariff_group"] or None,
        valid_from=known_day(row["valid_from"]),
        until_on=known_day(following) - dt.timedelta(days=1) if following is not None else None,
        price=UnitPriceValue(row["price"], currency, row["unit"] or None, bool(row["price_includes_tax"])),
        tax_percent=row["tax_percent"],
        document=row["document"] or None,
    )
