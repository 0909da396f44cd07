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
