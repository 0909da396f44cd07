"""How the lines of a bill are laid out: which columns a supplier fills, and groups before their parts. Pages and PDF share it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from adapters.formats import basis
from adapters.texts import gettext


@dataclass(frozen=True, slots=True)
class Columns:
    """Which columns some line has something in; a bill shows no empty ones."""

    net: bool  # prices before tax, and the tax
    recalculation: bool
    shortfall: bool
    social_norm: bool
    paid: bool

    @property
    def before_sum(self) -> int:
        """Service, quantity and prices."""
        return 5 if self.net else 3

    @property
    def after(self) -> int:
        """What follows the sum and the recalculation, and has no total."""
        return 2 * self.shortfall + self.social_norm + self.paid

    @property
    def number(self) -> int:
        return self.before_sum + 1 + self.recalculation + self.after

    @property
    def is_wide(self) -> bool:
        """Whether the bill needs the whole width of a screen, and of a sheet on its side."""
        return self.number > 7


@dataclass(frozen=True, slots=True)
class Line:
    """A charge as it stands on the bill: by itself, as the head of a group, or as a part within one."""

    charge: Any
    kind: str  # "line", "group", "inner"
    parts: Any = None  # what a group's parts come to, where the supplier prints something else for it

    @property
    def supplier(self) -> Any:
        """Named once for a group whose parts have the same."""
        supplier = self.charge.supplier
        above = self.charge.parent.supplier if self.kind == "inner" else None
        return None if supplier and above and above.name == supplier.name else supplier


def based(charge: Any) -> str:
    """By what a line was reckoned, readings too: ``по показаниям``, ``по среднему, 2-й месяц подряд``."""
    if charge.basis == "READING":
        return gettext("by readings")
    said, months = basis(charge.basis), charge.monthsByAverage
    return gettext("%(basis)s, month %(number)s in a row", basis=said, number=months) if months else said


def lacks_sums(statement: Any) -> bool:
    """Whether lines came and no register of balances yet: nothing is known of the month's total and balance."""
    return bool(statement.charges) and statement.charged is None and statement.opening is None and statement.closing is None


def has_month_total(statement: Any) -> bool:
    """Whether the month came to something else than what was charged in it."""
    return statement.forMonth is not None and statement.forMonth.amount != statement.charged.amount


def month_total_of(statement: Any) -> str:
    """What a month's total is made of: ``начислено + пеня``."""
    added = ((gettext("Recalculation"), statement.recalculation), (gettext("Penalty"), statement.penalty))
    taken = [(gettext("Compensation"), statement.compensation)]
    signed = [*((" + ", *one) for one in added), *((" − ", *one) for one in taken)]
    return "".join([gettext("Charged").lower(), *(sign + name.lower() for sign, name, sum_ in signed if sum_ is not None and sum_.amount.strip("-0."))])


def columns(charges: Sequence[Any]) -> Columns:
    def some(*names: str) -> bool:
        return any(getattr(charge, name) is not None for charge in charges for name in names)

    return Columns(
        net=some("tariff", "taxPercent"),
        recalculation=some("recalculation"),
        shortfall=some("shortfallDays", "shortfallAmount"),
        social_norm=some("socialNormAmount"),
        paid=some("paid"),
    )


def lines(charges: Sequence[Any]) -> Iterator[Line]:
    """The lines in their order, each group once before its parts, which stand together."""
    group = None
    for charge in charges:
        if charge.parent is None:
            group = None
            yield Line(charge, "line")
            continue
        if charge.parent.id != group:
            group = charge.parent.id
            yield Line(charge.parent, "group", _parts(charge.parent, charges))
        yield Line(charge, "inner")


def _parts(group: Any, charges: Sequence[Any]) -> Any:
    first, *others = [charge.amount for charge in charges if charge.parent is not None and charge.parent.id == group.id]
    come_to = sum(others, start=first)
    return come_to if come_to != group.amount else None
