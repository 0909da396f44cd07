"""`check`: does the database still hold what the law of the ledger promises? Set-based, so that it takes millions of rows."""

from __future__ import annotations

from dataclasses import dataclass, field

from models import sql
from models.database import is_sqlite, missing_guards, snapshot
from resolvers import controls, rehearsal

SHOWN = 5  # examples of each kind of damage; the rest is counted


@dataclass(frozen=True, slots=True)
class Damage:
    """`count` rows break a promise; `examples` are ids of `subject`, a table's name."""

    code: str
    subject: str
    count: int
    examples: tuple[int | str, ...] = ()

    def __str__(self) -> str:
        shown = ", ".join(map(str, self.examples)) + (", …" if self.count > len(self.examples) else "")
        return f"{_SENTENCES.get(self.code, self.code)}: {self.count} ({self.subject} {shown})"


@dataclass(slots=True)
class CheckReport:
    """`counts` says how much was looked at; the database is whole where `problems` is empty."""

    problems: list[Damage] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)

    @property
    def whole(self) -> bool:
        return not self.problems


async def check() -> CheckReport:
    """Look at everything, as it is at one moment; changes nothing."""
    report = CheckReport()
    async with snapshot():
        await _look(report)
    return report


async def _look(report: CheckReport) -> None:
    if missing := await missing_guards():
        report.problems.append(Damage("guards", "guard", len(missing), tuple(missing[:SHOWN])))
    for code, (subject, query) in _PROMISES.items():
        broken = await sql.fetch(f"SELECT COUNT(*) AS n, MIN(id) AS first FROM ({query}) broken")
        if broken[0]["n"]:
            examples = await sql.fetch(f"SELECT id FROM ({query}) broken ORDER BY id LIMIT {SHOWN}")
            report.problems.append(Damage(code, subject, broken[0]["n"], tuple(row["id"] for row in examples)))
    report.problems += await _underived()
    if broken_files := await controls.broken():
        report.problems.append(Damage("controls", "import_file", len(broken_files), tuple(broken_files[:SHOWN])))
    if is_sqlite():
        report.problems += await _sqlite_damage()
    for table in ("personal_account", "charge", "payment", "statement", "ledger_entry"):
        [row] = await sql.fetch(f"SELECT COUNT(*) AS n FROM {table}")
        report.counts[table] = row["n"]


async def _underived() -> list[Damage]:
    """Where the ledger does not say what charges, payments and statements make it say."""
    found: dict[str, Damage] = {}
    async for code, ids in rehearsal.differences():
        if ids:
            known = found.get(code, Damage(code, "personal_account" if code == "missing_entries" else "ledger_entry", 0))
            found[code] = Damage(code, known.subject, known.count + len(ids), (*known.examples, *ids)[:SHOWN])
    return list(found.values())


async def _sqlite_damage() -> list[Damage]:
    """PostgreSQL keeps its files and references by itself; a SQLite file may have been copied while it was written."""
    pages = [row["integrity_check"] for row in await sql.fetch("PRAGMA integrity_check") if row["integrity_check"] != "ok"]
    references = await sql.fetch("PRAGMA foreign_key_check")
    found = [Damage("file", "page", len(pages), tuple(pages[:SHOWN]))] if pages else []
    if references:
        found.append(Damage("references", "table", len(references), tuple(sorted({row["table"] for row in references}))[:SHOWN]))
    return found


_SENTENCES = {
    "guards": "Guards of the ledger are missing; `abonent migrate` creates them again",
    "balances": "An account's cached balance is not the sum of its entries",
    "unposted_charges": "A current charge does not have exactly one entry with its amount",
    "dead_charges": "A replaced charge still has an entry that nothing reverses",
    "unposted_payments": "Entries of a received payment do not come to its amount",
    "dead_payments": "A replaced payment still has an entry that nothing reverses",
    "reversals": "A reversal does not undo the entry that it reverses",
    "openings": "Entries before a month and its differences do not make the printed opening",
    "movements": "A month's entries do not make the printed figures",
    "closings": "Entries up to a month do not make the printed closing",
    "doubled_differences": "A month has two differences for one reason",
    "statement_versions": "A month does not have exactly one current statement, or lacks a version of it",
    "charge_versions": "An older version of a charge stands as the current one",
    "payment_versions": "An older version of a payment stands as the current one",
    "bare_charges": "A charge's month has no statement",
    "groups": "A charge is a part of what is no current group of its month",
    "lines": "A statement's figures are not the sums of its lines",
    "missing_entries": "An account lacks an entry that its charges, payments and statements call for",
    "extra_entries": "No charge, payment or statement calls for an entry",
    "altered_entries": "An entry says something else than what it was posted for",
    "contract_entries": "No payment calls for a contract's entry",
    "controls": "Rows that a register brought were changed or are gone",
    "closed_months": "Entries up to a closed month are not those that it was closed with",
    "tenants": "A row belongs to another organization than its account",
    "contract_tenants": "A row belongs to another organization than its contract",
    "file": "The database file is damaged",
    "references": "Rows point to rows that do not exist",
}
_LIVE = "e.reverses_id IS NULL AND NOT EXISTS (SELECT 1 FROM ledger_entry r WHERE r.reverses_id = e.id)"
_ANCHOR = "EXISTS (SELECT 1 FROM statement t WHERE t.account_id = a.id AND t.is_current AND (t.opening IS NOT NULL OR t.closing IS NOT NULL))"
# Sums of one account and month by what they are for, zero where a statement's month has no entries; then the sum of all months before.
_SUMS = """
    SELECT account_id, period, SUM(opening) AS opening, SUM(movement) AS movement, SUM(amount) AS amount,
        SUM(SUM(amount)) OVER (PARTITION BY account_id ORDER BY period) AS running FROM (
        SELECT account_id, period, amount, CASE WHEN kind = 'opening' OR reason = 'chain' THEN amount ELSE 0 END AS opening,
            CASE WHEN kind = 'opening' OR reason IN ('chain', 'arithmetic') THEN 0 ELSE amount END AS movement
        FROM ledger_entry WHERE account_id IS NOT NULL
        UNION ALL SELECT account_id, period, 0, 0, 0 FROM statement WHERE is_current
    ) parts GROUP BY account_id, period"""
