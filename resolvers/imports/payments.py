"""Payments as the supplier received them, and what it gave back: rows below zero."""

from __future__ import annotations

import datetime as dt
from typing import Any

from adapters.files.headings import PAYMENTS
from models import sql
from models.enums import Severity
from models.quantity import decimal_text
from resolvers.imports import journal
from resolvers.imports.staging import Job, Recipe, Said, Verdict, find_accounts, find_contracts, refuse, warn


def judge(row: Any, today: dt.date) -> Verdict:
    if not row.account and not row.contract:
        return Verdict(refused=("account_number_missing", {"column": "Лицевой счёт"}))
    if row.amount == 0:
        return Verdict(refused=("zero", {"column": "Сумма"}))
    if row.paid_on > today:
        return Verdict(refused=("date_in_future", {"column": "Дата"}))
    return Verdict((row.paid_on.replace(day=1),))


RECIPE = Recipe(PAYMENTS, judge, {"period": "date"}, {"account_id": "bigint", "contract_id": "bigint"})
OF_ACCOUNTS = "(COALESCE(contract, '') = '' OR account IS NOT NULL)"  # of staged rows: those that are not for a contract as a whole
_WANTED = {
    "row_number": "bigint",
    "file_id": "bigint",
    "account_id": "bigint",
    "contract_id": "bigint",
    "paid_on": "date",
    "period": "date",
    "amount": "bigint",
    "channel": "text",
    "document": "text",
    "payment_key": "text",
    "known_id": "bigint",
    "known_amount": "bigint",
    "matched": "int",
    "version": "int",
}
DAYS_APART = 3  # a payment made here and the same one in the supplier's register


async def apply(job: Job) -> None:
    """Take each payment once, and each refund. It is known by its day, channel and document, else by its day, channel and amount: numbers of documents
    begin anew at every till. One that was made here and is in transit is the one that comes back with its document, or with its amount and
    channel within some days. What a file that comes again under its name no longer has, within the days that it speaks of, is told; it is
    withdrawn where the organization's profile calls the register complete, since many exports hold only what is new. What a legal payer paid for
    a contract as a whole is known within the contract just so. A row that names an account and the contract that it is or was of is the account's.
    """
    await find_accounts(RECIPE.table, job, "s.account <> ''")
    await find_contracts(RECIPE.table, job)
    named = ("account", "contract")
    await refuse(RECIPE.table, job, "account_and_contract", _CONTRADICTS, lambda row: {name: row[name] for name in named}, *named)
    await sql.execute(f"UPDATE {RECIPE.table} SET contract_id = NULL WHERE account_id IS NOT NULL AND code IS NULL")
    await sql.staging("want_payment", _WANTED, "account_id, payment_key")
    await sql.staging("withdrawn_payment", {"id": "bigint", "file_id": "bigint"})
    await sql.execute(_WANT)
    await warn(RECIPE.table, job, "duplicate_row", f"s.row_number IN ({_OVERRULED})")
    await sql.execute(_DROP_REPEATED)
    await sql.analyze("want_payment")
    owners = await _owners()
    await _find_known(job, owners)
    await _list_missing(job, owners)
    await journal.keep(job.run_id, "payment", _REPLACED)
    for statement in (_TOUCH_REPLACED, _TOUCH_REPLACED_CONTRACTS, _CLOSE, _RECEIVE, _INSERT, _TOUCH, _TOUCH_CONTRACTS, _MARK):
        await sql.execute(statement, organization=job.organization_id)


async def _owners() -> list[str]:
    """Whose payments are wanted: nearly always accounts' alone, and then nobody looks through those of contracts."""
    if not await sql.fetch("SELECT 1 AS one FROM want_payment WHERE contract_id IS NOT NULL LIMIT 1"):
        return ["account_id"]
    await sql.index("want_payment", "contract_id, payment_key")
    return ["account_id", "contract_id"]


async def _find_known(job: Job, owners: list[str]) -> None:
    for owner in owners:
        made_here = owner == "account_id" or await sql.fetch(_MADE_HERE, organization=job.organization_id)
        for statement in (_FIND_KNOWN, *((_MATCH_DOCUMENTS, _MATCH_AMOUNTS) if made_here else ())):
            await sql.execute(statement.replace("account_id", owner), organization=job.organization_id)
    await warn(RECIPE.table, job, "payment_differs", f"s.row_number IN ({_DIFFERENT})")
    await warn(RECIPE.table, job, "payment_corrected", f"s.row_number IN ({_CORRECTED})")


