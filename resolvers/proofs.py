"""Whether what somebody typed proves an account or a contract: all that is asked for is judged together, and every miss is the same miss.

Surname, flat, last payment and tax number are hints that others may know; what keeps strangers out is how seldom a target may be missed
(resolvers/proof_budget.py). What is wrong by its form alone is said beside its field: that tells nothing about any account.
"""

from __future__ import annotations

import datetime as dt
import hmac
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from models.enums import Door, Factor
from models.errors import Problem, ProblemCode, Refused, RefusedMany
from models.money import minor_units
from models.names import company_key, name_key
from resolvers import account_codes, step_ups
from resolvers.proof_budget import Try
from resolvers.proof_targets import Target, digits, flat_key

_DAY = re.compile(r"(\d{1,2})[./-](\d{1,2})[./-](\d{4})|(\d{4})-(\d{1,2})-(\d{1,2})", re.ASCII)
_NOT_OF_A_SUM = re.compile(r"[\s\u00a0\u202f]|₸|₽|тенге|тг|руб|р\.?$|kzt|rub", re.IGNORECASE)
_PLACES = {
    Factor.SURNAME: ("surname",), Factor.FLAT: (), Factor.LAST_PAYMENT: ("paidOn", "paidAmount"), Factor.TAX_NUMBER: ("taxNumber",),
    Factor.BILL_CODE: ("code",),
}  # fmt: skip
LONGEST = 200


@dataclass(frozen=True, slots=True)
class Given:
    """As typed. An empty flat is meant for a house without flats."""

    surname: str = ""
    flat: str = ""
    paid_on: str = ""
    paid_amount: str = ""
    tax_number: str = ""
    code: str = ""

    def at(self, place: str) -> str:
        known = {"surname": self.surname, "paidOn": self.paid_on, "paidAmount": self.paid_amount, "taxNumber": self.tax_number, "code": self.code}
        return known[place]


@dataclass(frozen=True, slots=True)
class Case:
    """What is to be proved, by what, and where its misses are counted: `key` names what was aimed at, whether it exists or not."""

    organization_id: int
    door: Door
    key: str
    day: dt.date
    target: Target
    required: tuple[Factor, ...]
    given: Given
    step_up: step_ups.Passed | None = None


@dataclass(frozen=True, slots=True)
class Proved:
    """`spend` it in the transaction of what it allows."""

    by: tuple[Factor, ...]
    code: account_codes.Found | None = None
    step_up: step_ups.Passed | None = None

    async def spend(self, now: dt.datetime) -> bool:
        """Use up the code and the step-up; False where somebody was quicker."""
        if self.step_up is not None and not await step_ups.spend(self.step_up, now):
            return False
        same = self.code is not None and self.step_up is not None and self.step_up.code == self.code
        return self.code is None or same or await account_codes.spend(self.code.pk, now)


def check_form(given: Given, required: Sequence[Factor], today: dt.date, inside: str = "proofs") -> None:
    """Raises RefusedMany with REQUIRED, TOO_LONG, INVALID_DATE, DATE_IN_FUTURE, INVALID_AMOUNT, INVALID_TAX_NUMBER beside the fields."""
    problems = []
    for place in [place for factor in required for place in _PLACES[factor]]:
        text = given.at(place).strip()
        if code := ProblemCode.REQUIRED if not text else ProblemCode.TOO_LONG if len(text) > LONGEST else _wrong(place, text, today):
            problems.append(Problem(code, (inside, place)))
    if problems:
        raise RefusedMany(problems)


async def prove(case: Case, now: dt.datetime) -> Proved:
    """Raises Refused with NO_TRIES_LEFT or NOT_PROVED, at no field, for every target alike. What it counted is taken back where it was right."""
    counted = await _counted(case)
    code = await account_codes.find(case.given.code, case.target.account_id, case.target.contract_id, now)
    if not judged(case.target, case.given, case.required, code):
        raise Refused(ProblemCode.NOT_PROVED)
    await counted.take_back()
    return Proved(case.required, code if Factor.BILL_CODE in case.required else None, case.step_up)


def judged(target: Target, given: Given, required: Sequence[Factor], code: account_codes.Found | None) -> bool:
    """Every comparison is made, whatever the others say, and whether there is such a target or not."""
    paid = (typed_day(given.paid_on), typed_sum(given.paid_amount))
    right = {
        Factor.SURNAME: _any(target.names, (name_key(given.surname), company_key(given.surname))),
        Factor.FLAT: target.flat is not None and _equal(target.flat, flat_key(given.flat)),
        Factor.LAST_PAYMENT: _any([f"{day} {amount}" for day, amount in target.payments], (f"{paid[0]} {paid[1]}",)),
        Factor.TAX_NUMBER: bool(target.tax_number) and _equal(target.tax_number, digits(given.tax_number)),
        Factor.BILL_CODE: code is not None,
    }
    return target.is_known and bool(required) and not [factor for factor in required if not right[factor]]


def typed_day(text: str) -> dt.date | None:
    """`25.05.2020` or `2020-05-25`; None where it is no day."""
    match = _DAY.fullmatch(unicodedata.normalize("NFKC", text).strip())
    if match is None:
        return None
    year, month, day = (match[4], match[5], match[6]) if match[4] else (match[3], match[2], match[1])
    try:
        return dt.date(int(year), int(month), int(day))
    except ValueError:
        return None


def typed_sum(text: str) -> int | None:
    """`1 052,98 тг` -> 105298; None where it is no sum above zero."""
    try:
        found = minor_units(_NOT_OF_A_SUM.sub("", unicodedata.normalize("NFKC", text)))
    except ValueError:
        return None
    return found if found > 0 else None


async def _counted(case: Case) -> Try:
    """The try that this is: one of the day's, else one of the reserve for whoever passed a step-up."""
    for reserve in (False, True) if case.step_up is not None else (False,):
        one = Try(case.organization_id, case.door, case.key, case.day, reserve)
        if await one.count():
            return one
    raise Refused(ProblemCode.NO_TRIES_LEFT)


def _wrong(place: str, text: str, today: dt.date) -> ProblemCode | None:
    if place == "paidOn":
        day = typed_day(text)
        return ProblemCode.INVALID_DATE if day is None else ProblemCode.DATE_IN_FUTURE if day > today else None
    if place == "paidAmount":
        return ProblemCode.INVALID_AMOUNT if typed_sum(text) is None else None
    if place == "taxNumber":  # its check digit is not looked at: some registers hold numbers that are wrong by it
        return ProblemCode.INVALID_TAX_NUMBER if len(digits(text)) not in (10, 12) or not re.fullmatch(r"[\d\s-]+", text) else None
    if place == "surname":
        return ProblemCode.REQUIRED if not name_key(text) else None
    return None


def _any(keys: Sequence[str] | frozenset[str], typed: Sequence[str]) -> bool:
    return sum(_equal(key, one) for key in keys for one in typed if one) > 0


def _equal(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode("utf-8", "surrogatepass"), other.encode("utf-8", "surrogatepass"))
