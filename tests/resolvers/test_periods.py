"""Closed months: what comes about them later is posted in the first open month, and nothing gets past the database."""

import datetime as dt
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from models import AuditRecord, IdempotencyKey, ImportRun, LedgerEntry, Organization, PeriodClosing, PersonalAccount, sql
from models.errors import NotFound, ProblemCode, Refused
from models.period import Period
from resolvers import periods
from resolvers.accounts import accounts_by_ids
from resolvers.imports import undo_import
from resolvers.integrity import check
from resolvers.movements import movements_of
from resolvers.organizations import organizations_by_ids
from resolvers.periods import Closing
from resolvers.reconciliation import reconciliations_of
from resolvers.spans import Days, Months
from resolvers.viewer import Viewer, viewer_of_user
from tests import factories as make
from tests.resolvers.imports.conftest import ROOT, assert_whole, taken, write
from tests.resolvers.imports.test_crash import KILLS
from tests.resolvers.imports.test_money import ACCOUNTS, BALANCES, CHARGES, PAYMENTS

AUGUST, SEPTEMBER, OCTOBER = (Period(2026, month) for month in (8, 9, 10))
PROGRAM = """
import asyncio, datetime, itertools, os, sys
from models import database
from models.period import Period
from resolvers import periods
from resolvers.accounts import accounts_by_ids
from resolvers.periods import Closing
from resolvers.reconciliation import reconciliations_of
from resolvers.spans import Days, Months
from resolvers.viewer import viewer_of_user

now = datetime.datetime(2026, 11, 20, 9, tzinfo=datetime.UTC)

async def main():
    await database.connect(os.environ["ABONENT_DATABASE_URL"])
    clerk = await viewer_of_user(int(sys.argv[1]), now.date())
    for n in itertools.count():
        if n == 1:
            print("ready", flush=True)
        for verb in (periods.close_period, periods.reopen_period):
            try:
                await verb(clerk, Closing("vk", Period(2026, 8), f"{sys.argv[2]} {verb.__name__} {n}", "Ошибка"), now)
            except periods.Refused:
                pass

asyncio.run(main())
"""
BOOKS = """SELECT COALESCE(posted_in, period) AS month, CAST(SUM(amount) AS bigint) AS amount FROM ledger_entry
    GROUP BY COALESCE(posted_in, period) ORDER BY COALESCE(posted_in, period)"""


@pytest.fixture
async def organization(database: str) -> Organization:
    return await make.organization("vk", name="Водоканал")


@pytest.fixture
async def clerk(organization: Organization) -> Viewer:
    user = await make.user("clerk")
    await make.staff(user, organization)
    return await viewer_of_user(user.id, make.TODAY)


@pytest.fixture
async def months(organization: Organization, tmp_path: Path) -> None:
    """August and September of one account, as its supplier printed them."""
    rows = {month: f"{month};1;Вода;1;100;100,00;;" for month in ("2026-08", "2026-09")}
    balances = "2026-08;1;0;100,00;0;0;0;0;0;100,00\n2026-09;1;100,00;100,00;0;0;50,00;0;0;150,00"
    folder = write(tmp_path / "a", accounts=ACCOUNTS, charges=CHARGES + "\n".join(rows.values()), balances=BALANCES + balances,
                   payments=PAYMENTS + "20.09.2026;1;50,00;Банк;7")  # fmt: skip
    outcome = await taken(folder)
    assert outcome.status == 0, outcome.lines
    await assert_whole()


async def books() -> dict[str, int]:
    """What counts in each month."""
    return {str(row["month"])[:7]: row["amount"] for row in await sql.fetch(BOOKS)}


async def close(clerk: Viewer, period: Period, key: str = "", **more: object) -> periods.LedgerPeriodRow:
    return await periods.close_period(clerk, Closing("vk", period, key or f"close {period}", **more), make.NOW)


