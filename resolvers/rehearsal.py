"""The ledger's own derivation, run dry: what posting would say of every account, against the entries that stand."""

from __future__ import annotations

from dataclasses import dataclass

from models import sql
from resolvers import ledger
from resolvers.derivation import Coverage

AT_ONCE = 5_000  # accounts: their rows fit in memory


@dataclass(frozen=True, slots=True)
class Span:
    """Accounts of one organization, from the first to the last id."""

    organization_id: int
    coverage: Coverage
    first: int
    last: int


async def spans() -> list[Span]:
    """All accounts, some thousands at a time. Each span can be looked at by itself."""
    rows = await sql.fetch(_SPANS, most=AT_ONCE)
    coverages = {pk: await ledger.coverage_of(pk) for pk in dict.fromkeys(row["organization_id"] for row in rows)}
    return [Span(row["organization_id"], coverages[row["organization_id"]], row["first"], row["last"]) for row in rows]


async def differences(span: Span) -> dict[str, list[int]]:
    """Ids of what differs, by code: of entries, of accounts where an entry is missing. Nothing is posted; temporary tables are used."""
    await ledger.rehearse(span.organization_id, span.coverage, span.first, span.last)
    [row] = await sql.fetch(_ALIKE)
    if row["wanted"] == row["standing"] == row["pairs"] == row["alike"]:
        return {}
    await ledger.list_past()
    found = {code: [row["id"] for row in await sql.fetch(query)] for code, query in _DIFFERENCES.items()}
    return {code: ids for code, ids in found.items() if ids}


_SPANS = """
    SELECT organization_id, MIN(id) AS first, MAX(id) AS last FROM (
        SELECT id, organization_id, (ROW_NUMBER() OVER (PARTITION BY organization_id ORDER BY id) - 1) / :most AS span FROM personal_account
    ) a GROUP BY organization_id, span ORDER BY organization_id, span"""
_SAID = ("kind", "amount", "period", "business_date", "service_id", "supplier_id", "charge_id", "payment_id", "reason")
_STANDING = f"""
    SELECT e.id, e.account_id, {ledger.BASE} AS base, {", ".join(f"e.{column}" for column in _SAID)}
    FROM posting p JOIN ledger_entry e ON e.account_id = p.account_id AND e.period > p.base WHERE e.reverses_id IS NULL AND {ledger.NOT_REVERSED}"""
# One join says whether anything differs at all: it has a row for each wanted entry, and one more where two entries stand for the same. As many rows
# as are wanted, each with an entry that says the same, and no entry besides: then nothing does. Only else is it looked for what it is.
_ALIKE = f"""
    WITH standing AS ({_STANDING}) SELECT COUNT(*) AS pairs, COUNT(CASE WHEN {sql.same(_SAID, "e", "w")} THEN e.id END) AS alike,
        (SELECT COUNT(*) FROM want_entry) AS wanted, (SELECT COUNT(*) FROM standing) AS standing
    FROM want_entry w LEFT JOIN standing e ON e.account_id = w.account_id AND e.base = w.base"""
_DIFFERENCES = {
    "missing_entries": """
        SELECT w.account_id AS id FROM want_entry w LEFT JOIN past_entry l ON l.account_id = w.account_id AND l.base = w.base AND l.live = 1
        WHERE l.id IS NULL ORDER BY w.account_id""",
    "extra_entries": """
        SELECT l.id FROM past_entry l LEFT JOIN want_entry w ON w.account_id = l.account_id AND w.base = l.base
        WHERE l.live = 1 AND (w.base IS NULL OR EXISTS (
            SELECT 1 FROM past_entry o WHERE o.account_id = l.account_id AND o.base = l.base AND o.live = 1 AND o.id < l.id))
        ORDER BY l.id""",
    "altered_entries": f"""
        SELECT l.id FROM past_entry l JOIN want_entry w ON w.account_id = l.account_id AND w.base = l.base
        JOIN ledger_entry e ON e.id = l.id WHERE l.live = 1 AND NOT ({sql.same(_SAID, "e", "w")}) ORDER BY l.id""",
}
