"""The https address that judges an organization's sent readings: naming it, and the secret that signs what is sent there."""

from __future__ import annotations

from dataclasses import dataclass

from adapters import webhooks
from models import HookCall, Organization
from models.database import transaction
from models.errors import ProblemCode, Refused
from models.meter_enums import HookState
from resolvers import audit
from resolvers.access_rules import staffed
from resolvers.viewer import Viewer


@dataclass(frozen=True, slots=True)
class HookRow:
    """`secret` is shown once, when it is made."""

    url: str | None
    waiting: int
    failed: int
    last_error: str | None
    secret: str | None = None


def keys_of(organization: Organization) -> list[str]:
    """The secrets in use: the present one, and the one before it."""
    return (organization.reading_hook_secret or "").split()


async def hook_of(organization_id: int, secret: str | None = None) -> HookRow:
    """How it stands. Four statements."""
    organization = await Organization.get(id=organization_id)
    calls = HookCall.filter(organization_id=organization_id)
    waiting, failed = await calls.filter(state=HookState.WAITING).count(), await calls.filter(state=HookState.FAILED).count()
    last = await calls.exclude(error="").order_by("-id").first()
    return HookRow(organization.reading_hook_url, waiting, failed, last.error if last else None, secret)


async def set_hook(viewer: Viewer, slug: str, url: str, *, new_secret: bool, validate_only: bool = False) -> HookRow:
    """For staff in person; an empty `url` ends it. A first secret is made by itself; after a new one the former goes on signing beside it.

    Raises NotFound, and Refused with INVALID_URL at `url`.
    """
    organization = await staffed(viewer, slug)
    wanted = url.strip()
    if wanted:
        _check(wanted)
    former = keys_of(organization)
    made = webhooks.new_secret() if wanted and (new_secret or not former) else None
    keys = ([made, *former[:1]] if made else former) if wanted else []
    if not validate_only:
        async with transaction():
            values = {"reading_hook_url": wanted or None, "reading_hook_secret": " ".join(keys) or None}
            await Organization.filter(id=organization.id).update(**values)
            subject = f"organization:{organization.id}"
            await audit.record(viewer.actor, "organization.hook", subject, organization_id=organization.id, on=bool(wanted), secret_made=made is not None)
    return await hook_of(organization.id, None if validate_only else made)


def _check(url: str) -> None:
    from adapters import web_calls  # brings aiohttp along, which pages need not pay for

    try:
        web_calls.checked_url(url)
    except web_calls.BadUrl:
        raise Refused(ProblemCode.INVALID_URL, ("url",)) from None
