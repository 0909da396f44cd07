"""The ledger's own derivation, run dry: what posting would say of every account, against the entries that stand."""

from __future__ import annotations

from collections.abc import AsyncIterator

from models import Organization, sql
from resolvers import ledger


async def differences() -> AsyncIterator[tuple[str, list[int]]]:
    """(code, ids) of what differs, some thousands of accounts at a time: ids of entries, of accounts where an entry is missing.

    Nothing is posted; temporary tables are used.
    """
    for organization in await Organization.all().order_by("id"):
        coverage = await ledger.coverage_of(organization.id)
        after = 0
        while (last := await ledger.rehearse(organization.id, coverage, after)) is not None:
            after = last
            for code, query in _DIFFERENCES.items():
                yield code, [row["id"] for row in await sql.fetch(query)]


_SAID = ("kind", "amount", "period", "business_date", "service_id", "supplier_id", "charge_id", "payment_id", "reason")
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
