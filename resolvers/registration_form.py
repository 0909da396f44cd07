"""What somebody who registers has typed: its form alone is judged, and told. Whether anything in it exists already is not looked at here."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from adapters.texts import LANGUAGES
from models import Organization
from models.email import checked_email
from models.enums import AccountKind
from models.errors import Problem, ProblemCode, Refused, RefusedMany
from models.identity import is_inn, is_tax_number
from models.money import Currency
from models.person_names import checked_name
from models.phone import checked_phone
from resolvers.agreements import AgreementRow, present
from resolvers.gate import HumanAnswer
from resolvers.organizations import organization_by_slug
from resolvers.passwords import check_password
from resolvers.users import check_login, key

# Of an account or a contract. It stands in the letter: neither sentences nor addresses can be sent to strangers by it.
_NUMBER = re.compile(r"(?=.*\d)[\w/-]{1,40}")


@dataclass(frozen=True, slots=True)
class Asked:
    """The form, as typed; `password` and `repeat` are kept out of what is printed."""

    kind: AccountKind
    email: str
    password: str = field(repr=False)
    repeat: str = field(repr=False)
    language: str
    agreement_version: str
    key: str
    slug: str | None = None
    login: str = ""
    account_number: str = ""
    contract_number: str = ""
    name: str = ""
    tax_number: str = ""
    phone: str = ""
    bill_by_email: bool = False
    invitation: str = field(default="", repr=False)
    validate_only: bool = False
    human: HumanAnswer | None = None


@dataclass(frozen=True, slots=True)
class Checked:
    """The same, as it will be kept."""

    organization: Organization | None
    agreement: AgreementRow
    email: str
    login: str
    account_number: str
    contract_number: str
    name: str
    tax_number: str | None
    phone: str


@dataclass(frozen=True, slots=True)
class ResultingLogin:
    """By what one will sign in; `after_linking` says that it is valid once the account or contract is linked by proof."""

    login: str
    after_linking: bool


async def checked(asked: Asked) -> Checked:
    """Raises RefusedMany with all that is wrong, NotFound for an unknown organization."""
    organization = await organization_by_slug(asked.slug) if asked.slug is not None else None
    agreement = await present(asked.slug, asked.language)
    problems: list[Problem] = []
    legal = asked.kind is AccountKind.LEGAL
    found = Checked(
        organization=organization,
        agreement=agreement,
        email=await _field(problems, "email", asked.email, _email, required=True),
        login=await _field(problems, "login", _own_login(asked, organization), _login),
        account_number=await _field(problems, "accountNumber", asked.account_number, _number) if not legal else "",
        contract_number=await _field(problems, "contractNumber", asked.contract_number, _number, required=organization is not None) if legal else "",
        name=await _field(problems, "name", asked.name, _name, required=True) if legal else "",
        tax_number=await _field(problems, "taxNumber", asked.tax_number, _tax_number(organization, legal=legal), required=legal) or None,
        phone=await _field(problems, "phone", asked.phone, _phone),
    )
    _check_rest(problems, asked, agreement)
    if problems:
        raise RefusedMany(problems)
    return found


def resulting_login(organization: Organization | None, *, email: str, login: str = "", account_number: str = "", contract_number: str = "") -> ResultingLogin:
    """A login of one's own choice, else the account's or contract's at this organization, else the e-mail."""
    if login:
        return ResultingLogin(login, after_linking=False)
    if organization is not None and account_number:
        return ResultingLogin(key(account_number), after_linking=True)
    if organization is not None and contract_number:
        return ResultingLogin(key(organization.contract_login_prefix + contract_number), after_linking=True)
    return ResultingLogin(email, after_linking=False)


async def preview(slug: str | None, *, login: str, account_number: str, contract_number: str) -> ResultingLogin | None:
    """Which login would result; None while nothing, or nothing that can be one, is typed. Tells nothing about who has it."""
    organization = await organization_by_slug(slug) if slug is not None else None
    numbers = {"account_number": account_number.strip()[:40], "contract_number": contract_number.strip()[:40]}
    implied = resulting_login(organization, email="", **numbers)
    typed = login.strip()
    if typed and key(typed) != implied.login:
        try:
            await check_login(typed)
        except Refused:
            return None
        return ResultingLogin(typed, after_linking=False)
    return implied if implied.login else None


def _own_login(asked: Asked, organization: Organization | None) -> str:
    """A login of one's own choice: not where the number is typed once more, as former cabinets filled it in."""
    implied = resulting_login(organization, email=asked.email, account_number=asked.account_number.strip(), contract_number=asked.contract_number.strip())
    return "" if key(asked.login) in (key(implied.login), key(asked.email)) else asked.login


def _check_rest(problems: list[Problem], asked: Asked, agreement: AgreementRow) -> None:
    with _noting(problems):
        if not asked.password:
            raise Refused(ProblemCode.REQUIRED, ("password",))
        check_password(asked.password, asked.login, asked.email)
    if asked.password != asked.repeat:
        problems.append(Problem(ProblemCode.PASSWORDS_DIFFER, ("repeat",)))
    if asked.language not in LANGUAGES:
        problems.append(Problem(ProblemCode.INVALID, ("language",)))
    if asked.agreement_version != agreement.version:
        problems.append(Problem(ProblemCode.CONSENT_REQUIRED, ("agreementVersion",)))


async def _field(problems: list[Problem], name: str, typed: str, check: Callable[[str], Awaitable[str]], *, required: bool = False) -> str:
    """The value as it will be kept, or a problem of this field."""
    text = typed.strip()
    if not text:
        if required:
            problems.append(Problem(ProblemCode.REQUIRED, (name,)))
        return ""
    try:
        return await check(text)
    except Refused as error:
        problems.append(Problem(error.problems[0].code, (name,), error.problems[0].params))
        return ""


@contextmanager
def _noting(problems: list[Problem]) -> Iterator[None]:
    try:
        yield
    except Refused as error:
        problems.extend(error.problems)


async def _email(text: str) -> str:
    try:
        return checked_email(text)
    except Refused:
        raise Refused(ProblemCode.INVALID_EMAIL) from None


async def _login(text: str) -> str:
    try:
        await check_login(text)
    except Refused:
        raise Refused(ProblemCode.INVALID_LOGIN) from None
    return text


async def _number(text: str) -> str:
    if not _NUMBER.fullmatch(text):
        raise Refused(ProblemCode.TOO_LONG if len(text) > 40 else ProblemCode.INVALID, limit=40)
    return text


async def _name(text: str) -> str:
    return checked_name(text)


async def _phone(text: str) -> str:
    return checked_phone(text)


def _tax_number(organization: Organization | None, *, legal: bool) -> Callable[[str], Awaitable[str]]:
    """An IIN or BIN in Kazakhstan, an INN in Russia; where no organization says which, any of them."""

    async def check(text: str) -> str:
        digits = text.replace(" ", "")
        inn = is_inn(digits) and (legal or len(digits) == 12)
        kazakh, russian = (organization is None or organization.currency is currency for currency in (Currency.KZT, Currency.RUB))
        if not (kazakh and is_tax_number(digits)) and not (russian and inn):
            raise Refused(ProblemCode.INVALID_TAX_NUMBER)
        return digits

    return check
