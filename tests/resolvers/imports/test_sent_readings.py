"""What was sent from here comes back through the supplier's register: the same reading, accepted once; what was refused stays refused."""

import datetime as dt
from pathlib import Path

import pytest

from models import MeterRegister, Organization, Reading
from models.enums import ReadingSource, ReadingState
from resolvers.imports import undo_import
from tests.resolvers.imports.conftest import TODAY, taken, write
from tests.resolvers.imports.test_kinds import ACCOUNTS
from tests.resolvers.imports.test_reference import METER, METERS, READINGS

NOVEMBER, DECEMBER = dt.date(2026, 11, 1), dt.date(2026, 12, 1)
LATER = dt.date(2027, 1, 20)


@pytest.fixture
async def dial(organization: Organization, tmp_path: Path) -> MeterRegister:
    await taken(write(tmp_path / "meters", accounts=ACCOUNTS, meters=METERS + METER))
    return await MeterRegister.get()


async def sent(dial: MeterRegister, taken_on: dt.date, period: dt.date, **given) -> Reading:
    meter = await dial.meter
    values = {"source": ReadingSource.CABINET, "state": ReadingState.SENT, "by_resident": True, "receipt": f"{taken_on}-{period}", "value": 7_500_000}
    owner = {"organization_id": meter.organization_id, "account_id": meter.account_id, "register": dial}
    return await Reading.create(**owner, taken_on=taken_on, period=period, **(values | given))


async def imported(folder: Path, day: str, value: str = "7,5", label: str = "Личный кабинет"):
    return await taken(write(folder, readings=READINGS + f"1;1;хол.;777;{day};{value};{label}"), today=LATER)


async def standing() -> list[tuple[str, str, bool, bool]]:
    found = await Reading.all().order_by("id").values_list("taken_on", "state", "by_resident", "is_current")
    return [(str(day), state.value, by_resident, is_current) for day, state, by_resident, is_current in found]


@pytest.mark.parametrize(
    ("taken_on", "period", "day"),
    [
        (dt.date(2026, 11, 18), NOVEMBER, "18.11.2026"),
        (dt.date(2026, 11, 18), NOVEMBER, "25.11.2026"),  # the day on which billing took it
        (dt.date(2026, 12, 3), NOVEMBER, "03.12.2026"),  # a window that runs over the month's end, or late and taken for review
        (dt.date(2026, 12, 3), NOVEMBER, "30.11.2026"),
        (dt.date(2026, 11, 28), DECEMBER, "28.11.2026"),  # late, for the next month
        (dt.date(2026, 11, 28), DECEMBER, "01.12.2026"),
    ],
)
@pytest.mark.parametrize("state", [ReadingState.SENT, ReadingState.IN_REVIEW])
async def test_the_same_reading_is_accepted_and_not_doubled(dial, tmp_path: Path, taken_on, period, day: str, state: ReadingState):
    reading = await sent(dial, taken_on, period, is_late=True, state=state)
    for _ in range(2):
        assert (await imported(tmp_path / "a", day)).status == 0
        assert await standing() == [(str(taken_on), "accepted", True, True)]
    await reading.refresh_from_db()
    assert reading.decided_by == "import"


async def test_another_month_or_value_is_another_reading(dial, tmp_path: Path):
    await sent(dial, dt.date(2026, 11, 28), DECEMBER, is_late=True)
    await imported(tmp_path / "a", "20.10.2026")
    await imported(tmp_path / "b", "01.12.2026", value="7,6")
    assert [state for _, state, by_resident, _ in await standing() if by_resident] == ["sent"]
    assert len(await standing()) == 3


async def test_of_two_months_with_one_value_each_finds_its_own(dial, tmp_path: Path):
    await sent(dial, dt.date(2026, 11, 20), NOVEMBER)
    await sent(dial, dt.date(2026, 11, 28), DECEMBER, is_late=True)
    await imported(tmp_path / "a", "28.11.2026")
    assert [(day, state) for day, state, _, _ in await standing()] == [("2026-11-20", "sent"), ("2026-11-28", "accepted")]
    await imported(tmp_path / "b", "20.11.2026")
    assert {state for _, state, _, _ in await standing()} == {"accepted"}


async def test_what_a_partner_sent_is_recognised_too(dial, tmp_path: Path):
    await sent(dial, dt.date(2026, 11, 18), NOVEMBER, source=ReadingSource.PARTNER, by_resident=False)
    await imported(tmp_path / "a", "20.11.2026")
    assert await standing() == [("2026-11-18", "accepted", False, True)]


async def test_a_refused_reading_that_the_register_brings_anyway_stays_refused(dial, tmp_path: Path):
    refused = await sent(dial, dt.date(2026, 11, 18), NOVEMBER, state=ReadingState.REFUSED, reason="photo")
    outcome = await imported(tmp_path / "a", "18.11.2026")
    assert outcome.files[0].changed == 1
    assert await standing() == [("2026-11-18", "refused", True, True), ("2026-11-18", "accepted", False, True)]
    await refused.refresh_from_db()
    assert refused.reason == "photo"
    await undo_import(outcome.run_id, "command line")
    assert await standing() == [("2026-11-18", "refused", True, True)]


@pytest.mark.parametrize("value", ["7,5", "7,6"])
async def test_a_refused_reading_of_the_same_day_and_source_gives_way(dial, tmp_path: Path, value: str):
    await sent(dial, TODAY, NOVEMBER, state=ReadingState.REFUSED, source=ReadingSource.OTHER, by_resident=False)
    outcome = await imported(tmp_path / "a", "20.11.2026", value, label="Обходчик")
    assert await standing() == [("2026-11-20", "refused", False, False), ("2026-11-20", "accepted", False, True)]
    await undo_import(outcome.run_id, "command line")
    assert await standing() == [("2026-11-20", "refused", False, True)]
