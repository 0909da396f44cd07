"""Between the readings' form and the mutation's input: what was typed, and what is said about it beside each field."""

import uuid
from dataclasses import dataclass, field
from typing import Any

from adapters.texts import gettext
from web.forms import path_text, rows

LONGEST_VALUE = 40


class Sending:
    """What was typed, and how its rows count: empty ones are left out of the input, so its indexes are not the form's."""

    def __init__(self, fields: dict[str, str]) -> None:
        self.form = fields.get("formToken")
        self.key = fields.get("idempotencyKey", "")[:100] or new_key()
        self.rows = rows(fields, "readings")
        self.kept = [index for index, row in self.rows.items() if row.get("register") and row.get("value", "").strip()]
        self.asked = list(rows(fields, "confirmed").values())

    def input(self, account: str) -> dict[str, Any]:
        sent = [{"register": self.rows[index]["register"], "value": self.rows[index]["value"]} for index in self.kept]
        confirmed = [{"path": path, "code": row.get("code", "")} for row in self.asked if (path := self._confirmed_path(row))]
        return {"account": account, "readings": sent, "confirmed": confirmed, "idempotencyKey": self.key, "formToken": self.form}

    def alone(self, row: int) -> "Sending":
        """The same with this row only."""
        return Sending({"formToken": self.form or "", **{f"readings.{row}.{name}": value for name, value in self.rows.get(row, {}).items()}})

    def row_of(self, path: Any) -> int | None:
        """The form's row that a problem of the input is about, None for the form as a whole."""
        parts = [str(part) for part in path]
        if len(parts) > 1 and parts[0] == "readings" and parts[1].isdigit() and int(parts[1]) < len(self.kept):
            return self.kept[int(parts[1])]
        return None

    def typed(self, row: int | None) -> str:
        """The row's value as typed; for the form as a whole, all of them."""
        if row is None:
            return "|".join(f"{index}={self.rows[index]['value']}" for index in self.kept)
        return self.rows.get(row, {}).get("value", "")

    def _confirmed_path(self, asked: dict[str, str]) -> list[str] | None:
        """The path in this input of what was asked, unless what was typed there has changed since: then it is asked anew."""
        parts = asked.get("path", "").split(".")
        row = int(parts[1]) if len(parts) > 1 and parts[1].isascii() and parts[1].isdigit() and len(parts[1]) < 6 else None
        if asked.get("typed", "") != self.typed(row) or (row is not None and row not in self.kept):
            return None
        return parts if row is None else [parts[0], str(self.kept.index(row)), *parts[2:]]


@dataclass(frozen=True, slots=True)
class Shown:
    """A problem with its row in the form, None for the form as a whole, and whose row that is."""

    message: str
    code: str
    row: int | None = None
    resource: str = ""
    serial: str = ""
    zone: str | None = None
    has_field: bool = False


@dataclass(slots=True)
class Said:
    """What is said about one field: what is wrong with it, what is asked, or what it was read as."""

    problems: list[Any] = field(default_factory=list)
    questions: list[Any] = field(default_factory=list)
    understood: Any = None

    @classmethod
    def of(cls, sending: Sending, row: int, result: Any) -> "Said":
        said = cls()
        for problem in getattr(result, "problems", []):
            if sending.row_of(problem.path) == row:
                (said.questions if result.typename == "ConfirmationRequired" else said.problems).append(problem)
        said.understood = next((one for one in getattr(result, "understood", []) if sending.row_of(one.path) == row), None)
        return said


@dataclass(slots=True)
class Row:
    """One register's field: whose it is, what stands in it, an example, and what was said about it."""

    meter: Any
    register: Any
    index: int
    typed: str
    example: str
    stands: str = ""  # the resident's own value of the month, which a new one corrects
    said: Said = field(default_factory=Said)


