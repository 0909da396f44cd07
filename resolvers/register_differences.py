"""Where a supplier's registers of a month contradict each other: what staff ask the supplier about. Set-based, some thousands of accounts at a time."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from models.enums import ChargeBasis, Component, DifferenceReason, EntryKind, RegisterDifference, Resource
from models.money import Money
from models.period import Period
from models.quantity import Quantity
from resolvers import ledger
from resolvers.meters import UNITS
from resolvers.organizations import OrganizationRow
from resolvers.readings import COUNTS, previous
from resolvers.sql import Row, fetch, known_day

LOOKED_AT_ONCE = 5_000
MOST_LOOKED_AT = 100_000  # accounts, for one page: then it ends, full or not, and the next one goes on
PAST_ALL = "~"  # after every kind of difference: an account that has been looked at
_MONTHS_BACK = -6  # so far back a reading may lie that a month's first one is counted from


@dataclass(slots=True, eq=False)
class RegisterDifferenceRow:
    """`printed` is what the statement says, `found` what the other register comes to; of volumes the quantities of the bill and of the readings.

    Where a statement contradicts itself, `found` is its closing balance by its own figures; where it contradicts the one before, that one's closing
    balance. `amount` is None for volumes.
    """

    account_pk: int
    kind: RegisterDifference
    resource: Resource | None
    printed: Money | Quantity | None
    found: Money | Quantity | None
    amount: Money | None


async def differences_page(organization: OrganizationRow, period: Period, first: int, after: tuple[int, str] | None) -> tuple[list[RegisterDifferenceRow], int]:
    """In the order of accounts, one more than `first` if there are more; and the last account looked at, 0 where none is left beyond it."""
    covered = await _covered(organization.pk, period)
    found: list[RegisterDifferenceRow] = []
    at = (after[0] if after[1] == PAST_ALL else after[0] - 1) if after else 0  # the account of the cursor may have more
    looked = 0
    while len(found) <= first and looked < MOST_LOOKED_AT:
        last = await _last_of_part(organization.pk, at)
        if last is None:
            return found[: first + 1], 0
        rows = [
            _row(row, organization) for row in await fetch(_text(covered), organization.pk, period.first_day, at, last, period.plus(_MONTHS_BACK).first_day)
        ]
        found += [row for row in rows if after is None or place_of(row) > after]
        at, looked = last, looked + LOOKED_AT_ONCE
    return found[: first + 1], at


@dataclass(frozen=True, slots=True)
class DifferencesOfMonth:
    """How many of each kind an organization's last month has; those that it has none of are left out."""

    slug: str
    period: Period
    counts: dict[RegisterDifference, int]


async def last_months() -> list[DifferencesOfMonth]:
    """Of each organization whose last month with statements has differences."""
    text = "SELECT o.id, o.slug, MAX(t.period) AS period FROM organization o JOIN statement t ON t.organization_id = o.id GROUP BY o.id, o.slug ORDER BY o.id"
    found = [DifferencesOfMonth(row["slug"], month := Period.of(known_day(row["period"])), await _counted(row["id"], month)) for row in await fetch(text)]
    return [one for one in found if one.counts]


async def _counted(organization_pk: int, period: Period) -> dict[RegisterDifference, int]:
    text, counts, at = f"SELECT kind, COUNT(*) AS n FROM ({_text(await _covered(organization_pk, period))}) c GROUP BY kind", Counter[str](), 0
    while (last := await _last_of_part(organization_pk, at)) is not None:
        rows = await fetch(text, organization_pk, period.first_day, at, last, period.plus(_MONTHS_BACK).first_day)
        counts.update({row["kind"]: int(row["n"]) for row in rows})
        at = last
    return {kind: counts[kind.value] for kind in RegisterDifference if counts[kind.value]}


async def _covered(organization_pk: int, period: Period) -> set[Component]:
    return {component for component, months in (await ledger.coverage_of(organization_pk)).items() if period.first_day in months}


def place_of(row: RegisterDifferenceRow) -> tuple[int, str]:
    """Where a row stands in the report, for its cursor."""
    return row.account_pk, f"{row.kind.value} {row.resource.value if row.resource else ''}"


async def _last_of_part(organization_pk: int, after: int) -> int | None:
    text = f"""SELECT MAX(id) AS id FROM (
        SELECT id FROM personal_account WHERE organization_id = $1 AND id > $2 ORDER BY id LIMIT {LOOKED_AT_ONCE}) part"""
    found: int | None = (await fetch(text, organization_pk, after))[0]["id"]
    return found


def _row(row: Row, organization: OrganizationRow) -> RegisterDifferenceRow:
    kind, resource = RegisterDifference(row["kind"]), Resource(row["resource"]) if row["resource"] else None
    printed, found = (None if row[name] is None else int(row[name]) for name in ("printed", "found"))
    if resource is not None:
        billed, measured = (Quantity(micro, UNITS[resource]) for micro in (printed or 0, found or 0))
        return RegisterDifferenceRow(row["account_id"], kind, resource, billed, measured, None)
    said, counted = (Money.or_none(minor, organization.currency) for minor in (printed, found))
    return RegisterDifferenceRow(row["account_id"], kind, None, said, counted, Money(int(row["amount"]), organization.currency))


