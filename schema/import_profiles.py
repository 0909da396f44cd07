"""An organization's mapping profile: how its own registers are to be read (resolvers/imports/profiles.py)."""

from __future__ import annotations

from typing import Annotated

import strawberry
from strawberry import field

from models.errors import Problem as ProblemValue
from models.errors import ProblemCode, RefusedMany
from resolvers.imports import profiles
from resolvers.imports.uploads import importing
from resolvers.viewer import Viewer
from schema.results import Rejected


@strawberry.input(description="How an organization's own registers are to be read.")
class SaveImportProfileInput:
    organization_slug: str = field(description="The organization's name in addresses.")
    text: str = field(description="The profile as TOML; empty for none.")
    validate_only: bool = field(default=False, description="Check it and keep nothing.")


@strawberry.type(description="The profile is kept, and used from the next import on.")
class SaveImportProfileDone:
    registers: int = field(description="How many registers it describes.")


SaveImportProfileResult = Annotated[SaveImportProfileDone | Rejected, strawberry.union("SaveImportProfileResult", description="How keeping a profile ends.")]


async def save(viewer: Viewer, slug: str, text: str, *, validate_only: bool) -> SaveImportProfileDone:
    """Raises NotFound, Forbidden, RefusedMany with WRONG_PROFILE at `text` and the key that is wrong."""
    organization = await importing(viewer, slug)
    try:
        profile = await profiles.checked(text) if validate_only else await profiles.save(organization.pk, text, viewer.actor)
    except profiles.ProfileRefused as refused:
        wrong = [ProblemValue(ProblemCode.WRONG_PROFILE, ("text", one.key), {"problem": profiles.sentence(one)}) for one in refused.problems]
        raise RefusedMany(wrong) from None
    return SaveImportProfileDone(registers=len(profile.entries))
