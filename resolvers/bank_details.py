"""Where an organization is paid: its bank details as bills name them, checked by the rules of its country."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from models import BankDetails
from models.database import transaction
from models.errors import Problem, ProblemCode, RefusedMany
from models.money import Currency
from resolvers import audit
from resolvers.access_rules import staffed
from resolvers.sql import among, fetch
from resolvers.viewer import Viewer

PATHS = {
    "payee": "payee", "tax_number": "taxNumber", "bank": "bank", "bic": "bic", "account": "account", "correspondent_account": "correspondentAccount",
    "kpp": "kpp", "kbe": "kbe",
}  # fmt: skip
_LONGEST = {"payee": 160, "bank": 100}
_FORMS = {  # ГОСТ Р 56042-2014 and the Bank of Russia; the National Bank of Kazakhstan
    Currency.RUB: {
        "tax_number": r"\d{10}|\d{12}", "bic": r"\d{9}", "account": r"\d{5}[0-9ABCEHKMPTX]\d{14}", "correspondent_account": r"(\d{20})?", "kpp": r"(\d{9})?",
        "kbe": "",
    },
    Currency.KZT: {
        "tax_number": r"\d{12}", "bic": r"[A-Z]{6}[A-Z0-9]{2}([A-Z0-9]{3})?", "account": r"KZ\d{2}[0-9A-Z]{16}", "correspondent_account": "", "kpp": "",
        "kbe": r"(\d{2})?",
    },
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class BankDetailsRow:
    payee: str
    tax_number: str
    bank: str
    bic: str
    account: str
    correspondent_account: str = ""
    kpp: str = ""
    kbe: str = ""


async def bank_details_of(viewer: Viewer | None, organization_ids: Sequence[int]) -> dict[int, BankDetailsRow]:
    """One statement."""
    names = ", ".join(f"b.{name}" for name in PATHS)
    rows = await fetch(f"SELECT b.organization_id, {names} FROM bank_details b WHERE {among('b.organization_id', 1)}", list(organization_ids))
    return {row["organization_id"]: BankDetailsRow(**{name: row[name] for name in PATHS}) for row in rows}


async def set_bank_details(viewer: Viewer, slug: str, typed: BankDetailsRow, *, validate_only: bool = False) -> BankDetailsRow:
    """As staff in person; the details as they are kept.

    Raises NotFound, and RefusedMany with REQUIRED, TOO_LONG, INVALID or ACCOUNT_KEY at the field's path.
    """
    organization = await staffed(viewer, slug)
    wanted = BankDetailsRow(**{name: _plain(name, value) for name, value in asdict(typed).items()})
    problems = [problem for name, value in asdict(wanted).items() if (problem := _problem(name, value, organization.currency))]
    if not problems and organization.currency is Currency.RUB:
        problems = [Problem(ProblemCode.ACCOUNT_KEY, (PATHS[name],)) for name in _miskeyed(wanted)]
    if problems:
        raise RefusedMany(problems)
    if not validate_only:
        async with transaction():
            await BankDetails.update_or_create(asdict(wanted), organization_id=organization.id)
            subject = f"organization:{organization.id}"
            await audit.record(viewer.actor, "organization.bank", subject, organization_id=organization.id, account=f"…{wanted.account[-4:]}")
    return wanted


def _plain(name: str, value: str) -> str:
    """Codes are typed in groups and small letters; names keep their blanks, each once."""
    return " ".join(value.split()) if name in _LONGEST else re.sub(r"[\s-]", "", value).upper()


def _problem(name: str, value: str, currency: Currency) -> Problem | None:
    path = (PATHS[name],)
    if name in _LONGEST:
        if not value:
            return Problem(ProblemCode.REQUIRED, path)
        if not value.isprintable():
            return Problem(ProblemCode.INVALID, path)
        return Problem(ProblemCode.TOO_LONG, path, {"limit": _LONGEST[name]}) if len(value) > _LONGEST[name] else None
    form = _FORMS[currency][name]
    if not value and form and not re.fullmatch(form, ""):
        return Problem(ProblemCode.REQUIRED, path)
    if not re.fullmatch(form, value, re.ASCII) or (name == "account" and currency is Currency.KZT and not _is_iban(value)):
        return Problem(ProblemCode.INVALID, path)
    return None


def _miskeyed(row: BankDetailsRow) -> list[str]:
    """Names of Russian accounts whose key does not suit the bank: a digit was mistyped, in them or in the BIC."""
    if row.bic.startswith("01"):  # the treasury's have none
        return []
    heads = {"account": row.bic[-3:], "correspondent_account": "0" + row.bic[4:6]}
    return [name for name, head in heads.items() if (given := getattr(row, name)).isdigit() and not _has_key(head + given)]


def _has_key(digits: str) -> bool:
    return sum(int(digit) * weight % 10 for digit, weight in zip(digits, itertools.cycle((7, 1, 3)), strict=False)) % 10 == 0


def _is_iban(account: str) -> bool:
    """ISO 13616: moved four to the end and letters as numbers, the rest by 97 is 1."""
    return int("".join(str(int(sign, 36)) for sign in account[4:] + account[:4])) % 97 == 1