def _text(covered: set[Component]) -> str:
    parts = [_OF_LEDGER, *(_PRINTED[component] for component in Component if component in covered), _VOLUMES]
    return f"SELECT * FROM ({' UNION ALL '.join(parts)}) d ORDER BY account_id, kind, resource"


_PART = "organization_id = $1 AND {0}.account_id > $3 AND {0}.account_id <= $4"
# The posted amount is what the printed balance has more than the row's own figures, or than the balance before it, come to.
_SAYS = f"CASE WHEN x.kind = '{DifferenceReason.ARITHMETIC.value}' THEN t.closing ELSE t.opening END"
_OF_LEDGER = f"""
    SELECT x.account_id, x.kind, '' AS resource, {_SAYS} AS printed, CAST({_SAYS} - x.amount AS bigint) AS found, x.amount
    FROM (
        SELECT e.account_id, e.reason AS kind, CAST(SUM(e.amount) AS bigint) AS amount FROM ledger_entry e
        WHERE e.{_PART.format("e")} AND e.period = $2 AND e.kind = '{EntryKind.SUPPLIER_DIFFERENCE.value}'
            AND e.reason IN ('{DifferenceReason.ARITHMETIC.value}', '{DifferenceReason.CHAIN.value}')
        GROUP BY e.account_id, e.reason HAVING SUM(e.amount) <> 0
    ) x LEFT JOIN statement t ON t.account_id = x.account_id AND t.period = $2 AND t.is_current"""
_LINES = f"SELECT c.account_id, SUM(c.amount) AS amount FROM charge c WHERE c.{_PART.format('c')} AND c.period = $2 AND c.is_current AND NOT c.is_group"


def _printed(kind: RegisterDifference, figure: str, details: str) -> str:
    return f"""
        SELECT t.account_id, '{kind.value}', '', t.{figure}, CAST(COALESCE(d.amount, 0) AS bigint), CAST(t.{figure} - COALESCE(d.amount, 0) AS bigint)
        FROM statement t LEFT JOIN ({details}) d ON d.account_id = t.account_id
        WHERE t.{_PART.format("t")} AND t.period = $2 AND t.is_current AND t.{figure} <> COALESCE(d.amount, 0)"""


_CORRECTION = f"'{ChargeBasis.RECALCULATION.value}'"
_PRINTED = {
    Component.CHARGED: _printed(RegisterDifference.CHARGES, "charged", f"{_LINES} AND c.basis <> {_CORRECTION} GROUP BY c.account_id"),
    Component.RECALCULATION: _printed(RegisterDifference.RECALCULATIONS, "recalculation", f"{_LINES} AND c.basis = {_CORRECTION} GROUP BY c.account_id"),
    Component.PAID: _printed(
        RegisterDifference.PAYMENTS, "paid",
        f"""SELECT p.account_id, SUM(p.amount) AS amount FROM payment p WHERE p.{_PART.format("p")} AND p.period = $2 AND p.is_current
            AND p.state <> 'in_transit' GROUP BY p.account_id""",
    ),
}  # fmt: skip
# Only where both sides say one thing: one service of the resource, and dials that go up. What turned or was replaced is for people to look at.
_VOLUMES = f"""
    SELECT b.account_id, '{RegisterDifference.VOLUME.value}', b.resource, CAST(b.quantity AS bigint), CAST(r.quantity AS bigint), CAST(NULL AS bigint)
    FROM (
        SELECT c.account_id, s.resource, SUM(c.quantity) AS quantity FROM charge c JOIN service s ON s.id = c.service_id
        WHERE c.{_PART.format("c")} AND c.period = $2 AND c.is_current AND NOT c.is_group AND c.basis = '{ChargeBasis.READING.value}'
        GROUP BY c.account_id, s.resource HAVING COUNT(DISTINCT c.service_id) = 1 AND COUNT(c.quantity) = COUNT(*)
    ) b JOIN (
        SELECT n.account_id, m.resource, SUM(n.value - n.former) AS quantity FROM (
            SELECT rd.account_id, rd.register_id, rd.period, rd.value, {previous("rd.value")} AS former
            FROM reading rd WHERE rd.{_PART.format("rd")} AND {COUNTS} AND rd.period <= $2 AND rd.period >= $5
        ) n JOIN meter_register g ON g.id = n.register_id JOIN meter m ON m.id = g.meter_id
        WHERE n.period = $2 AND n.former IS NOT NULL
        GROUP BY n.account_id, m.resource HAVING MIN(n.value - n.former) >= 0
    ) r ON r.account_id = b.account_id AND r.resource = b.resource
    WHERE b.quantity <> r.quantity"""