async def reopen(clerk: Viewer, period: Period, reason: str = "Опечатка в реестре", key: str = "") -> periods.LedgerPeriodRow:
    return await periods.reopen_period(clerk, Closing("vk", period, key or f"open {period}", reason), make.NOW)


async def refused(attempt) -> tuple[ProblemCode, tuple[str, ...]]:
    with pytest.raises(Refused) as found:
        await attempt
    return found.value.problems[0].code, found.value.problems[0].path


async def correct(tmp_path: Path, charge: str = "110,00", name: str = "b"):
    """August once more, with another charge, and September's opening with it."""
    august = f"2026-08;1;0;{charge};0;0;0;0;0;{charge}"
    return await taken(write(tmp_path / name, charges=CHARGES + f"2026-08;1;Вода;1;{charge};{charge};;", balances=BALANCES + august))


async def test_what_comes_about_a_closed_month_counts_in_the_open_one(months, clerk, tmp_path):
    assert await books() == {"2026-08": 10_000, "2026-09": 5_000}
    await close(clerk, AUGUST)
    outcome = await correct(tmp_path)
    assert await books() == {"2026-08": 10_000, "2026-09": 5_000}, "August is as it was; September took the charge in and the broken chain took it back"
    later = {(entry.amount, entry.period.month, entry.posted_in and entry.posted_in.month) async for entry in LedgerEntry.filter(posted_in__isnull=False)}
    assert later == {(-10_000, 8, 9), (11_000, 8, 9)}
    assert outcome.summary["months"][0]["posted_later"] == {"period": "2026-09", "entries": 2, "amount": 1_000}
    await assert_whole()


async def test_what_a_resident_is_shown_of_a_closed_month_stays(months, clerk, organization, tmp_path):
    pk = (await PersonalAccount.get(number="1")).id
    await close(clerk, AUGUST)

    async def shown(first: Period, last: Period):
        accounts = list((await accounts_by_ids(clerk, [pk])).values())
        moved = (await movements_of(clerk, accounts, Months(first, last)))[pk]
        act = (await reconciliations_of(clerk, accounts, Days(first.first_day, last.last_day)))[pk]
        return [(str(row.period), row.charged.minor, row.closing.minor) for row in moved.months], (act.debit.minor, act.credit.minor, act.closing.minor)

    before = await shown(AUGUST, AUGUST)
    assert before == ([("2026-08", 10_000, 10_000)], (10_000, 0, 10_000))
    await correct(tmp_path)
    assert await shown(AUGUST, AUGUST) == before
    assert (await shown(SEPTEMBER, SEPTEMBER))[0] == [("2026-09", 11_000, 15_000)], "its own charge, and by how much August was corrected"


async def test_a_month_that_is_opened_again_takes_its_own(months, clerk, tmp_path):
    await close(clerk, SEPTEMBER)
    await correct(tmp_path)
    assert (await books())["2026-10"] == 0
    assert (await LedgerEntry.filter(posted_in=OCTOBER.first_day).count()) == 3
    assert not (await reopen(clerk, SEPTEMBER)).is_closed
    await correct(tmp_path, "120,00", "c")
    assert await books() == {"2026-08": 10_000, "2026-09": 5_000, "2026-10": 0}, "what October took over is corrected there"
    await assert_whole()


async def test_a_month_that_is_opened_again_before_anything_came_takes_its_own(months, clerk, tmp_path):
    await close(clerk, SEPTEMBER)
    await reopen(clerk, SEPTEMBER)
    await reopen(clerk, AUGUST)
    await correct(tmp_path)
    assert await books() == {"2026-08": 11_000, "2026-09": 4_000}
    await assert_whole()