@dataclass(slots=True)
class Form:
    """What the template needs beside the account; `confirmed` are the hidden fields that confirm exactly what was asked."""

    open: bool
    may_send: bool
    key: str
    rows: dict[str, Row]
    action: str = ""  # where it is sent to
    sent: bool = False
    checked: bool = False  # looked at only: everything is clear
    cancelled: bool = False
    problems: list[Shown] = field(default_factory=list)
    questions: list[Shown] = field(default_factory=list)
    confirmed: list[dict[str, str]] = field(default_factory=list)
    receipts: list[dict[str, Any]] = field(default_factory=list)

    @classmethod
    def of(cls, account: Any, *, sent: bool = False) -> "Form":
        registers = [(meter, register) for meter in account.meters for register in meter.registers]
        made = {register.id: _row(index, meter, register) for index, (meter, register) in enumerate(registers)}
        may = "SEND_READINGS" in account.may
        shown = cls(open=account.readingForm is not None, may_send=may, key=new_key(), rows=made, sent=sent)
        shown.open = shown.open and any(not meter.refusal for meter, _ in registers)
        shown.receipts = [_receipt(meter, register) for meter, register in registers if _has_receipt(register)]
        return shown

    @property
    def asks_for_the_rest_alone(self) -> bool:
        """Whether the one thing to confirm is that other meters have no value."""
        return [question.code for question in self.questions] == ["SOME_METERS_MISSING"]

    def with_typed(self, fields: dict[str, str]) -> "Form":
        """What was typed before the session ended, back in its fields; nothing is sent by that."""
        for row in rows(fields, "readings").values():
            if own := self.rows.get(row.get("register", "")):
                own.typed = row.get("value", "")[:LONGEST_VALUE] or own.typed
        return self

    @classmethod
    def cancelling(cls, account: Any, sending: Sending) -> "Form":
        """The form again as it was typed, with nothing asked: nothing was sent."""
        shown = cls.of(account)
        shown.cancelled = True
        shown._typed(sending)
        return shown

    @classmethod
    def after(cls, account: Any, sending: Sending, result: Any) -> "Form":
        """The form again: everything typed, each message beside its field and in the summary."""
        shown = cls.of(account)
        problems = getattr(result, "problems", [])
        if not any(problem.code == "KEY_REUSED" for problem in problems):
            shown.key = sending.key  # a reused key means that its first values were taken: the next sending corrects them
        by_row = shown._typed(sending)
        asks = result.typename == "ConfirmationRequired"
        shown.checked = result.typename == "SubmitReadingsDone"
        for problem in problems:
            index = sending.row_of(problem.path)
            row = by_row.get(index) if index is not None else None
            (shown.questions if asks else shown.problems).append(_shown(problem, row, next(iter(by_row), None)))
            if asks:
                shown.confirmed.append(_asked(problem, sending, sending.row_of(problem.path)))
        for index, own in by_row.items():
            own.said = Said.of(sending, index, result)
        return shown

    def _typed(self, sending: Sending) -> dict[int, Row]:
        """Put what was typed back into its fields; the rows of the form as it was sent."""
        by_row: dict[int, Row] = {index: self.rows[row["register"]] for index, row in sending.rows.items() if row.get("register") in self.rows}
        for index, own in by_row.items():
            own.typed = sending.typed(index)
        return by_row


def new_key() -> str:
    """A key for one sending: the same form sent twice is taken once."""
    return str(uuid.uuid4())


def _shown(problem: Any, row: Row | None, first: int | None) -> Shown:
    code = str(problem.code)
    if row is None and code == "REQUIRED":
        return Shown(gettext("Type the reading of at least one meter."), code, first)
    if row is None:
        return Shown(problem.message, code)
    return Shown(problem.message, code, row.index, row.meter.resource, row.meter.serial or "", row.register.zone, has_field=not row.meter.refusal)


def _asked(problem: Any, sending: Sending, row: int | None) -> dict[str, str]:
    path = path_text(problem.path) if row is None else path_text([problem.path[0], row, *problem.path[2:]])
    return {"path": path, "code": str(problem.code), "typed": sending.typed(row)}


def _row(index: int, meter: Any, register: Any) -> Row:
    current = register.currentReading
    whole, fraction = register.integerDigits or 5, 3 if register.fractionDigits is None else register.fractionDigits
    # another's value in the field would go off as one's own with the next correction
    own = current.display if current is not None and current.source == "CABINET" else ""
    return Row(meter, register, index, own, f"{'0' * whole}.{'0' * fraction}" if fraction else "0" * whole, own)


def _has_receipt(register: Any) -> bool:
    return register.currentReading is not None and register.currentReading.receiptNumber is not None


def _receipt(meter: Any, register: Any) -> dict[str, Any]:
    reading = register.currentReading
    return {"resource": meter.resource, "zone": register.zone, "serial": meter.serial or "", "unit": register.unit, "reading": reading}
