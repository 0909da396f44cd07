"""Reading messages about readings."""

from __future__ import annotations

from typing import Annotated

import strawberry
from strawberry import Parent, field

from models.errors import ProblemCode
from resolvers.text_readings import ParsedProblem, ParsedQuestion, ParsedText, ParsedValue, parse_readings
from schema import ids
from schema.context import Info
from schema.meters import MeterRegister
from schema.problems import sentence
from schema.results import Rejected


@strawberry.input(description="A message, and the account that it is about.")
class ParseReadingsInput:
    account: strawberry.ID = field(description="The account.")
    text: str = field(description="1 to 500 characters, as written: `хвс 117,5 гвс 196`.")


@strawberry.type(description="A value that a message gives, or may give, for a dial: a row of `submitReadings`.")
class ParsedReading:
    register: MeterRegister = field(description="The dial.")
    value: str = field(description="The value as it stands in the text, for `ReadingInput.value`.")

    @field(name="from", description="The piece of the text that says so.")
    def piece(root: Parent[ParsedValue]) -> str:  # noqa: N805
        return root.piece


@strawberry.type(description="One of the things that a piece can mean.")
class ReadingChoice:
    @field(description="The values that it would be.")
    def readings(root: Parent[list[ParsedValue]]) -> list[ParsedReading]:  # noqa: N805
        return root  # type: ignore[return-value]


@strawberry.type(description="A piece that is asked back: whoever wrote it chooses one of the choices, or none.")
class ReadingQuestion:
    choices: list[ReadingChoice] = field(description="What it can mean.")

    @field(name="from", description="The piece of the text.")
    def piece(root: Parent[ParsedQuestion]) -> str:  # noqa: N805
        return root.piece

    @field(description="AMBIGUOUS, or PROBABLY_MEANT where there is one choice.")
    def code(root: Parent[ParsedQuestion]) -> ProblemCode:  # noqa: N805
        return root.problem.code

    @field(description="The question for people, in the viewer's language.")
    def message(root: Parent[ParsedQuestion]) -> str:  # noqa: N805
        return sentence(root.problem)


@strawberry.type(description="A piece that gives no value.")
class TextProblem:
    @field(name="from", description="The piece of the text.")
    def piece(root: Parent[ParsedProblem]) -> str:  # noqa: N805
        return root.piece

    @field(description="Why, for machines.")
    def code(root: Parent[ParsedProblem]) -> ProblemCode:  # noqa: N805
        return root.problem.code

    @field(description="Why, for people, in the viewer's language.")
    def message(root: Parent[ParsedProblem]) -> str:  # noqa: N805
        return sentence(root.problem)


@strawberry.type(description="What a message means. Nothing was written.")
class ParseReadingsDone:
    understood: list[ParsedReading] = field(description="The values that it gives beyond doubt, to be sent with `submitReadings`.")
    questions: list[ReadingQuestion] = field(description="What must be asked back.")
    problems: list[TextProblem] = field(description="What gives no value.")


ParseReadingsResult = Annotated[
    ParseReadingsDone | Rejected, strawberry.union("ParseReadingsResult", description="How the reading of a message ends; Rejected where it was not read.")
]
ParseArgument = Annotated[ParseReadingsInput, strawberry.argument(description="The account, and the text.")]


@strawberry.type
class TextMutations:
    """Of messages."""

    @field(
        description="Read a message as residents write them, in Russian, Kazakh or English, for SMS and messengers. Writes nothing: what was understood is "
        "sent with `submitReadings`. Codes: REQUIRED, TOO_LONG. Codes of pieces: NOT_UNDERSTOOD, UNKNOWN_METER, TOO_MANY_DIGITS, OTHER_ACCOUNT (nothing "
        "else is read then), METER_REMOVED, METER_FAULTY, METER_WITHOUT_SERIAL, VERIFICATION_OVERDUE. Asked back: AMBIGUOUS, PROBABLY_MEANT."
    )
    async def parse_readings(self, info: Info, input: ParseArgument) -> ParseReadingsResult:  # noqa: A002
        context = info.context
        found: ParsedText = await parse_readings(context.signed_in, ids.pk_or_0(input.account, "acc"), input.text, context.now, context.fixed_today)
        return ParseReadingsDone(understood=found.understood, questions=found.questions, problems=found.problems)  # type: ignore[arg-type]
