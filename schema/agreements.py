"""The text that users consent to."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

import strawberry
from strawberry import field

from resolvers.agreements import agreement
from schema.arguments import OptionalSlug

Language = Annotated[str, strawberry.argument(description="`ru`, `kk` or `en`; where a version has no such text, another is given.")]
Version = Annotated[str | None, strawberry.argument(description="A former version; null for the present one.")]


@strawberry.type(description="A version of the agreement, in one language. Public.")
class Agreement:
    version: str = field(description="Its version: what `registerUser` takes as accepted.")
    language: str = field(description="The language that this text is in.")
    text: str = field(description="The text: paragraphs between blank lines; lines that begin with `# ` are headings.")
    text_hash: str = field(description="SHA-256 of the text: what a consent holds.")
    published_at: dt.datetime | None = field(description="Since when; null for the text that the product comes with.")
    versions: list[str] = field(description="All versions, the present one first.")


@strawberry.type
class AgreementQueries:
    @field(description="The agreement of an organization, or of the installation itself. Null for a version that is none. Public.")
    async def agreement(self, language: Language = "ru", organization_slug: OptionalSlug = None, version: Version = None) -> Agreement | None:
        return await agreement(organization_slug, language, version)  # type: ignore[return-value]
