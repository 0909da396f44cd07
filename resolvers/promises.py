"""What the database should hold, said as SQL: each statement gives the ids of rows that break a promise."""

from __future__ import annotations

from models import sql
from resolvers import ledger


def _within(alias: str) -> str:
    """Rows of the accounts that are looked at together. A promise that says it is asked of some thousands of accounts at a time."""
    return f"{alias}.account_id > :after AND {alias}.account_id <= :last"


def _lacking(*figures: str) -> str:
    """A statement by service sums the figures that its lines have: where one lacks it, the sum is not the whole."""
    return f"(t.by_service AND EXISTS (SELECT 1 FROM statement_line l WHERE l.statement_id = t.id AND ({' OR '.join(f'l.{f} IS NULL' for f in figures)})))"


_LIVE = f"e.reverses_id IS NULL AND {ledger.NOT_REVERSED}"
_ANCHOR = "EXISTS (SELECT 1 FROM statement t WHERE t.account_id = a.id AND t.is_current AND (t.opening IS NOT NULL OR t.closing IS NOT NULL))"
_RUN = "LEFT JOIN import_file f ON f.id = t.import_file_id LEFT JOIN import_run r ON r.id = f.run_id AND r.state = 'undone'"
_UNDONE_FILES = "SELECT f.id FROM import_file f JOIN import_run r ON r.id = f.run_id AND r.state = 'undone'"
_STANDS = "CASE WHEN r.id IS NULL THEN t.id END"
_UNDONE = ("organization_id", "account_id", "contract_id", "kind", "period", "business_date", "service_id", "supplier_id", "charge_id", "payment_id", "reason")
_IN_LINES = ("opening", "charged", "recalculation", "penalty", "paid", "compensation", "closing")
_LINES = f"""LEFT JOIN (SELECT statement_id, {", ".join(f"SUM({figure}) AS {figure}" for figure in _IN_LINES)}
    FROM statement_line GROUP BY statement_id) l ON l.statement_id = t.id"""
_UNLIKE_LINES = f"(t.by_service AND NOT ({sql.same(_IN_LINES, 'l', 't')}))"
# Sums of one account and month by what they are for, zero where a statement's month has no entries; then the sum of all months before.
_SUMS = f"""
    SELECT account_id, period, COALESCE(SUM(opening), 0) AS opening, SUM(amount) - COALESCE(SUM(opening), 0) - COALESCE(SUM(unmoved), 0) AS movement,
        SUM(amount) AS amount, SUM(SUM(amount)) OVER (PARTITION BY account_id ORDER BY period) AS running FROM (
        SELECT account_id, period, amount, CASE WHEN kind = 'opening' OR reason = 'chain' THEN amount END AS opening,
            CASE WHEN reason = 'arithmetic' AND kind <> 'opening' THEN amount END AS unmoved
        FROM ledger_entry e WHERE {_within("e")}
        UNION ALL SELECT account_id, period, 0, NULL, NULL FROM statement t WHERE is_current AND {_within("t")}
    ) parts GROUP BY account_id, period"""
_PRINTED = f"""
    SELECT t.id, CASE WHEN t.opening IS NOT NULL AND s.running - s.amount + s.opening <> t.opening AND NOT {_lacking("opening")} THEN 1 END AS openings,
        CASE WHEN s.movement <> t.charged + t.recalculation + t.penalty - t.paid - t.compensation
            AND NOT {_lacking("charged", "recalculation", "penalty", "paid", "compensation")} THEN 1 END AS movements,
        CASE WHEN t.closing IS NOT NULL AND s.running <> t.closing THEN 1 END AS closings
    FROM statement t JOIN ({_SUMS}) s ON s.account_id = t.account_id AND s.period = t.period
    JOIN organization o ON o.id = t.organization_id AND o.billing = 'supplier' WHERE t.is_current AND {_within("t")}"""
