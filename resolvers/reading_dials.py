"""What a message about readings is compared with, and what it may turn out to mean. No database, no clock."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from models.enums import Resource, TariffZone
from models.errors import ProblemCode
from models.quantity import MICRO
from resolvers.readings import dial
from resolvers.typed import Unreadable, typed_value

LIKELY = {Resource.ELECTRICITY: 1000 * MICRO}  # what may have been used since the last reading, to tell dials apart
LIKELY_ELSE = 30 * MICRO
LIKELY_PART = 20  # of all that a large dial shows


@dataclass(frozen=True, slots=True)
class Dial:
    """A dial of the account, and what it showed last (10^-6)."""

    key: int
    resource: Resource
    zone: TariffZone | None = None
    inlet: int | None = None
    place: str | None = None
    serial: str | None = None
    integer_digits: int | None = 5
    fraction_digits: int | None = 3
    last: int | None = None

    @property
    def last_text(self) -> str:
        return dial(self.last or 0, self.integer_digits, self.fraction_digits)

    def reads(self, value: str) -> int | ProblemCode:
        """The value in 10^-6, or why it is none of this dial."""
        try:
            return typed_value(value, self.integer_digits, self.fraction_digits)
        except Unreadable as unreadable:
            return unreadable.code

    def is_likely(self, micro: int) -> bool:
        """Whether the value goes on from the last one. Where nothing is known, anything may be."""
        if self.last is None:
            return True
        return self.last <= micro <= self.last + max(LIKELY.get(self.resource, LIKELY_ELSE), self.last // LIKELY_PART)


@dataclass(frozen=True, slots=True)
class Value:
    """A value for a dial, and the piece of the text that says so."""

    dial: Dial
    value: str
    piece: str


@dataclass(frozen=True, slots=True)
class Question:
    """A piece that can mean several things, or probably one: each choice is a set of values."""

    piece: str
    choices: tuple[tuple[Value, ...], ...]


@dataclass(frozen=True, slots=True)
class Unread:
    """A piece that means no reading of this account."""

    piece: str
    code: ProblemCode = ProblemCode.NOT_UNDERSTOOD
    dial: Dial | None = None  # whose digits it has too many of


@dataclass(slots=True)
class Meaning:
    understood: list[Value] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)
    unread: list[Unread] = field(default_factory=list)

    @property
    def is_clear(self) -> bool:
        return not self.questions and not self.unread


@dataclass(frozen=True, slots=True)
class Says:
    """What words say about a dial; None where they say nothing about that."""

    resources: frozenset[Resource] | None = None
    zone: TariffZone | None = None
    inlet: int | None = None
    keys: frozenset[int] | None = None  # by number or place of the meter
    is_known: bool = True  # a word that says nothing we know is no label, but whoever wrote it meant something

    def both(self, other: Says) -> Says | None:
        """What the two say together, None where they contradict each other."""
        resources, keys = _common(self.resources, other.resources), _common(self.keys, other.keys)
        clash = (self.zone and other.zone and self.zone != other.zone) or (self.inlet and other.inlet and self.inlet != other.inlet)
        if clash or resources == frozenset() or (keys == frozenset() and self.keys and other.keys):
            return None
        return Says(resources, self.zone or other.zone, self.inlet or other.inlet, keys)

    def after(self, former: Says, dials: Iterable[Dial]) -> Says:
        """With what went before and still holds: «день 1234 ночь 567» after «свет», «ввод 2 12» after «хвс»."""
        if self.keys is not None or not self.is_known:
            return self
        wide = replace(self, resources=self.resources or former.resources, inlet=self.inlet or former.inlet)
        narrow = replace(self, inlet=self.inlet or former.inlet)
        return next((one for one in (wide, narrow) if one.of(dials)), self)

    def of(self, dials: Iterable[Dial]) -> list[Dial]:
        return [one for one in dials if self.fits(one)]

    def fits(self, dial: Dial) -> bool:
        if self.keys is not None and dial.key not in self.keys:
            return False
        if self.resources is not None and dial.resource not in self.resources:
            return False
        return self.zone in (None, dial.zone) and self.inlet in (None, dial.inlet)


def _common(one: frozenset[Any] | None, other: frozenset[Any] | None) -> frozenset[Any] | None:
    if one is None or other is None:
        return other if one is None else one
    return one & other