async def test_months_before_the_one_that_is_opened_again_stay_closed(months, clerk, organization, tmp_path):
    await close(clerk, SEPTEMBER)
    await reopen(clerk, SEPTEMBER)
    shown = await periods.periods_page((await organizations_by_ids([organization.id]))[organization.id], make.TODAY, 10, None)
    assert [(str(row.period), row.is_closed, row.may_reopen, row.closed_by) for row in shown] == [
        ("2026-09", False, False, "clerk"), ("2026-08", True, True, "clerk"),
    ]  # fmt: skip
    await correct(tmp_path)
    assert await books() == {"2026-08": 10_000, "2026-09": 5_000}, "August is as it was"
    assert await AuditRecord.filter(action__startswith="period.").order_by("id").values_list("action", flat=True) == [
        "period.close", "period.reopen", "period.close",
    ]  # fmt: skip
    await assert_whole()
    await close(clerk, SEPTEMBER, "once more")
    await reopen(clerk, SEPTEMBER, key="and again")
    assert await PeriodClosing.filter(period=AUGUST.first_day).count() == 1, "a month that has a closing of its own gets no second one"


async def test_an_undone_import_of_a_closed_month_is_reversed_in_the_open_one(months, clerk, tmp_path):
    outcome = await correct(tmp_path)
    before = await books()
    await close(clerk, SEPTEMBER)
    await undo_import(outcome.run_id, "user:1")
    after = await books()
    assert {month: after[month] for month in before} == before
    assert sum(after.values()) == 15_000
    await assert_whole()


async def test_the_database_itself_refuses(months, clerk, organization):
    await close(clerk, AUGUST)
    own = {"organization": organization, "account_id": (await LedgerEntry.all().first()).account_id, "kind": "charge", "amount": 1, "posted_at": make.NOW}
    with pytest.raises(Exception, match="closed month"):
        await LedgerEntry.create(**own, period=AUGUST.first_day, business_date=AUGUST.last_day, key="x")
    with pytest.raises(Exception, match="closed month"):
        await LedgerEntry.create(**own, period=SEPTEMBER.first_day, posted_in=AUGUST.first_day, business_date=AUGUST.last_day, key="y")
    await LedgerEntry.create(**own, period=SEPTEMBER.first_day, business_date=SEPTEMBER.last_day, key="z")


async def test_check_counts_closed_months_again(months, clerk):
    await close(clerk, AUGUST)
    await PeriodClosing.all().update(amount=1)
    assert "closed_months" in {problem.code for problem in (await check()).problems}


async def test_what_cannot_be_closed_or_opened(months, clerk):
    assert await refused(close(clerk, Period(2026, 11))) == (ProblemCode.MONTH_NOT_OVER, ("period",))
    assert await refused(close(clerk, OCTOBER)) == (ProblemCode.MONTH_WITHOUT_STATEMENTS, ("period",))
    assert await refused(close(clerk, Period(1990, 1))) == (ProblemCode.MONTH_WITHOUT_STATEMENTS, ("period",))
    assert await refused(reopen(clerk, AUGUST)) == (ProblemCode.MONTH_OPEN, ("period",))
    assert (await close(clerk, SEPTEMBER, validate_only=True)).is_closed is False
    await close(clerk, AUGUST)
    await close(clerk, SEPTEMBER)
    assert await refused(close(clerk, AUGUST, "anew")) == (ProblemCode.MONTH_CLOSED, ("period",))
    assert await refused(reopen(clerk, AUGUST)) == (ProblemCode.LATER_MONTHS_CLOSED, ("period",))
    assert await refused(reopen(clerk, SEPTEMBER, "  ")) == (ProblemCode.REQUIRED, ("reason",))
    assert await refused(reopen(clerk, SEPTEMBER, "я" * 301)) == (ProblemCode.TOO_LONG, ("reason",))
    assert await PeriodClosing.filter(reopened_at=None).count() == 2


