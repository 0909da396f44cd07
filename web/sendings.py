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
        self.key = fields.get("idempotencyKey", "")[:100] or new_key()
        self.rows = rows(fields, "readings")
        self.kept = [index for index, row in self.rows.items() if row.get("register") and row.get("value", "").strip()]
        self.asked = list(rows(fields, "confirmed").values())

    def input(self, account: str) -> dict[str, Any]:
        sent = [{"register": self.rows[index]["register"], "value": self.rows[index]["value"]} for index in self.kept]
        confirmed = [{"path": path, "code": row.get("code", "")} for row in self.asked if (path := self._confirmed_path(row))]
        return {"account": account, "readings": sent, "confirmed": confirmed, "idempotencyKey": self.key}

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
    row: int | None = None
    resource: str = ""
    serial: str = ""
    zone: str | None = None


@dataclass(slots=True)
class Row:
    """One register's field: whose it is, what stands in it, an example, and what was said about it."""

    meter: Any
    register: Any
    index: int
    typed: str
    example: str
    problems: list[Any] = field(default_factory=list)
    questions: list[Any] = field(default_factory=list)
    understood: Any = None


@dataclass(slots=True)
class Form:
    """What the template needs beside the account; `confirmed` are the hidden fields that confirm exactly what was asked."""

    open: bool
    may_send: bool
    key: str
    rows: dict[str, Row]
    sent: bool = False
    problems: list[Shown] = field(default_factory=list)
    questions: list[Shown] = field(default_factory=list)
    confirmed: list[dict[str, str]] = field(default_factory=list)
    receipts: list[dict[str, Any]] = field(default_factory=list)

    @classmethod
    def of(cls, account: Any, *, sent: bool = False) -> "Form":
        registers = [(meter, register) for meter in account.meters for register in meter.registers]
        made = {register.id: _row(index, meter, register) for index, (meter, register) in enumerate(registers)}
        may = "SEND_READINGS" in account.may
        shown = cls(open=may and account.readingWindow.isOpen, may_send=may, key=new_key(), rows=made, sent=sent)
        shown.open = shown.open and any(not meter.refusal for meter, _ in registers)
        shown.receipts = [_receipt(meter, register) for meter, register in registers if _has_receipt(register)]
        return shown

    def with_typed(self, fields: dict[str, str]) -> "Form":
        """What was typed before the session ended, back in its fields; nothing is sent by that."""
        for row in rows(fields, "readings").values():
            if own := self.rows.get(row.get("register", "")):
                own.typed = row.get("value", "")[:LONGEST_VALUE] or own.typed
        return self

    @classmethod
    def after(cls, account: Any, sending: Sending, result: Any) -> "Form":
        """The form again: everything typed, each message beside its field and in the summary."""
        shown = cls.of(account)
        if not any(problem.code == "KEY_REUSED" for problem in result.problems):
            shown.key = sending.key  # a reused key means that its first values were taken: the next sending corrects them
        by_row: dict[int | None, Row] = {index: shown.rows[row["register"]] for index, row in sending.rows.items() if row.get("register") in shown.rows}
        for index, own in by_row.items():
            own.typed = sending.typed(index)
        asks = result.typename == "ConfirmationRequired"
        for problem in result.problems:
            row = by_row.get(sending.row_of(problem.path))
            (shown.questions if asks else shown.problems).append(_shown(problem, row, next(iter(by_row), None)))
            if row is not None:
                (row.questions if asks else row.problems).append(problem)
            if asks:
                shown.confirmed.append(_asked(problem, sending, sending.row_of(problem.path)))
        for understood in result.understood if asks else []:
            if (row_index := sending.row_of(understood.path)) in by_row:
                by_row[row_index].understood = understood
        return shown


def new_key() -> str:
    """A key for one sending: the same form sent twice is taken once."""
    return str(uuid.uuid4())


def _shown(problem: Any, row: Row | None, first: int | None) -> Shown:
    if row is None and problem.code == "REQUIRED":
        return Shown(gettext("Type the reading of at least one meter."), first)
    return Shown(problem.message) if row is None else Shown(problem.message, row.index, row.meter.resource, row.meter.serial or "", row.register.zone)


def _asked(problem: Any, sending: Sending, row: int | None) -> dict[str, str]:
    path = path_text(problem.path) if row is None else path_text([problem.path[0], row, *problem.path[2:]])
    return {"path": path, "code": str(problem.code), "typed": sending.typed(row)}


def _row(index: int, meter: Any, register: Any) -> Row:
    current = register.currentReading
    whole, fraction = register.integerDigits or 5, 3 if register.fractionDigits is None else register.fractionDigits
    return Row(meter, register, index, current.display if current else "", f"{'0' * whole}.{'0' * fraction}" if fraction else "0" * whole)


def _has_receipt(register: Any) -> bool:
    return register.currentReading is not None and register.currentReading.receiptNumber is not None


def _receipt(meter: Any, register: Any) -> dict[str, Any]:
    reading = register.currentReading
    return {
        "resource": meter.resource, "zone": register.zone, "serial": meter.serial or "", "display": reading.display, "number": reading.receiptNumber,
    }  # fmt: skip
