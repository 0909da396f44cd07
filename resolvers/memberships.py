"""Who is linked to an account or a contract: seen and changed by those who manage its members, and left by oneself.

Whoever leaves sees nothing of it any more, and so does whoever was invited and is shown out: the row goes, the audit keeps it. Somebody who
proved the account and is shown out by another who did keeps the past, as a former owner does. Who was invited cannot show out who proved,
nor who invited him; and when he goes, those go whom he invited.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from models import Membership
from models.database import transaction
from models.enums import Proof, Right
from models.errors import NotFound, ProblemCode, Refused
from models.sql import day
from resolvers import audit, membership_ends
from resolvers.inviters import inviters_of
from resolvers.lending import is_later, lent
from resolvers.sessions import UserRow
from resolvers.sql import Row, among, fetch, ids, instant
from resolvers.viewer import Access, Viewer


@dataclass(frozen=True, slots=True)
class MembershipRow:
    pk: int
    organization_pk: int
    account_pk: int | None
    contract_pk: int | None
    user_pk: int
    name: str | None
    email: str
    rights: Right
    from_on: dt.date | None
    until_on: dt.date | None
    proof: Proof
    proved_by: tuple[str, ...]
    created_at: dt.datetime
    invited_by: str | None
    is_mine: bool

    @property
    def is_proved(self) -> bool:
        return self.proof is not Proof.INVITATION

    @property
    def owner(self) -> dict[str, int | None]:
        return {"account_id": self.account_pk} if self.account_pk is not None else {"contract_id": self.contract_pk}


_SELECT = """SELECT m.*, u.name AS user_name, u.email AS user_email, i.name AS inviter_name
    FROM membership m JOIN user_account u ON u.id = m.user_id LEFT JOIN user_account i ON i.id = m.invited_by_id"""


async def memberships_of(viewer: Viewer, rows: Iterable[UserRow]) -> dict[int, list[MembershipRow]]:
    """The viewer's own, past ones too. One statement."""
    if viewer.user_id not in {row.pk for row in rows}:
        return {}
    found = await fetch(f"{_SELECT} WHERE m.user_id = $1 ORDER BY m.organization_id, m.contract_id, m.account_id, m.id", viewer.user_id)
    return {viewer.user_id or 0: [_row(viewer, row) for row in found]}


async def account_members(viewer: Viewer, rows: Sequence[Any]) -> dict[int, list[MembershipRow]]:
    """Who is linked to each account today or later, for whoever manages its members in person. One statement."""
    return await _members(viewer, rows, "account_id")


async def contract_members(viewer: Viewer, rows: Sequence[Any]) -> dict[int, list[MembershipRow]]:
    return await _members(viewer, rows, "contract_id")


async def memberships_by_ids(viewer: Viewer, wanted: Sequence[int]) -> dict[int, MembershipRow]:
    """One's own, and those of accounts and contracts whose members one manages in person. Two statements."""
    found = [_row(viewer, row) for row in await fetch(f"{_SELECT} WHERE {among('m.id', 1)}", list(wanted))]
    contracts = await _contracts_of([row.account_pk for row in found if row.account_pk is not None])
    seen = {}
    for row in found:
        access = viewer.access(row.account_pk or -1, row.contract_pk or contracts.get(row.account_pk or -1), row.organization_pk)
        if viewer.is_person and viewer.user_id is not None and (row.is_mine or manages(viewer, access)):
            seen[row.pk] = row
    return seen


def manages(viewer: Viewer, access: Access | None) -> bool:
    return access is not None and viewer.is_person and viewer.user_id is not None and access.may(Right.MANAGE_MEMBERS)


async def unlink(viewer: Viewer, pk: int, now: dt.datetime, *, language: str) -> None:
    """End one's own link: nothing is seen of it any more, its login signs nobody in, its letters and invitations end. Raises NotFound."""
    row = (await memberships_by_ids(viewer, [pk])).get(pk)
    if row is None or not row.is_mine:
        raise NotFound("membership")
    async with transaction():
        await membership_ends.leave(viewer, await _locked(pk), now, language)


