"""Who is asking: a frozen value built once per request from a session or a bearer token."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from models import ApiToken, Membership, StaffRole
from models.enums import Right, TokenScope
from models.errors import Forbidden, SignInRequired


class ViewerKind(StrEnum):
    RESIDENT = "resident"
    STAFF = "staff"
    PARTNER = "partner"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class Grant:
    """One membership: to an account or to a contract, for days `from_on`–`until_on` (both inclusive, None = open)."""

    account_id: int | None
    contract_id: int | None
    rights: Right
    from_on: dt.date | None = None
    until_on: dt.date | None = None


@dataclass(frozen=True, slots=True)
class Access:
    """What the viewer may do with one account: rights in force today, and the days whose rows may be seen."""

    rights: Right
    from_on: dt.date | None = None
    until_on: dt.date | None = None

    def may(self, right: Right) -> bool:
        return right in self.rights

    def shows(self, first: dt.date, last: dt.date) -> bool:
        """Whether rows of the days `first`–`last` may be seen: all of them must lie within the membership."""
        return (self.from_on is None or last >= self.from_on) and (self.until_on is None or first <= self.until_on)

    @property
    def is_former(self) -> bool:
        return self.until_on is not None


@dataclass(frozen=True, slots=True)
class Viewer:
    """`organization_ids`: those whose every account the viewer may see (as staff or as the partner's system)."""

    kind: ViewerKind
    actor: str  # "user:12", "token:3": what audit rows say
    user_id: int | None = None
    organization_ids: frozenset[int] = frozenset()
    grants: tuple[Grant, ...] = ()
    scopes: frozenset[TokenScope] = field(default_factory=lambda: frozenset(TokenScope))
    today: dt.date = field(default_factory=dt.date.today)

    def has(self, scope: TokenScope) -> bool:
        return scope in self.scopes

    def require(self, scope: TokenScope) -> None:
        if scope not in self.scopes:
            raise Forbidden(scope)

    def access(self, account_id: int, contract_id: int | None, organization_id: int) -> Access | None:
        """The viewer's access to an account, None where there is none (then the account does not exist for this viewer)."""
        if organization_id in self.organization_ids:
            return Access(self._scoped(Right.owner()))
        mine = [g for g in self.grants if g.account_id == account_id or (contract_id is not None and g.contract_id == contract_id)]
        if not mine:
            return None
        rights = Right(0)
        for grant in mine:
            if grant.until_on is None or grant.until_on >= self.today:
                rights |= grant.rights
        return Access(self._scoped(rights), _widest(min, (g.from_on for g in mine)), _widest(max, (g.until_on for g in mine)))

    def contract_access(self, contract_id: int, organization_id: int) -> Access | None:
        return self.access(-1, contract_id, organization_id)

    def _scoped(self, rights: Right) -> Right:
        if TokenScope.READ_MONEY not in self.scopes:
            rights &= ~Right.SEE_MONEY
        if TokenScope.SUBMIT_READINGS not in self.scopes:
            rights &= ~Right.SEND_READINGS
        return rights


def signed_in(viewer: Viewer | None) -> Viewer:
    if viewer is None:
        raise SignInRequired
    return viewer


async def viewer_of_user(user_id: int, today: dt.date, *, actor: str | None = None, scopes: Iterable[TokenScope] = TokenScope) -> Viewer:
    """Two statements: memberships and staff roles."""
    memberships = await Membership.filter(user_id=user_id)
    roles = await StaffRole.filter(user_id=user_id)
    return Viewer(
        kind=ViewerKind.STAFF if roles else ViewerKind.RESIDENT,
        actor=actor or f"user:{user_id}",
        user_id=user_id,
        organization_ids=frozenset(role.organization_id for role in roles),
        grants=tuple(Grant(m.account_id, m.contract_id, Right(m.rights), m.from_on, m.until_on) for m in memberships),
        scopes=frozenset(scopes),
        today=today,
    )


async def viewer_of_token(token: ApiToken, today: dt.date) -> Viewer:
    """A user's token sees what its user sees, an organization's token all accounts there; scopes narrow both."""
    scopes = [TokenScope(word) for word in token.scopes.split()]
    if token.user_id is not None:
        return await viewer_of_user(token.user_id, today, actor=f"token:{token.id}", scopes=scopes)
    assert token.organization_id is not None
    organizations = frozenset({token.organization_id})
    return Viewer(ViewerKind.PARTNER, f"token:{token.id}", organization_ids=organizations, scopes=frozenset(scopes), today=today)


def _widest(choose: Callable[[Iterable[dt.date]], dt.date], days: Iterable[dt.date | None]) -> dt.date | None:
    """The first or last of the days; an open end is wider than any day."""
    known = list(days)
    return None if None in known else choose([day for day in known if day is not None])
