"""A month's bills on paper, for the printer: files of some dozens of accounts, each written whole or not at all."""

from __future__ import annotations

import asyncio
import datetime as dt
import json
import os
from collections.abc import AsyncIterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from adapters import pdf
from adapters.rendering import render, surrounded
from jobs.papers import Sheet
from models import Organization, PersonalAccount
from models.period import Period
from resolvers import audit
from resolvers.bill_codes import BILL_LIFETIME, issue_bill_codes
from resolvers.viewer import Viewer, ViewerKind
from schema import ids, operations
from settings import settings

AT_ONCE = 30  # accounts of one file, which is laid out as one document
FILES_AT_ONCE = pdf.WORKERS


@dataclass(frozen=True, slots=True)
class Run:
    """What a run's files have in common, besides their numbers."""

    slug: str
    period: Period
    size: str
    language: str
    codes: bool


@dataclass(frozen=True, slots=True)
class Printed:
    """`without`: numbers that have no bill of the month; `there`: the file had been written before."""

    bills: int
    without: Sequence[str] = ()
    there: bool = False


class OtherRun(Exception):
    """The folder holds another run's files, or somebody's: they would be taken for this one's."""


def begin(folder: Path, run: Run, numbers: Sequence[str], *, named: bool) -> Sequence[str]:
    """The numbers of the run that has its list in the folder, else of this one, which is written there: what came or went since the run began
    changes none of its files. Raises OtherRun where the folder's run differs, in the numbers too where they are `named`."""
    kept, wanted = folder / "run.json", {**asdict(run), "period": str(run.period)}
    if kept.exists():
        try:
            before = json.loads(kept.read_text(encoding="utf-8"))
            known: list[str] = before.pop("numbers")
        except (ValueError, KeyError, AttributeError, TypeError):
            raise OtherRun from None
        if before != wanted or (named and list(numbers) != known):
            raise OtherRun
        return known
    if folder.exists() and any(folder.iterdir()):
        raise OtherRun
    folder.mkdir(parents=True, exist_ok=True)
    _write(kept, json.dumps({**wanted, "numbers": list(numbers)}).encode())
    return numbers


async def print_bills(organization: Organization, numbers: Sequence[str], run: Run, folder: Path) -> AsyncIterator[Printed]:
    """One file after another, in the order of the numbers, which `begin` gave. A file that is there already is left alone: stopped, the run goes
    on where it was. Accounts that are gone since have no bill. Files are readable for their owner alone."""
    known = dict(await PersonalAccount.filter(organization_id=organization.id, withdrawn_at=None).values_list("number", "id"))
    await operations.start()
    parts = [numbers[first : first + AT_ONCE] for first in range(0, len(numbers), AT_ONCE)]
    files = _Files(organization, run, folder)
    for first in range(0, len(parts), FILES_AT_ONCE):
        wanted = enumerate(parts[first : first + FILES_AT_ONCE], first + 1)
        for printed in await asyncio.gather(*[files.file(place, {number: known.get(number) for number in part}) for place, part in wanted]):
            yield printed


@dataclass(frozen=True, slots=True)
class _Files:
    organization: Organization
    run: Run
    folder: Path

    async def file(self, place: int, accounts: dict[str, int | None]) -> Printed:
        target = self.folder / f"bills-{self.run.period}-{place:05}.pdf"
        if target.exists():
            return Printed(0, there=True)
        now = dt.datetime.now(dt.UTC)
        shown = await self._shown([pk for pk in accounts.values() if pk is not None], now)
        if shown:
            _write(target, await pdf.made(await self._html(shown, now)))
        with_bill = {account.number for account in shown}
        return Printed(len(shown), [number for number in accounts if number not in with_bill])

    async def _shown(self, pks: Sequence[int], now: dt.datetime) -> list[Any]:
        if not pks:
            return []
        viewer = Viewer(ViewerKind.STAFF, audit.COMMAND_LINE, organization_ids=frozenset({self.organization.id}), today=now.date())
        wanted = {"ids": [ids.encode("acc", pk) for pk in pks], "period": str(self.run.period)}
        found = (await operations.run("bills/index", viewer, wanted, language=self.run.language, now=now)).accountsByIds
        return [account for account in found if account.statement is not None]

    async def _html(self, accounts: Sequence[Any], now: dt.datetime) -> str:
        codes = await self._codes([account.number for account in accounts], now) if self.run.codes else {}
        by_id = {account.id: codes[account.number] for account in accounts if account.number in codes}
        link = f"{settings().base_url}/o/{self.organization.slug}/link"
        with surrounded(Sheet(self.run.language, self.organization.name, self.organization.contacts, self.organization.timezone)):
            return render("pdf/bill.html", accounts=accounts, size=self.run.size, redacted=False, codes=by_id, link_address=link)

    async def _codes(self, numbers: Sequence[str], now: dt.datetime) -> dict[str, Any]:
        issued = [pair async for part in issue_bill_codes(self.organization.slug, numbers, now, BILL_LIFETIME) for pair in part]
        return {number: {"code": code, "expiresAt": now + BILL_LIFETIME} for number, code in issued}


def _write(target: Path, document: bytes) -> None:
    """Under another name until all of it is there. It holds names and codes: for its owner alone."""
    part = target.with_suffix(".part")
    part.unlink(missing_ok=True)
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(document)
    part.rename(target)