async def test_the_same_key_closes_once_and_the_trace_stays(months, clerk, organization):
    first, again = await close(clerk, AUGUST, "k"), await close(clerk, AUGUST, "k")
    assert (first.is_closed, again.is_closed, first.entries, first.amount.minor) == (True, True, 1, 10_000)
    assert await refused(close(clerk, SEPTEMBER, "k")) == (ProblemCode.KEY_REUSED, ("idempotencyKey",))
    await reopen(clerk, AUGUST)
    await close(clerk, AUGUST, "once more")
    shown = await periods.periods_page((await organizations_by_ids([organization.id]))[organization.id], make.TODAY, 10, None)
    assert [(str(row.period), row.is_closed, row.may_close, row.may_reopen) for row in shown] == [
        ("2026-09", False, True, False), ("2026-08", True, False, True),
    ]  # fmt: skip
    assert [row.reason async for row in PeriodClosing.all().order_by("id")] == ["Опечатка в реестре", ""]
    assert await AuditRecord.filter(action__startswith="period.").order_by("id").values_list("action", flat=True) == [
        "period.close", "period.reopen", "period.close",
    ]  # fmt: skip


async def test_months_come_a_page_at_a_time(months, organization):
    row = (await organizations_by_ids([organization.id]))[organization.id]
    first = await periods.periods_page(row, make.TODAY, 1, None)
    assert [str(one.period) for one in first] == ["2026-09", "2026-08"], "one more than was asked for"
    assert [str(one.period) for one in await periods.periods_page(row, make.TODAY, 1, dt.date(2026, 9, 1))] == ["2026-08"]


async def test_months_of_another_organization_are_not_there(months, clerk):
    await make.organization("other")
    with pytest.raises(NotFound):
        await periods.close_period(clerk, Closing("other", AUGUST, "k"), make.NOW)


def begun(clerk: Viewer, life: int) -> subprocess.Popen[str]:
    """A process that closes and opens August without end, at the point where it has done so once."""
    process = subprocess.Popen([sys.executable, "-c", PROGRAM, str(clerk.user_id), str(life)], cwd=ROOT, text=True, stdout=subprocess.PIPE)
    assert process.stdout
    assert process.stdout.readline() == "ready\n"
    return process


@pytest.mark.slow
async def test_a_closing_is_whole_or_has_not_been(months, clerk: Viewer):
    dice = random.Random(7)  # noqa: S311 - moments, not secrets
    for life in range(KILLS):
        process = begun(clerk, life)
        time.sleep(dice.uniform(0.02, 0.4))  # noqa: ASYNC251 - nothing else runs in this loop
        process.kill()
        with process:
            process.wait(30)
        closed, opened = await PeriodClosing.all().count(), await PeriodClosing.filter(reopened_at__isnull=False).count()
        assert closed - opened in (0, 1)
        assert await AuditRecord.filter(action="period.close").count() == closed
        assert await AuditRecord.filter(action="period.reopen").count() == opened
        assert await IdempotencyKey.all().count() == closed + opened
        await assert_whole()
    assert await IdempotencyKey.all().count() >= KILLS, "each life has closed or opened the month at least once"
    if not await PeriodClosing.filter(reopened_at=None).exists():
        await close(clerk, Period(2026, 8))
    await assert_whole()


@pytest.mark.parametrize(
    ("state", "told", "waits"),
    [
        ("held", ["2026-08"], True), ("preview", ["2026-07", "2026-11"], True), ("waiting", [], True), ("held", ["2026-09"], False), ("done", ["2026-08"], False),
        ("held", [], False),
    ],
)  # fmt: skip
async def test_imports_that_wait_are_named_before_a_month_is_closed(organization, clerk, months, state: str, told: list[str], waits: bool):
    run = await ImportRun.create(
        organization=organization, started_at=make.NOW, state=state, who="user:1", summary={"months": [{"period": one} for one in told]}
    )
    if not waits:
        assert (await close(clerk, AUGUST)).is_closed
        return
    with pytest.raises(Refused) as found:
        await close(clerk, AUGUST)
    [problem] = found.value.problems
    assert (problem.code, problem.path, problem.params) == (ProblemCode.IMPORTS_WAIT, ("despiteImports",), {"runs": str(run.id)})
    assert await PeriodClosing.all().count() == 0
    assert (await close(clerk, AUGUST, despite_imports=True)).is_closed
