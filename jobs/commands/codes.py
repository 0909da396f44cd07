"""``abonent codes`` and ``abonent organization access``: whom an organization lets in, and the codes on its bills."""

import asyncio
import csv
import datetime as dt
import os
from pathlib import Path
from typing import Annotated

import typer

from adapters.sheets import harmless
from jobs.console import Stop, err, numbers_of, opened, out
from resolvers.access_rules import Wanted, rules_of, set_rules
from resolvers.bill_codes import BILL_LIFETIME, issue_bill_codes
from resolvers.organizations import organization_by_slug


def codes(
    slug: Annotated[str, typer.Argument(help="the organization")],
    target: Annotated[Path, typer.Option("--out", help="the file for the printer: number;code. It holds secrets and is made readable for its owner alone")],
    accounts: Annotated[Path | None, typer.Option(help="a file with one number in each line")] = None,
    every: Annotated[bool, typer.Option("--all", help="for every account")] = False,
    contracts: Annotated[bool, typer.Option("--contracts", help="numbers are of contracts")] = False,
    days: Annotated[int, typer.Option(min=1, max=366, help="how long the codes are good")] = BILL_LIFETIME.days,
) -> None:
    """Make the one-time codes that the printer puts on bills."""
    if (accounts is None) == (not every):
        raise Stop("Name either --accounts with a file of numbers, or --all.", status=2)
    if target.exists():
        raise Stop(f"{target} exists already: codes are not overwritten.")
    numbers = None if accounts is None else numbers_of(accounts)
    made = asyncio.run(_write(slug, numbers, target, dt.timedelta(days=days), contracts=contracts))
    out.print(f"{made:,} codes for {slug}, good for {days} days: {target}", markup=False)


async def _write(slug: str, numbers: list[str] | None, target: Path, lifetime: dt.timedelta, *, contracts: bool) -> int:
    made = 0
    async with opened():
        parts = issue_bill_codes(slug, numbers, dt.datetime.now(dt.UTC), lifetime, contracts=contracts)
        first: list[tuple[str, str]] = await anext(parts, [])  # an unknown number leaves no file behind
        with os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8", newline="") as file:
            rows = csv.writer(file, delimiter=";")
            rows.writerow(("number", "code"))
            rows.writerows((harmless(number), code) for number, code in first)
            made += len(first)
            async for part in parts:
                rows.writerows((harmless(number), code) for number, code in part)
                made += len(part)
    return made


def access(
    slug: Annotated[str, typer.Argument(help="the organization")],
    proofs: Annotated[str | None, typer.Option(help="surname flat last_payment tax_number bill_code: asked for together; '' leaves linking to staff")] = None,
    step_ups: Annotated[str | None, typer.Option(help="email staff bill_code: any of them opens further tries")] = None,
    look_up: Annotated[str | None, typer.Option(help="off, on, or proof: with a further proof")] = None,
    look_up_proof: Annotated[str | None, typer.Option(help="the further proof")] = None,
    recovery_asks: Annotated[str | None, typer.Option(help="tax_number number: beside the letter's link")] = None,
) -> None:
    """Say whom an organization lets in; what is left out stays as it is."""

    async def work() -> None:
        async with opened():
            now = rules_of(await organization_by_slug(slug))
            words = [
                asked.split() if asked is not None else had
                for asked, had in ((proofs, now.proofs), (step_ups, now.step_ups), (recovery_asks, now.recovery_asks))
            ]
            first, second, third = (tuple(map(str, one)) for one in words)
            rules = await set_rules(slug, Wanted(first, second, look_up or now.look_up, look_up_proof or now.look_up_proof, third))
        out.print(f"{slug}: linking asks for {', '.join(rules.proofs) or 'nothing, staff link'}. Look-up: {rules.look_up}.", markup=False)
        out.print(f"Further tries: {', '.join(rules.step_ups) or 'none'}. Recovery asks for: {', '.join(rules.recovery_asks) or 'nothing'}.", markup=False)
        if "bill_code" in rules.proofs:
            err.print("Bills need codes now: abonent codes makes them.", markup=False)

    asyncio.run(work())
