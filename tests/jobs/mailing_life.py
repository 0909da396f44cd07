"""One life of a worker that does nothing but mail bills, two subscribers in a transaction: started to be killed.

Its documents are empty: making one takes longer than all that a kill can hit, and is tested elsewhere.
"""

import asyncio

from adapters import pdf
from jobs.broker import mail_of_settings, send_with
from jobs.console import opened
from jobs.worker import utc_now
from resolvers import bill_mail


async def blank(_html: str) -> bytes:
    return b"%PDF-"


async def main() -> None:
    pdf.made = blank
    bill_mail.USERS_AT_ONCE = 2
    async with opened():
        mail = mail_of_settings()
        assert mail is not None
        await asyncio.gather(_queueing(), send_with(mail, asyncio.Event()))


async def _queueing() -> None:
    while True:
        await bill_mail.mail_bills(utc_now())
        await asyncio.sleep(0.02)


if __name__ == "__main__":
    asyncio.run(main())
