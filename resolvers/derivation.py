"""What statements mean for the ledger: the entries that no charge and no payment stands behind, derived in SQL for many accounts at once.

An account's balance is kept in parts: one per service where its supplier prints balances by service, else a single one (part 0). For each
part the months stand in a row. A printed closing is where the sum of entries stands after its month, whatever came before; differences
see to that, each under its reason. `tests/resolvers/oracle.py` says the same in Python, an account at a time.

Works on `posting` (account, and the last month before which nothing is looked at) and `want_entry`, which holds the entries of charges
and payments already; leaves `reckoned`, a row per account, part and month with the balance after it.
"""

from __future__ import annotations

import datetime as dt

from models import sql
from models.enums import Component

_FIGURES = ("opening", "charged", "recalculation", "penalty", "paid", "compensation", "closing")
_ROW = {"account_id": "bigint", "period": "date", "part": "bigint"}
_MONEY = dict.fromkeys(_FIGURES, "bigint")
_DETAILS = {  # what a month's entries are summed up by; a sum passes over null at no cost
    "d_charged": "CASE kind WHEN 'charge' THEN amount END",
    "d_recalculation": "CASE kind WHEN 'recalculation' THEN amount END",
    "d_paid": "CASE WHEN kind IN ('payment', 'refund') THEN -amount END",
}
_SUMS = ("opening", "penalty", "compensation", "closing", "movement", "x_charged", "x_recalculation", "x_paid", "reset", "start", "balance_before",
         "balance_after")  # fmt: skip
_RECKONED = {**_ROW, "source": "bigint", "printed": "int", "anchored": "int", **dict.fromkeys(_SUMS, "bigint")}
Coverage = dict[Component, set[dt.date]]  # months (first days) whose details a register has brought, by component


async def print_figures(organization_id: int) -> bool:
    """Fill `figure`: what the current statements in scope say, part by part. Gives whether any account is kept by service."""
    [row] = await sql.fetch(
        "SELECT CASE WHEN EXISTS (SELECT 1 FROM statement_line WHERE organization_id = :organization) THEN 1 ELSE 0 END AS n",
        organization=organization_id,
    )
    await sql.staging("figure", {**_ROW, "source": "bigint", **_MONEY})
    await sql.staging("start", {"account_id": "bigint", "part": "bigint", "amount": "bigint"}, "account_id, part")
    await sql.execute(_FIGURES_OF_STATEMENTS)
    await sql.execute(_STARTS)
    if row["n"]:
        for statement in (_FIGURES_OF_LINES, _STARTS_OF_LINES):
            await sql.execute(statement)
        await sql.index("figure", "account_id, period, part")
        await sql.analyze("figure", "start")
    return bool(row["n"])


async def derive(coverage: Coverage, by_service: bool) -> None:
    """Add the derived entries to `want_entry`."""
    if by_service:  # a part that a printed month does not mention stands at nothing
        await sql.staging("part", {"account_id": "bigint", "part": "bigint"}, "account_id")
        await sql.execute(_PARTS)
        await sql.analyze("part")
        await sql.execute(_NOTHING_PRINTED)
    await sql.staging("reckoned", _RECKONED)
    await sql.execute(_RECKON)
    covered = {f"c_{component.value}": _among("r.period", coverage[component]) for component in Component}
    for statement in _entries(covered):
        await sql.execute(statement)


def _among(column: str, days: set[dt.date]) -> str:
    listed = ", ".join(sorted(f"'{day}'" for day in days))
    return f"{column} IN ({listed})" if days else "1 = 0"


_SAID = ", ".join(f"t.{name}" for name in _FIGURES)
_FIGURES_OF_STATEMENTS = f"""
    INSERT INTO figure (account_id, period, part, source, {", ".join(_FIGURES)})
    SELECT t.account_id, t.period, 0, t.import_file_id, {_SAID}
    FROM posting p JOIN statement t ON t.account_id = p.account_id AND t.period > p.base AND t.is_current AND NOT t.by_service"""
