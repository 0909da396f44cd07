"""People who sign in, and what they may see."""

import re
import unicodedata

from tortoise.exceptions import IntegrityError

from adapters import passwords
from models import Contract, LoginAlias, Membership, Organization, PersonalAccount, StaffRole, User
from models.database import transaction
from models.email import checked_email
from models.enums import AccountKind, Proof, Right
from models.errors import NotFound, ProblemCode, Refused
from resolvers import audit
from resolvers.organizations import organization_by_slug
from resolvers.passwords import check_password

_LETTERS = "A-Za-zА-Яа-яЁёӘәҒғҚқҢңӨөҰұҮүҺһІі"
_LOGIN = re.compile(rf"[{_LETTERS}][{_LETTERS}0-9_-]{{0,29}}")  # a letter first; then letters, digits, hyphen, underscore
# What a Russian or Kazakh letter is taken for, small or capital: no login may be had that looks like another's.
_LOOKS_LIKE = str.maketrans("аесорхукмтнвіһё", "aecopxykmthbihe")


async def create_user(
    login: str,
    email: str,
    password: str,
    staff_slug: str | None = None,
    *,
    name: str = "",
    kind: AccountKind = AccountKind.INDIVIDUAL,
    actor: str = audit.COMMAND_LINE,
) -> User:
    """Make a login identity, working for the organization ``staff_slug`` if given.

    Raises Refused with INVALID, TAKEN, PASSWORD_… or TOO_LONG at ``login``, ``email`` or ``password``, NotFound for an unknown slug.
    """
    await check_login(login)
    address = checked_email(email)
    check_password(password, login, address)
    employer = await organization_by_slug(staff_slug) if staff_slug else None
    stored = await passwords.hashed(password)  # before the transaction: it takes long
    try:
        async with transaction():
            made = await User.create(login=login, login_key=login_key(login), email=address, email_key=key(address), password_hash=stored, name=name, kind=kind)
            await audit.record(actor, "user.create", f"user:{made.id}")
            if employer is not None:
                await StaffRole.create(organization=employer, user=made)
                await audit.record(actor, "staff.grant", f"user:{made.id}", organization_id=employer.id)
            return made
    except IntegrityError:
        raise Refused(ProblemCode.TAKEN, ("email" if await User.exists(email_key=key(address)) else "login",)) from None


async def grant_membership(login: str, slug: str, number: str | None = None, contract: str | None = None, *, actor: str = audit.COMMAND_LINE) -> Membership:
    """Let a user see an account, or a contract with its present and future recipients, and sign in by its number.

    Granting again changes nothing. Where another user already signs in by that number, that stays so. Raises NotFound.
    """
    organization, user = await organization_by_slug(slug), await user_by_login(login)
    target, alias = await _linked(organization, number, contract)
    owner = {"contract": target} if isinstance(target, Contract) else {"account": target}
    async with transaction():
        standing = await Membership.get_or_none(user=user, until_on=None, **owner)
        if standing is not None:
            return standing
        made = await Membership.create(organization=organization, user=user, rights=Right.owner(), proof=Proof.STAFF, **owner)
        if not await LoginAlias.exists(organization=organization, alias=alias):
            await LoginAlias.create(organization=organization, user=user, alias=alias)
        await audit.record(actor, "membership.grant", f"user:{user.id}", organization_id=organization.id, membership=made.id)
        return made


async def user_by_login(login: str) -> User:
    """The user of a free login or an e-mail; raises NotFound."""
    found = await User.get_or_none(login_key=login_key(login)) or await User.get_or_none(email_key=key(login))
    if found is None:
        raise NotFound(f"user {login}")
    return found


async def check_login(login: str) -> None:
    """A free login may look neither like an account number nor like a contract's: those are granted when one is linked by proof."""
    if not _LOGIN.fullmatch(login):
        raise Refused(ProblemCode.INVALID, ("login",), hint="a letter first, then letters, digits, hyphen or underscore, at most 30")
    for prefix in {"vk", *await Organization.all().values_list("contract_login_prefix", flat=True)}:
        if re.fullmatch(rf"{re.escape(login_key(str(prefix)))}[\d-]+", login_key(login)):
            raise Refused(ProblemCode.INVALID, ("login",), hint="this is how logins of contracts look; they are granted by linking one")


def key(text: str) -> str:
    """What an e-mail, or the login of an account or contract, is compared by."""
    return unicodedata.normalize("NFKC", text).strip().casefold()


def login_key(text: str) -> str:
    """What a free login is compared by: Cyrillic letters are the Latin ones that they look like, so that nobody passes for another."""
    return key(text).translate(_LOOKS_LIKE)


async def _linked(organization: Organization, number: str | None, contract: str | None) -> tuple[PersonalAccount | Contract, str]:
    """The account or contract, and the login that it gives within its organization."""
    target: PersonalAccount | Contract | None
    if contract is not None:
        target, alias = await Contract.get_or_none(organization=organization, number=contract), organization.contract_login_prefix + contract
    else:
        target, alias = await PersonalAccount.get_or_none(organization=organization, number=number or ""), number or ""
    if target is None:
        raise NotFound(f"contract {contract}" if contract is not None else f"account {number}")
    return target, key(alias)
