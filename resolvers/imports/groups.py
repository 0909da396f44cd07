"""Lines within a group («В составе»): the parts are charged, the group is their sum and is in no other.

Where a register has a row of its own for the group, that row is it and keeps what was printed; else a line is made for it. Either way
the parts point to it.
"""

from __future__ import annotations

from models import sql
from models.quantity import decimal_text
from resolvers.imports.catalogue import find_services
from resolvers.imports.staging import Job


async def find(job: Job) -> None:
    """Fill `group_id`, the service that a row is a part of. A row that names itself is no part."""
    await find_services("stage_charges", job, name="parent", found="group_id")
    await sql.execute("UPDATE stage_charges SET group_id = NULL WHERE group_id = service_id")


async def want(job: Job) -> None:
    """Tell groups from lines in `want_charge`, add those that the register has no row for, and say which of them do not add up."""
    await sql.staging("charge_group", {"account_id": "bigint", "period": "date", "group_id": "bigint", "group_key": "text"}, "account_id, period, group_id")
    await sql.analyze("want_charge")
    for statement in (_MARK, _LIST, _FIND_KEYS, _ADD):
        await sql.execute(statement)
    for row in await sql.fetch(_DOUBTS):
        numbers = {"printed": _amount(row["printed"]), "computed": _amount(row["computed"])}
        job.files[row["file_id"]].warn(row["line"], "detail", numbers)


def _amount(minor: int) -> str:
    return decimal_text(int(minor) * 10_000, 2)


# A refused part is a part too: without it the group would be charged beside the others. Two that name each other are no groups.
_MARK = """
    UPDATE want_charge AS w SET is_group = TRUE FROM (
        SELECT DISTINCT account_id, period, group_id, service_id FROM stage_charges WHERE group_id IS NOT NULL
    ) p WHERE p.account_id = w.account_id AND p.period = w.period AND p.group_id = w.service_id AND p.service_id IS DISTINCT FROM w.group_id"""
_LIST = """
    INSERT INTO charge_group (account_id, period, group_id, group_key)
    SELECT p.account_id, p.period, p.group_id, COALESCE((
        SELECT g.line_key FROM want_charge g WHERE g.account_id = p.account_id AND g.period = p.period AND g.service_id = p.group_id AND g.is_group
        ORDER BY g.position LIMIT 1), p.group_id || '|g')
    FROM (SELECT DISTINCT account_id, period, group_id FROM want_charge WHERE group_id IS NOT NULL) p"""
_FIND_KEYS = """
    UPDATE want_charge AS w SET group_key = g.group_key FROM charge_group g
    WHERE g.account_id = w.account_id AND g.period = w.period AND g.group_id = w.group_id"""
# Whom the parts are owed to and what they were computed from is the group's too where it is one and the same.
_ADD = """
    INSERT INTO want_charge (row_number, file_id, account_id, period, position, line_key, service_id, is_group, amount, recalculation, supplier_id, basis)
    SELECT MIN(row_number), MIN(file_id), account_id, period, MIN(position), group_key, group_id, TRUE, CAST(SUM(amount) AS bigint),
        CAST(SUM(recalculation) AS bigint), CASE WHEN COUNT(supplier_id) = COUNT(*) AND MIN(supplier_id) = MAX(supplier_id) THEN MIN(supplier_id) END,
        CASE WHEN MIN(basis) = MAX(basis) THEN MIN(basis) ELSE 'unknown' END
    FROM want_charge WHERE group_key = group_id || '|g' GROUP BY account_id, period, group_id, group_key"""
_DOUBTS = """
    SELECT s.file_id, s.line, g.amount + COALESCE(g.recalculation, 0) AS printed, p.amount AS computed FROM want_charge g
    JOIN (
        SELECT account_id, period, group_key, SUM(amount + COALESCE(recalculation, 0)) AS amount FROM want_charge
        WHERE group_key IS NOT NULL GROUP BY account_id, period, group_key
    ) p ON p.account_id = g.account_id AND p.period = g.period AND p.group_key = g.line_key
    JOIN stage_charges s ON s.row_number = g.row_number
    WHERE g.is_group AND g.line_key <> g.service_id || '|g' AND g.amount + COALESCE(g.recalculation, 0) <> p.amount ORDER BY g.row_number"""
LINK = """
    UPDATE charge AS c SET parent_id = g.id FROM want_charge w, charge g
    WHERE w.group_key IS NOT NULL AND c.account_id = w.account_id AND c.period = w.period AND c.key = w.line_key AND c.is_current
    AND g.account_id = w.account_id AND g.period = w.period AND g.key = w.group_key AND g.is_current AND c.parent_id IS DISTINCT FROM g.id"""
