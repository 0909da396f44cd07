"""Months of the ledger on the pages of staff: closing, opening again, and who may not."""

import datetime as dt
import re

import pytest

from models import ImportRun, Organization, PeriodClosing, PersonalAccount
from tests import factories as make
from tests.web.conftest import BASE


@pytest.fixture
async def newest(operator) -> str:
    """The newest month with statements: the registers' last one."""
    page = await operator.page("/periods")
    assert "май 2020" in page.text()
    return "2020-05"


async def test_a_month_is_closed_and_opened_again(operator, newest):
    ask = await operator.page(f"/periods/{newest}/close")
    assert ask.problems() == []
    assert "Закрыть май 2020?" in ask.text()
    answer = await operator.send(f"/periods/{newest}/close")
    assert (answer.status_code, answer.headers["location"]) == (303, f"{BASE}/periods?done=close")
    text = (await operator.page("/periods?done=close")).text()
    for shown in ("Месяц закрыт", "закрыт:", "Открыть снова"):
        assert shown in text, shown
    assert "Месяцы до него остаются закрытыми" in (await operator.page(f"/periods/{newest}/reopen")).text()
    empty = await operator.send(f"/periods/{newest}/reopen", reason=" ")
    assert empty.status_code == 422
    answer = await operator.send(f"/periods/{newest}/reopen", reason="Реестр с опечаткой <b>")
    assert answer.headers["location"] == f"{BASE}/periods?done=reopen"
    assert "Реестр с опечаткой <b>" in (await operator.page("/periods")).text()
    assert [str(row.period)[:7] async for row in PeriodClosing.filter(reopened_at=None)] == ["2019-11"], "the statements before stay closed"


async def test_what_cannot_be_done_is_said(operator, newest):
    page = await operator.page(f"/periods/{newest}/reopen")
    assert "май 2020: месяц и так открыт" in page.text()
    page = await operator.page("/periods/2199-12/close")
    assert "ещё не закончился" in page.text()
    assert (await operator.get("/periods/2020-13/close")).status_code == 400


async def test_nobody_else_finds_it(aigul, newest):
    assert (await aigul.get("/periods")).status_code == 404
    assert (await aigul.get(f"/periods/{newest}/close")).status_code == 404
    assert await PeriodClosing.all().count() == 0


async def test_whoever_closes_is_told_of_imports_that_wait(operator, newest):
    run = await ImportRun.create(
        organization=await Organization.get(slug="vodokanal"), started_at=make.NOW, state="held", who="user:1", summary={"months": [{"period": newest}]}
    )
    page = await operator.page(f"/periods/{newest}/close")
    assert f"загрузки {run.id}" in page.text()
    assert page.problems() == []
    assert (await operator.send(f"/periods/{newest}/close")).status_code == 422
    answer = await operator.send(f"/periods/{newest}/close", despiteImports="true")
    assert answer.headers["location"] == f"{BASE}/periods?done=close"


@pytest.mark.parametrize("with_a_later_month", [False, True])
async def test_a_month_closed_again_says_when_and_by_whom(operator, newest, with_a_later_month: bool):
    await operator.send(f"/periods/{newest}/close")
    await operator.send(f"/periods/{newest}/reopen", reason="Реестр с опечаткой")
    page = await operator.page("/periods")
    [row] = [page.text(row) for row in page.named("tr") if "май 2020" in page.text(row)]
    assert "Оператор: Реестр с опечаткой" in row
    assert "закрыт" not in row
    if with_a_later_month:
        await make.statement(await PersonalAccount.get(number="02015213"), "2020-06")
    await operator.send(f"/periods/{'2020-06' if with_a_later_month else newest}/close")
    again = dt.datetime(2031, 3, 4, 9, 30, tzinfo=dt.UTC)
    await PeriodClosing.filter(reopened_at=None, period__gt="2020-01-01").update(closed_at=again)
    page = await operator.page("/periods")
    [row] = [" ".join(page.text(row).split()) for row in page.named("tr") if "май 2020" in page.text(row)]
    assert re.search(r"закрыт: 4 марта 2031, 14:30, Оператор", row), row
    assert re.search(r"до этого был открыт снова .*, Оператор: Реестр с опечаткой", row), "its opening leaves a trace"
    assert ("—" in row) is with_a_later_month, "the sum of a later month is not of this one"
