"""The outbox as a taskiq broker: it listens by leasing letters that are due and hands each on as a task.

Nothing is ever kicked into it: a letter gets into the table in the transaction of what it tells of (resolvers/letters.py). Nor is anything
acknowledged to it: what came of a letter is written into its row, and without that the lease runs out and another worker takes it.
Only the worker imports this: taskiq brings aiohttp along, a tenth of a second and nine megabytes that the pages need not pay.
"""

import asyncio
import datetime as dt
from collections.abc import AsyncGenerator, Callable

from taskiq import AsyncBroker, BrokerMessage, TaskiqMessage
from taskiq.receiver import Receiver

from adapters.letter_folder import FolderMail
from adapters.logs import log
from adapters.mail import Mail
from adapters.smtp import server_mail
from jobs import papers
from jobs.worker import utc_now
from resolvers import outbox
from resolvers.letters import Maker
from settings import Mode, settings

AT_ONCE = 5  # letters; a server that takes its time over one does not keep the others
SECONDS_BETWEEN_LOOKS = 2.0
SECONDS_AFTER_FAILURE = 20.0
SECONDS_TO_FINISH = 10.0


class Outbox(AsyncBroker):
    """Gives out letters that are due, as long as somebody has a hand free for one."""

    def __init__(self, mail: Mail, clock: Callable[[], dt.datetime] = utc_now, maker: Maker = papers.made) -> None:
        super().__init__()
        self._clock = clock

        async def send_letter(letter_id: int, attempts: int) -> None:
            await outbox.deliver(letter_id, attempts, mail, clock(), maker)

        self.register_task(send_letter, task_name="send_letter")

    async def kick(self, message: BrokerMessage) -> None:
        raise NotImplementedError("letters are queued by resolvers.letters.queue")

    async def listen(self) -> AsyncGenerator[bytes, None]:
        while True:
            try:
                row = await outbox.lease(self._clock())
            except Exception:  # noqa: BLE001 - the database may be away for a while; the next look tries again
                log("abonent.jobs").error("letters.look_failed", exc_info=True)
                await asyncio.sleep(SECONDS_AFTER_FAILURE)
                continue
            if row is None:
                await asyncio.sleep(SECONDS_BETWEEN_LOOKS)
                continue
            task = TaskiqMessage(task_id=f"{row.id}.{row.attempts}", task_name="send_letter", labels={}, args=[row.id, row.attempts], kwargs={})
            yield self.formatter.dumps(task).message


def mail_of_settings() -> Mail | None:
    """The server of ABONENT_SMTP_URL; without one the demo's folder, elsewhere None: letters wait."""
    return server_mail() or (FolderMail() if settings().mode is Mode.DEMO else None)


async def send_until(stop: asyncio.Event) -> None:
    """Send what is due, until ``stop`` is set. The database is open already."""
    mail = mail_of_settings()
    if mail is None:
        log("abonent.jobs").warning("letters.no_server", counts={"waiting": await outbox.waiting()})
        return
    await send_with(mail, stop)


async def send_due(now: dt.datetime) -> dict[str, int]:
    """Send what is due now, and end."""
    mail = mail_of_settings()
    return await outbox.send_all(mail, now, papers.made) if mail is not None else {}


async def send_with(mail: Mail, stop: asyncio.Event, clock: Callable[[], dt.datetime] = utc_now, maker: Maker = papers.made) -> None:
    broker = Outbox(mail, clock, maker)
    receiver = Receiver(broker, max_async_tasks=AT_ONCE, run_startup=False, wait_tasks_timeout=SECONDS_TO_FINISH)
    await receiver.listen(stop)
