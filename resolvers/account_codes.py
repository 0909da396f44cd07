"""Codes that prove an account or a contract once: given by staff, or printed on a bill.

Twelve letters of base32, 60 bits: nobody guesses one, so tries are not counted, and no stranger can use an owner's tries up.
"""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import hmac
import secrets
import unicodedata
from dataclasses import dataclass

from models import AccountCode, Contract, PersonalAccount
from models.database import transaction
from models.enums import CodeSource
from models.errors import NotFound
from resolvers import audit
from resolvers.access_rules import is_staff
from resolvers.viewer import Viewer
from settings import settings

STAFF_LIFETIME = dt.timedelta(days=14)
LENGTH = 12
_MEANT = str.maketrans("018", "OIB")  # what nobody can tell from a letter on paper


@dataclass(frozen=True, slots=True)
class Found:
    pk: int
    source: CodeSource


def new_code() -> str:
    return base64.b32encode(secrets.token_bytes(8)).decode()[:LENGTH]


def shown(code: str) -> str:
    """`ABCD-EFGH-JKLM`."""
    return "-".join(code[place : place + 4] for place in range(0, len(code), 4))


def code_hash(code: str, key: str | None = None) -> str:
    """What is kept of it. Each code is its own: the row says for which account."""
    return hmac.new((key or settings().secrets[0]).encode(), b"account code\0" + code.encode(), hashlib.sha256).hexdigest()


def typed(text: str) -> str:
    """A code as it was meant, however it was typed; empty where it cannot be one."""
    plain = "".join(letter for letter in unicodedata.normalize("NFKC", text).upper() if letter.isalnum()).translate(_MEANT)
    return plain if len(plain) == LENGTH and plain.isascii() else ""


@dataclass(frozen=True, slots=True)
class Issued:
    """`code` is shown once and kept nowhere."""

    code: str
    expires_at: dt.datetime


async def issue(viewer: Viewer, kind: str, pk: int, now: dt.datetime) -> Issued:
    """A code for one "account" or "contract", for staff in person who have seen papers; former ones of staff are worth nothing from now on.

    Raises NotFound.
    """
    found = await (Contract.get_or_none(id=pk) if kind == "contract" else PersonalAccount.get_or_none(id=pk, withdrawn_at=None))
    if found is None or not is_staff(viewer, found.organization_id):
        raise NotFound(kind)
    code, until, owner = new_code(), now + STAFF_LIFETIME, {f"{kind}_id": found.id}
    async with transaction():
        await AccountCode.filter(source=CodeSource.STAFF, spent_at=None, **owner).update(spent_at=now)
        await AccountCode.create(
            organization_id=found.organization_id, source=CodeSource.STAFF, code_hash=code_hash(code), issued_by=viewer.actor,
            created_at=now, expires_at=until, **owner,
        )  # fmt: skip
        await audit.record(viewer.actor, "code.issue", f"{kind}:{found.id}", organization_id=found.organization_id)
    return Issued(shown(code), until)


async def find(text: str, account_id: int | None, contract_id: int | None, now: dt.datetime) -> Found | None:
    """The living code of that account or contract. One statement, whether there is such an account or not."""
    owner = {"contract_id": contract_id} if contract_id is not None else {"account_id": account_id if account_id is not None else 0}
    hashes = [code_hash(typed(text), key) for key in settings().secrets]
    found = await AccountCode.filter(code_hash__in=hashes, spent_at=None, expires_at__gt=now, **owner).first()
    return Found(found.id, found.source) if found is not None and typed(text) else None


async def spend(pk: int, now: dt.datetime) -> bool:
    """In the transaction of what it proves; False where somebody was quicker."""
    return bool(await AccountCode.filter(id=pk, spent_at=None, expires_at__gt=now).update(spent_at=now))
