"""Days and counts as people type them, as a document's variables need them; what cannot be read is told beside its field."""

import datetime as dt
import re
from dataclasses import dataclass

from adapters.texts import gettext

FIRST_YEAR, LAST_YEAR = 1990, 2199  # what a document's Date may be
_DAY = re.compile(r"(\d{1,2})[./-](\d{1,2})[./-](\d{4})", re.ASCII)
_MONTH = re.compile(r"(\d{1,2})[./-](\d{4})", re.ASCII)
_ISO_MONTH = re.compile(r"(\d{4})-(\d{1,2})", re.ASCII)
_ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})", re.ASCII)


@dataclass(frozen=True, slots=True)
class Said:
    """A problem of a form: as a document's own, with the name of its field for a path."""

    path: tuple[str, ...]
    message: str
    code: str = ""


class Typed:
    """Reads fields one by one and gathers what is wrong with them."""

    def __init__(self, fields: dict[str, str]) -> None:
        self.fields = fields
        self.problems: list[Said] = []

    def day(self, name: str, *, required: bool = True) -> str | None:
        """`25.05.2026` or `2026-05-25` as the latter; None where there is none, or what is there is no day."""
        text = self.fields.get(name, "").strip()
        if not text:
            if required:
                self._say(name, gettext("Please fill this in."))
            return None
        match, iso = _DAY.fullmatch(text), _ISO.fullmatch(text)
        parts = (match[3], match[2], match[1]) if match else iso.groups() if iso else ("0", "0", "0")
        try:
            day = dt.date(*map(int, parts))
            if not FIRST_YEAR <= day.year <= LAST_YEAR:
                raise ValueError
            return day.isoformat()
        except ValueError:
            self._say(name, gettext("Please type the day, for example 25.05.2026."))
            return None

    def month(self, name: str) -> str | None:
        """`2026-05` or `05.2026` as the former; None where there is none, or what is there is no month."""
        text = self.fields.get(name, "").strip()
        match, iso = _MONTH.fullmatch(text), _ISO_MONTH.fullmatch(text)
        year, month = (match[2], match[1]) if match else iso.groups() if iso else ("0", "0")
        if FIRST_YEAR <= int(year) <= LAST_YEAR and 1 <= int(month) <= 12:
            return f"{int(year):04d}-{int(month):02d}"
        if text:
            self._say(name, gettext("Please type the month, for example 05.2026."))
        return None

    def count(self, name: str, otherwise: int | None = None) -> int | None:
        text = self.fields.get(name, "").strip()
        if not text:
            return otherwise
        if re.fullmatch(r"\d{1,5}", text, re.ASCII):
            return int(text)
        self._say(name, gettext("Please type a whole number."))
        return otherwise

    def _say(self, name: str, message: str) -> None:
        self.problems.append(Said((name,), message))