async def _list_missing(job: Job, owners: list[str]) -> None:
    """What registers no longer have is told; in the list stays only what is missed by registers that are said to be complete."""
    await sql.staging("refused_payment", {"file_id": "bigint", "account_id": "bigint", "contract_id": "bigint"})
    await sql.execute(_REFUSED)
    moved = " OR ".join(_MOVED.replace("account_id", owner) for owner in owners)
    for file in job.of(PAYMENTS):
        await sql.execute(_LIST_MISSING.replace("MOVED", moved), organization=job.organization_id, file=file.row.id)
    partial = ", ".join(str(file.row.id) for file in job.of(PAYMENTS) if not (file.register.entry and file.register.entry.complete))
    if not partial:
        return
    query = f"""SELECT w.file_id, p.id, p.amount, p.document, p.paid_on, a.number, c.number AS contract FROM withdrawn_payment w
        JOIN payment p ON p.id = w.id LEFT JOIN personal_account a ON a.id = p.account_id LEFT JOIN contract c ON c.id = p.contract_id
        WHERE w.file_id IN ({partial})"""
    async for page in sql.pages(query, "id"):
        job.findings.add([(row["file_id"], 0, Severity.NOTICE, *_told(row), None) for row in page])
    await sql.execute(f"DELETE FROM withdrawn_payment WHERE file_id IN ({partial})")


def _told(row: dict[str, Any]) -> Said:
    said = {"amount": decimal_text(row["amount"] * 10_000, 2), "document": row["document"], "day": str(sql.day(row["paid_on"]))}
    if row["contract"] is not None:
        return "contract_payment_missing", {"contract": row["contract"], **said}
    return "payment_missing", {"account": row["number"], **said}


_CONTRADICTS = """s.account_id IS NOT NULL AND s.contract_id IS NOT NULL
    AND NOT EXISTS (SELECT 1 FROM personal_account a WHERE a.id = s.account_id AND a.contract_id = s.contract_id)
    AND NOT EXISTS (SELECT 1 FROM account_facts f WHERE f.account_id = s.account_id AND f.contract_id = s.contract_id)"""
_WANT = """
    INSERT INTO want_payment (row_number, file_id, account_id, contract_id, paid_on, period, amount, channel, document, payment_key)
    SELECT s.row_number, s.file_id, s.account_id, s.contract_id, s.paid_on, s.period, s.amount, s.channel, s.document,
        s.paid_on || '|' || s.channel || '|' || CASE WHEN s.amount < 0 THEN '<' ELSE '' END || s.name || '|' || s.n
    FROM (
        SELECT row_number, file_id, code, account_id, contract_id, paid_on, period, amount, channel, document,
            CASE WHEN document = '' THEN '=' || amount ELSE document END AS name,
            ROW_NUMBER() OVER (PARTITION BY file_id, account_id, contract_id, paid_on, channel, document, CASE WHEN document = '' THEN amount END,
                CASE WHEN amount < 0 THEN 1 END
                ORDER BY row_number) AS n
        FROM stage_payments WHERE COALESCE(account_id, contract_id) IS NOT NULL AND paid_on IS NOT NULL
    ) s WHERE s.code IS NULL"""
# Registers of a week and of its month may come in one run and bring a payment twice: that is worth a word only where they disagree.
_RANKED = """
    SELECT row_number, amount, ROW_NUMBER() OVER latest AS n, FIRST_VALUE(amount) OVER latest AS last_amount FROM want_payment
    WINDOW latest AS (PARTITION BY account_id, contract_id, payment_key ORDER BY row_number DESC)"""
_OVERRULED = f"SELECT row_number FROM ({_RANKED}) r WHERE n > 1 AND amount <> last_amount"
_DROP_REPEATED = f"DELETE FROM want_payment WHERE row_number IN (SELECT row_number FROM ({_RANKED}) r WHERE n > 1)"
_FIND_KNOWN = """
    UPDATE want_payment AS w SET known_id = p.id, known_amount = p.amount, version = p.version FROM payment p
    WHERE p.account_id = w.account_id AND p.is_current AND COALESCE(p.register_key, p.key) = w.payment_key"""
# A payment made here has the number that the bank was given: it is the same one whatever its day, channel and sum came to be, and however
# often registers bring it.
_MATCH_DOCUMENTS = """
    UPDATE want_payment AS w SET known_id = p.id, known_amount = p.amount, version = p.version, matched = CASE p.state WHEN 'in_transit' THEN 1 END
    FROM payment p
    WHERE p.organization_id = :organization AND p.account_id = w.account_id AND p.is_current AND p.document = w.document AND w.document <> ''
    AND w.amount > 0 AND w.known_id IS NULL AND EXISTS (
        SELECT 1 FROM payment o WHERE o.account_id = p.account_id AND o.document = p.document AND o.import_file_id IS NULL)"""
