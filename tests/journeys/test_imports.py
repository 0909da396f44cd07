"""Staff send registers, look, take and undo, in a browser: with and without JavaScript, on a phone and at a desk; and axe looks along."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import commands
from tests.journeys.conftest import Site, followed
from tests.journeys.looks import SMALL, WIDER, findings

pytestmark = pytest.mark.journey
ACCOUNTS = "Лицевой счёт;Фамилия;Площадь\r\n777;Первый;45,5\r\n778;Вторая;сорок\r\n".encode("cp1251")
BALANCES = "Период;Лицевой счёт;Остаток на начало;Начислено;Оплачено;Остаток на конец\r\n2026-10;777;0,00;100,00;40,00;60,00\r\n".encode("cp1251")


@pytest.fixture
def worker(site: Site) -> Iterator[None]:
    """A process that takes what waits."""
    with commands.started("jobs.cli", "imports", "watch", stderr=sys.__stderr__):
        yield


@pytest.fixture
def files(tmp_path: Path) -> list[str]:
    for name, data in (("accounts.csv", ACCOUNTS), ("balances.csv", BALANCES)):
        (tmp_path / name).write_bytes(data)
    return [str(tmp_path / name) for name in ("accounts.csv", "balances.csv")]


@pytest.mark.parametrize(("width", "javascript"), [(360, True), (1280, False)], ids=["phone", "without"])
async def test_registers_are_sent_looked_at_taken_and_undone(site: Site, worker, files: list[str], width: int, javascript: bool):
    page = await site.signed_in("operator", width=width, java_script_enabled=javascript, bypass_csp=True)
    page.set_default_timeout(30_000)
    looked = await findings(page) if javascript else []
    await followed(page, "Реестры", "**/imports")
    await page.get_by_role("heading", name="Отправить реестры").wait_for()
    looked += await looks(page, javascript)
    await page.set_input_files("#files", files)
    await page.get_by_role("button", name="Отправить и посмотреть").click()
    await waited(page, javascript, "Пока ничего не записано")
    assert await page.get_by_text("778;Вторая;сорок").count() == 1
    looked += await looks(page, javascript)
    run = page.url
    await page.get_by_role("button", name="Принять").click()
    await waited(page, javascript, "Что изменилось")
    looked += await looks(page, javascript)
    async with page.expect_download() as started:
        await page.get_by_role("link", name="Все строки, CSV").click()
    assert "сорок" in (await (await started.value).path()).read_text(encoding="utf-8")
    await followed(page, "Отменить этот импорт", "**/undo")
    looked += await looks(page, javascript)
    async with page.expect_navigation():
        await page.get_by_role("button", name="Да, отменить").click()
    while not await page.locator(".tag", has_text="отменён").count():
        await page.wait_for_timeout(300)
        await page.goto(run)
    await page.goto(f"{site.base}/imports/profile")
    looked += await looks(page, javascript)
    assert looked == []


async def looks(page, javascript: bool) -> list:
    """axe, targets too small for a finger, and what runs off the screen."""
    if not javascript:
        return []
    return [*await findings(page), *await page.evaluate(SMALL), *await page.evaluate(WIDER)]


async def waited(page, javascript: bool, text: str) -> None:
    """With JavaScript the page asks by itself; without, people press the button."""
    if javascript:
        await page.get_by_text(text).first.wait_for()
        return
    while not await page.get_by_text(text).count():
        await page.wait_for_timeout(300)
        await page.reload()
