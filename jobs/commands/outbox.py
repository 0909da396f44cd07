"""``abonent letters``: what waits, left or failed, of every organization and of the installation itself."""

import asyncio
import datetime as dt
from typing import Annotated

import typer
from rich.table import Table

from jobs.console import Stop, opened, out
from models import Letter
from models.enums import LetterState
from models.errors import Refused
from resolvers import audit
from resolvers.outgoing import retry, row_of
from settings import Mode, settings

MOST_LISTED = 50


def letters(
    state: Annotated[LetterState | None, typer.Option(help="only these")] = None,
    retry_one: Annotated[int | None, typer.Option("--retry", metavar="LETTER", help="send this one anew")] = None,
    retry_failed: Annotated[bool, typer.Option("--retry-failed", help="send all anew that failed")] = False,
    most: Annotated[int, typer.Option(min=1, help="how many to list, the newest first")] = MOST_LISTED,
) -> None:
    """How many letters are in which state, and the newest of them."""
    asyncio.run(_letters(state, retry_one, retry_failed, most))


def no_server() -> str | None:
    """What an operator should know about the mail setting, in one sentence."""
    if settings().smtp_url.get_secret_value() or settings().mode is Mode.DEMO:
        return None
    return "ABONENT_SMTP_URL is not set: letters wait."


async def _letters(state: LetterState | None, retry_one: int | None, retry_failed: bool, most: int) -> None:
    async with opened():
        if retry_one is not None:
            await _retry_one(retry_one)
        elif retry_failed:
            out.print(f"Queued anew: {await _retry_failed()}.")
        else:
            await _list(state, most)
    if (warning := no_server()) is not None:
        out.print(warning)


async def _list(state: LetterState | None, most: int) -> None:
    counts = [f"{one.value} {count}" for one in LetterState if (count := await Letter.filter(state=one).count())]
    out.print(", ".join(counts) or "No letters.")
    table = Table("letter", "queued", "what", "to", "state", "attempts", "error", box=None)
    found = Letter.filter(state=state) if state is not None else Letter.all()
    for letter in await found.order_by("-queued_at", "-id").limit(most):
        row = row_of(letter)
        table.add_row(str(row.pk), f"{row.queued_at:%Y-%m-%d %H:%M}", row.template, row.recipient, row.state.value, str(row.attempts), row.error)
    if table.row_count:
        out.print(table)


async def _retry_one(letter_pk: int) -> None:
    try:
        await retry(letter_pk, dt.datetime.now(dt.UTC), audit.COMMAND_LINE)
    except Refused:
        raise Stop(f"Letter {letter_pk} cannot be sent anew: it waits, has left, or its link or words are gone.") from None
    out.print(f"Letter {letter_pk} is queued anew.")


async def _retry_failed() -> int:
    """All that can be; what nobody can send any more stays as it is. Uncertain ones are chosen one by one: they may have arrived."""
    done = 0
    for letter in await Letter.filter(state=LetterState.FAILED).order_by("id"):
        if row_of(letter).is_retriable:
            await retry(letter.id, dt.datetime.now(dt.UTC), audit.COMMAND_LINE)
            done += 1
    return done
