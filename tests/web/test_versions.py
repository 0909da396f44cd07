"""What a statement said before it came again with other figures: by the books of that time; and what came about a month after it was closed."""

import datetime as dt
from pathlib import Path

import pytest

from models.period import Period
from resolvers import periods
from resolvers.imports import run_import, undo_import
from resolvers.integrity import check
from resolvers.periods import Closing
from resolvers.viewer import viewer_of_user
from schema import ids
from tests import factories as make
from tests.resolvers.imports.conftest import TODAY, write
from tests.web.conftest import BASE, SLUG
from tests.web.test_figures import missing, pdf_of
from tests.web.test_settlements import rows_of

MONTH = "2026-09"
ACCOUNTS = "Лицевой счёт;Фамилия\n777;Первый"
CHARGES = "Период;Лицевой счёт;Услуга;Объём;Тариф с НДС;Сумма\n"
BALANCES = "Период;Лицевой счёт;Остаток на начало;Начислено;Оплачено;Остаток на конец\n"
WEEKS = (
    ("2026-09;777;Вода;1;100;100,00\n2026-09;777;Стоки;1;50;50,00", "2026-09;777;0,00;150,00;0,00;150,00"),
    ("2026-09;777;Вода;2;100;200,00\n2026-09;777;Стоки;1;50;50,00", "2026-09;777;0,00;250,00;0,00;250,00"),
    ("2026-09;777;Вода;1;100;100,00", "2026-09;777;0,00;100,00;0,00;100,00"),
)
OCTOBER = ("2026-10;777;Вода;1;100;100,00", "2026-10;777;250,00;100,00;0,00;350,00")


@pytest.fixture
async def account(site, tmp_path: Path) -> str:
    """An account whose September came three times; the second week's run came twice, which makes nothing new."""
    from models import PersonalAccount

    for charges, balances in (WEEKS[0], WEEKS[1], WEEKS[1], WEEKS[2]):
        folder = write(tmp_path / "in", accounts=ACCOUNTS, charges=CHARGES + charges, balances=BALANCES + balances)
        assert (await run_import(SLUG, [folder], today=TODAY, approved=True)).status == 0
    found = await PersonalAccount.get(number="777", organization__slug=SLUG)
    return ids.encode("acc", found.id)


async def test_staff_see_each_version_with_its_charges(account: str, site, operator):
    statement = await operator.page(f"/accounts/{account}/statement?period={MONTH}")
    assert "Версии: 3" in statement.text()
    page = await operator.page(f"/accounts/{account}/statement/versions?period={MONTH}")
    assert page.problems() == []
    versions = [page.text(section) for section in page.named("section")]
    assert [text.split()[1] for text in versions] == ["3", "2", "1"]
    assert "действует" in versions[0]
    assert [("200,00" in text, "Стоки" in text) for text in versions] == [(False, False), (True, True), (False, True)]
    assert (await operator.get(f"/accounts/{account}/statement/versions")).status_code == 400
    assert (await operator.get(f"/accounts/{account}/statement/versions?period=2020-01")).status_code == 404


async def test_residents_see_them_too_and_strangers_do_not(account: str, site, aigul, firma):
    from resolvers.users import grant_membership

    await grant_membership("aigul", SLUG, "777")
    assert "Версии: 3" in (await aigul.page(f"/accounts/{account}/statement?period={MONTH}")).text()
    page = await aigul.page(f"/accounts/{account}/statement/versions?period={MONTH}")
    assert page.problems() == []
    assert "250,00" in page.text()
    assert (await firma.client.get(f"{BASE}/accounts/{account}/statement/versions?period={MONTH}")).status_code == 404


async def test_other_lines_under_the_same_sum_make_a_version_too(site, operator, tmp_path: Path):
    """A register of charges alone, and nothing of it in the figures: what the bill said before is still there, and the day of its data is the new one."""
    from models import PersonalAccount, Statement

    later = TODAY + dt.timedelta(days=1)
    halves = "2026-09;777;Вода;0,5;100;50,00\n2026-09;777;Стоки;2;50;100,00"
    runs = []
    for day, charges, balances in ((TODAY, *WEEKS[0]), (later, halves, None), (later, halves, None)):
        given = {"accounts": ACCOUNTS, "charges": CHARGES + charges} | ({"balances": BALANCES + balances} if balances else {})
        runs.append(await run_import(SLUG, [write(tmp_path / str(len(runs)), **given)], today=day, approved=True))
    found = await PersonalAccount.get(number="777", organization__slug=SLUG)
    statements = await Statement.filter(account=found, period="2026-09-01").order_by("version")
    assert [(one.version, one.is_current, one.closing) for one in statements] == [(1, False, 15_000), (2, True, 15_000)], "the same register again is none"
    assert statements[1].as_of > statements[0].as_of
    page = await operator.page(f"/accounts/{ids.encode('acc', found.id)}/statement/versions?period={MONTH}")
    assert [("50,00 ₸" in text, "0,5" in text) for text in map(page.text, page.named("section"))] == [(True, True), (True, False)]
    assert (await check()).problems == []
    for run in (runs[2], runs[1]):
        await undo_import(run.run_id, "user:1")
    assert (await check()).problems == []
    assert (await Statement.get(account=found, period="2026-09-01", is_current=True)).version == 1


