"""Readings as their readers see them; resolvers/submissions.py takes new ones."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence

from models.enums import ReadingSource, ReadingState, Resource, Right, TariffZone, TokenScope
from models.period import Period
from models.quantity import MICRO, Quantity
from resolvers import scope
from resolvers.accounts import AccountRow, accounts_by_ids
from resolvers.columns import Columns
from resolvers.meters import UNITS, RegisterRow
from resolvers.sql import Row, among, fetch, instant, known_day, members
from resolvers.viewer import Viewer

DEAD = f"('{ReadingState.REFUSED.value}', '{ReadingState.SUPERSEDED.value}')"
COUNTS = f"rd.is_current AND rd.state NOT IN {DEAD}"  # readings that stand
_SOURCES, _STATES, _RESOURCES, _ZONES = members(ReadingSource), members(ReadingState), members(Resource), members(TariffZone)
OPENS, CLOSES = ReadingSource.INSTALLATION.value, ReadingSource.REMOVAL.value


def in_time(alias: str = "rd", down: str = "") -> str:
    """A dial's readings in order of time; what opens or closes it stands at that end of its day, however late the row came."""
    return f"{alias}.taken_on {down}, CASE {alias}.source WHEN '{OPENS}' THEN 0 WHEN '{CLOSES}' THEN 2 ELSE 1 END {down}, {alias}.id {down}"


class ReadingRow:
    """A row of COLUMNS and the value before it, or of what is asked for. What few readers ask for is made when they do."""

    __slots__ = ("_row", "micro", "pk", "state", "taken_on")

    def __init__(self, row: Row) -> None:
        self._row = row
        self.pk: int = row["id"]
        self.micro: int = row["value"]
        self.taken_on: dt.date = known_day(row["taken_on"])
        self.state: ReadingState = _STATES[row["state"]]

    @property
    def account_pk(self) -> int:
        return self._row["account_id"]

    @property
    def register_pk(self) -> int:
        return self._row["register_id"]

    @property
    def previous_micro(self) -> int | None:
        return self._row["previous"]

    @property
    def integer_digits(self) -> int | None:
        return self._row["integer_digits"]

    @property
    def fraction_digits(self) -> int | None:
        return self._row["fraction_digits"]

    @property
    def period(self) -> Period:
        return Period.of(known_day(self._row["period"]))

    @property
    def submitted_at(self) -> dt.datetime | None:
        return instant(self._row["submitted_at"])

    @property
    def source(self) -> ReadingSource:
        return _SOURCES[self._row["source"]]

    @property
    def source_label(self) -> str | None:
        return self._row["source_label"] or None

    @property
    def receipt_number(self) -> str | None:
        return self._row["receipt"]

    @property
    def by_resident(self) -> bool:
        return bool(self._row["by_resident"])

    @property
    def is_late(self) -> bool:
        return bool(self._row["is_late"])

    @property
    def reason(self) -> str:
        return self._row["reason"]

    @property
    def decided_at(self) -> dt.datetime | None:
        return instant(self._row["decided_at"])

    @property
    def decided_by(self) -> str | None:
        return self._row["decided_by"]

    @property
    def check_code(self) -> str | None:
        return self._row["check_code"]

    @property
    def resource(self) -> Resource:
        return _RESOURCES[self._row["resource"]]

    @property
    def zone(self) -> TariffZone | None:
        return _ZONES[self._row["zone"]] if self._row["zone"] else None

    @property
    def unit(self) -> str:
        return UNITS[self.resource]

    @property
    def is_opening(self) -> bool:
        return self.source is ReadingSource.INSTALLATION

    @property
    def value(self) -> Quantity:
        return self._quantity(self.micro)

    @property
    def previous(self) -> Quantity | None:
        return self._quantity(self.previous_micro) if self.previous_micro is not None else None

    @property
    def consumption(self) -> Quantity | None:
        """What was used since the previous reading; None for a lower value that nobody has looked at yet, and for what does not count."""
        used = counted(self.previous_micro, self.micro, self.state, self.integer_digits)
        return self._quantity(used) if used is not None else None

    @property
    def display(self) -> str:
        """As on the dial: 00125.120."""
        return dial(self.micro, self.integer_digits, self.fraction_digits)

    def _quantity(self, micro: int) -> Quantity:
        return Quantity(micro, self.unit, self.fraction_digits or 0)


