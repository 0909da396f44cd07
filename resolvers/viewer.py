"""Who is asking: a frozen value built once per request from a session or a bearer token."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from enum import StrEnum

from models.enums import Right, TokenScope
from models.errors import Forbidden, SignInRequired
from models.period import Period
from models.sql import day
from resolvers.sql import Row, fetch

TOKEN = "token:"  # noqa: S105 - how actors begin that are tokens


class ViewerKind(StrEnum):
    RESIDENT = "resident"
    STAFF = "staff"
    PARTNER = "partner"
    SYSTEM = "system"
    VISITOR = "visitor"  # a stranger who looked an account up: sees its statements for a while, and no names
    LETTER = "letter"  # whoever holds a reminder's link: sends readings of one account while its window is open


@dataclass(frozen=True, slots=True)
class Grant:
    """One membership: to an account or to a contract, for days `from_on`–`until_on` (both inclusive, None = open)."""

    account_id: int | None
    contract_id: int | None
    rights: Right
    from_on: dt.date | None = None
    until_on: dt.date | None = None

    def covers(self, first: dt.date, last: dt.date) -> bool:
        return (self.from_on is None or last >= self.from_on) and (self.until_on is None or first <= self.until_on)


@dataclass(frozen=True, slots=True)
class Access:
    """What the viewer may do with one account: rights in force today, and the memberships, ended ones too, that show its past."""

    rights: Right
    spans: tuple[Grant, ...] = ()

    def may(self, right: Right) -> bool:
        return right in self.rights

    def sees(self, first: dt.date, last: dt.date, right: Right) -> bool:
        """Whether rows of the days `first`–`last` may be seen: they touch the days of a membership that holds (or held) the right."""
        return any(span.covers(first, last) for span in self.spans if right in span.rights)

    @property
    def until_on(self) -> dt.date | None:
        """The last day of a former owner, None while a membership is in force."""
        return _widest(max, (span.until_on for span in self.spans)) if self.spans else None


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
    session_id: int | None = None
    language: str | None = None  # which the user has chosen
    letter_to: int | None = None  # the user to whom the letter went whose link this is
    letter_for: Period | None = None  # the month that its link sends readings for, and no other

    @property
    def is_person(self) -> bool:
        """Whether somebody says so themselves, at a browser or at the server: a token is somebody's machine, whosever it is."""
        return not self.actor.startswith(TOKEN)

    @property
    def is_guest(self) -> bool:
        """Whether nobody has signed in: a stranger's look-up, or a letter's link."""
        return self.kind in (ViewerKind.VISITOR, ViewerKind.LETTER)

    @property
    def is_letter(self) -> bool:
        """Whether this is the link in a reminder."""
        return self.kind is ViewerKind.LETTER

    @property
    def sender_id(self) -> int | None:
        """The user in whose name readings are sent."""
        return self.user_id if self.user_id is not None else self.letter_to

    def has(self, scope: TokenScope) -> bool:
        return scope in self.scopes

    def require(self, scope: TokenScope) -> None:
        if scope not in self.scopes:
            raise Forbidden(scope)

    def access(self, account_id: int, contract_id: int | None, organization_id: int) -> Access | None:
        """The viewer's access to an account, None where there is none (then the account does not exist for this viewer)."""
        if organization_id in self.organization_ids:
            rights = self._scoped(Right.owner())
            return Access(rights, (Grant(account_id, None, rights),))
        mine = [g for g in self.grants if g.account_id == account_id or (contract_id is not None and g.contract_id == contract_id)]
        if not mine:
            return None
        spans = tuple([self._narrowed(grant) for grant in mine])
        rights = Right(0)
        for span in spans:
            if span.covers(self.today, self.today):
                rights |= span.rights
        return Access(rights, spans)

    def contract_access(self, contract_id: int, organization_id: int) -> Access | None:
        return self.access(-1, contract_id, organization_id)

    def _narrowed(self, grant: Grant) -> Grant:
        rights = self._scoped(grant.rights)
        return grant if rights == grant.rights else replace(grant, rights=rights)

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


_GRANTS = """
    SELECT account_id, contract_id, rights, from_on, until_on, NULL AS organization_id FROM membership WHERE user_id = $1
    UNION ALL SELECT NULL, NULL, 0, NULL, NULL, organization_id FROM staff_role WHERE user_id = $1"""


async def viewer_of_user(
    user_id: int, today: dt.date, *, actor: str | None = None, scopes: Iterable[TokenScope] = TokenScope, session_id: int | None = None
) -> Viewer:
    """One statement: memberships and staff roles."""
    return viewer_of_rows(await fetch(_GRANTS, user_id), user_id, today, actor=actor, scopes=scopes, session_id=session_id)


def viewer_of_rows(
    rows: Iterable[Row], user_id: int, today: dt.date, *, actor: str | None = None, scopes: Iterable[TokenScope] = TokenScope, session_id: int | None = None
) -> Viewer:
    """Of the user's memberships and, with `organization_id`, staff roles."""
    rows = list(rows)
    roles = [row["organization_id"] for row in rows if row["organization_id"] is not None]
    grants = [row for row in rows if row["organization_id"] is None]
    return Viewer(
        kind=ViewerKind.STAFF if roles else ViewerKind.RESIDENT,
        actor=actor or f"user:{user_id}",
        user_id=user_id,
        organization_ids=frozenset(roles),
        grants=tuple(Grant(row["account_id"], row["contract_id"], Right(row["rights"]), day(row["from_on"]), day(row["until_on"])) for row in grants),
        scopes=frozenset(scopes),
        today=today,
        session_id=session_id,
    )


def granted(rows: Iterable[Row]) -> list[Row]:
    """Without the row that a join gives of somebody who has no account."""
    return [row for row in rows if row["rights"] is not None]


def _widest(choose: Callable[[Iterable[dt.date]], dt.date], days: Iterable[dt.date | None]) -> dt.date | None:
    """The first or last of the days; an open end is wider than any day."""
    known = list(days)
    return None if None in known else choose([one for one in known if one is not None])