_FIGURES_OF_LINES = f"""
    INSERT INTO figure (account_id, period, part, source, {", ".join(_FIGURES)})
    SELECT s.account_id, s.period, t.service_id, s.import_file_id, {_SAID}
    FROM posting p JOIN statement s ON s.account_id = p.account_id AND s.period > p.base AND s.is_current AND s.by_service
    JOIN statement_line t ON t.statement_id = s.id"""
_STARTS = """
    INSERT INTO start (account_id, part, amount) SELECT t.account_id, 0, t.closing
    FROM posting p JOIN statement t ON t.account_id = p.account_id AND t.period = p.base AND t.is_current AND NOT t.by_service"""
_STARTS_OF_LINES = """
    INSERT INTO start (account_id, part, amount) SELECT s.account_id, t.service_id, COALESCE(t.closing, 0)
    FROM posting p JOIN statement s ON s.account_id = p.account_id AND s.period = p.base AND s.is_current AND s.by_service
    JOIN statement_line t ON t.statement_id = s.id"""
_PARTS = """
    INSERT INTO part (account_id, part)
    SELECT account_id, part FROM figure WHERE account_id IN (SELECT account_id FROM figure WHERE part <> 0 UNION SELECT account_id FROM start WHERE part <> 0)
    UNION SELECT account_id, part FROM start WHERE part <> 0 UNION SELECT account_id, 0 FROM figure WHERE part <> 0
    UNION SELECT account_id, part FROM want_entry WHERE part <> 0"""
_NOTHING_PRINTED = f"""
    INSERT INTO figure (account_id, period, part, source, {", ".join(_FIGURES)})
    SELECT m.account_id, m.period, p.part, m.source, {", ".join("0" for _ in _FIGURES)}
    FROM (SELECT account_id, period, MAX(source) AS source FROM figure GROUP BY account_id, period) m JOIN part p ON p.account_id = m.account_id
    LEFT JOIN figure f ON f.account_id = m.account_id AND f.period = m.period AND f.part = p.part WHERE f.account_id IS NULL"""
# What was posted is summed up before it meets what is printed: entries are many, and most columns are the statements'.
_MONTHS = f"""
    SELECT account_id, period, part, MAX(printed) AS printed, MAX(source) AS source, {", ".join(f"MAX({name}) AS {name}" for name in _FIGURES)},
        {", ".join(f"COALESCE(MAX({name}), 0) AS {name}" for name in _DETAILS)}
    FROM (
        SELECT account_id, period, part, 1 AS printed, source, {", ".join(_FIGURES)}, {", ".join(f"NULL AS {name}" for name in _DETAILS)} FROM figure
        UNION ALL
        SELECT account_id, period, part, 0, NULL, {", ".join("NULL" for _ in _FIGURES)},
            {", ".join(f"CAST(SUM({sum_}) AS bigint)" for sum_ in _DETAILS.values())}
        FROM want_entry GROUP BY account_id, period, part
    ) m GROUP BY account_id, period, part"""
