"""Posting to contracts' own accounts: each payment for a contract as a whole has one entry there, and nothing else has.

No statement speaks of a contract, so nothing is derived from other figures: what changes is where a payment came, went or was corrected. The
caller leaves (contract, month) pairs in `contract_touched`. Entries that say something else are reversed, those that are missing are posted;
what is about a closed month is posted in the first open one, as for accounts (resolvers/ledger.py).
"""

from __future__ import annotations

import datetime as dt

from models import sql
from resolvers.closings import Boundary

_TOUCHED = {"contract_id": "bigint", "period": "date"}


async def touch() -> None:
    """Begin: an empty `contract_touched (contract_id, period)`."""
    await sql.staging("contract_touched", _TOUCHED)


async def restate(now: dt.datetime, boundary: Boundary) -> None:
    """Bring the entries of the touched contracts and months to what their payments say."""
    await sql.analyze("contract_touched")
    for statement in (_REVERSE, _POST):
        await sql.execute(statement, now=now, closed=boundary.closed, open=boundary.open)


_SAYS = "p.is_current AND p.state <> 'in_transit' AND p.period = e.period AND p.amount = -e.amount"
_LIVE = "e.reverses_id IS NULL AND NOT EXISTS (SELECT 1 FROM ledger_entry r WHERE r.reverses_id = e.id)"
# Each month once, with the later one that has taken over what changes in it: that takes it all, as for accounts.
_TOUCHED_ONCE = """(
        SELECT d.contract_id, d.period, MAX(o.posted_in) AS taken_over FROM (SELECT DISTINCT contract_id, period FROM contract_touched) d
        LEFT JOIN ledger_entry o ON o.contract_id = d.contract_id AND o.period = d.period GROUP BY d.contract_id, d.period) t"""
_POSTED_IN = "CASE WHEN COALESCE(t.taken_over, t.period) <= :closed THEN :open ELSE t.taken_over END"
_REVERSE = f"""
    INSERT INTO ledger_entry (organization_id, contract_id, kind, amount, period, business_date, payment_id, reverses_id, key, import_file_id,
        posted_at, posted_in)
    SELECT e.organization_id, e.contract_id, e.kind, -e.amount, e.period, e.business_date, e.payment_id, e.id, e.key || '/reversed', e.import_file_id,
        :now, {_POSTED_IN}
    FROM {_TOUCHED_ONCE} JOIN ledger_entry e ON e.contract_id = t.contract_id AND e.period = t.period
    LEFT JOIN payment p ON p.id = e.payment_id AND {_SAYS} WHERE {_LIVE} AND p.id IS NULL ORDER BY e.id"""
_POST = f"""
    INSERT INTO ledger_entry (organization_id, contract_id, kind, amount, period, business_date, payment_id, key, import_file_id, posted_at, posted_in)
    SELECT p.organization_id, p.contract_id, CASE WHEN p.amount < 0 THEN 'refund' ELSE 'payment' END, -p.amount, p.period, p.paid_on, p.id,
        'payment/' || p.id || '#' || (SELECT COUNT(*) + 1 FROM ledger_entry o WHERE o.payment_id = p.id AND o.reverses_id IS NULL), p.import_file_id,
        :now, {_POSTED_IN}
    FROM {_TOUCHED_ONCE} JOIN payment p ON p.contract_id = t.contract_id AND p.period = t.period
    LEFT JOIN ledger_entry e ON e.payment_id = p.id AND {_LIVE}
    WHERE p.is_current AND p.state <> 'in_transit' AND e.id IS NULL ORDER BY p.contract_id, p.paid_on, p.id"""
