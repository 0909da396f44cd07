"""Making and finding organizations."""

import re
import zoneinfo

from tortoise.exceptions import IntegrityError

from models import Organization
from models.database import transaction
from models.errors import NotFound, ProblemCode, Refused
from models.money import Currency
from resolvers import audit

_SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")


async def create_organization(slug: str, name: str, currency: str, timezone: str, *, actor: str = audit.COMMAND_LINE) -> Organization:
    """Make a tenant: ``slug`` names it in addresses, ``currency`` is KZT or RUB, ``timezone`` an IANA name such as Asia/Almaty.

    Raises Refused with INVALID, REQUIRED or TAKEN at ``slug``, ``name``, ``currency`` or ``timezone``.
    """
    _check(slug, name, currency, timezone)
    try:
        async with transaction():
            made = await Organization.create(slug=slug, name=name.strip(), currency=Currency(currency), timezone=timezone)
            await audit.record(actor, "organization.create", f"organization:{made.id}", organization_id=made.id)
            return made
    except IntegrityError:
        raise Refused(ProblemCode.TAKEN, ("slug",)) from None


async def organization_by_slug(slug: str) -> Organization:
    """The organization of that name in addresses; raises NotFound."""
    found = await Organization.get_or_none(slug=slug)
    if found is None:
        raise NotFound(f"organization {slug}")
    return found


def _check(slug: str, name: str, currency: str, timezone: str) -> None:
    if not _SLUG.fullmatch(slug):
        raise Refused(ProblemCode.INVALID, ("slug",), hint="small Latin letters, digits and hyphens, at most 63")
    if not name.strip():
        raise Refused(ProblemCode.REQUIRED, ("name",))
    if len(name.strip()) > 300:
        raise Refused(ProblemCode.TOO_LONG, ("name",), limit=300)
    if currency not in {known.value for known in Currency}:
        raise Refused(ProblemCode.INVALID, ("currency",), hint=", ".join(Currency))
    if timezone not in zoneinfo.available_timezones():
        raise Refused(ProblemCode.INVALID, ("timezone",), hint="an IANA name such as Asia/Almaty")
