"""Reading a message about one account's readings. Nothing is written: what it means goes into a form, or into `submit_readings`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from models.enums import TokenScope
from models.errors import Problem, ProblemCode, Refused
from models.period import Period
from resolvers.meters import RegisterRow
from resolvers.reading_days import Times
from resolvers.reading_desk import Desk, dial_params
from resolvers.reading_dials import Dial, Meaning, Unread, Value
from resolvers.reading_entries import desks, history_of
from resolvers.reading_text import LONGEST, read_text
from resolvers.readings import ReadingRow, newest
from resolvers.submissions import account_to_send_for
from resolvers.viewer import Viewer

PATH = ("text",)


@dataclass(slots=True, eq=False)
class ParsedValue:
    register: RegisterRow
    value: str
    piece: str


@dataclass(slots=True, eq=False)
class ParsedQuestion:
    """`choices` are sets of values, of which one is meant."""

    piece: str
    problem: Problem
    choices: list[list[ParsedValue]]


@dataclass(slots=True, eq=False)
class ParsedProblem:
    piece: str
    problem: Problem


@dataclass(slots=True, eq=False)
class ParsedText:
    understood: list[ParsedValue] = field(default_factory=list)
    questions: list[ParsedQuestion] = field(default_factory=list)
    problems: list[ParsedProblem] = field(default_factory=list)


async def parse_readings(viewer: Viewer, account_pk: int, text: str, now: dt.datetime, today: dt.date | None = None) -> ParsedText:
    """What the text says of the account's meters. Values are as they stand in it; only those asked back may be the meters' last ones,
    and these for nobody who may not read them.

    Raises NotFound and Forbidden as `submit_readings` does, Refused with the path `text`: REQUIRED, TOO_LONG.
    """
    account = await account_to_send_for(viewer, account_pk)
    if not text.strip():
        raise Refused(ProblemCode.REQUIRED, PATH)
    if len(text) > LONGEST:
        raise Refused(ProblemCode.TOO_LONG, PATH, limit=LONGEST)
    desk = (await desks(viewer, [account], now, today))[account.pk]
    history = await history_of([desk]) if viewer.has(TokenScope.READ_READINGS) else {}  # choices would tell it
    taking = [register for register in desk.registers.values() if register.meter.refusal(desk.today) is None]
    times = Times(desk.period, Period.of(desk.today))
    meaning = read_text(text, _dials(desk, taking, history), account.number, times)
    return _parsed(desk, meaning, history)


def _parsed(desk: Desk, meaning: Meaning, history: Mapping[int, Sequence[ReadingRow]]) -> ParsedText:
    found = ParsedText([_value(desk, one) for one in meaning.understood])
    for question in meaning.questions:
        code = ProblemCode.PROBABLY_MEANT if len(question.choices) == 1 else ProblemCode.AMBIGUOUS
        choices = [[_value(desk, one) for one in choice] for choice in question.choices]
        found.questions.append(ParsedQuestion(question.piece, Problem(code, PATH, {"piece": _quoted(question.piece)}), choices))
    found.problems = [ParsedProblem(one.piece, _problem(desk, one, history)) for one in meaning.unread]
    return found


def _value(desk: Desk, value: Value) -> ParsedValue:
    return ParsedValue(desk.registers[value.dial.key], value.value, value.piece)


def _problem(desk: Desk, unread: Unread, history: Mapping[int, Sequence[ReadingRow]]) -> Problem:
    """What stands against a piece: of a meter that takes no readings, why not."""
    if unread.code is ProblemCode.UNKNOWN_METER:
        refusing = [register for register in desk.registers.values() if register.meter.refusal(desk.today) is not None]
        meant = read_text(unread.piece, _dials(desk, refusing, history), desk.account.number).understood
        refusal = desk.registers[meant[0].dial.key].meter.refusal(desk.today) if meant else None
        if refusal is not None:
            return Problem(refusal.code, PATH, refusal.params)
    params = dial_params(unread.dial.integer_digits, unread.dial.fraction_digits) if unread.dial else {}
    return Problem(unread.code, PATH, {"piece": _quoted(unread.piece), **params})


def _quoted(piece: str) -> str:
    return f"«{piece}»"


def _dials(desk: Desk, registers: Sequence[RegisterRow], history: Mapping[int, Sequence[ReadingRow]]) -> list[Dial]:
    return [_dial(register, newest(history.get(register.pk, ()), before=desk.period)) for register in registers]


def _dial(register: RegisterRow, last: ReadingRow | None) -> Dial:
    """`last` is from before the month: a value of this month may be corrected downwards."""
    meter = register.meter
    return Dial(
        key=register.pk,
        resource=meter.resource,
        zone=register.zone,
        inlet=meter.inlet,
        place=meter.place,
        serial=meter.serial,
        integer_digits=register.integer_digits,
        fraction_digits=register.fraction_digits,
        last=last.micro if last else None,
    )