async def correct(folder: Path, **kept: str) -> None:
    """September was closed with 150,00; the supplier then sent 250,00 for it, and October with that to begin with."""
    from models import User

    charges, balances = WEEKS[0]
    write(folder, charges=CHARGES + charges, balances=BALANCES + balances, **kept)
    assert (await run_import(SLUG, [folder], today=TODAY, approved=True)).status == 0
    clerk = await viewer_of_user((await User.get(login="operator")).id, make.TODAY)
    await periods.close_period(clerk, Closing(SLUG, Period.parse(MONTH), "k"), make.NOW)
    charges, balances = (f"{first}\n{second}" for first, second in zip(WEEKS[1], OCTOBER, strict=True))
    write(folder, charges=CHARGES + charges, balances=BALANCES + balances, **kept)
    assert (await run_import(SLUG, [folder], today=TODAY, approved=True)).status == 0


@pytest.fixture
async def corrected(site, tmp_path: Path) -> str:
    from models import PersonalAccount

    await correct(tmp_path / "in", accounts=ACCOUNTS)
    return ids.encode("acc", (await PersonalAccount.get(number="777", organization__slug=SLUG)).id)


async def test_a_closed_month_that_was_corrected_says_so_wherever_it_is_shown(corrected: str, aigul):
    from resolvers.users import grant_membership

    await grant_membership("aigul", SLUG, "777")
    base = f"/accounts/{corrected}"
    page = await aigul.page(f"{base}/statement?period={MONTH}")
    assert page.problems() == []
    told = [
        "Поставщик исправил данные за сентябрь 2026 после закрытия месяца.", "В движении средств месяц заканчивается суммой 150,00", "Исправление на +100,00 ₸ учтено в месяце: октябрь 2026.",
    ]  # fmt: skip
    for text in told:
        assert text in page.text(), text
    assert "учтено и исправление закрытого месяца (сентябрь 2026): +100,00" in (await aigul.page(f"{base}/statement?period=2026-10")).text()
    for file in ("bill", "statement"):
        _, paper = await pdf_of(aigul, f"{base}/{file}.pdf?period={MONTH}")
        for text in told:
            assert missing(paper, [text]) == [], file
    lines = await rows_of(aigul, f"{base}/statement.csv?period={MONTH}")
    told = {line[0]: (line[3], line[9]) for line in lines if len(line) > 9}
    assert told["Исправлено после закрытия месяца"] == ("учтено: октябрь 2026", "100,00")
    assert told["Остаток на конец в движении средств"] == ("", "150,00")
    lines = await rows_of(aigul, f"{base}/statement.csv?period=2026-10")
    assert [line[9] for line in lines if line and line[0] == "Исправление закрытого месяца, учтено здесь"] == ["100,00"]
    movements = (await aigul.page(f"{base}/movements?from=09.2026&to=10.2026")).text()
    assert "150,00" in movements, "as it was closed"


CONTRACTED = {
    "accounts": "Лицевой счёт;Тип;Фамилия;Номер договора\n777;Юридическое лицо;Первый;К-7",
    "contracts": "Номер договора;Наименование\nК-7;Плательщик",
}


async def test_the_table_of_a_contract_says_so_too(site, operator, tmp_path: Path):
    from models import Contract

    await correct(tmp_path / "in", **CONTRACTED)
    url = f"/contracts/{ids.encode('con', (await Contract.get(organization__slug=SLUG, number='К-7')).id)}/statement.csv"
    told = {line[3]: (line[0], line[6], line[12]) for line in await rows_of(operator, f"{url}?period={MONTH}")}
    assert told["Исправлено после закрытия месяца"] == ("09.2026", "учтено: октябрь 2026", "100,00")
    lines = await rows_of(operator, f"{url}?period=2026-10")
    assert [(line[6], line[12]) for line in lines if line[3] == "Исправление закрытого месяца, учтено здесь"] == [("за сентябрь 2026", "100,00")]
    assert {len(line) for line in lines} == {14}
