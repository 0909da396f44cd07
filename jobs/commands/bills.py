"""``abonent bills``: a month's bills for the printer."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from adapters import pdf
from jobs.console import Stop, err, numbers_of, opened, out, progress
from models import Organization, PersonalAccount
from models.errors import BadRequest
from models.period import Period
from resolvers.access_rules import rules_of
from resolvers.organizations import organization_by_slug

SIZES, LANGUAGES = ("a4", "a5"), ("ru", "kk", "en")


def bills(
    slug: Annotated[str, typer.Argument(help="the organization")],
    period: Annotated[str, typer.Option(help="the month, 2026-10")],
    folder: Annotated[Path, typer.Option("--out", help="an empty folder for the files, or that of a run which was stopped: it goes on")],
    accounts: Annotated[Path | None, typer.Option(help="a file with one number in each line, in the order of printing; else all, by number")] = None,
    size: Annotated[str, typer.Option(help="a4 or a5")] = "a4",
    language: Annotated[str, typer.Option(help="ru, kk or en")] = "ru",
    codes: Annotated[bool, typer.Option("--codes", help="with a one-time code on each, which links the account")] = False,
) -> None:
    """Write bills as PDF, 30 accounts in a file."""
    if size not in SIZES or language not in LANGUAGES:
        raise Stop("--size is a4 or a5, --language ru, kk or en.", status=2)
    try:
        month = Period.parse(period)
    except (ValueError, BadRequest):
        raise Stop(f"{period} is not a month: 2026-10.", status=2) from None
    numbers = None if accounts is None else numbers_of(accounts)
    asyncio.run(_print(slug, month, folder, numbers, size=size, language=language, codes=codes))


async def _print(slug: str, month: Period, folder: Path, named: list[str] | None, *, size: str, language: str, codes: bool) -> None:
    from jobs.print_run import OtherRun, Run, begin, print_bills

    async with opened():
        organization = await organization_by_slug(slug)
        if codes and not rules_of(organization).asks_for_bill_codes:
            raise Stop(f"{slug} asks for no code of bills: abonent organization access says what is asked for.")
        every = await _all(organization)
        if named is not None and (unknown := next((number for number in named if number not in set(every)), None)):
            raise Stop(f"{slug} has no account {unknown}.")
        run = Run(slug, month, size, language, codes)
        try:
            numbers = begin(folder, run, every if named is None else named, named=named is not None)
        except OtherRun:
            raise Stop(f"{folder} holds something else than this run of bills: choose an empty folder.") from None
        made, there = 0, 0
        without: list[str] = []
        try:
            with progress() as bars:
                task = bars.add_task("Bills", total=len(numbers))
                async for printed in print_bills(organization, numbers, run, folder):
                    made, there, without = made + printed.bills, there + printed.there, [*without, *printed.without]
                    bars.update(task, completed=made + len(without))
        except BaseException as error:
            pdf.close()
            if isinstance(error, pdf.Overloaded):
                raise Stop("A file took too long to lay out. Run it again: it goes on where it was.") from None
            raise
        pdf.finish()
    _tell(slug, month, made, there, without, sorted(set(every) - set(numbers)) if named is None else [])


def _tell(slug: str, month: Period, made: int, there: int, without: list[str], late: list[str]) -> None:
    if without:
        err.print(f"{len(without):,} accounts have no bill of {month}: {', '.join(without[:5])}{', …' if without[5:] else ''}", markup=False)
    if late:
        err.print(f"{len(late):,} accounts came after the run began and are not in it: {', '.join(late[:5])}{', …' if late[5:] else ''}", markup=False)
    out.print(f"{made:,} bills of {month} for {slug}{f'; {there} files were there already' if there else ''}", markup=False)


async def _all(organization: Organization) -> list[str]:
    return [one.number for one in await PersonalAccount.filter(organization_id=organization.id, withdrawn_at=None).only("id", "number").order_by("number")]
