"""What a request carries into the schema. Past this point nobody can tell whether a page or a partner asks."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import TypeAlias

import strawberry

from models.errors import Forbidden, SignInRequired
from resolvers.organizations import OrganizationRow
from resolvers.viewer import Viewer
from schema.loaders import Loaders


@dataclass(slots=True)
class Context:
    """`today` overrides the clock's day in every time zone; `source` is where the request came from, for counting misses."""

    viewer: Viewer | None
    now: dt.datetime
    fixed_today: dt.date | None = None
    source: str | None = None
    device: str = ""
    loaders: Loaders = field(init=False)

    def __post_init__(self) -> None:
        self.loaders = Loaders(self.viewer)

    @property
    def signed_in(self) -> Viewer:
        if self.viewer is None:
            raise SignInRequired
        return self.viewer

    @property
    def person(self) -> Viewer:
        """Somebody who is signed in, in person: what concerns the person alone is not done by a token. Raises SignInRequired, Forbidden."""
        viewer = self.signed_in
        if viewer.user_id is None or not viewer.is_person:
            raise Forbidden("in person only")
        return viewer

    def today(self, organization: OrganizationRow) -> dt.date:
        """The day it is now where the organization is."""
        return self.fixed_today or organization.today(self.now)


Info: TypeAlias = strawberry.Info[Context, None]
