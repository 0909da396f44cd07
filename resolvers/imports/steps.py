"""What is staged and applied in which order, within the run's transaction, and how long each step took."""

from __future__ import annotations

import time
from typing import Any

from models import sql
from models.database import is_sqlite
from models.enums import Severity
from resolvers.account_locks import lock_accounts_of_organization
from resolvers.imports import accounts, balances, charges, contracts, meters, money, payments, readings, summary, tariffs, undo
from resolvers.imports.outcome import ImportOutcome
from resolvers.imports.staging import Job, Reader, prepare, stage

REFERENCES = (tariffs, contracts, accounts, meters, readings)  # later kinds hang on earlier ones
MONEY = (charges, payments, balances)
_AT_ACCOUNTS = (accounts, meters, readings)
MODULES = (*REFERENCES, *MONEY)
# What a kind fills: PostgreSQL plans by what it knew of a table before the run, unless it is told.
_FILLS = {"accounts": ("personal_account", "account_facts", "premises", "house"), "meters": ("meter", "meter_register"), "readings": ("reading",)}


class Clock:
    """Seconds of each step."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._since = time.perf_counter()

    def lap(self, step: str) -> None:
        now = time.perf_counter()
        self.seconds[step] = round(self.seconds.get(step, 0) + now - self._since, 2)
        self._since = now


async def before(job: Job, outcome: ImportOutcome, reader: Reader, clock: Clock) -> None:
    """What needs no transaction: SQLite's temporary tables, so that nobody waits for us while files are read."""
    if is_sqlite():
        for module in MODULES:
            await _stage(module, job, outcome, reader, clock)


async def within(job: Job, outcome: ImportOutcome, reader: Reader, clock: Clock) -> summary.Before:
    """Apply every kind, reading it just before on PostgreSQL, whose temporary tables live in the transaction. Gives what was there before."""
    await undo.mark(job)
    was = await summary.marks(job)
    for module in REFERENCES:
        if not is_sqlite():
            await _stage(module, job, outcome, reader, clock)
        if job.of(module.RECIPE.kind):
            if module in _AT_ACCOUNTS:
                await lock_accounts_of_organization(job.organization_id)
            await module.apply(job)
            await sql.analyze(*_FILLS.get(module.RECIPE.kind.name, ()))
            clock.lap(module.RECIPE.kind.name)
    if not is_sqlite():
        for each in MONEY:
            await _stage(each, job, outcome, reader, clock)
    was |= await summary.totals(job)
    if any(job.of(module.RECIPE.kind) for module in MONEY):
        await lock_accounts_of_organization(job.organization_id)
        await money.apply(job)
    clock.lap("money")
    return was


async def _stage(module: Any, job: Job, outcome: ImportOutcome, reader: Reader, clock: Clock) -> None:
    recipe = module.RECIPE
    await prepare(recipe)
    for file in job.of(recipe.kind):
        refused = await stage(recipe, job, file, reader)
        if refused is not None:
            del job.files[file.row.id]
            outcome.refused_files.append(file.register.name)
            outcome.unread[file.row.id] = file.register.name
            job.findings.add([(file.row.id, refused.line, Severity.REFUSED, refused.code, refused.params, None)])
    await sql.analyze(recipe.table)
    clock.lap("reading")