_MADE_HERE = "SELECT 1 AS one FROM payment WHERE organization_id = :organization AND contract_id IS NOT NULL AND import_file_id IS NULL LIMIT 1"
_NEAR = f"p.paid_on BETWEEN DAYS_FROM(w.paid_on, -{DAYS_APART}) AND DAYS_FROM(w.paid_on, {DAYS_APART})"
_MATCH_AMOUNTS = f"""
    UPDATE want_payment AS w SET known_id = m.id, known_amount = m.amount, version = m.version, matched = 1 FROM (
        SELECT r.row_number, f.id, f.amount, f.version FROM (
            SELECT w.row_number, w.account_id, w.amount, w.channel, w.paid_on,
                ROW_NUMBER() OVER (PARTITION BY w.account_id, w.amount, w.channel ORDER BY w.paid_on, w.row_number) AS n
            FROM want_payment w WHERE w.known_id IS NULL AND EXISTS (
                SELECT 1 FROM payment p WHERE p.account_id = w.account_id AND p.is_current AND p.state = 'in_transit' AND p.amount = w.amount
                AND p.channel = w.channel AND {_NEAR})
        ) r JOIN (
            SELECT p.id, p.account_id, p.amount, p.version, p.channel, p.paid_on,
                ROW_NUMBER() OVER (PARTITION BY p.account_id, p.amount, p.channel ORDER BY p.paid_on, p.id) AS n
            FROM payment p WHERE p.organization_id = :organization AND p.is_current AND p.state = 'in_transit'
            AND p.id NOT IN (SELECT known_id FROM want_payment WHERE known_id IS NOT NULL)
        ) f ON f.account_id = r.account_id AND f.amount = r.amount AND f.channel = r.channel AND f.n = r.n
            AND f.paid_on BETWEEN DAYS_FROM(r.paid_on, -{DAYS_APART}) AND DAYS_FROM(r.paid_on, {DAYS_APART})
    ) m WHERE m.row_number = w.row_number"""
_DIFFERENT = "SELECT row_number FROM want_payment WHERE matched = 1 AND known_amount <> amount"
_CORRECTED = "SELECT row_number FROM want_payment WHERE matched IS NULL AND known_amount <> amount"
# Within the days that the file speaks of, or moved: a new row of it has the same document, channel and sum on another day.
_MOVED = """EXISTS (
        SELECT 1 FROM want_payment w WHERE w.file_id = :file AND w.account_id = p.account_id AND w.known_id IS NULL AND w.document = p.document
        AND w.document <> '' AND w.channel = p.channel AND w.amount = p.amount)"""
_REFUSED = """
    INSERT INTO refused_payment (file_id, account_id, contract_id)
    SELECT DISTINCT file_id, account_id, contract_id FROM stage_payments WHERE code <> 'duplicate_row'"""
_LIST_MISSING = """
    INSERT INTO withdrawn_payment (id, file_id)
    SELECT DISTINCT p.id, n.id FROM payment p JOIN import_file o ON o.id = p.import_file_id JOIN import_run r ON r.id = o.run_id AND r.state = 'done'
    JOIN import_file n ON n.id = :file AND n.name = o.name AND n.kind = o.kind AND r.id <> n.run_id
    JOIN (SELECT MIN(paid_on) AS first_day, MAX(paid_on) AS last_day FROM stage_payments WHERE file_id = :file AND period IS NOT NULL) d ON 1 = 1
    WHERE p.organization_id = :organization AND p.is_current AND r.organization_id = :organization
    AND (p.paid_on BETWEEN d.first_day AND d.last_day OR MOVED)
    AND p.id NOT IN (SELECT known_id FROM want_payment WHERE known_id IS NOT NULL)
    AND NOT EXISTS (SELECT 1 FROM refused_payment s WHERE s.file_id = :file AND (COALESCE(s.account_id, s.contract_id) IS NULL
        OR s.account_id = p.account_id OR s.contract_id = p.contract_id))"""
_REPLACED = """
    SELECT known_id FROM want_payment WHERE known_id IS NOT NULL AND (matched = 1 OR known_amount <> amount) UNION SELECT id FROM withdrawn_payment"""
_TOUCH_REPLACED = f"INSERT INTO ledger_touched (account_id, period) SELECT account_id, period FROM payment WHERE account_id IS NOT NULL AND id IN ({_REPLACED})"
_TOUCH_REPLACED_CONTRACTS = _TOUCH_REPLACED.replace("account_id", "contract_id").replace("ledger_touched", "contract_touched")
_CLOSE = """
    UPDATE payment SET is_current = FALSE WHERE id IN (
        SELECT known_id FROM want_payment WHERE known_amount <> amount UNION SELECT id FROM withdrawn_payment)"""
_RECEIVE = """
    UPDATE payment AS p SET state = 'received', register_key = w.payment_key, period = w.period FROM want_payment w
    WHERE w.known_id = p.id AND w.matched = 1 AND w.known_amount = w.amount"""
_INSERT = """
    INSERT INTO payment (organization_id, account_id, contract_id, amount, paid_on, period, channel, document, state, key, version, is_current,
        import_file_id)
    SELECT :organization, account_id, contract_id, amount, paid_on, period, channel, document, 'received', payment_key, COALESCE(version, 0) + 1, TRUE, file_id
    FROM want_payment WHERE known_amount IS DISTINCT FROM amount ORDER BY row_number"""
_TOUCH = """
    INSERT INTO ledger_touched (account_id, period)
    SELECT DISTINCT account_id, period FROM want_payment WHERE account_id IS NOT NULL AND (known_amount IS DISTINCT FROM amount OR matched = 1)"""
_TOUCH_CONTRACTS = _TOUCH.replace("account_id", "contract_id").replace("ledger_touched", "contract_touched")
_MARK = """
    UPDATE stage_payments SET changed = 1
    WHERE row_number IN (SELECT row_number FROM want_payment WHERE known_amount IS DISTINCT FROM amount OR matched = 1)"""
