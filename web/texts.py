"""A message about readings on its way into the form's fields: what was understood fills them, what is asked back is chosen by a button."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from web.sendings import Form, Sending

LONGEST = 500
_PICK = re.compile(r"([0-9]{1,2})\.([0-9]{1,2})")


@dataclass(slots=True)
class Asked:
    """A question with its place among all of the message's, which a button names."""

    place: int
    message: str
    choices: list[Any]


@dataclass(slots=True)
class Reading:
    """What stands in the box and beside it."""

    text: str
    understood: list[Any] = field(default_factory=list)
    questions: list[Asked] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    @property
    def says(self) -> bool:
        return bool(self.understood or self.questions)

    @property
    def is_clear(self) -> bool:
        return not self.questions and not self.problems


def text_of(fields: dict[str, str]) -> str:
    return fields.get("text", "").replace("\r\n", "\n")


def filled(form: Form, fields: dict[str, str], result: Any) -> Reading:
    """Put into the form what was typed in its fields, and over that what the message says, or the choice that was picked."""
    sending = Sending(fields)
    form.key = sending.key
    for index, row in sending.rows.items():
        if own := form.rows.get(row.get("register", "")):
            own.typed = sending.typed(index)
    if result.typename == "Rejected":
        return Reading(text_of(fields), problems=[problem.message for problem in result.problems])
    picked = _picked(fields, result)
    for one in result.understood if picked is None else picked:
        if own := form.rows.get(one.register.id):
            own.typed = one.value
    asked = [Asked(place, one.message, one.choices) for place, one in enumerate(result.questions) if not _is_answered(form, one)]
    return Reading(text_of(fields), _in_fields(form, result), asked, [problem.message for problem in result.problems])


def _picked(fields: dict[str, str], result: Any) -> list[Any] | None:
    """The readings of the choice whose button was pressed; None where another button was."""
    match = _PICK.fullmatch(fields.get("pick", ""))
    if match is None:
        return None
    question, choice = int(match[1]), int(match[2])
    if question >= len(result.questions) or choice >= len(result.questions[question].choices):
        return None
    readings: list[Any] = result.questions[question].choices[choice].readings
    return readings


def _is_answered(form: Form, question: Any) -> bool:
    return any(all(_stands(form, one) for one in choice.readings) for choice in question.choices)


def _in_fields(form: Form, result: Any) -> list[Any]:
    """What the message says and the fields have: understood, or chosen."""
    chosen = [choice.readings for question in result.questions for choice in question.choices if all(_stands(form, one) for one in choice.readings)]
    said = [*result.understood, *(one for readings in chosen for one in readings)]
    return list({one.register.id: one for one in said if _stands(form, one)}.values())


def _stands(form: Form, one: Any) -> bool:
    own = form.rows.get(one.register.id)
    return own is not None and own.typed == one.value
