"""Control sums: what a file brought, so that a row which somebody changed or deleted behind the product's back is missed.

Charges, payments and statements are never edited but for what says which version is current, so the sums over the rows that a file
made stay as they were when it was taken.
"""

from __future__ import annotations

from models import sql
from models.imports import ImportFile

_FIGURES = {
    "charge": ("amount", "recalculation", "quantity", "price", "price_with_tax", "tax_percent", "service_id"),
    "payment": ("amount",),
    "statement": ("opening", "charged", "recalculation", "penalty", "paid", "compensation", "compensation_note", "closing"),
}
_OWNERS = {"payment": "COALESCE(account_id, contract_id + 1)"}  # of the others every row is an account's
_DETAILED = ("charges", "payments", "balances")  # kinds of files that make such rows
Controls = dict[str, str]  # "statement 2026-10" -> rows, then known values and a sum of each figure


async def counted(file_id: int | None = None) -> dict[int, Controls]:
    """The control sums of one file, or of all, by the file's id, as the rows are now."""
    found: dict[int, Controls] = {}
    for table, figures in _FIGURES.items():
        of_one = "import_file_id IS NOT NULL" if file_id is None else "import_file_id = :file"
        owner = _OWNERS.get(table, "account_id")
        sums = ", ".join(_sums(figure, owner, place) for place, figure in enumerate(figures))
        query = f"SELECT import_file_id, period, COUNT(*) AS n, {sums} FROM {table} WHERE {of_one} GROUP BY import_file_id, period"
        for row in await sql.fetch(query, file=file_id):
            numbers = [row["n"], *(row[f"{what}{place}"] for place in range(len(figures)) for what in "ks")]
            found.setdefault(row["import_file_id"], {})[f"{table} {str(row['period'])[:7]}"] = " ".join(str(int(number)) for number in numbers)
    return found


async def broken() -> list[int]:
    """Ids of files whose rows are no longer those that they brought. Files taken before control sums were kept are passed over."""
    now = await counted()
    kept = await ImportFile.filter(kind__in=_DETAILED, controls__isnull=False).order_by("id").values_list("id", "controls")
    return [file_id for file_id, controls in kept if now.get(file_id, {}) != controls]


def _sums(figure: str, owner: str, place: int) -> str:
    """How many are known, and a sum that a figure moved to another account changes too; remainders keep it within 63 bits."""
    return f"COUNT({figure}) AS k{place}, COALESCE(SUM(({figure} % 1000003) * ({owner} % 9973 + 1)), 0) AS s{place}"
