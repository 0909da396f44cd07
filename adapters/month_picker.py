"""The choices of a picker of months: ten years of them took a tenth of their page's time, written one by one."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from markupsafe import Markup

from adapters.formats import capital, period
from adapters.texts import language


def month_options(months: Iterable[Any], chosen: Any) -> Markup:
    """An `<option>` for each, in the present language."""
    said_in, picked = language(), str(chosen)
    return Markup("").join(_option(value, said_in, value == picked) for value in map(str, months))


@lru_cache(8192)  # the words depend on the present language, hence `said_in`
def _option(value: str, said_in: str, is_picked: bool) -> Markup:
    return Markup('<option value="{}"{}>{}</option>\n').format(value, Markup(" selected") if is_picked else "", capital(period(value)))
