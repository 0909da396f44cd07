"""Charges, payments and balances of one run: taken together, posted once."""

from __future__ import annotations

from models import sql
from resolvers import controls, ledger
from resolvers.imports import balances, charges, payments
from resolvers.imports.staging import Job, StagedFile

_DAY = {"charges": "period", "payments": "paid_on", "balances": "period"}  # a refused payment has no period yet

_OF_ACCOUNTS = {"payments": payments.OF_ACCOUNTS}  # sums for contracts as a whole are no details of any account's month


async def apply(job: Job) -> None:
    """Bring charges, payments and statements to what the staged registers say, then the ledger to what these say."""
    covered = await ledger.coverage_of(job.organization_id)
    await ledger.touch()
    for module in (charges, payments, balances):
        if job.of(module.RECIPE.kind):
            await module.apply(job)
            await sql.analyze({charges: "charge", payments: "payment", balances: "statement"}[module])
    await balances.complete(job, charges_came=bool(job.of(charges.RECIPE.kind)))
    for file in job.files.values():
        if file.register.kind.name in _DAY:
            await _note_coverage(job, file)
    covers = await ledger.coverage_of(job.organization_id, job.run_id)
    await ledger.restate(job.organization_id, job.now, covered, covers, lambda done, total: job.progress("ledger", done, total))
    await sql.analyze("ledger_entry")
    await balances.doubt(job)


async def _note_coverage(job: Job, file: StagedFile) -> None:
    """Which months the file speaks of, refused rows included: a detail that could not be read is missing, not absent."""
    name = file.register.kind.name
    covers = {"charges": ["charged"], "payments": ["paid"], "balances": []}[name]
    if name == "charges" and file.register.has("recalculation"):
        covers.append("recalculation")
    day = _DAY[name]
    days = await sql.fetch(
        f"SELECT DISTINCT {day} AS day FROM stage_{name} WHERE file_id = :id AND {day} <= :today AND {_OF_ACCOUNTS.get(name, '1 = 1')}",
        id=file.row.id,
        today=job.today,
    )
    months = sorted({found.replace(day=1) for row in days if (found := sql.day(row["day"]))})
    file.row.covers, file.row.months = " ".join(covers), " ".join(f"{month:%Y-%m}" for month in months)
    file.row.first_period, file.row.last_period = (months[0], months[-1]) if months else (None, None)
    file.row.controls = (await controls.counted(file.row.id)).get(file.row.id, {})
    await file.row.save(update_fields=["covers", "months", "first_period", "last_period", "controls"])
