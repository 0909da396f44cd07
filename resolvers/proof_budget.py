"""How often a target may be missed on one day, whoever misses: five times, and three times more by whoever passed a step-up.

Counted before anything is checked, by one statement that counts or finds nothing left, and taken back where it was no miss. A target
that does not exist is counted like one that does.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass

from models.enums import Door
from resolvers.sql import fetch

TRIES, RESERVE = 5, 3
# WITH, because asyncpg's adapter asks no statement for rows that begins with INSERT or UPDATE
_COUNT = """
    WITH one AS (SELECT 1)
    INSERT INTO proof_budget (organization_id, door, target, day, reserve, misses) VALUES ($1, $2, $3, $4, $5, 1)
    ON CONFLICT (organization_id, door, target, day, reserve) DO UPDATE SET misses = proof_budget.misses + 1 WHERE proof_budget.misses < $6
    RETURNING misses"""
_TAKE_BACK = """
    WITH one AS (SELECT 1)
    UPDATE proof_budget SET misses = misses - 1
    WHERE organization_id = $1 AND door = $2 AND target = $3 AND day = $4 AND reserve = $5 AND misses > 0 RETURNING misses"""


@dataclass(frozen=True, slots=True)
class Try:
    """One counted try; `key` names the target, existing or not: "number:02015213", "contract:2666", "premises:17"."""

    organization_id: int
    door: Door
    key: str
    day: dt.date
    reserve: bool = False

    async def count(self, limit: int | None = None) -> bool:
        """False where none is left."""
        most = limit if limit is not None else RESERVE if self.reserve else TRIES
        return bool(await fetch(_COUNT, *self._place, most))

    async def take_back(self) -> None:
        await fetch(_TAKE_BACK, *self._place)

    @property
    def _place(self) -> tuple[int, str, str, dt.date, bool]:
        return self.organization_id, self.door.value, self.key, self.day, self.reserve


def key_of(kind: str, text: str) -> str:
    """The same key however a number is written; what is too long for a number is known by its hash."""
    folded = "".join(text.casefold().split())
    return f"{kind}:{folded if len(folded) <= 60 else hashlib.sha256(folded.encode()).hexdigest()}"
