"""A month of which the supplier has sent only a part says so, on page and paper."""

from pathlib import Path

import pytest

from models import PersonalAccount
from resolvers.imports import run_import
from resolvers.users import grant_membership
from schema import ids
from tests.resolvers.imports.conftest import TODAY, write
from tests.web.conftest import SLUG
from tests.web.test_figures import missing, pdf_of, plain

ACCOUNTS = "Лицевой счёт;Фамилия\n777;Первый"
CHARGES = "Период;Лицевой счёт;Услуга;Объём;Тариф;Сумма\n2026-09;777;Вода;5;56,00;280,00"
BALANCES = "Период;Лицевой счёт;Остаток на начало;Начислено;Оплачено;Остаток на конец\n2026-09;777;0,00;280,00;0,00;280,00"
WITHOUT_SUMS, WITHOUT_LINES = "прислал строки этого месяца, а сумм нет", "прислал суммы этого месяца, а строк нет"


async def came(folder: Path, **registers: str) -> str:
    outcome = await run_import(SLUG, [write(folder, accounts=ACCOUNTS, **registers)], today=TODAY, approved=True)
    assert outcome.status == 0
    await grant_membership("aigul", SLUG, "777")
    return ids.encode("acc", (await PersonalAccount.get(number="777", organization__slug=SLUG)).id)


async def told(browser, account: str) -> list[str]:
    """Page, look at the statement on paper, and the bill."""
    page = await browser.page(f"/accounts/{account}/statement?period=2026-09")
    assert page.problems() == []
    papers = [(await pdf_of(browser, f"/accounts/{account}/{name}.pdf?period=2026-09"))[1] for name in ("statement", "bill")]
    return [plain(page.text()), *map(plain, papers)]


@pytest.mark.parametrize(("registers", "words"), [({"charges": CHARGES}, WITHOUT_SUMS), ({"balances": BALANCES}, WITHOUT_LINES)])
async def test_a_part_of_a_month_says_what_has_not_come(site, aigul, tmp_path: Path, registers: dict[str, str], words: str):
    for text in await told(aigul, await came(tmp_path / "in", **registers)):
        assert missing(text, [words]) == []
        assert "ничего не начислено" not in text


async def test_a_whole_month_says_nothing_of_it(site, aigul, tmp_path: Path):
    for text in await told(aigul, await came(tmp_path / "in", charges=CHARGES, balances=BALANCES)):
        assert "Поставщик прислал" not in text
        assert "280,00" in text
