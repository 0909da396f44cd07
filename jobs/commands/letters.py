"""``abonent mail``: does ABONENT_SMTP_URL work? A trial letter tells."""

import asyncio
from enum import StrEnum
from typing import Annotated

import typer

from adapters.mail import Letter, Mail, NotSent, Rejected, Uncertain
from adapters.smtp import server_mail
from jobs.console import Stop, out
from models.errors import Refused

Language = StrEnum("Language", ["ru", "kk", "en"])


def mail(
    to: Annotated[str, typer.Option(metavar="ADDRESS", help="who gets it: one plain address")],
    language: Annotated[Language, typer.Option(help="what it is written in")] = Language("ru"),
) -> None:
    """Send a trial letter, to see that ABONENT_SMTP_URL works."""
    server = server_mail()
    if server is None:
        raise Stop("ABONENT_SMTP_URL is not set: there is nothing to send letters through.", status=2)
    asyncio.run(send_trial(server, to, language.value))
    out.print(f"The server took the trial letter to {to}.", markup=False)


async def send_trial(server: Mail, to: str, language: str) -> None:
    """Raises Stop with what its user should know."""
    try:
        await server.send(Letter(to, "trial", language))
    except Refused:
        raise Stop("--to is not an address that letters are sent to: one plain address such as aigul@example.kz.", status=2) from None
    except Rejected as no:
        raise Stop(f"The mail server refused: {no}") from None
    except Uncertain as broken:
        raise Stop(f"The talk with the mail server broke off, so the letter may have been taken or not: {broken}") from None
    except NotSent as error:
        raise Stop(f"The mail server of ABONENT_SMTP_URL cannot be reached: {error}") from None
