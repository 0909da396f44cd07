"""Whom reminders may concern, and which meters: set-wise, in as many statements for two people as for two hundred."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from models.enums import MeterState, OverduePolicy, ReadingSource, Resource, Right, TariffZone, Topic
from models.period import Period
from models.sql import day
from resolvers.readings import COUNTS
from resolvers.sql import Row, among, fetch, known_day
from resolvers.windows import ReadingWindow, reading_window

USERS_AT_ONCE = 100  # pages that the same process serves wait no longer than for a page


@dataclass(slots=True, eq=False)
class Dial:
    """A dial of a meter that stands, and the months for which it has a reading."""

    resource: Resource
    zone: TariffZone | None
    serial: str
    due_on: dt.date | None
    periods: set[dt.date] = field(default_factory=set)

    def is_missing(self, period: Period, today: dt.date, policy: OverduePolicy) -> bool:
        """Whether a resident could send its reading for the month, and nobody has."""
        overdue = self.due_on is not None and self.due_on < today and policy is OverduePolicy.REFUSE
        return bool(self.serial.strip()) and not overdue and period.first_day not in self.periods


@dataclass(slots=True, eq=False)
class Reminded:
    """One account as one subscriber has it today; `contract_number` where it is his through a contract."""

    subscription: int
    user: int
    email: str
    language: str | None
    account: int
    number: str
    contract: int | None
    contract_number: str
    organization: int
    slug: str
    policy: OverduePolicy
    notice: dt.timedelta
    window_days: tuple[int, int]
    window: ReadingWindow
    today: dt.date
    dials: Sequence[Dial] = ()

    @property
    def missing(self) -> list[Dial]:
        return [dial for dial in self.dials if dial.is_missing(self.window.period, self.today, self.policy)]


async def subscribers(after: int) -> list[int]:
    """The next users who want reminders."""
    text = f"SELECT DISTINCT s.user_id FROM subscription s WHERE s.topic = $1 AND s.user_id > $2 ORDER BY s.user_id LIMIT {USERS_AT_ONCE}"
    return [row["user_id"] for row in await fetch(text, Topic.READINGS.value, after)]


_COLUMNS = """s.id AS subscription_id, u.id AS user_id, u.email, u.language, a.id AS account_id, a.number, m.from_on, m.until_on, m.contract_id,
    a.organization_id, o.slug, o.overdue_policy, o.verification_notice_days, o.window_first_day, o.window_last_day,
    h.window_first_day AS house_first_day, h.window_last_day AS house_last_day"""
_FROM = """subscription s JOIN user_account u ON u.id = s.user_id JOIN membership m ON m.user_id = s.user_id JOIN personal_account a ON {mine}
    JOIN organization o ON o.id = a.organization_id LEFT JOIN premises p ON p.id = a.premises_id LEFT JOIN house h ON h.id = p.house_id"""
_WHERE = f"""s.topic = $1 AND {{users}} AND {{there}} AND u.is_active AND a.withdrawn_at IS NULL
    AND (s.account_id IS NULL OR s.account_id = a.id) AND m.rights & {Right.SEND_READINGS.value} > 0"""


async def reminded(users: Sequence[int], days: dict[int, dt.date]) -> list[Reminded]:
    """Each account once for each of these users who may send its readings today; `days` are the organizations asked about, each with its day.

    An account that is somebody's own is not counted again among a contract's. Four statements.
    """
    found: dict[tuple[int, int], Reminded] = {}
    for row in [*await _rows(users, days, "a.id = m.account_id"), *await _rows(users, days, "a.contract_id = m.contract_id")]:
        today = days[row["organization_id"]]
        if (day(row["from_on"]) or today) <= today <= (day(row["until_on"]) or today):
            found.setdefault((row["user_id"], row["account_id"]), _reminded(row, today))
    dials = await _dials({one.account for one in found.values()}, days.values())
    for one in found.values():
        one.dials = dials.get(one.account, ())
    return list(found.values())


async def _rows(users: Sequence[int], days: dict[int, dt.date], mine: str) -> Sequence[Row]:
    where = _WHERE.format(users=among("s.user_id", 2), there=among("a.organization_id", 3))
    contract = "LEFT JOIN contract c ON c.id = m.contract_id"
    text = f"SELECT {_COLUMNS}, c.number AS contract_number FROM {_FROM.format(mine=mine)} {contract} WHERE {where} ORDER BY s.user_id, a.number, s.id"
    return await fetch(text, Topic.READINGS.value, list(users), sorted(days))


def _reminded(row: Row, today: dt.date) -> Reminded:
    days = (row["house_first_day"] or row["window_first_day"], row["house_last_day"] or row["window_last_day"])
    return Reminded(
        subscription=row["subscription_id"],
        user=row["user_id"],
        email=row["email"],
        language=row["language"],
        account=row["account_id"],
        number=row["number"],
        contract=row["contract_id"],
        contract_number=row["contract_number"] or "",
        organization=row["organization_id"],
        slug=row["slug"],
        policy=OverduePolicy(row["overdue_policy"]),
        notice=dt.timedelta(days=row["verification_notice_days"]),
        window_days=days,
        window=reading_window(*days, today),
        today=today,
    )


async def _dials(accounts: Iterable[int], days: Iterable[dt.date]) -> dict[int, list[Dial]]:
    """The dials of each account's meters that stand, in the order of the page, with the months that a window may be of now."""
    text = f"""
        SELECT m.account_id, m.resource, m.serial, m.verification_due_on, r.id, r.zone FROM meter m JOIN meter_register r ON r.meter_id = m.id
        WHERE {among("m.account_id", 1)} AND m.removed_on IS NULL AND m.register_state = $2 ORDER BY m.inlet NULLS FIRST, m.id, r.id"""
    found: dict[int, list[Dial]] = {}
    by_id: dict[int, Dial] = {}
    for row in await fetch(text, sorted(accounts), MeterState.INSTALLED.value):
        zone = TariffZone(row["zone"]) if row["zone"] else None
        by_id[row["id"]] = dial = Dial(Resource(row["resource"]), zone, row["serial"] or "", day(row["verification_due_on"]))
        found.setdefault(row["account_id"], []).append(dial)
    since = min(Period.of(one).previous.first_day for one in days)
    sent = f"SELECT DISTINCT rd.register_id, rd.period FROM reading rd WHERE {among('rd.register_id', 1)} AND rd.period >= $2 AND {COUNTS} AND rd.source <> $3"
    for row in await fetch(sent, sorted(by_id), since, ReadingSource.INSTALLATION.value):
        by_id[row["register_id"]].periods.add(known_day(row["period"]))
    return found
