"""Payments as the supplier received them."""

from __future__ import annotations

import datetime as dt
from typing import Any

from adapters.files.headings import PAYMENTS
from models import sql
from resolvers.imports.staging import Job, Recipe, Verdict, find_accounts, warn


def judge(row: Any, today: dt.date) -> Verdict:
    if row.amount == 0:
        return Verdict(refused=("zero", {"column": "Сумма"}))
    if row.amount < 0:
        return Verdict(refused=("negative", {"column": "Сумма"}))
    if row.paid_on > today:
        return Verdict(refused=("date_in_future", {"column": "Дата"}))
    return Verdict((row.paid_on.replace(day=1),))


RECIPE = Recipe(PAYMENTS, judge, {"period": "date"}, {"account_id": "bigint"})
_WANTED = {
    "row_number": "bigint",
    "file_id": "bigint",
    "account_id": "bigint",
    "paid_on": "date",
    "period": "date",
    "amount": "bigint",
    "channel": "text",
    "document": "text",
    "payment_key": "text",
    "known_id": "bigint",
    "known_amount": "bigint",
    "version": "int",
}


async def apply(job: Job) -> None:
    """Take each payment once. It is known by its day, channel and document, else by its day, channel and amount.

    Numbers of documents begin anew at every till, so the day belongs to the key. Payments that a later register leaves out stay.
    """
    await find_accounts(RECIPE.table, job)
    await sql.staging("want_payment", _WANTED, "account_id, payment_key")
    await sql.execute(_WANT)
    await warn(RECIPE.table, job, "duplicate_row", f"s.row_number IN ({_OVERRULED})")
    await sql.execute(_DROP_REPEATED)
    await sql.analyze("want_payment")
    for statement in (_FIND_KNOWN, _CLOSE, _INSERT, _TOUCH, _MARK):
        await sql.execute(statement, organization=job.organization_id)


_WANT = """
    INSERT INTO want_payment (row_number, file_id, account_id, paid_on, period, amount, channel, document, payment_key)
    SELECT s.row_number, s.file_id, s.account_id, s.paid_on, s.period, s.amount, s.channel, s.document,
        s.paid_on || '|' || s.channel || '|' || s.name || '|' || s.n
    FROM (
        SELECT row_number, file_id, code, account_id, paid_on, period, amount, channel, document,
            CASE WHEN document = '' THEN '=' || amount ELSE document END AS name,
            ROW_NUMBER() OVER (PARTITION BY file_id, account_id, paid_on, channel, document, CASE WHEN document = '' THEN amount END
                ORDER BY row_number) AS n
        FROM stage_payments WHERE account_id IS NOT NULL AND paid_on IS NOT NULL
    ) s WHERE s.code IS NULL"""
# Registers of a week and of its month may come in one run and bring a payment twice: that is worth a word only where they disagree.
_RANKED = """
    SELECT row_number, amount, ROW_NUMBER() OVER latest AS n, FIRST_VALUE(amount) OVER latest AS last_amount FROM want_payment
    WINDOW latest AS (PARTITION BY account_id, payment_key ORDER BY row_number DESC)"""
_OVERRULED = f"SELECT row_number FROM ({_RANKED}) r WHERE n > 1 AND amount <> last_amount"
_DROP_REPEATED = f"DELETE FROM want_payment WHERE row_number IN (SELECT row_number FROM ({_RANKED}) r WHERE n > 1)"
_FIND_KNOWN = """
    UPDATE want_payment AS w SET known_id = p.id, known_amount = p.amount, version = p.version FROM payment p
    WHERE p.account_id = w.account_id AND p.key = w.payment_key AND p.is_current"""
_CLOSE = "UPDATE payment SET is_current = FALSE WHERE id IN (SELECT known_id FROM want_payment WHERE known_amount <> amount)"
_INSERT = """
    INSERT INTO payment (organization_id, account_id, amount, paid_on, period, channel, document, state, key, version, is_current, import_file_id)
    SELECT :organization, account_id, amount, paid_on, period, channel, document, 'received', payment_key, COALESCE(version, 0) + 1, TRUE, file_id
    FROM want_payment WHERE known_amount IS DISTINCT FROM amount ORDER BY row_number"""
_TOUCH = """
    INSERT INTO ledger_touched (account_id, period)
    SELECT DISTINCT account_id, period FROM want_payment WHERE known_amount IS DISTINCT FROM amount"""
_MARK = """
    UPDATE stage_payments SET changed = 1
    WHERE row_number IN (SELECT row_number FROM want_payment WHERE known_amount IS DISTINCT FROM amount)"""
