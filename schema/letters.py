"""Letters of an organization's cabinet, as its staff see them."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

import strawberry
from strawberry import Parent, field

from adapters.texts import gettext
from models.enums import LetterState
from models.mail_enums import LetterTrouble
from resolvers.outgoing import LetterRow, retry_letter
from schema import ids
from schema.context import Info
from schema.results import Rejected
from schema.values import Node

OnlyState = Annotated[LetterState | None, strawberry.argument(description="Only letters in this state; null for all.")]


@strawberry.type(description="A letter that the cabinet wrote to somebody. Its words are not shown.")
class Letter(Node):
    language: str = field(description="What it is written in.")
    recipient: str = field(description="Its address, all but the first letter hidden: `a•••@example.kz`.")
    state: LetterState = field(description="How far it has come.")
    attempts: int = field(description="How often it was tried.")
    queued_at: dt.datetime = field(description="When it was written, or queued anew.")
    next_try_at: dt.datetime | None = field(description="When it is tried again; null where it is not deferred.")
    sent_at: dt.datetime | None = field(description="When the mail server took it.")
    trouble: LetterTrouble | None = field(description="Why its last attempt failed.")
    server_said: str | None = field(description="The mail server's own words, addresses hidden.")

    @field(description="Opaque and stable.")
    def id(root: Parent[LetterRow]) -> strawberry.ID:  # noqa: N805
        return strawberry.ID(ids.encode("ltr", root.pk))

    @field(description="What kind of letter it is, for people.")
    def title(root: Parent[LetterRow]) -> str:  # noqa: N805
        return title_of(root.template)

    @field(description="Why its last attempt failed, in a sentence.")
    def message(root: Parent[LetterRow]) -> str | None:  # noqa: N805
        return _sentence(root.trouble) if root.trouble is not None else None

    @field(description="Whether it may be sent anew: it has failed or is uncertain, its link still works, and its words are still known.")
    def retriable(root: Parent[LetterRow]) -> bool:  # noqa: N805
        return root.is_retriable

    @classmethod
    def is_type_of(cls, obj: object, _info: object) -> bool:
        return isinstance(obj, LetterRow)


@strawberry.input(description="A letter that is to be sent anew.")
class RetryLetterInput:
    letter: strawberry.ID = field(description="The letter.")


@strawberry.type(description="The letter waits for its turn again.")
class RetryLetterDone:
    letter: Letter = field(description="The letter.")


RetryLetterResult = Annotated[RetryLetterDone | Rejected, strawberry.union("RetryLetterResult", description="How asking for another try ends.")]
RetryArgument = Annotated[RetryLetterInput, strawberry.argument(description="The letter.")]


@strawberry.type
class LetterMutations:
    @field(description="Send a letter anew that has failed, as its organization's staff, in person. Codes: WRONG_STATE.")
    async def retry_letter(self, info: Info, input: RetryArgument) -> RetryLetterResult:  # noqa: A002
        pk = ids.pk_or_0(input.letter, "ltr")
        return RetryLetterDone(letter=await retry_letter(info.context.person, pk, info.context.now))  # type: ignore[arg-type]


def title_of(template: str) -> str:
    """The kind of letter in words. What tells strangers apart, whether somebody was known or not, has one name."""
    titles = {
        "bill": gettext("Bill of a month"),
        "contract": gettext("Breakdown by recipients"),
        "email": gettext("Change of e-mail"),
        "invitation": gettext("Invitation"),
        "linked": gettext("An account was linked"),
        "member": gettext("Somebody else's access"),
        "password": gettext("New password"),
        "readings": gettext("Reminder about readings"),
        "recovery": gettext("Forgotten name or password"),
        "refused": gettext("Reading not accepted"),
        "registered": gettext("Registration"),
        "registration": gettext("Registration"),
        "report": gettext("Answer about wrong data"),
        "step": gettext("Code for linking"),
        "trial": gettext("Trial letter"),
        "user": gettext("Profile deleted"),
        "verification": gettext("Reminder about verification"),
    }
    return titles.get(template.partition("_")[0], template)


def _sentence(trouble: LetterTrouble) -> str:
    return {
        LetterTrouble.UNREACHABLE: gettext("The mail server could not be reached."),
        LetterTrouble.DEFERRED: gettext("The mail server does not take it for now."),
        LetterTrouble.REJECTED: gettext("The mail server refused it."),
        LetterTrouble.NO_ANSWER: gettext("The mail server did not answer: the letter may have arrived."),
        LetterTrouble.ADDRESS: gettext("No letter can go to this address."),
        LetterTrouble.POINTLESS: gettext("It has no use any more: its link is over, or its reader no longer wants or may see what it tells."),
        LetterTrouble.BROKEN: gettext("It could not be written; the log says why."),
        LetterTrouble.NOT_MADE: gettext("Its document could not be made for now."),
        LetterTrouble.NO_SERVER: gettext("No mail server was set for a month."),
    }[trouble]