# Innermost: what the month says of itself, and how often what is printed has set the sum of entries by then: each time begins a stretch of months,
# whose first one has `reset`. Then the running sum of each stretch. One order of rows does for all: within a part, stretches follow each other as months do.
_RECKON = f"""
    INSERT INTO reckoned ({", ".join(_RECKONED)})
    SELECT account_id, period, part, source, printed, anchored, opening, penalty, compensation, closing, movement, x_charged, x_recalculation, x_paid, reset,
        start, COALESCE(LAG(balance_after) OVER (PARTITION BY account_id, part ORDER BY stretch, period), start), balance_after
    FROM (
        SELECT g.*, COALESCE(MAX(reset) OVER so_far, start) + COALESCE(SUM(CASE WHEN reset IS NULL THEN movement END) OVER so_far, 0) AS balance_after
        FROM (
            SELECT e.account_id, e.period, e.part, e.source, e.printed, e.penalty, e.compensation, e.closing, e.movement, e.start,
                e.x_charged, e.x_recalculation, e.x_paid, e.reset, e.anchored, e.stretch,
                COALESCE(e.opening, CASE WHEN e.anchored = 0 THEN e.closing - e.movement END) AS opening
            FROM (
                SELECT a.*, COUNT(reset) OVER (PARTITION BY account_id, part ORDER BY period ROWS UNBOUNDED PRECEDING) AS stretch,
                    CASE WHEN has_base = 1 OR period > MIN(CASE WHEN COALESCE(opening, closing) IS NOT NULL THEN period END) OVER (PARTITION BY account_id)
                        THEN 1 ELSE 0 END AS anchored
                FROM (
                    SELECT o.*, CASE WHEN printed = 1 THEN COALESCE(closing, opening + movement) END AS reset
                    FROM (
                        SELECT m.account_id, m.period, m.part, m.source, m.printed, COALESCE(m.penalty, 0) AS penalty,
                            COALESCE(m.compensation, 0) AS compensation, m.opening, m.closing, COALESCE(b.amount, 0) AS start, p.has_base,
                            COALESCE(m.charged, m.d_charged) + COALESCE(m.recalculation, m.d_recalculation) - COALESCE(m.paid, m.d_paid)
                                + COALESCE(m.penalty, 0) - COALESCE(m.compensation, 0) AS movement,
                            COALESCE(m.charged - m.d_charged, 0) AS x_charged, COALESCE(m.recalculation - m.d_recalculation, 0) AS x_recalculation,
                            COALESCE(m.d_paid - m.paid, 0) AS x_paid
                        FROM ({_MONTHS}) m JOIN posting p ON p.account_id = m.account_id
                        LEFT JOIN start b ON b.account_id = m.account_id AND b.part = m.part
                    ) o
                ) a
            ) e
        ) g WINDOW so_far AS (PARTITION BY account_id, part, stretch ORDER BY period ROWS UNBOUNDED PRECEDING)
    ) r"""


def _entries(covered: dict[str, str]) -> list[str]:
    """An INSERT for each kind of derived entry; sums of zero make none."""
    uncovered = {name: f"CASE WHEN {condition} THEN 0 ELSE 1 END = 1" for name, condition in covered.items()}
    detail = " + ".join(f"CASE WHEN {condition} THEN r.x_{name.removeprefix('c_')} ELSE 0 END" for name, condition in covered.items())
    rest = "r.closing - COALESCE(r.opening, r.balance_before) - r.movement"
    return [
        _entry("CASE r.anchored WHEN 1 THEN 'supplier_difference' ELSE 'opening' END", "r.opening - r.balance_before", "r.opening IS NOT NULL",
               "CASE r.anchored WHEN 1 THEN 'chain' END", "CASE r.anchored WHEN 1 THEN LAST_DAY(r.period) ELSE r.period END"),
        _entry("'charge'", "r.x_charged", uncovered["c_charged"]),
        _entry("'recalculation'", "r.x_recalculation", uncovered["c_recalculation"]),
        _entry("'payment'", "r.x_paid", uncovered["c_paid"]),
        _entry("'penalty'", "r.penalty"),
        _entry("'compensation'", "-r.compensation"),
        _entry("'supplier_difference'", detail, reason="'detail'"),
        _entry("'supplier_difference'", rest, "r.closing IS NOT NULL", "'arithmetic'"),
    ]  # fmt: skip


def _entry(kind: str, amount: str, condition: str = "1 = 1", reason: str = "NULL", day: str = "LAST_DAY(r.period)") -> str:
    return f"""
        INSERT INTO want_entry (account_id, part, base, kind, amount, period, business_date, service_id, reason, import_file_id)
        SELECT account_id, part, kind || '/' || SUBSTR(CAST(period AS text), 1, 7) || COALESCE('/' || reason, '')
            || CASE part WHEN 0 THEN '' ELSE '/' || part END, kind, amount, period, business_date, NULLIF(part, 0), reason, source
        FROM (
            SELECT r.account_id, r.part, r.period, r.source, {kind} AS kind, {amount} AS amount, {reason} AS reason, {day} AS business_date
            FROM reckoned r WHERE r.printed = 1 AND {condition}
        ) e WHERE amount <> 0"""
