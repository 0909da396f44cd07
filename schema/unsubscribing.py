"""Ending a kind of letters by the link that each of them carries."""

from __future__ import annotations

from typing import Annotated

import strawberry
from strawberry import field

from models.enums import Topic
from resolvers.unsubscribing import unsubscribe
from schema.context import Info
from schema.results import Rejected


@strawberry.input(description="The link of a letter.")
class UnsubscribeInput:
    token: str = field(description="What the letter's link ends with, `abu_…`.")
    validate_only: bool = field(default=False, description="Say what the link ends, and end nothing.")


@strawberry.type(description="No such letters are sent any more; with `validateOnly`, the link would end them.")
class UnsubscribeDone:
    topic: Topic = field(description="Which letters.")
    recipient: str = field(description="To whom they went: `a•••@example.kz`.")


UnsubscribeResult = Annotated[UnsubscribeDone | Rejected, strawberry.union("UnsubscribeResult", description="How ending letters ends.")]
LinkArgument = Annotated[UnsubscribeInput, strawberry.argument(description="The link.")]


@strawberry.type
class UnsubscribeMutations:
    @field(description="End a kind of letters, as whoever holds one of them; done twice it is done once. Codes: LINK_OVER.")
    async def unsubscribe(self, info: Info, input: LinkArgument) -> UnsubscribeResult:  # noqa: A002
        ended = await unsubscribe(input.token, info.context.now, validate_only=input.validate_only)
        return UnsubscribeDone(topic=ended.topic, recipient=ended.recipient)
