"""Telling people from programs: what a visitor is asked who tried too often, and how it is answered."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

import strawberry
from strawberry import field

from resolvers import human_checks
from resolvers.human_checks import HumanAnswer, HumanDoor
from schema.context import Info


@strawberry.type(description="A human check: solve the proof of work, or type the code that the image shows and the sound speaks. Good once.")
class HumanCheck:
    proof_of_work: str = field(description="The challenge as JSON, in ALTCHA's form: `altcha` and other solvers of it give the solution.")
    image: str = field(description="Which image: `/human/image?c=…` shows it, `/human/sound?c=…` speaks it.")
    expires_at: dt.datetime = field(description="Until when it can be answered.")


@strawberry.input(description="The answer to a human check.")
class HumanCheckInput:
    proof_of_work: str | None = field(default=None, description="The solution: base64 of JSON, as ALTCHA's solvers give it.")
    image: str | None = field(default=None, description="`HumanCheck.image`, for a typed code.")
    typed: str | None = field(default=None, description="The digits of the image or the sound; spaces do not matter.")

    def answer(self) -> HumanAnswer:
        return HumanAnswer(self.proof_of_work, self.image, self.typed)


DoorArgument = Annotated[HumanDoor, strawberry.argument(description="For which door: a check opens no other.")]


@strawberry.type
class HumanCheckQuery:
    @field(description="A fresh human check, for whom a mutation refused with HUMAN_CHECK_NEEDED. Public.")
    def human_check(self, info: Info, door: DoorArgument) -> HumanCheck:
        return human_checks.fresh(door.value, info.context.now)  # type: ignore[return-value]


def answer_of(given: HumanCheckInput | None) -> HumanAnswer | None:
    """What a mutation's `humanCheck` hands on to resolvers.gate.knock."""
    return given.answer() if given is not None else None


def shown_code(image: str, now: dt.datetime | None = None) -> str | None:
    """The digits that an image's address stands for, None where it is not ours or too old."""
    return human_checks.shown_code(image, now or dt.datetime.now(dt.UTC))
