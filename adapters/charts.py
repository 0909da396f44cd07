"""Bars drawn on the server: where each stands in a small SVG, and nothing else. Templates make the marks, with a text alternative."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

WIDTH, HEIGHT, LABELS = 240, 84, 14
STEP_SHARE = Decimal("0.75")  # of a step is bar, the rest is air


@dataclass(frozen=True, slots=True)
class Bar:
    """Lower left corner and size in the chart's units; `middle` is where the label goes."""

    x: int
    y: int
    width: int
    height: int
    middle: int
    month: Any
    value: str
    labelled: bool
    last: bool


@dataclass(frozen=True, slots=True)
class Chart:
    bars: list[Bar]
    least: str
    most: str
    usual: str


def bars(months: Sequence[tuple[Any, str]]) -> Chart | None:
    """A chart of (month, exact decimal text), oldest first; None where there is too little to compare."""
    values = [max(Decimal(text), Decimal(0)) for _, text in months]
    if len(values) < 3 or not any(values):
        return None
    step = Decimal(WIDTH) / max(len(values), 6)
    room = Decimal(HEIGHT - LABELS - 2)
    drawn = []
    for index, ((month, text), value) in enumerate(zip(months, values, strict=True)):
        height = max(int(room * value / max(values)), 1)
        x = int(step * index)
        width = int(step * STEP_SHARE)
        from_end = len(values) - 1 - index
        drawn.append(Bar(x, HEIGHT - LABELS - height, width, height, x + width // 2, month, text, from_end % 3 == 0, from_end == 0))
    return Chart(drawn, str(min(values)), str(max(values)), str(sorted(values)[len(values) // 2]))


@dataclass(frozen=True, slots=True)
class Past:
    """Months of a past as three paths: ordinary months, spans of several months at their average height, and the newest one."""

    usual: str
    spans: str
    now: str
    labels: list[tuple[int, str]]  # where, and of which month
    least: str
    most: str


LABELLED = 4  # of a chart's months, with their years


def past(months: Sequence[tuple[Any, str | None, int]], count: int) -> Past | None:
    """A chart of the last `count` months of (month, exact decimal text, months covered), oldest first; None where nothing is known of them.

    A month without value is left empty. What covers several months is as wide as they are and as high as their average: its area tells the sum.
    """
    end = max((_index(month) for month, _, _ in months), default=0)
    known = [(_index(month) - end + count, max(Decimal(text), Decimal(0)) / covered, covered) for month, text, covered in months if text is not None]
    known = [(place, height, covered) for place, height, covered in known if place > 0]
    most = max((height for _, height, _ in known), default=Decimal(0))
    if len(known) < 2 or not most:
        return None
    step = Decimal(WIDTH) / count
    paths = {"usual": "", "spans": "", "now": ""}
    for place, height, covered in known:
        wide = min(covered, place)
        tall = max(Decimal(HEIGHT - LABELS - 2) * height / most, Decimal(1))
        kind = "spans" if covered > 1 else "now" if place == count else "usual"
        paths[kind] += f"M{step * (place - wide):.1f} {HEIGHT - LABELS}v-{tall:.0f}h{step * wide - step * (1 - STEP_SHARE):.1f}v{tall:.0f}z"
    single = [Decimal(text) for month, text, covered in months if text is not None and covered == 1 and _index(month) > end - count]
    return Past(**paths, labels=_labels(months[-1][0], count), least=f"{min(single, default=0):f}", most=f"{max(single, default=0):f}")


def _labels(newest: Any, count: int) -> list[tuple[int, str]]:
    """The first months of quarters of the chart."""
    apart = count // LABELLED
    return [(WIDTH * apart * place // count, str(newest.plus(1 - count + apart * place))) for place in range(LABELLED)]


def _index(month: Any) -> int:
    return int(month.year) * 12 + int(month.month)
