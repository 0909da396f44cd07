"""Who is linked to an account or a contract: seen and changed by those who manage its members, and left by oneself.

Whoever leaves sees nothing of it any more, and so does whoever was invited and is shown out: the row goes, the audit keeps it. Somebody who
proved the account and is shown out by another who did keeps the past, as a former owner does. Who was invited cannot show out who proved.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from models import LoginAlias, MailedSecret, Membership, Organization, PersonalAccount, Subscription, User
from models.database import transaction
from models.enums import Proof, Purpose, Right
from models.errors import NotFound, ProblemCode, Refused
from models.sql import day
from resolvers import audit, letters
from resolvers.senders import sent_by
from resolvers.sessions import UserRow
from resolvers.sql import Row, among, fetch, ids, instant
from resolvers.users import key
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


async def unlink(viewer: Viewer, pk: int, now: dt.datetime) -> None:
    """End one's own link: nothing is seen of it any more, its login signs nobody in, its letters and invitations end. Raises NotFound."""
    row = (await memberships_by_ids(viewer, [pk])).get(pk)
    if row is None or not row.is_mine:
        raise NotFound("membership")
    async with transaction():
        if not await Membership.filter(id=pk).delete():
            raise NotFound("membership")
        await _forget(row, now)
        await audit.record(viewer.actor, "membership.leave", f"user:{row.user_pk}", organization_id=row.organization_pk, **_told(row))


async def change_member(viewer: Viewer, pk: int, rights: Right, until_on: dt.date | None) -> None:
    """Raises NotFound, and Refused with MORE_THAN_YOURS at ``rights``, ONLY_OWNERS, and INVALID at ``untilOn`` for a day gone by."""
    row, access = await _managed(viewer, pk)
    given = rights & ~row.rights
    if given & ~access.rights:
        raise Refused(ProblemCode.MORE_THAN_YOURS, ("rights",))
    if until_on is not None and until_on < viewer.today:
        raise Refused(ProblemCode.INVALID, ("untilOn",))
    async with transaction():
        if not await Membership.filter(id=pk).update(rights=rights, until_on=until_on):
            raise NotFound("membership")
        changed = {"before": int(row.rights), "after": int(rights)}
        await audit.record(viewer.actor, "membership.change", f"user:{row.user_pk}", organization_id=row.organization_pk, **_told(row), **changed)


async def revoke_member(viewer: Viewer, pk: int, now: dt.datetime, *, slug: str | None, language: str) -> None:
    """Show somebody out, who is told by letter. Raises NotFound and Refused with ONLY_OWNERS."""
    row, _ = await _managed(viewer, pk)
    user, sender = await User.get(id=row.user_pk), await sent_by(slug)
    async with transaction():
        if row.is_proved:
            ended = await Membership.filter(id=pk).update(until_on=viewer.today - dt.timedelta(days=1), rights=row.rights & ~Right.MANAGE_MEMBERS)
        else:
            ended = await Membership.filter(id=pk).delete()
        if not ended:
            raise NotFound("membership")
        await _forget(row, now)
        told: dict[str, Any] = {"number": await _number(row), "keeps_past": row.is_proved}
        await letters.queue("member_revoked", user.email, user.language or language, now, user_id=user.id, path="/", **sender, **told)
        await audit.record(viewer.actor, "membership.revoke", f"user:{row.user_pk}", organization_id=row.organization_pk, **_told(row))


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


async def _managed(viewer: Viewer, pk: int) -> tuple[MembershipRow, Access]:
    row = (await memberships_by_ids(viewer, [pk])).get(pk)
    if row is None or row.is_mine:
        raise NotFound("membership")
    contract = row.contract_pk or (await _contracts_of([row.account_pk or 0])).get(row.account_pk or 0)
    access = viewer.access(row.account_pk or -1, contract, row.organization_pk)
    assert access is not None
    if row.is_proved and not await proved(viewer, row.owner, row.organization_pk):
        raise Refused(ProblemCode.ONLY_OWNERS)
    return row, access


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


async def _forget(row: MembershipRow, now: dt.datetime) -> None:
    """What hung on the link: login, letters of that account alone, invitations by this person."""
    organization, number = await Organization.get(id=row.organization_pk), await _number(row)
    alias = key(number if row.account_pk is not None else organization.contract_login_prefix + number)
    await LoginAlias.filter(organization_id=row.organization_pk, user_id=row.user_pk, alias=alias).delete()
    accounts = [row.account_pk] if row.account_pk is not None else await PersonalAccount.filter(contract_id=row.contract_pk).values_list("id", flat=True)
    await Subscription.filter(user_id=row.user_pk, account_id__in=[one for one in list(accounts)[:1000] if isinstance(one, int)]).delete()
    await MailedSecret.filter(purpose=Purpose.INVITATION, user_id=row.user_pk, spent_at=None, **row.owner).update(spent_at=now)


async def _number(row: MembershipRow) -> str:
    table, pk = ("personal_account", row.account_pk) if row.account_pk is not None else ("contract", row.contract_pk)
    return str((await fetch(f"SELECT t.number FROM {table} t WHERE t.id = $1", pk))[0]["number"])


def _told(row: MembershipRow) -> dict[str, Any]:
    return {"membership": row.pk, **row.owner, "rights": int(row.rights), "proof": row.proof.value}


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