_PRINTED = f"""
    SELECT t.id FROM statement t JOIN ({_SUMS}) s ON s.account_id = t.account_id AND s.period = t.period
    JOIN organization o ON o.id = t.organization_id AND o.billing = 'supplier' WHERE t.is_current AND """
_RUN = "LEFT JOIN import_file f ON f.id = t.import_file_id LEFT JOIN import_run r ON r.id = f.run_id AND r.state = 'undone'"
_STANDS = "CASE WHEN r.id IS NULL THEN t.id END"


def _lacking(*figures: str) -> str:
    """A statement by service sums the figures that its lines have: where one lacks it, the sum is not the whole."""
    return f"(t.by_service AND EXISTS (SELECT 1 FROM statement_line l WHERE l.statement_id = t.id AND ({' OR '.join(f'l.{f} IS NULL' for f in figures)})))"


_UNDONE = ("organization_id", "account_id", "contract_id", "kind", "period", "business_date", "service_id", "supplier_id", "charge_id", "payment_id", "reason")
_IN_LINES = ("opening", "charged", "recalculation", "penalty", "paid", "compensation", "closing")
_LINES = f"""LEFT JOIN (SELECT statement_id, {", ".join(f"SUM({figure}) AS {figure}" for figure in _IN_LINES)}
    FROM statement_line GROUP BY statement_id) l ON l.statement_id = t.id"""
_UNLIKE_LINES = f"(t.by_service AND NOT ({sql.same(_IN_LINES, 'l', 't')}))"
_PROMISES = {
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
        f"""SELECT MIN(t.id) AS id FROM statement t {_RUN} GROUP BY t.account_id, t.period
        HAVING SUM(CASE WHEN t.is_current THEN 1 ELSE 0 END) <> CASE WHEN COUNT({_STANDS}) > 0 THEN 1 ELSE 0 END OR MAX(t.version) <> COUNT(*)""",
    ),
    "charge_versions": (
        "charge",
        f"""SELECT MAX(t.id) AS id FROM charge t {_RUN} GROUP BY t.account_id, t.period, t.key
        HAVING MAX(CASE WHEN t.is_current THEN t.id END) <> MAX({_STANDS})""",
    ),
    "payment_versions": (
        "payment",
        f"""SELECT MAX(t.id) AS id FROM payment t {_RUN} GROUP BY t.account_id, t.contract_id, t.key
        HAVING MAX(CASE WHEN t.is_current THEN t.id END) <> MAX({_STANDS})""",
    ),
    "bare_charges": (
        "charge",
        """SELECT c.id FROM charge c LEFT JOIN statement t ON t.account_id = c.account_id AND t.period = c.period AND t.is_current
        WHERE c.is_current AND t.id IS NULL""",
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
        LEFT JOIN (SELECT account_id, SUM(amount) AS amount FROM ledger_entry GROUP BY account_id) s ON s.account_id = a.id
        WHERE (a.balance IS NULL AND {_ANCHOR}) OR a.balance <> COALESCE(s.amount, 0)""",
    ),
    "unposted_charges": (
        "charge",
        f"""SELECT c.id FROM charge c LEFT JOIN ledger_entry e ON e.charge_id = c.id AND e.account_id = c.account_id AND e.period = c.period
            AND e.amount = c.amount AND {_LIVE}
        WHERE c.is_current GROUP BY c.id, c.is_group HAVING COUNT(e.id) <> CASE WHEN c.is_group THEN 0 ELSE 1 END""",
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
    "openings": ("statement", f"{_PRINTED} t.opening IS NOT NULL AND s.running - s.amount + s.opening <> t.opening AND NOT {_lacking('opening')}"),
    "movements": (
        "statement",
        f"""{_PRINTED} s.movement <> t.charged + t.recalculation + t.penalty - t.paid - t.compensation
        AND NOT {_lacking("charged", "recalculation", "penalty", "paid", "compensation")}""",  # null, so silent, where one is unknown
    ),
    "closings": ("statement", f"{_PRINTED} t.closing IS NOT NULL AND s.running <> t.closing"),
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
