"""Charges, payments and balances of one run: taken together, posted once."""

from __future__ import annotations

from adapters.files import Register
from models import sql
from resolvers import ledger
from resolvers.imports import balances, charges, payments
from resolvers.imports.staging import Job, Recipe, StagedFile, prepare

RECIPES = (charges.RECIPE, payments.RECIPE, balances.RECIPE)
KINDS = tuple(recipe.kind for recipe in RECIPES)


async def prepared(registers: list[Register]) -> list[tuple[Recipe, Register]]:
    """Make the staging tables; gives the registers in the order in which they are to be read, each with its recipe."""
    for recipe in RECIPES:
        await prepare(recipe)
    return [(recipe, register) for recipe in RECIPES for register in registers if register.kind is recipe.kind]


async def apply(job: Job) -> None:
    """Bring charges, payments and statements to what the staged registers say, then the ledger to what these say."""
    covered = await ledger.coverage_of(job.organization_id)
    await ledger.touch()
    present = {file.register.kind.name for file in job.files.values()}
    for module in (charges, payments, balances):
        if module.RECIPE.kind.name in present:
            await module.apply(job)
    await balances.complete(job, charges_came="charges" in present)
    for file in job.files.values():
        await _note_coverage(job, file)
    await ledger.restate(job.organization_id, job.now, covered, lambda done, total: job.progress("ledger", done, total))
    await balances.doubt(job)


async def _note_coverage(job: Job, file: StagedFile) -> None:
    """Which months the file speaks of, refused rows included: a detail that could not be read is missing, not absent."""
    name = file.register.kind.name
    covers = {"charges": ["charged"], "payments": ["paid"], "balances": []}[name]
    if name == "charges" and file.register.has("recalculation"):
        covers.append("recalculation")
    [span] = await sql.fetch(
        f"SELECT MIN(period) AS first, MAX(period) AS last FROM stage_{name} WHERE file_id = :id AND period <= :today", id=file.row.id, today=job.today
    )
    file.row.covers, file.row.first_period, file.row.last_period = " ".join(covers), sql.day(span["first"]), sql.day(span["last"])
    await file.row.save(update_fields=["covers", "first_period", "last_period"])
