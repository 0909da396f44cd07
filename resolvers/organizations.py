"""Making, finding and showing organizations."""

import datetime as dt
import re
import zoneinfo
from collections.abc import Sequence
from dataclasses import dataclass

from tortoise.exceptions import IntegrityError

from models import Organization
from models.database import transaction
from models.enums import OverduePolicy
from models.errors import NotFound, ProblemCode, Refused
from models.meter_enums import LatePolicy
from models.money import Currency
from models.period import Period
from resolvers import audit
from resolvers.sql import Row, among, fetch, members
from resolvers.viewer import Viewer
from resolvers.windows import WindowRules

_CURRENCIES, _OVERDUE, _LATE = members(Currency), members(OverduePolicy), members(LatePolicy)
_SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")


@dataclass(slots=True, eq=False)
class OrganizationRow:
    """An organization as anybody may see it, with the settings that its accounts are read by."""

    pk: int
    slug: str
    name: str
    currency: Currency
    timezone: str
    languages: list[str]
    accent: str
    contacts: str
    window_days: tuple[int, int]
    payment_due_day: int | None
    overdue_policy: OverduePolicy
    verification_notice_days: int
    late_policy: LatePolicy
    form_grace_minutes: int

    def window_rules(self, days: tuple[int, int] | None = None) -> WindowRules:
        """Of the organization, or of a house that has other days."""
        return WindowRules(*(days or self.window_days), self.timezone, self.late_policy, self.form_grace_minutes)

    def due_on(self, period: Period) -> dt.date | None:
        """The day to pay a month by; None where the organization has named none."""
        if self.payment_due_day is None:
            return None
        month = period.next
        return min(month.last_day, month.first_day + dt.timedelta(days=self.payment_due_day - 1))

    def today(self, now: dt.datetime) -> dt.date:
        return now.astimezone(zoneinfo.ZoneInfo(self.timezone)).date()


async def organizations_by_ids(ids: Sequence[int]) -> dict[int, OrganizationRow]:
    rows = await fetch(f"SELECT * FROM organization o WHERE {among('o.id', 1)}", list(ids))
    return {row["id"]: organization_row(row, row["id"]) for row in rows}


async def find_organization(*, slug: str | None = None, host: str | None = None) -> OrganizationRow | None:
    column, value = ("slug", slug) if slug is not None else ("host", host)
    rows = await fetch(f"SELECT * FROM organization o WHERE o.{column} = $1", value)
    return organization_row(rows[0], rows[0]["id"]) if rows else None


async def organizations_page(first: int, after: str | None) -> list[OrganizationRow]:
    """In the order of their slugs, one more than `first` if there are more."""
    rows = await fetch(f"SELECT * FROM organization o WHERE o.slug > $1 ORDER BY o.slug LIMIT {int(first) + 1}", after or "")
    return [organization_row(row, row["id"]) for row in rows]


async def organizations_of(viewer: Viewer) -> list[OrganizationRow]:
    """Those at which the viewer has, or had, accounts or contracts, and those that he works for, in the order of their slugs. One statement."""
    whole = f"o.id IN ({', '.join(str(int(pk)) for pk in sorted(viewer.organization_ids))})" if viewer.organization_ids else "1 = 0"
    mine = "o.id IN (SELECT organization_id FROM membership WHERE user_id = $1)"
    rows = await fetch(f"SELECT * FROM organization o WHERE {whole} OR {mine} ORDER BY o.slug", viewer.user_id or 0)
    return [organization_row(row, row["id"]) for row in rows]


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
    found = await Organization.get_or_none(slug=slug) if _SLUG.fullmatch(slug) else None
    if found is None:
        raise NotFound(f"organization {slug}")
    return found


async def set_thresholds(slug: str, refused: int | None, moved: int | None, *, actor: str = audit.COMMAND_LINE) -> None:
    """What holds an import, in percent: rows of a file that are refused, and how far charges move. None never holds. Raises NotFound."""
    async with transaction():
        organization = await organization_by_slug(slug)
        before = {"refused": organization.hold_refused_percent, "moved": organization.hold_moved_percent}
        await Organization.filter(id=organization.id).update(hold_refused_percent=refused, hold_moved_percent=moved)
        after = {"refused": refused, "moved": moved}
        await audit.record(actor, "organization.thresholds", f"organization:{organization.id}", organization_id=organization.id, before=before, after=after)


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


def organization_row_of(organization: Organization) -> OrganizationRow:
    """The same of a model."""
    return organization_row({name: getattr(organization, name) for name in organization._meta.fields_db_projection}, organization.id)


def organization_row(row: Row, pk: int) -> OrganizationRow:
    """From any row that has the organization's columns under their own names."""
    return OrganizationRow(
        pk=pk,
        slug=row["slug"],
        name=row["name"],
        currency=_CURRENCIES[row["currency"]],
        timezone=row["timezone"],
        languages=[code.strip() for code in row["languages"].split(",") if code.strip()],
        accent=row["accent"],
        contacts=row["contacts"],
        window_days=(row["window_first_day"], row["window_last_day"]),
        payment_due_day=row["payment_due_day"],
        overdue_policy=_OVERDUE[row["overdue_policy"]],
        verification_notice_days=row["verification_notice_days"],
        late_policy=_LATE[row["late_policy"]],
        form_grace_minutes=row["form_grace_minutes"],
    )
