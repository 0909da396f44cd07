"""The lines of statements whose supplier keeps balances by service."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from models.enums import Resource, StatementFigure
from models.money import Currency, Money
from resolvers.charges import ServiceRow
from resolvers.sql import Row, among, fetch
from resolvers.statements import StatementRow, figures
from resolvers.viewer import Viewer

_FIGURES = ("opening", "charged", "recalculation", "penalty", "paid", "compensation", "closing")


@dataclass(slots=True, eq=False)
class LineRow:
    service: ServiceRow
    opening: Money | None
    charged: Money | None
    recalculation: Money | None
    penalty: Money | None
    paid: Money | None
    compensation: Money | None
    closing: Money | None
    derived: list[StatementFigure]


async def lines_of(viewer: Viewer, statements: Sequence[StatementRow]) -> dict[int, list[LineRow]]:
    """In the order of the register. One statement."""
    text = f"""
        SELECT l.statement_id, l.service_id, s.name, s.resource, {", ".join(f"l.{name}" for name in _FIGURES)}, l.derived
        FROM statement_line l JOIN service s ON s.id = l.service_id WHERE {among("l.statement_id", 1)} ORDER BY l.statement_id, l.position, l.id"""
    currencies = {row.pk: row.account.organization.currency for row in statements}
    found: dict[int, list[LineRow]] = {}
    for row in await fetch(text, list(currencies)):
        found.setdefault(row["statement_id"], []).append(_line(row, currencies[row["statement_id"]]))
    return found


def _line(row: Row, currency: Currency) -> LineRow:
    sums = {name: None if row[name] is None else Money(row[name], currency) for name in _FIGURES}
    return LineRow(ServiceRow(row["service_id"], row["name"], Resource(row["resource"])), derived=figures(row["derived"]), **sums)
