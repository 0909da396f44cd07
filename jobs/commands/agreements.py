"""``abonent agreement``: the text that users consent to."""

import asyncio
import datetime as dt
from pathlib import Path
from typing import Annotated

import typer

from jobs.console import Stop, opened, out
from resolvers.agreements import publish

agreement = typer.Typer(no_args_is_help=True, help="The agreement that users accept when they register.")


@agreement.callback()
def _group() -> None:
    """Keep `publish` a subcommand: more will come."""


@agreement.command("publish")
def agreement_publish(
    file: Annotated[Path, typer.Argument(help="UTF-8: paragraphs between blank lines; lines that begin with '# ' are headings", exists=True, dir_okay=False)],
    version: Annotated[str, typer.Option(help="its name: 2026-12. A published version never changes")],
    language: Annotated[str, typer.Option(help="ru, kk or en")] = "ru",
    organization: Annotated[str | None, typer.Option(metavar="SLUG", help="whose; the installation's own when omitted")] = None,
) -> None:
    """Make a text the present agreement; publish the same version once more for each language."""
    try:
        text = file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise Stop(f"{file} is not UTF-8.") from None
    asyncio.run(_publish(text, language, version, organization))
    out.print(f"Published version {version} in {language}{f' for {organization}' if organization else ''}.", markup=False)


async def _publish(text: str, language: str, version: str, organization: str | None) -> None:
    async with opened():
        await publish(text, language, version, organization, dt.datetime.now(dt.UTC))
