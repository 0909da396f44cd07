"""States of readings, and why they are what they are, in words that people read."""

from collections.abc import Callable
from typing import Any

from adapters.formats import word
from adapters.texts import gettext


def reading_state(code: str | None) -> str:
    """How far a reading has come, in plain words."""
    return word(code, {
        "SENT": lambda: gettext("being processed"), "IN_REVIEW": lambda: gettext("being checked by the supplier"),
        "ACCEPTED": lambda: gettext("accepted by the supplier"), "BILLED": lambda: gettext("used in a bill"),
        "REFUSED": lambda: gettext("not accepted"), "SUPERSEDED": lambda: gettext("replaced by a newer value"),
    })  # fmt: skip


def reading_reason(text: str) -> str:
    """Why a reading is in review or refused: one of our own reasons in the reader's language, else somebody's own words."""
    return word(text, {
        "LOWER": lambda: gettext("The value is lower than the one before."),
        "LATE": lambda: gettext("It was sent when readings were not taken."),
        "SILENT": lambda: gettext("The supplier's system did not answer: people will look at it."),
    }, text)  # fmt: skip


def judge(code: str | None) -> str:
    """Who decided about a reading."""
    return word(code, {
        "STAFF": lambda: gettext("Supplier's staff"), "PARTNER": lambda: gettext("Supplier's system"), "HOOK": lambda: gettext("Automatic check"),
        "IMPORT": lambda: gettext("Supplier's register"),
    }, "")  # fmt: skip


FILTERS: dict[str, Callable[..., Any]] = {"reading_state": reading_state, "reading_reason": reading_reason, "judge": judge}