# Code: (table, statement). One statement may see to several promises: then it has a column for each, 1 where the row breaks it and null elsewhere.
PROMISES = {
    "openings movements closings": ("statement", _PRINTED),  # a movement is null, so silent, where a printed figure is unknown
    "closed_months": (
        "period_closing",
        """SELECT c.id FROM period_closing c LEFT JOIN (
            SELECT organization_id, COALESCE(posted_in, period) AS month, COUNT(*) AS n, SUM(amount) AS amount FROM ledger_entry
            GROUP BY organization_id, COALESCE(posted_in, period)
        ) s ON s.organization_id = c.organization_id AND s.month <= c.period
        WHERE c.reopened_at IS NULL GROUP BY c.id, c.entries, c.amount HAVING COALESCE(SUM(s.n), 0) <> c.entries OR COALESCE(SUM(s.amount), 0) <> c.amount""",
    ),
    "statement_versions": (
        "statement",
        f"""SELECT MIN(t.id) AS id FROM statement t {_RUN} WHERE {_within("t")} GROUP BY t.account_id, t.period
        HAVING SUM(CASE WHEN t.is_current THEN 1 ELSE 0 END) <> CASE WHEN COUNT({_STANDS}) > 0 THEN 1 ELSE 0 END OR MAX(t.version) <> COUNT(*)""",
    ),
    "charge_versions": (  # of charges that have an older version at all, or one that was undone: the others' only version is the current one
        "charge",
        f"""SELECT MAX(t.id) AS id FROM (
            SELECT DISTINCT t.account_id, t.period, t.key FROM charge t WHERE (NOT t.is_current OR t.import_file_id IN ({_UNDONE_FILES})) AND {_within("t")}
        ) v JOIN charge t ON t.account_id = v.account_id AND t.period = v.period AND t.key = v.key AND {_within("t")} {_RUN}
        GROUP BY t.account_id, t.period, t.key HAVING MAX(CASE WHEN t.is_current THEN t.id END) <> MAX({_STANDS})""",
    ),
    "payment_versions": (
        "payment",
        f"""SELECT MAX(t.id) AS id FROM payment t {_RUN} GROUP BY t.account_id, t.contract_id, t.key
        HAVING MAX(CASE WHEN t.is_current THEN t.id END) <> MAX({_STANDS})""",
    ),
    "bare_charges": (
        "charge",
        f"""SELECT c.id FROM charge c LEFT JOIN statement t ON t.account_id = c.account_id AND t.period = c.period AND t.is_current AND {_within("t")}
        WHERE c.is_current AND t.id IS NULL AND {_within("c")}""",
    ),
    "groups": (
        "charge",
        """SELECT c.id FROM charge c JOIN charge p ON p.id = c.parent_id
        WHERE c.is_current AND NOT (p.is_current AND p.is_group AND p.account_id = c.account_id AND p.period = c.period)""",
    ),
    "lines": ("statement", f"SELECT t.id FROM statement t {_LINES} WHERE t.by_service <> (l.statement_id IS NOT NULL) OR {_UNLIKE_LINES}"),
    "contract_entries": (
        "ledger_entry",
        f"""SELECT e.id FROM ledger_entry e LEFT JOIN payment p ON p.id = e.payment_id AND p.contract_id = e.contract_id
            AND p.period = e.period AND p.paid_on = e.business_date
        WHERE e.account_id IS NULL AND p.id IS NULL AND {_LIVE}""",
    ),
    "balances": (
        "personal_account",
        f"""SELECT a.id FROM personal_account a
        LEFT JOIN (SELECT account_id, SUM(amount) AS amount FROM ledger_entry e WHERE {_within("e")} GROUP BY account_id) s ON s.account_id = a.id
        WHERE a.id > :after AND a.id <= :last AND ((a.balance IS NULL AND {_ANCHOR}) OR a.balance <> COALESCE(s.amount, 0))""",
    ),
    "unposted_charges": (
        "charge",
        f"""SELECT c.id FROM charge c LEFT JOIN ledger_entry e ON e.charge_id = c.id AND e.account_id = c.account_id AND e.period = c.period
            AND e.amount = c.amount AND {_within("e")} AND {_LIVE}
        WHERE c.is_current AND {_within("c")} GROUP BY c.id, c.is_group HAVING COUNT(e.id) <> CASE WHEN c.is_group THEN 0 ELSE 1 END""",
    ),
    "dead_charges": ("charge", f"SELECT c.id FROM charge c JOIN ledger_entry e ON e.charge_id = c.id AND {_LIVE} WHERE NOT c.is_current"),
    "unposted_payments": (
        "payment",
        f"""SELECT p.id FROM payment p LEFT JOIN ledger_entry e ON e.payment_id = p.id AND e.account_id IS NOT DISTINCT FROM p.account_id
            AND e.kind = CASE WHEN p.amount < 0 THEN 'refund' ELSE 'payment' END AND {_LIVE}
        WHERE p.is_current AND p.state <> 'in_transit' GROUP BY p.id, p.amount HAVING COALESCE(SUM(e.amount), 0) <> -p.amount""",
    ),
    "dead_payments": ("payment", f"SELECT p.id FROM payment p JOIN ledger_entry e ON e.payment_id = p.id AND {_LIVE} WHERE NOT p.is_current"),
    "reversals": (
        "ledger_entry",
        f"""SELECT r.id FROM ledger_entry r JOIN ledger_entry e ON e.id = r.reverses_id
        WHERE r.amount <> -e.amount OR e.reverses_id IS NOT NULL OR NOT ({sql.same(_UNDONE, "r", "e")})""",
    ),
    "doubled_differences": (
        "personal_account",
        f"""SELECT e.account_id AS id FROM ledger_entry e WHERE e.kind = 'supplier_difference' AND e.account_id IS NOT NULL AND {_LIVE}
        GROUP BY e.account_id, e.period, e.service_id, e.reason HAVING COUNT(*) > 1""",
    ),
    "tenants": (
        "personal_account",
        " UNION ALL ".join(
            f"SELECT a.id FROM {table} x JOIN personal_account a ON a.id = x.account_id WHERE x.organization_id <> a.organization_id"
            for table in ("ledger_entry", "charge", "payment", "statement", "reading", "meter", "account_facts")
        ),
    ),
    "contract_tenants": (
        "contract",
        " UNION ALL ".join(
            f"SELECT c.id FROM {table} x JOIN contract c ON c.id = x.contract_id WHERE x.organization_id <> c.organization_id"
            for table in ("ledger_entry", "payment", "personal_account")
        ),
    ),
}
