"""What a proof is held against: an account or a contract as its organization's register has it, or nothing."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field

from models.enums import AccountKind, PaymentState
from models.names import company_key, name_key
from resolvers.sql import Row, fetch, known_day

_NOWHERE = 0  # no row has this id: questions about a target that is none cost what those about others cost


@dataclass(frozen=True, slots=True)
class Target:
    """`names` are keys of which any proves the surname; `payments` those of the last day of payment, and what is in transit since.

    `since` is the first day from which the register names the present holder; None where it has known no other.
    """

    account_id: int | None = None
    contract_id: int | None = None
    number: str = ""
    names: frozenset[str] = frozenset()
    flat: str | None = None
    tax_number: str = ""
    email: str | None = None
    since: dt.date | None = None
    payments: frozenset[tuple[dt.date, int]] = field(default_factory=frozenset)
    payer_id: int | None = None  # the contract that an account belongs to

    @property
    def is_known(self) -> bool:
        return self.account_id is not None or self.contract_id is not None


NOBODY = Target()

_ACCOUNT = """
    SELECT a.id, a.number, a.kind, a.contract_id, p.id AS premises_id, p.flat, p.flat_prefix,
           c.payer_name, c.tax_number AS payer_number, c.email AS payer_email,
           f.valid_from, f.surname, f.name, f.patronymic, f.tax_number, f.email
    FROM personal_account a LEFT JOIN account_facts f ON f.account_id = a.id LEFT JOIN premises p ON p.id = a.premises_id
    LEFT JOIN contract c ON c.id = a.contract_id
    WHERE a.organization_id = $1 AND a.withdrawn_at IS NULL AND {which} ORDER BY f.valid_from"""
_CONTRACT = "SELECT c.id, c.number, c.payer_name, c.tax_number, c.email FROM contract c WHERE c.organization_id = $1 AND {which}"


async def account_by_number(organization_id: int, number: str, today: dt.date) -> Target:
    """NOBODY where there is none. Two statements, as many as for one that exists."""
    return await _account(await fetch(_ACCOUNT.format(which="a.number = $2"), organization_id, plain_number(number)), today)


async def account_by_id(organization_id: int, account_id: int | None, today: dt.date) -> Target:
    return await _account(await fetch(_ACCOUNT.format(which="a.id = $2"), organization_id, account_id or _NOWHERE), today)


async def contract_by_number(organization_id: int, number: str) -> Target:
    return await _contract(await fetch(_CONTRACT.format(which="c.number = $2"), organization_id, plain_number(number)))


async def contract_by_id(organization_id: int, contract_id: int) -> Target:
    return await _contract(await fetch(_CONTRACT.format(which="c.id = $2"), organization_id, contract_id))


def plain_number(text: str) -> str:
    """A number as registers write it: without the blanks and odd digits of whoever typed it."""
    return "".join(unicodedata.normalize("NFKC", text).split())


def flat_key(text: str) -> str:
    """`кв. 12-А` -> `12а`."""
    return re.sub(r"^(кв|квартира|пәтер)(?=\d)", "", name_key(text).replace(" ", ""))


def digits(text: str | None) -> str:
    return "".join(c for c in unicodedata.normalize("NFKC", text or "") if c.isascii() and c.isdigit())


async def _contract(rows: Sequence[Row]) -> Target:
    known = rows[0] if rows else None
    payments = await _payments("p.contract_id = $1 OR p.account_id IN (SELECT id FROM personal_account WHERE contract_id = $1)", known)
    if known is None:
        return NOBODY
    names = frozenset({company_key(known["payer_name"]), name_key(known["payer_name"])} - {""})
    return Target(
        contract_id=known["id"], number=known["number"], names=names, tax_number=digits(known["tax_number"]), email=known["email"], payments=payments
    )  # fmt: skip


async def _account(rows: Sequence[Row], today: dt.date) -> Target:
    payments = await _payments("p.account_id = $1", rows[0] if rows else None)
    if not rows:
        return NOBODY
    known = [row for row in rows if row["valid_from"] is not None and known_day(row["valid_from"]) <= today]
    present = known[-1] if known else rows[0]
    return Target(
        account_id=present["id"],
        number=present["number"],
        names=_names(present),
        flat=flat_key(f"{present['flat'] or ''}{present['flat_prefix'] or ''}") if present["premises_id"] is not None else None,
        tax_number=digits(present["tax_number"]) or digits(present["payer_number"]),
        email=present["email"] or present["payer_email"],
        since=_since(known or rows[:1]),
        payments=payments,
        payer_id=present["contract_id"],
    )


def _names(row: Row) -> frozenset[str]:
    """The surname alone, or with the names behind it; for a company its object's name or the payer's."""
    surname, name, patronymic = (row[column] or "" for column in ("surname", "name", "patronymic"))
    if row["kind"] == AccountKind.LEGAL.value:
        found = {company_key(surname), name_key(surname), company_key(row["payer_name"] or ""), name_key(row["payer_name"] or "")}
    else:
        parts = (surname, f"{surname} {name}", f"{surname} {name} {patronymic}")
        found = {name_key(part) for part in parts} if name_key(surname) else set()
    return frozenset(found - {""})


def _since(rows: Sequence[Row]) -> dt.date | None:
    """A new owner's account has a past that is not his; a holder whose surname or first names stay is the same one."""
    present, first = rows[-1], rows[-1]
    for row in reversed(rows):
        if not _is_same(row, present):
            return known_day(first["valid_from"])
        first = row
    return None


def _is_same(one: Row, other: Row) -> bool:
    if digits(one["tax_number"]) and digits(one["tax_number"]) == digits(other["tax_number"]):
        return True
    first_names = [name_key(f"{row['name'] or ''} {row['patronymic'] or ''}") for row in (one, other)]
    return name_key(one["surname"] or "") == name_key(other["surname"] or "") or (bool(first_names[0]) and first_names[0] == first_names[1])


async def _payments(which: str, known: Row | None) -> frozenset[tuple[dt.date, int]]:
    """Each payment of the last day that the supplier has counted, all of that day together, and what is on its way since."""
    states = f"p.state IN ('{PaymentState.RECEIVED.value}', '{PaymentState.IN_TRANSIT.value}')"
    counted = f"p.is_current AND p.amount > 0 AND {states}"
    text = f"SELECT p.paid_on, p.amount, p.state FROM payment p WHERE ({which}) AND {counted} ORDER BY p.paid_on DESC, p.id DESC LIMIT 50"
    rows = [(known_day(row["paid_on"]), int(row["amount"]), row["state"]) for row in await fetch(text, known["id"] if known else _NOWHERE)]
    last = next((day for day, _, state in rows if state == PaymentState.RECEIVED.value), None)
    latest = [(day, amount) for day, amount, _ in rows if last is None or day >= last]
    sums = {day: sum(amount for on, amount in latest if on == day) for day, _ in latest}
    return frozenset(latest) | frozenset(sums.items())
