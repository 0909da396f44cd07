"""Everything that happens by itself, in one place. Times are UTC."""

import datetime as dt
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from resolvers import housekeeping

MINUTE, HOUR, DAY = dt.timedelta(minutes=1), dt.timedelta(hours=1), dt.timedelta(days=1)
_EPOCH = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)


@dataclass(frozen=True, slots=True)
class Row:
    """One piece of periodic work: every ``every``, at ``at`` after its start; ``work`` takes the instant and returns counts."""

    name: str
    every: dt.timedelta
    work: Callable[[dt.datetime], Awaitable[dict[str, int]]]
    at: dt.timedelta = dt.timedelta()

    def due_at(self, now: dt.datetime) -> dt.datetime:
        """The latest moment up to ``now`` at which this was due."""
        return now - (now - _EPOCH - self.at) % self.every


async def forget_import_files(now: dt.datetime) -> dict[str, int]:
    from resolvers.imports import forgetting

    return await forgetting.forget_import_files(now)


async def check_books(_: dt.datetime) -> dict[str, int]:
    """Recompute every balance and chain, as ``abonent check`` does."""
    from resolvers import integrity

    return {"damaged": len((await integrity.check()).problems)}


async def forget_deleted(now: dt.datetime) -> dict[str, int]:
    from resolvers import deletion

    return await deletion.forget_deleted(now)


async def mail_bills(now: dt.datetime) -> dict[str, int]:
    from resolvers import bill_mail

    return await bill_mail.mail_bills(now)


async def remind(now: dt.datetime) -> dict[str, int]:
    from resolvers import reading_reminders

    return await reading_reminders.remind(now)


async def ask_hooks(now: dt.datetime) -> dict[str, int]:
    """Have sent readings judged by the addresses that organizations name for it."""
    from jobs import hooks

    return await hooks.ask_hooks(now)


TIMETABLE = (
    Row("ask_hooks", MINUTE, ask_hooks),
    Row("remind", HOUR, remind, at=dt.timedelta(minutes=5)),
    Row("mail_bills", MINUTE, mail_bills),
    Row("forget_sessions", HOUR, housekeeping.forget_sessions),
    Row("forget_keys", HOUR, housekeeping.forget_keys, at=dt.timedelta(minutes=30)),
    Row("forget_registrations", HOUR, housekeeping.forget_registrations, at=dt.timedelta(minutes=10)),
    Row("forget_secrets", HOUR, housekeeping.forget_secrets, at=dt.timedelta(minutes=20)),
    Row("forget_tokens", DAY, housekeeping.forget_tokens, at=dt.timedelta(hours=20, minutes=10)),
    Row("forget_letters", DAY, housekeeping.forget_letters, at=dt.timedelta(hours=20, minutes=20)),
    Row("forget_deleted", HOUR, forget_deleted, at=dt.timedelta(minutes=45)),
    Row("forget_import_files", DAY, forget_import_files, at=dt.timedelta(hours=20)),
    Row("forget_files", DAY, housekeeping.forget_files, at=dt.timedelta(hours=20, minutes=30)),
    Row("check_books", DAY, check_books, at=dt.timedelta(hours=21)),  # the small hours in Kazakhstan
)
