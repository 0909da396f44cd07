"""Certificates that nothing is owed: made as of the supplier's last word on the balance, kept as they were made, verified by anybody."""

from __future__ import annotations

import datetime as dt
import hmac
import secrets
import zoneinfo
from collections.abc import Sequence
from dataclasses import dataclass

from models import DebtCertificate
from models.database import transaction
from models.enums import Right
from models.errors import Forbidden, ProblemCode, Refused, Throttled
from models.money import Currency, Money
from resolvers import audit, gate, idempotency
from resolvers.accounts import AccountRow, accounts_by_ids
from resolvers.organizations import OrganizationRow, organizations_by_ids
from resolvers.receipts import LETTERS, LIMITS, meant_code, meant_number, new_check_code
from resolvers.sql import Row, among, fetch, instant, known_day
from resolvers.viewer import Viewer

MUTATION = "issueDebtCertificate"
MOST_SHOWN = 20
_MISS = "-" * 8  # is no code


@dataclass(slots=True, eq=False)
class CertificateRow:
    pk: int
    account_pk: int
    number: str
    check_code: str
    account_number: str
    as_of: dt.date
    balance: Money
    issued_at: dt.datetime | None


@dataclass(frozen=True, slots=True)
class PublicCertificate:
    """What number and code show to whoever holds them: no name, no address, no sum."""

    number: str
    organization: OrganizationRow
    as_of: dt.date
    issued_at: dt.datetime | None
    masked_account: str


_COLUMNS = "d.id, d.account_id, d.number, d.check_code, d.account_number, d.as_of, d.balance, d.issued_at, o.currency"
_FROM = "debt_certificate d JOIN organization o ON o.id = d.organization_id"


async def certificates_of(viewer: Viewer, accounts: Sequence[AccountRow]) -> dict[int, list[CertificateRow]]:
    """The newest of each account, for whoever may see its money today. One statement."""
    seeing = [account.pk for account in accounts if account.access.may(Right.SEE_MONEY)]
    place = "ROW_NUMBER() OVER (PARTITION BY d.account_id ORDER BY d.id DESC) AS place"
    text = f"""SELECT * FROM (SELECT {_COLUMNS}, {place} FROM {_FROM} WHERE {among("d.account_id", 1)}) ranked
        WHERE place <= {MOST_SHOWN} ORDER BY account_id, place"""
    found: dict[int, list[CertificateRow]] = {}
    for row in await fetch(text, seeing):
        found.setdefault(row["account_id"], []).append(_row(row))
    return found


async def issue(viewer: Viewer, account: AccountRow, key: str, now: dt.datetime, *, validate_only: bool = False) -> CertificateRow | None:
    """Raises Forbidden without the right to see money, Refused with DEBT_REMAINS, BALANCE_UNKNOWN or what is wrong with the key."""
    if not account.access.may(Right.SEE_MONEY):
        raise Forbidden("seeMoney")
    wanted = idempotency.fingerprint(account.pk)
    return await idempotency.looking_again(lambda: _attempt(viewer, account.pk, key, wanted, now, validate_only))


async def _attempt(viewer: Viewer, account_pk: int, key: str, wanted: str, now: dt.datetime, validate_only: bool) -> CertificateRow | None:
    async with transaction():
        first = await idempotency.first_answer(viewer.actor, MUTATION, key, wanted)
        if first is not None:
            return await _again(first["certificate"])
        account = (await accounts_by_ids(viewer, [account_pk]))[account_pk]
        as_of = _certified_day(account)
        if validate_only:
            return None
        made = await _written(viewer, account, as_of, now)
        await idempotency.bind(viewer.actor, MUTATION, key, wanted, {"certificate": made.id}, now)
        await audit.record(viewer.actor, "certificate.issue", f"account:{account_pk}", organization_id=made.organization_id, number=made.number)
        return await _again(made.id)


def _certified_day(account: AccountRow) -> dt.date:
    """The day of the supplier's last word on the balance, on its clock: what came since then nobody knows."""
    balance, as_of = account.balance, account.balance_as_of
    if balance is None or as_of is None:
        raise Refused(ProblemCode.BALANCE_UNKNOWN)
    if balance.minor > 0:
        raise Refused(ProblemCode.DEBT_REMAINS, debt=balance)
    return as_of.astimezone(zoneinfo.ZoneInfo(account.organization.timezone)).date()


async def _written(viewer: Viewer, account: AccountRow, as_of: dt.date, now: dt.datetime) -> DebtCertificate:
    balance = account.balance
    assert balance is not None
    number = f"{now:%y-%m}-" + "".join(secrets.choice(LETTERS) for _ in range(8))
    return await DebtCertificate.create(
        organization_id=account.organization.pk, account_id=account.pk, number=number, check_code=new_check_code(), account_number=account.number,
        as_of=as_of, balance=balance.minor, issued_at=now, issued_by=viewer.actor,
    )  # fmt: skip


async def _again(pk: int) -> CertificateRow:
    [row] = await fetch(f"SELECT {_COLUMNS} FROM {_FROM} WHERE d.id = $1", pk)
    return _row(row)


async def check(number: str, code: str, source: str | None) -> PublicCertificate | None:
    """What stands under this number, for whoever has its code too; None for every miss alike. Raises Throttled."""
    if source is not None and not await gate.admitted(LIMITS, "certificate", source, ""):
        raise Throttled(LIMITS[0].seconds)
    rows = await fetch(f"SELECT {_COLUMNS}, d.organization_id FROM {_FROM} WHERE d.number = $1", meant_number(number))
    row = rows[0] if rows else None
    right = hmac.compare_digest(meant_code(code).encode(), (row["check_code"] if row else _MISS).encode())
    if row is None or not right:
        return None
    organization = (await organizations_by_ids([row["organization_id"]]))[row["organization_id"]]
    return PublicCertificate(row["number"], organization, known_day(row["as_of"]), instant(row["issued_at"]), _masked(row["account_number"]))


def _masked(number: str) -> str:
    """`02015213` -> `••••5213`: enough to compare with a paper that one holds; of a short number two digits."""
    shown = 4 if len(number) >= 7 else 2 if len(number) >= 4 else 0
    return "•" * (len(number) - shown) + (number[-shown:] if shown else "")


def _row(row: Row) -> CertificateRow:
    return CertificateRow(
        pk=row["id"],
        account_pk=row["account_id"],
        number=row["number"],
        check_code=row["check_code"],
        account_number=row["account_number"],
        as_of=known_day(row["as_of"]),
        balance=Money(row["balance"], Currency(row["currency"])),
        issued_at=instant(row["issued_at"]),
    )
