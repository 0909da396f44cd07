"""What one would write without this product's layers: the statement by hand from asyncpg, answer for answer the same.

It is what benchmarks/statement_query.py compares with; nothing else uses it.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from typing import Any

import asyncpg

from models.database import configuration
from schema import ids


async def pool(url: str) -> asyncpg.Pool:
    credentials = configuration(url)["connections"]["default"]["credentials"]
    names = {"minsize": "min_size", "maxsize": "max_size"}
    return await asyncpg.create_pool(**{names.get(name, name): value for name, value in credentials.items()})


TOKEN = """
    SELECT t.id, t.user_id, t.scopes, t.revoked_at, t.expires_at, u.is_active
    FROM api_token t JOIN user_account u ON u.id = t.user_id WHERE t.token_hash = $1"""
GRANTS = "SELECT account_id, contract_id, rights, from_on, until_on FROM membership WHERE user_id = $1"
ROLES = "SELECT organization_id FROM staff_role WHERE user_id = $1"
ACCOUNT = """
    SELECT a.id, a.number, a.kind, a.branch, p.flat, p.flat_prefix, h.locality, h.street, h.number AS house,
           o.slug, o.name, o.contacts, o.timezone, o.currency, o.payment_due_day
    FROM personal_account a JOIN organization o ON o.id = a.organization_id LEFT JOIN premises p ON p.id = a.premises_id LEFT JOIN house h ON h.id = p.house_id
    WHERE a.id = $1"""
PERIODS = "SELECT period FROM statement WHERE account_id = $1 AND is_current ORDER BY period DESC"
STATEMENT = """
    SELECT s.*, EXISTS (SELECT 1 FROM ledger_entry e WHERE e.account_id = s.account_id AND e.posted_in >= s.period AND e.period <= s.period) AS has_late_entries
    FROM statement s WHERE s.account_id = $1 AND s.period = $2 AND s.is_current"""
FACTS = """
    SELECT f.*, c.number AS contract_number FROM account_facts f LEFT JOIN contract c ON c.id = f.contract_id
    WHERE f.account_id = $1 ORDER BY f.valid_from <= $2 DESC, f.valid_from DESC LIMIT 1"""
CHARGES = """
    SELECT ch.*, s.name AS service_name, s.resource, sp.name AS supplier_name FROM charge ch JOIN service s ON s.id = ch.service_id
    LEFT JOIN supplier sp ON sp.id = ch.supplier_id WHERE ch.account_id = $1 AND ch.period = $2 AND ch.is_current ORDER BY ch.position, ch.id"""
METERS = """
    SELECT m.*, r.id AS register_id, r.zone, r.integer_digits, r.fraction_digits FROM meter m JOIN meter_register r ON r.meter_id = m.id
    WHERE m.account_id = $1 ORDER BY m.inlet, m.resource, m.id"""
READINGS = """
    SELECT rd.register_id, rd.value, rd.taken_on, rd.period FROM reading rd
    WHERE rd.account_id = $1 AND rd.is_current AND rd.state NOT IN ('refused', 'superseded') AND (rd.period = $2 OR rd.id = (
        SELECT x.id FROM reading x WHERE x.register_id = rd.register_id AND x.is_current AND x.state NOT IN ('refused', 'superseded') AND x.period < $2
        ORDER BY x.taken_on DESC, x.id DESC LIMIT 1)) ORDER BY rd.taken_on, rd.id"""
LINES = "SELECT l.*, s.name AS service_name FROM statement_line l JOIN service s ON s.id = l.service_id WHERE l.statement_id = $1 ORDER BY s.position, s.name"
DIFFERENCES = """
    SELECT reason, SUM(amount) AS amount FROM ledger_entry WHERE account_id = $1 AND period = $2 AND kind = 'supplier_difference' AND reason IS NOT NULL
    GROUP BY reason HAVING SUM(amount) <> 0"""


async def statement(source: asyncpg.Pool, token: str, account_id: str, period: str) -> dict[str, Any]:
    """The token's user, the account if it is the user's, and its statement as the page's document asks for it."""
    pk, month = ids.decode(account_id)[1], dt.date.fromisoformat(period + "-01")
    async with source.acquire() as db:
        owner = await db.fetchrow(TOKEN, hashlib.sha256(token.encode()).hexdigest())
        grants, roles = await db.fetch(GRANTS, owner["user_id"]), await db.fetch(ROLES, owner["user_id"])
        assert not roles
        assert any(grant["account_id"] == pk for grant in grants)
        account = await db.fetchrow(ACCOUNT, pk)
        periods = await db.fetch(PERIODS, pk)
        row = await db.fetchrow(STATEMENT, pk, month)
        facts = await db.fetchrow(FACTS, pk, month.replace(day=28))
        charges = await db.fetch(CHARGES, pk, month)
        meters, readings = await db.fetch(METERS, pk), await db.fetch(READINGS, pk, month)
        differences, lines = await db.fetch(DIFFERENCES, pk, month), await db.fetch(LINES, row["id"])
        assert not row["has_late_entries"]
        assert not lines  # the account that is measured keeps one balance
    currency = account["currency"]
    return {"account": {
        "id": account_id, "number": account["number"], "kind": account["kind"].upper(), "address": address(account),
        "may": ["SEE_MONEY", "SEND_READINGS", "PAY", "TICKETS", "MANAGE_MEMBERS"], "statementPeriods": [f"{one['period']:%Y-%m}" for one in periods],
        "organization": {"slug": account["slug"], "name": account["name"], "contacts": account["contacts"] or None, "timezone": account["timezone"]},
        "statement": {
            "period": period, "state": row["state"].upper(), "version": row["version"], "asOf": row["as_of"].isoformat().replace("+00:00", "Z"), "dueOn": None,
            "head": head(facts, address(account), account["branch"]), "derived": [], "lines": [],
            **{name: money(row[column], currency) for name, column in FIGURES.items()},
            "forMonth": money(month_total(row), currency),
            "volumes": volumes(meters, readings, month),
            "charges": [charge(one, currency) for one in charges if one["basis"] != "recalculation"],
            "recalculations": [recalculation(one, currency) for one in charges if one["basis"] == "recalculation"],
            "differences": [{"reason": one["reason"].upper(), "amount": money(int(one["amount"]), currency)} for one in differences],
            "correctedLater": [], "correctsEarlier": [], "closedWith": None,
        },
    }}  # fmt: skip