def counted(previous: int | None, value: int, state: ReadingState, integer_digits: int | None) -> int | None:
    """What a reading of that state says was used since the previous one, in 10^-6."""
    if previous is None or state in _COUNT_NOTHING or (state is ReadingState.IN_REVIEW and value < previous):
        return None
    return consumed(previous, value, integer_digits)


def consumed(previous: int, value: int, integer_digits: int | None) -> int | None:
    """The difference in 10^-6, across a rollover too; None where the dial's length is not known, or more than half of it would have gone by.

    A dial that went from 180 to 120 was misread once: it did not count 99,940. resolvers/consumption.py says the same in SQL.
    """
    if value >= previous:
        return value - previous
    if integer_digits is None:
        return None
    length = 10**integer_digits * MICRO
    used = value + length - previous
    return used if 2 * used <= length else None


def dial(micro: int, integer_digits: int | None, fraction_digits: int | None) -> str:
    value = Quantity(micro, "", fraction_digits or 0).value
    whole, point, fraction = value.partition(".")
    return whole.rjust(integer_digits or 0, "0") + point + fraction


BY_ATTRIBUTE = Columns(
    "rd.id, rd.account_id, rd.register_id, rd.value, rd.taken_on, rd.state, m.resource, mr.fraction_digits",
    id="",
    account="",
    register="",
    value="",
    taken_on="",
    state="",
    display="mr.integer_digits",
    period="rd.period",
    submitted_at="rd.submitted_at",
    source="rd.source",
    source_label="rd.source_label",
    receipt_number="rd.receipt",
    by_resident="rd.by_resident",
    is_late="rd.is_late",
    reason="rd.reason",
    decided_at="rd.decided_at",
    decided_by="rd.decided_by",
    check_code="rd.check_code",
    zone="mr.zone",
)
COLUMNS = BY_ATTRIBUTE.everything
FROM = "reading rd JOIN meter_register mr ON mr.id = rd.register_id JOIN meter m ON m.id = mr.meter_id"
_COUNT_NOTHING = (ReadingState.REFUSED, ReadingState.SUPERSEDED)


def previous(column: str, partition: str = "rd.register_id") -> str:
    """SQL for what the reading before had in `column`: nothing where this one opens the dial, or where the one before closed it."""
    window = f"OVER (PARTITION BY {partition} ORDER BY {in_time()})"
    return f"CASE WHEN rd.source <> '{OPENS}' AND LAG(rd.source) {window} <> '{CLOSES}' THEN LAG({column}) {window} END"


_PREVIOUS = f"{previous('rd.value')} AS previous"
# The same for rows that do not stand in one list with those before them.
BEFORE = f"""CASE WHEN rd.source <> '{OPENS}' THEN (SELECT CASE WHEN x.source <> '{CLOSES}' THEN x.value END FROM reading x
    WHERE x.register_id = rd.register_id AND x.is_current AND x.state NOT IN {DEAD} AND ({in_time("x")}) < ({in_time()})
    ORDER BY {in_time("x", "DESC")} LIMIT 1) END AS previous"""


async def readings_pages(
    viewer: Viewer, accounts: Sequence[AccountRow], first: int, after: tuple[dt.date, int] | None, period: Period | None
) -> dict[int, list[ReadingRow]]:
    """Those that stand, newest first, of each account one more than `first` if there are more. One statement."""
    if not viewer.has(TokenScope.READ_READINGS):
        return {}
    ids, visible = scope.seen(accounts, Right(0), 1, account="rd.account_id", day="rd.taken_on")
    parameters: list[object] = [ids]
    outer = ["1 = 1"]
    if period is not None:
        parameters.append(period.first_day)
        outer.append(f"period = ${len(parameters)}")
    if after is not None:
        parameters += after
        outer.append(f"(taken_on, id) < (${len(parameters) - 1}, ${len(parameters)})")
    text = f"""
        SELECT * FROM (
            SELECT standing.*, ROW_NUMBER() OVER (PARTITION BY account_id ORDER BY taken_on DESC, id DESC) AS place
            FROM (SELECT {COLUMNS}, {_PREVIOUS} FROM {FROM} WHERE {visible} AND {COUNTS}) standing WHERE {" AND ".join(outer)}
        ) ranked WHERE place <= {int(first) + 1} ORDER BY place"""
    found: dict[int, list[ReadingRow]] = {}
    for row in await fetch(text, *parameters):
        found.setdefault(row["account_id"], []).append(reading_row(row))
    return found


