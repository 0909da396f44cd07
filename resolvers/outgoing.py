"""The outbox as staff see it: what went to whom and how far it came, without its words and without whole addresses."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from tortoise.expressions import Q

from models import Letter
from models.database import transaction
from models.enums import LetterState
from models.errors import NotFound, ProblemCode, Refused
from models.mail_enums import LetterTrouble
from resolvers import audit
from resolvers.organizations import OrganizationRow
from resolvers.viewer import Viewer, ViewerKind

RETRIABLE: Sequence[LetterState] = (LetterState.FAILED, LetterState.UNCERTAIN)
LONGEST_ADDRESS = 254
HIDDEN = "•••"


@dataclass(slots=True, eq=False)
class LetterRow:
    pk: int
    organization_pk: int | None
    template: str
    recipient: str
    language: str
    state: LetterState
    attempts: int
    queued_at: dt.datetime
    due_at: dt.datetime
    sent_at: dt.datetime | None
    error: str
    is_forgotten: bool

    @property
    def next_try_at(self) -> dt.datetime | None:
        return self.due_at if self.state is LetterState.DEFERRED else None

    @property
    def trouble(self) -> LetterTrouble | None:
        word = self.error.partition(" ")[0]
        return LetterTrouble(word) if word in list(LetterTrouble) else None

    @property
    def server_said(self) -> str | None:
        return self.error.partition(" ")[2] or None

    @property
    def is_retriable(self) -> bool:
        return self.state in RETRIABLE and not self.is_forgotten and self.trouble is not LetterTrouble.POINTLESS


def may_read_letters(viewer: Viewer | None, organization_pk: int) -> bool:
    return viewer is not None and viewer.is_person and viewer.kind is ViewerKind.STAFF and organization_pk in viewer.organization_ids


async def letters_page(viewer: Viewer, organization: OrganizationRow, first: int, after: tuple[str, int] | None, state: LetterState | None) -> list[LetterRow]:
    """The newest first, one more than `first` if there are more; none for whoever is not its staff. One statement."""
    if not may_read_letters(viewer, organization.pk):
        return []
    found = Letter.filter(organization_id=organization.pk)
    if state is not None:
        found = found.filter(state=state)
    if after is not None:
        found = found.filter(_older(dt.datetime.fromisoformat(after[0]), after[1]))
    return [row_of(letter) for letter in await found.order_by("-queued_at", "-id").limit(first + 1)]


async def letters_by_ids(viewer: Viewer, ids: Sequence[int]) -> dict[int, LetterRow]:
    """Those of `ids` that the viewer may see."""
    mine = [pk for pk in viewer.organization_ids if may_read_letters(viewer, pk)]
    return {letter.id: row_of(letter) for letter in await Letter.filter(id__in=list(ids), organization_id__in=mine)} if mine else {}


async def retry_letter(viewer: Viewer, letter_pk: int, now: dt.datetime) -> LetterRow:
    """Queue a letter anew that has failed; raises NotFound, and Refused with WRONG_STATE at `letter`."""
    if letter_pk not in await letters_by_ids(viewer, [letter_pk]):
        raise NotFound("no such letter")
    await retry(letter_pk, now, viewer.actor)
    return (await letters_by_ids(viewer, [letter_pk]))[letter_pk]


async def retry(letter_pk: int, now: dt.datetime, actor: str) -> None:
    """The same for whoever may retry any: a letter that nobody can send any more, or that waits already, is Refused."""
    letter = await Letter.get_or_none(id=letter_pk)
    if letter is None:
        raise NotFound(f"letter {letter_pk}")
    async with transaction():
        anew = {
            "state": LetterState.QUEUED,
            "queued_at": now,
            "due_at": now,
            "leased_until": None,
            "lost": 0,
            "error": "",
        }  # `attempts` goes on: it says whose a lease is
        if not row_of(letter).is_retriable or not await Letter.filter(id=letter_pk, state__in=RETRIABLE).update(**anew):
            raise Refused(ProblemCode.WRONG_STATE, ("letter",))
        await audit.record(actor, "letter.retry", f"letter:{letter_pk}", organization_id=letter.organization_id)


def masked(recipient: str) -> str:
    """`a•••@example.kz`: enough to know one's own, too little to write to."""
    local, _, domain = recipient.rpartition("@")
    return recipient if HIDDEN in recipient else f"{local[:1]}{HIDDEN}@{domain}"[:LONGEST_ADDRESS]


def row_of(letter: Letter) -> LetterRow:
    return LetterRow(
        pk=letter.id,
        organization_pk=letter.organization_id,
        template=letter.template,
        recipient=masked(letter.recipient),
        language=letter.language,
        state=letter.state,
        attempts=letter.attempts,
        queued_at=letter.queued_at,
        due_at=letter.due_at,
        sent_at=letter.sent_at,
        error=letter.error,
        is_forgotten=not letter.context,
    )


def _older(queued_at: dt.datetime, pk: int) -> Q:
    return Q(queued_at__lt=queued_at) | Q(queued_at=queued_at, id__lt=pk)
