"""A month's bills on paper, for the printer: files of some dozens of accounts, each written whole or not at all."""

from __future__ import annotations

import asyncio
import datetime as dt
import os
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from adapters import pdf
from adapters.rendering import render, surrounded
from models import Organization, PersonalAccount
from models.errors import NotFound
from models.period import Period
from resolvers import audit
from resolvers.bill_codes import BILL_LIFETIME, issue_bill_codes
from resolvers.viewer import Viewer, ViewerKind
from schema import ids, operations
from settings import settings

AT_ONCE = 30  # accounts of one file, which is laid out as one document
FILES_AT_ONCE = pdf.WORKERS


@dataclass(frozen=True, slots=True)
class Sheet:
    """What ``here`` is in a document that no page asked for."""

    language: str
    title: str
    contacts: str
    timezone: str


@dataclass(frozen=True, slots=True)
class Printed:
    """`without`: numbers that have no bill of the month; `there`: the file had been written before."""

    bills: int
    without: Sequence[str] = ()
    there: bool = False


async def print_bills(
    organization: Organization, numbers: Sequence[str], period: Period, folder: Path, *, size: str, language: str, codes: bool
) -> AsyncIterator[Printed]:
    """One file after another, in the order of the numbers. A file that is there already is left alone: stopped, the run goes on where it was.

    Files with codes are readable for their owner alone. Raises NotFound where the organization has no such account.
    """
    known = dict(await PersonalAccount.filter(organization_id=organization.id, withdrawn_at=None).values_list("number", "id"))
    if missing := next((number for number in numbers if number not in known), None):
        raise NotFound(f"account {missing}")
    await operations.start()
    parts = [numbers[first : first + AT_ONCE] for first in range(0, len(numbers), AT_ONCE)]
    run = _Run(organization, period, folder, size, language, codes)
    for first in range(0, len(parts), FILES_AT_ONCE):
        wanted = enumerate(parts[first : first + FILES_AT_ONCE], first + 1)
        for printed in await asyncio.gather(*[run.file(place, [(number, known[number]) for number in part]) for place, part in wanted]):
            yield printed


@dataclass(frozen=True, slots=True)
class _Run:
    organization: Organization
    period: Period
    folder: Path
    size: str
    language: str
    codes: bool

    async def file(self, place: int, accounts: Sequence[tuple[str, int]]) -> Printed:
        target = self.folder / f"bills-{self.period}-{place:05}.pdf"
        if target.exists():
            return Printed(0, there=True)
        now = dt.datetime.now(dt.UTC)
        viewer = Viewer(ViewerKind.STAFF, audit.COMMAND_LINE, organization_ids=frozenset({self.organization.id}), today=now.date())
        wanted = {"ids": [ids.encode("acc", pk) for _, pk in accounts], "period": str(self.period)}
        found = (await operations.run("bills/index", viewer, wanted, language=self.language, now=now)).accountsByIds
        shown = [account for account in found if account.statement is not None]
        without = [account.number for account in found if account.statement is None]
        if shown:
            _write(target, await pdf.made(await self._html(shown, now)))
        return Printed(len(shown), without)

    async def _html(self, accounts: Sequence[Any], now: dt.datetime) -> str:
        codes = await self._codes([account.number for account in accounts], now) if self.codes else {}
        by_id = {account.id: codes[account.number] for account in accounts if account.number in codes}
        link = f"{settings().base_url}/o/{self.organization.slug}/link"
        with surrounded(Sheet(self.language, self.organization.name, self.organization.contacts, self.organization.timezone)):
            return render("pdf/bill.html", accounts=accounts, size=self.size, redacted=False, codes=by_id, link_address=link)

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
