"""What a statement said before it came again with other figures: for staff, by the books of that time."""

from pathlib import Path

import pytest

from resolvers.imports import run_import
from schema import ids
from tests.resolvers.imports.conftest import TODAY, write
from tests.web.conftest import BASE, SLUG

MONTH = "2026-09"
ACCOUNTS = "Лицевой счёт;Фамилия\n777;Первый"
CHARGES = "Период;Лицевой счёт;Услуга;Объём;Тариф с НДС;Сумма\n"
BALANCES = "Период;Лицевой счёт;Остаток на начало;Начислено;Оплачено;Остаток на конец\n"
WEEKS = (
    ("2026-09;777;Вода;1;100;100,00\n2026-09;777;Стоки;1;50;50,00", "2026-09;777;0,00;150,00;0,00;150,00"),
    ("2026-09;777;Вода;2;100;200,00\n2026-09;777;Стоки;1;50;50,00", "2026-09;777;0,00;250,00;0,00;250,00"),
    ("2026-09;777;Вода;1;100;100,00", "2026-09;777;0,00;100,00;0,00;100,00"),
)


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


async def test_residents_do_not(account: str, site, aigul):
    from resolvers.users import grant_membership

    await grant_membership("aigul", SLUG, "777")
    statement = await aigul.get(f"/accounts/{account}/statement?period={MONTH}")
    assert "Версии" not in statement.text
    assert (await aigul.client.get(f"{BASE}/accounts/{account}/statement/versions?period={MONTH}")).status_code == 404