async def readings_of_registers(viewer: Viewer, registers: Sequence[RegisterRow]) -> dict[int, list[ReadingRow]]:
    """All that stand, oldest first, as far as the viewer may see them. One statement."""
    if not viewer.has(TokenScope.READ_READINGS):
        return {}
    accounts = {register.meter.account.pk: register.meter.account for register in registers}
    ids, visible = scope.seen(accounts.values(), Right(0), 1, account="rd.account_id", day="rd.taken_on")
    text = f"SELECT {COLUMNS}, {_PREVIOUS} FROM {FROM} WHERE {visible} AND {among('rd.register_id', 2)} AND {COUNTS} ORDER BY {in_time()}"
    found: dict[int, list[ReadingRow]] = {}
    for row in await fetch(text, ids, [register.pk for register in registers]):
        found.setdefault(row["register_id"], []).append(reading_row(row))
    return found


async def refused_of_registers(viewer: Viewer, registers: Sequence[RegisterRow]) -> dict[int, list[ReadingRow]]:
    """Those that the organization refused and nothing has replaced yet, oldest first, as far as the viewer may see them. One statement."""
    if not viewer.has(TokenScope.READ_READINGS):
        return {}
    accounts = {register.meter.account.pk: register.meter.account for register in registers}
    ids, visible = scope.seen(accounts.values(), Right(0), 1, account="rd.account_id", day="rd.taken_on")
    chosen = f"{visible} AND {among('rd.register_id', 2)} AND rd.is_current AND rd.state = '{ReadingState.REFUSED.value}'"
    text = f"SELECT {COLUMNS}, {BEFORE} FROM {FROM} WHERE {chosen} ORDER BY rd.taken_on, rd.id"
    found: dict[int, list[ReadingRow]] = {}
    for row in await fetch(text, ids, [register.pk for register in registers]):
        found.setdefault(row["register_id"], []).append(reading_row(row))
    return found


async def readings_by_ids(viewer: Viewer, ids: Sequence[int]) -> dict[int, ReadingRow]:
    """Those of `ids` that the viewer may see; replaced ones too. Their previous is the newest standing one before them."""
    if not viewer.has(TokenScope.READ_READINGS):
        return {}
    text = f"""
        SELECT {COLUMNS}, {BEFORE}
        FROM {FROM} JOIN personal_account a ON a.id = rd.account_id WHERE {among("rd.id", 1)} AND {scope.accounts_sql(viewer)}"""
    found = [reading_row(row) for row in await fetch(text, list(ids))]
    accounts = await accounts_by_ids(viewer, sorted({row.account_pk for row in found}))
    return {row.pk: row for row in found if _is_seen(accounts.get(row.account_pk), row)}


def newest(readings: Iterable[ReadingRow], *, before: Period | None = None, within: Period | None = None) -> ReadingRow | None:
    """Of readings in order of time the last one, of the periods before or of one period.

    What a meter showed when it was put in is where a month begins from, never the month's own reading.
    """

    def is_chosen(row: ReadingRow) -> bool:
        if before is not None and not (row.period < before or (row.is_opening and row.period == before)):
            return False
        return within is None or (row.period == within and not row.is_opening)

    chosen = [row for row in readings if is_chosen(row)]
    return chosen[-1] if chosen else None


def _is_seen(account: AccountRow | None, row: ReadingRow) -> bool:
    return account is not None and account.access.sees(row.taken_on, row.taken_on, Right(0))


def reading_row(row: Row) -> ReadingRow:
    return ReadingRow(row)