FIGURES = {
    "opening": "opening", "charged": "charged", "recalculation": "recalculation", "penalty": "penalty", "paid": "paid", "compensation": "compensation",
    "compensationNote": "compensation_note", "closing": "closing", "toPay": "closing",
}  # fmt: skip


def month_total(row: Any) -> int | None:
    if row["charged"] is None:
        return None
    return sum(row[name] or 0 for name in ("charged", "recalculation", "penalty")) - (row["compensation"] or 0)


def money(minor: int | None, currency: str) -> dict[str, str] | None:
    if minor is None:
        return None
    sign, rest = ("-", -minor) if minor < 0 else ("", minor)
    return {"amount": f"{sign}{rest // 100}.{rest % 100:02d}", "currency": currency}


def decimal(micro: int, digits: int = 0) -> str:
    whole, fraction = divmod(micro, 1_000_000)
    tail = f"{fraction:06d}".rstrip("0").ljust(digits, "0")
    return f"{whole}.{tail}" if tail else str(whole)


def much(micro: int | None, unit: str, digits: int = 0) -> dict[str, str] | None:
    return None if micro is None else {"value": decimal(micro, digits), "unit": unit}


def price(micro: int | None, currency: str, unit: str, included: bool) -> dict[str, Any] | None:
    return None if micro is None else {"amount": decimal(micro, 2), "currency": currency, "per": unit, "taxIncluded": included}


def address(row: Any) -> str:
    return f"{row['locality']}, {row['street']}, {row['house']}-{row['flat']}{row['flat_prefix']}"


def head(facts: Any, where: str, branch: str | None) -> dict[str, Any]:
    names = " ".join(part for part in (facts["surname"], facts["name"], facts["patronymic"]) if part)
    return {
        "holderName": names, "address": where, "residents": facts["residents"], "area": much(facts["area"], "м²"),
        "irrigatedArea": much(facts["irrigated_area"], "м²"), "tariffGroup": facts["tariff_group"] or None, "contractNumber": facts["contract_number"],
        "ownership": facts["ownership"] and facts["ownership"].upper(), "branch": branch,
    }  # fmt: skip


def charge(row: Any, currency: str) -> dict[str, Any]:
    return {
        "id": ids.encode("chg", row["id"]), "service": {"name": row["service_name"], "resource": row["resource"].upper()},
        "supplier": {"name": row["supplier_name"]} if row["supplier_name"] else None, "unit": row["unit"], "quantity": much(row["quantity"], row["unit"]),
        "tariff": price(row["price"], currency, row["unit"], False), "tariffWithTax": price(row["price_with_tax"], currency, row["unit"], True),
        "taxPercent": decimal(row["tax_percent"] * 10_000), "amount": money(row["amount"], currency), "recalculation": money(row["recalculation"], currency),
        "basis": row["basis"].upper(), "monthsByAverage": None, "zone": row["zone"] and row["zone"].upper(), "tier": row["tier"],
        "paid": money(row["paid"], currency), "parent": None, "shortfallDays": much(row["shortfall_days"], "д"),
        "shortfallAmount": money(row["shortfall_amount"], currency), "socialNormAmount": money(row["social_norm_amount"], currency),
    }  # fmt: skip


def recalculation(row: Any, currency: str) -> dict[str, Any]:
    corrects = row["corrects_period"]
    return {"id": ids.encode("chg", row["id"]), "service": {"name": row["service_name"]}, "amount": money(row["amount"], currency),
            "correctsPeriod": f"{corrects:%Y-%m}" if corrects else None}  # fmt: skip


def volumes(meters: Any, readings: Any, month: dt.date) -> list[dict[str, Any]]:
    found = []
    for meter in meters:
        mine = [one for one in readings if one["register_id"] == meter["register_id"]]
        within, before = [one for one in mine if one["period"] == month], [one for one in mine if one["period"] < month]
        if within and (before or len(within) > 1):
            start, end, digits = before[-1] if before else within[0], within[-1], meter["fraction_digits"]
            used = end["value"] - start["value"] + (10 ** meter["integer_digits"] * 1_000_000 if end["value"] < start["value"] else 0)
            found.append({
                "resource": meter["resource"].upper(), "inlet": meter["inlet"], "place": meter["place"], "serial": meter["serial"], "zone": None,
                "fromOn": start["taken_on"].isoformat(), "fromValue": much(start["value"], "куб.м", digits), "toOn": end["taken_on"].isoformat(),
                "toValue": much(end["value"], "куб.м", digits), "volume": much(used, "куб.м", digits),
            })  # fmt: skip
    return found
