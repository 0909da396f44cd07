"""Receipts of sent readings: their codes, the sheet of one sending, and what anybody may learn who holds number and code."""

from __future__ import annotations

import datetime as dt
import hmac
import re
import secrets
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from models.enums import ReadingState, Resource, Right, TariffZone, TokenScope
from models.errors import Throttled
from models.quantity import Quantity
from resolvers import gate, scope
from resolvers.accounts import AccountRow
from resolvers.gate import Limit
from resolvers.organizations import OrganizationRow, organizations_by_ids
from resolvers.readings import BEFORE, COLUMNS, FROM, ReadingRow, reading_row
from resolvers.sql import fetch, instant
from resolvers.viewer import Viewer

LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # no I, L, O, U: told apart on paper and on the telephone
CODE_LENGTH = 8
LIMITS = (Limit(60, 600), Limit(200, 3600))  # checks of one source: a queue of neighbours behind one address, and no guessing of 80 bits
LONGEST_NUMBER = 24
_NUMBER = re.compile(rf"(\d\d)(\d\d)([{LETTERS}]{{8}})", re.ASCII)
_MEANT = str.maketrans("OILU", "011V")
_MISS = "-" * CODE_LENGTH  # is no code


@dataclass(frozen=True, slots=True)
class PublicReceipt:
    """What a receipt's number and code show to whoever holds them: no account, no name, no address."""

    number: str
    organization: OrganizationRow
    submitted_at: dt.datetime
    taken_on: dt.date
    resource: Resource
    zone: TariffZone | None
    masked_serial: str | None
    display: str
    value: Quantity
    state: ReadingState


def new_check_code() -> str:
    """Printed beside the receipt's number; 40 random bits."""
    return "".join(secrets.choice(LETTERS) for _ in range(CODE_LENGTH))


async def sheets(viewer: Viewer, accounts: Sequence[AccountRow], number: str) -> dict[int, list[ReadingRow]]:
    """Of each account the readings of the sending that the receipt `number` belongs to, in the order in which they were sent. One statement."""
    if not viewer.has(TokenScope.READ_READINGS) or len(number) > LONGEST_NUMBER:
        return {}
    ids, visible = scope.seen(accounts, Right(0), 1, account="rd.account_id", day="rd.taken_on")
    sent = "JOIN reading one ON one.receipt = $2 AND one.account_id = rd.account_id AND one.submitted_at = rd.submitted_at"
    text = f"SELECT {COLUMNS}, {BEFORE} FROM {FROM} {sent} WHERE {visible} AND rd.receipt IS NOT NULL ORDER BY rd.id"
    found: dict[int, list[ReadingRow]] = {}
    for row in await fetch(text, ids, number):
        found.setdefault(row["account_id"], []).append(reading_row(row))
    return found


async def check(number: str, code: str, source: str | None) -> PublicReceipt | None:
    """What stands under this number, for whoever has its code too; None for every miss alike. Raises Throttled."""
    if source is not None and not await gate.admitted(LIMITS, "receipt", source, ""):
        raise Throttled(LIMITS[0].seconds)
    known = await fetch(f"SELECT {COLUMNS}, NULL AS previous, m.serial, rd.organization_id FROM {FROM} WHERE rd.receipt = $1", meant_number(number))
    row = known[0] if known else None
    right = hmac.compare_digest(meant_code(code).encode(), ((row["check_code"] if row else None) or _MISS).encode())
    if row is None or not right:
        return None
    reading = reading_row(row)
    submitted_at = instant(row["submitted_at"])
    assert submitted_at is not None
    return PublicReceipt(
        number=row["receipt"],
        organization=(await organizations_by_ids([row["organization_id"]]))[row["organization_id"]],
        submitted_at=submitted_at,
        taken_on=reading.taken_on,
        resource=reading.resource,
        zone=reading.zone,
        masked_serial=masked(row["serial"]),
        display=reading.display,
        value=reading.value,
        state=reading.state,
    )


def masked(serial: str | None) -> str | None:
    """`••••3369`: enough to compare with a meter that one stands before; of a short number two digits."""
    text = (serial or "").strip()
    if not text:
        return None
    shown = 4 if len(text) >= 7 else 2 if len(text) >= 4 else 0
    return "•" * (len(text) - shown) + (text[-shown:] if shown else "")


def meant_number(text: str) -> str:
    """A receipt's number however it was typed: `26-11-7K3Q9M2X`; empty where it can be none."""
    match = _NUMBER.fullmatch(_plain(text))
    return "-".join(match.groups()) if match else ""


def meant_code(text: str) -> str:
    """A code however it was typed; empty where it can be none, which matches nothing."""
    plain = _plain(text)
    return plain if len(plain) == CODE_LENGTH and all(letter in LETTERS for letter in plain) else ""


def _plain(text: str) -> str:
    """Letters and digits alone, capital, with what looks alike as it was meant."""
    kept = (letter for letter in unicodedata.normalize("NFKC", text[:100]).upper() if letter.isascii() and letter.isalnum())
    return "".join(kept).translate(_MEANT)
