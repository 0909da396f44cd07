"""What cannot go through a document: bytes of people's files on their way in and out. The same rules as everywhere."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from models.errors import NotFound, Refused
from resolvers.document_uploads import LIMIT_MB, receive
from resolvers.documents import opened_document
from resolvers.organizations import find_organization
from resolvers.viewer import Viewer
from schema import ids
from schema.registers import problems_of

__all__ = ["LIMIT_MB", "File", "Refused", "opened", "problems_of", "receive"]


@dataclass(frozen=True, slots=True)
class File:
    """A file to hand out."""

    path: Path
    name: str
    media_type: str


async def opened(viewer: Viewer, slug: str, identity: str) -> File:
    """A file of this organization's account. Raises NotFound."""
    organization = await find_organization(slug=slug)
    if organization is None:
        raise NotFound("document")
    row = await opened_document(viewer, organization.pk, ids.pk_of(identity, "doc"))
    return File(row.path, row.name, row.media_type)
