"""The address that judges an organization's readings, as its staff name it."""

from __future__ import annotations

from typing import Annotated

import strawberry
from strawberry import Parent, field

from resolvers import hook_settings
from resolvers.organizations import OrganizationRow
from schema.context import Info
from schema.results import Rejected


@strawberry.type(description="An https address that is asked about each reading that residents and partners send.")
class ReadingHook:
    url: str | None = field(description="The address; null where none is asked.")
    waiting: int = field(description="How many readings it has not been heard about yet.")
    failed: int = field(description="How many it gave no verdict about in three days: they wait for people.")
    last_error: str | None = field(description="What went wrong last, while it has not come right.")


@strawberry.type
class OrganizationHook:
    """Fields of an organization."""

    @field(description="The address that judges its readings; null for those who are not its staff, in person.")
    async def reading_hook(root: Parent[OrganizationRow]) -> ReadingHook | None:  # noqa: N805
        return await hook_settings.hook_of(root.pk)  # type: ignore[return-value]


@strawberry.input(description="Which address judges readings.")
class SetReadingHookInput:
    organization_slug: str = field(description="The organization's name in addresses.")
    url: str = field(description="An https address that can be reached from the internet; empty to ask none.")
    new_secret: bool = field(default=False, description="Make a new secret; the one before it goes on signing beside it. A first one is made by itself.")
    validate_only: bool = field(default=False, description="Run all checks and write nothing.")


@strawberry.type(description="The address holds from now on.")
class SetReadingHookDone:
    hook: ReadingHook = field(description="How it stands.")
    secret: str | None = field(description="The secret, `whsec_…`, where one was made: shown this once.")


SetReadingHookResult = Annotated[SetReadingHookDone | Rejected, strawberry.union("SetReadingHookResult", description="How naming an address ends.")]
TheHook = Annotated[SetReadingHookInput, strawberry.argument(description="Whose address, and which.")]


@strawberry.type
class HookMutations:
    @field(description="Name the address that judges sent readings, as the organization's staff in person. Codes: INVALID_URL.")
    async def set_reading_hook(self, info: Info, input: TheHook) -> SetReadingHookResult:  # noqa: A002
        wanted = {"new_secret": input.new_secret, "validate_only": input.validate_only}
        row = await hook_settings.set_hook(info.context.person, input.organization_slug, input.url, **wanted)
        return SetReadingHookDone(hook=row, secret=row.secret)  # type: ignore[arg-type]
