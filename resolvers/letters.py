"""The outbox: a letter is a row, written in the transaction of what it tells of, and worded when it is sent."""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from tortoise.exceptions import IntegrityError

from adapters import mail
from models import Letter, MailedSecret, Organization, User
from models.database import transaction
from models.errors import AbonentError
from models.person_names import told_name
from resolvers import reading_links, unsubscribing
from resolvers.mailed_secrets import code_of, token_of
from resolvers.reading_links import Opens
from settings import settings

_OWN = {"sender", "base_url", "home", "link", "code", "language", "name", "unsubscribe", "enclosed"}  # what templates see besides the context


class Pointless(AbonentError):
    """The letter's link or code is spent, over or gone: whoever gets it could do nothing with it."""


class NotMade(AbonentError):
    """The letter's document could not be made for now: the same letter may go later."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A document that a letter takes along, made when it is sent, as its recipient may see it then: of a month the bill of an account, or the
    breakdown of a contract."""

    kind: Literal["account", "contract"]
    pk: int
    period: str

    @property
    def kept(self) -> list[Any]:
        return [self.kind, self.pk, self.period]


@dataclass(frozen=True, slots=True)
class Made:
    """The document, and what the letter's words say of it."""

    papers: Sequence[mail.Paper] = ()
    words: Mapping[str, Any] = field(default_factory=dict)
    path: str | None = None  # of its page


Maker = Callable[[Wanted, Letter, dt.datetime], Awaitable[Made]]  # raises Pointless, NotMade


async def no_maker(_wanted: Wanted, _row: Letter, _now: dt.datetime) -> Made:
    """Where nothing makes documents, such letters wait for a worker."""
    raise NotMade


async def queue(
    template: str, recipient: str, language: str, now: dt.datetime, *, base: str = "", path: str = "", secret: MailedSecret | None = None,
    user_id: int | None = None, organization_id: int | None = None, occasion: str | None = None, person: int | None = None,
    takes: Wanted | None = None, **context: Any,
) -> Letter | None:  # fmt: skip
    """Queue a letter of ``templates/mail/<template>/`` to one address; None where the ``occasion`` has its letter already.

    The templates see ``context`` (JSON, nothing secret), ``sender`` (the organization's name, accent, contacts), ``base_url``, ``base``
    (``/o/<slug>`` or nothing), ``home`` (both), ``link`` (the address of ``path`` under both, with the secret's token behind it) and ``code``;
    and ``name``, of the user ``person`` whom the letter is about: looked up when it is written, so that no letter keeps a name.
    """
    about: dict[str, Any] = {} if person is None else {"person": person}
    about |= {} if takes is None else {"takes": takes.kept}
    values = {"base": base, "path": path, "sealed": secret is not None, **about, **context}
    row = _row(template, recipient, language, now, values, user_id=user_id, organization_id=organization_id, secret=secret, occasion=occasion)
    try:
        async with transaction():
            await row.save()
            return row
    except IntegrityError:
        if occasion is None:
            raise
        return None


def unsaved(
    template: str, recipient: str, language: str, now: dt.datetime, *, base: str, path: str, user_id: int, organization_id: int,
    occasion: str | None = None, opens: Opens | None = None, takes: Wanted | None = None, mailing_id: int | None = None, **context: Any,
) -> Letter:  # fmt: skip
    """The same of a letter that carries no secret, for `queue_all` or `Letter.bulk_create`: many letters in one statement, sent after others.

    With `opens` its link opens a form without signing in (resolvers/reading_links.py).
    """
    values = {"base": base, "path": path, "sealed": False, **context}
    values |= {**({"form": opens.kept} if opens is not None else {}), **({"takes": takes.kept} if takes is not None else {})}
    ids = {"user_id": user_id, "organization_id": organization_id, "mailing_id": mailing_id}
    return _row(template, recipient, language, now, values, **ids, occasion=occasion, is_mass=True)


async def queue_all(drafts: Sequence[Letter]) -> int:
    """Queue many at once; how many were new: an occasion that has its letter already keeps that one."""
    if not drafts:
        return 0
    async with transaction():
        await Letter.bulk_create(drafts, ignore_conflicts=True)
        return await Letter.filter(identity__in=[draft.identity for draft in drafts]).count()


def _row(template: str, recipient: str, language: str, now: dt.datetime, context: dict[str, Any], **values: Any) -> Letter:
    if taken := _OWN & set(context):
        raise ValueError(f"templates have their own {', '.join(sorted(taken))}")
    values |= {"identity": secrets.token_hex(16), "context": context, "queued_at": now, "due_at": now}
    return Letter(template=template, recipient=recipient, language=language, **values)


async def written(row: Letter, now: dt.datetime, maker: Maker = no_maker) -> mail.Letter:
    """The row as the mail takes it; raises Pointless and NotMade."""
    context = dict(row.context)
    takes = context.pop("takes", None)
    made = await maker(Wanted(*takes), row, now) if takes is not None else Made()
    secret = await _living_secret(row, now) if context.pop("sealed", False) else None
    token = token_of(secret) if secret is not None else await _reading_link(row, context.pop("form", None), now)
    base, path = context.pop("base", ""), context.pop("path", "")
    if "person" in context:
        context["name"] = await _name_of(context.pop("person"))
    return mail.Letter(
        to=row.recipient,
        template=row.template,
        language=row.language,
        context={**context, **made.words},
        papers=made.papers,
        identity=row.identity,
        sender=await _sender(row.organization_id),
        base=base,
        link=_link(base, made.path or path, row.language, token),
        code=code_of(secret) if secret is not None else None,
        unsubscribe=_way_out(row, base),
    )


def _way_out(row: Letter, base: str) -> str | None:
    """Of what one subscribed to."""
    if not row.context.get("mailing") or row.user_id is None or row.template not in unsubscribing.TOPICS:
        return None
    token = unsubscribing.token_of(row.user_id, unsubscribing.TOPICS[row.template], row.recipient)
    return f"{settings().base_url}{base}/unsubscribe?token={token}&lang={row.language}"


async def _living_secret(row: Letter, now: dt.datetime) -> MailedSecret:
    secret = await MailedSecret.get_or_none(id=row.secret_id) if row.secret_id is not None else None
    if secret is None or secret.spent_at is not None or secret.expires_at <= now or token_of(secret) is None:
        raise Pointless
    return secret


async def _reading_link(row: Letter, opens: list[Any] | None, now: dt.datetime) -> str | None:
    if opens is None:
        return None
    token = await reading_links.token_of(Opens(*opens), row.recipient, now)
    if token is None:
        raise Pointless
    return token


async def _name_of(user_id: int) -> str:
    """Empty where the person has none, or is gone."""
    found = await User.get_or_none(id=user_id)
    return told_name(found.name) if found is not None else ""


async def _sender(organization_id: int | None) -> mail.Sender:
    organization = await Organization.get_or_none(id=organization_id) if organization_id is not None else None
    return mail.Sender(organization.name, organization.accent, organization.contacts) if organization is not None else mail.Sender()


def _link(base: str, path: str, language: str, token: str | None) -> str | None:
    """The page that it leads to speaks the letter's language."""
    if not path and token is None:
        return None
    address = f"{settings().base_url}{base}{path}{'&' if '?' in path else '?'}lang={language}"
    return address if token is None else f"{address}&token={token}"
