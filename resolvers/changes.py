"""«Почему столько?»: each line of a statement beside the same line of another month, and why they differ."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from models.enums import ChargeBasis
from models.money import Currency, Money
from models.period import Period
from resolvers.charges import ChargeRow, charges_of_months, seen_month
from resolvers.price_steps import ChangeCause, Reckoned, added, steps
from resolvers.statements import StatementRow
from resolvers.viewer import Viewer


@dataclass(slots=True, eq=False)
class PartRow:
    cause: ChangeCause
    amount: Money


@dataclass(slots=True, eq=False)
class LineChangeRow:
    """The same line in both months, of which one may lack it; sums are with the recalculations of the line."""

    then: ChargeRow | None
    now: ChargeRow | None
    amount_then: Money
    amount_now: Money
    parts: list[PartRow]

    @property
    def either(self) -> ChargeRow:
        found = self.now or self.then
        assert found is not None
        return found

    @property
    def difference(self) -> Money:
        return self.amount_now - self.amount_then


@dataclass(slots=True, eq=False)
class ChangeRow:
    """`amount_then` and `amount_now` are all that was charged in the two months, recalculations too."""

    period: Period
    amount_then: Money
    amount_now: Money
    parts: list[PartRow]
    lines: list[LineChangeRow]

    @property
    def difference(self) -> Money:
        return self.amount_now - self.amount_then


@dataclass(slots=True)
class _Line:
    charge: ChargeRow | None = None
    corrections: list[ChargeRow] = field(default_factory=list)

    @property
    def corrected(self) -> int:
        return sum(one.amount.minor for one in self.corrections)

    @property
    def total(self) -> int:
        return (self.charge.amount.minor if self.charge else 0) + self.corrected


_Key = tuple[object, ...]


async def changes_of(viewer: Viewer, statements: Sequence[StatementRow], months: int) -> dict[int, ChangeRow]:
    """By statement, compared with the month `months` before it, where the viewer may see that one and something was charged in it. One statement."""
    seen = [row for row in statements if seen_month(row.account, row.period.plus(-months))]
    pairs = [(row.account.pk, period) for row in seen for period in (row.period, row.period.plus(-months))]
    charges = await charges_of_months(pairs)
    found = {}
    for row in seen:
        then, now = charges[row.account.pk, row.period.plus(-months)], charges[row.account.pk, row.period]
        if then:
            found[row.pk] = changed(row.account.organization.currency, row.period.plus(-months), then, now)
    return found


def changed(currency: Currency, period: Period, then: Sequence[ChargeRow], now: Sequence[ChargeRow]) -> ChangeRow:
    """What one account was charged beside what it was charged in `period`."""
    former, present = _lines(then), _lines(now)
    lines, counted = [], []
    for key in [*present, *(key for key in former if key not in present)]:
        before, after = former.get(key, _Line()), present.get(key, _Line())
        causes = steps(_reckoned(before.charge), _reckoned(after.charge))
        causes = added([causes, Counter({ChangeCause.RECALCULATION: after.corrected - before.corrected})])
        counted.append(causes)
        shown = before.charge or next(iter(before.corrections), None), after.charge or next(iter(after.corrections), None)
        lines.append(LineChangeRow(*shown, Money(before.total, currency), Money(after.total, currency), parts_of(causes, currency)))
    whole_then, whole_now = (Money(sum(line.total for line in each.values()), currency) for each in (former, present))
    return ChangeRow(period, whole_then, whole_now, parts_of(added(counted), currency), lines)


def _lines(charges: Iterable[ChargeRow]) -> dict[_Key, _Line]:
    """The month's lines by what tells them apart, the recalculations with the first line of their service."""
    charges = list(charges)
    found: dict[_Key, _Line] = {}
    first: dict[_Key, _Key] = {}
    repeated: Counter[_Key] = Counter()
    for charge in (one for one in charges if one.basis is not ChargeBasis.RECALCULATION):
        name = (*_service(charge), charge.zone, charge.tier, charge.basis is ChargeBasis.COMMUNAL)
        key = (*name, repeated[name])
        repeated[name] += 1
        found[key] = _Line(charge)
        first.setdefault(_service(charge), key)
    for charge in (one for one in charges if one.basis is ChargeBasis.RECALCULATION):
        key = first.get(_service(charge), (*_service(charge), None, None, False, 0))
        found.setdefault(key, _Line()).corrections.append(charge)
    return found


def _service(charge: ChargeRow) -> _Key:
    return charge.service.pk, charge.supplier.pk if charge.supplier else None, charge.parent.service.pk if charge.parent else None


def _reckoned(charge: ChargeRow | None) -> Reckoned | None:
    if charge is None:
        return None
    return Reckoned(
        charge.amount.minor,
        charge.quantity.micro if charge.quantity else None,
        charge.tariff.micro if charge.tariff else None,
        charge.tariff_with_tax.micro if charge.tariff_with_tax else None,
        charge.tax_percent,
        charge.basis,
    )


def parts_of(causes: Counter[ChangeCause], currency: Currency) -> list[PartRow]:
    return [PartRow(cause, Money(minor, currency)) for cause, minor in causes.items()]