async def change_member(viewer: Viewer, pk: int, rights: Right, until_on: dt.date | None) -> None:
    """Raises NotFound, ONLY_OWNERS, YOUR_INVITER, MORE_THAN_YOURS at ``rights``; at ``untilOn`` INVALID for a day gone by, LONGER_THAN_YOURS.

    Who gives a right, or more days, lends of his own. Where the days become fewer, so do those of whoever is there by this person's word.
    """
    row = await _managed(viewer, pk)
    if until_on is not None and until_on < viewer.today:
        raise Refused(ProblemCode.INVALID, ("untilOn",))
    given = rights if is_later(until_on, row.until_on) else rights & ~row.rights
    values: dict[str, Any] = {"rights": rights, "until_on": until_on}
    if given or is_later(until_on, row.until_on):
        values["from_on"] = await _lent_from(viewer, row, given, until_on)
    async with transaction():
        one = await _locked(pk)
        await Membership.filter(id=pk).update(**values)
        if is_later(row.until_on, until_on):
            await membership_ends.shorten_after(one, until_on, viewer.today)
        changed = {**membership_ends.told(one), "before": int(row.rights), "after": int(rights)}
        await audit.record(viewer.actor, "membership.change", f"user:{row.user_pk}", organization_id=row.organization_pk, **changed)


async def revoke_member(viewer: Viewer, pk: int, now: dt.datetime, *, language: str) -> None:
    """Show somebody out, and whoever is there by that one's word alone; all are told by letter. Raises NotFound, ONLY_OWNERS and YOUR_INVITER."""
    await _managed(viewer, pk)
    async with transaction():
        await membership_ends.show_out(viewer, await _locked(pk), now, language)


async def proved(viewer: Viewer, owner: dict[str, int | None], organization_id: int) -> bool:
    """Whether the viewer's own right over an account or contract rests on a proof, or on working for the organization."""
    if organization_id in viewer.organization_ids:
        return True
    mine = await Membership.filter(user_id=viewer.user_id, **owner).exclude(proof=Proof.INVITATION)
    if any(one.until_on is None or one.until_on >= viewer.today for one in mine):
        return True
    if owner.get("account_id") is None:
        return False
    contract = (await _contracts_of([owner["account_id"] or 0])).get(owner["account_id"] or 0)
    return contract is not None and await proved(viewer, {"contract_id": contract}, organization_id)


async def _managed(viewer: Viewer, pk: int) -> MembershipRow:
    row = (await memberships_by_ids(viewer, [pk])).get(pk)
    if row is None or row.is_mine:
        raise NotFound("membership")
    if not await proved(viewer, row.owner, row.organization_pk):
        if row.is_proved:
            raise Refused(ProblemCode.ONLY_OWNERS)
        if row.user_pk in await inviters_of(viewer.user_id or 0, row.owner, viewer.today):
            raise Refused(ProblemCode.YOUR_INVITER)
    return row


async def _locked(pk: int) -> Membership:
    found = await Membership.select_for_update().get_or_none(id=pk)
    if found is None:
        raise NotFound("membership")
    return found


async def _lent_from(viewer: Viewer, row: MembershipRow, given: Right, until_on: dt.date | None) -> dt.date | None:
    """The first day that is seen with what is given; who proved the account sees his own past."""
    lending = await lent(viewer, row.owner, given)
    if lending is None or given & ~lending.rights:
        raise Refused(ProblemCode.MORE_THAN_YOURS, ("rights",))
    if is_later(until_on, lending.until_on):
        raise Refused(ProblemCode.LONGER_THAN_YOURS, ("untilOn",))
    firsts = [row.from_on] if row.is_proved else [row.from_on, lending.from_on]
    return max((day for day in firsts if day is not None), default=None)


async def _members(viewer: Viewer, rows: Sequence[Any], column: str) -> dict[int, list[MembershipRow]]:
    managed = [row for row in rows if manages(viewer, row.access)]
    text = f"{_SELECT} WHERE {among(f'm.{column}', 1)} AND (m.until_on IS NULL OR m.until_on >= $2) ORDER BY m.id LIMIT 1000"
    found: dict[int, list[MembershipRow]] = {row.pk: [] for row in managed}
    for row in await fetch(text, ids(managed), viewer.today):
        found[row[column]].append(_row(viewer, row))
    return found


async def _contracts_of(accounts: Sequence[int]) -> dict[int, int]:
    return {
        row["id"]: row["contract_id"] for row in await fetch(f"SELECT a.id, a.contract_id FROM personal_account a WHERE {among('a.id', 1)}", list(accounts))
    }


def _row(viewer: Viewer, row: Row) -> MembershipRow:
    created = instant(row["created_at"])
    assert created is not None
    return MembershipRow(
        pk=row["id"],
        organization_pk=row["organization_id"],
        account_pk=row["account_id"],
        contract_pk=row["contract_id"],
        user_pk=row["user_id"],
        name=row["user_name"] or None,
        email=row["user_email"],
        rights=Right(row["rights"]),
        from_on=day(row["from_on"]),
        until_on=day(row["until_on"]),
        proof=Proof(row["proof"]),
        proved_by=tuple(row["proved_by"].split()),
        created_at=created,
        invited_by=row["inviter_name"] or None,
        is_mine=row["user_id"] == viewer.user_id,
    )
