"""What a person does about himself, on a phone, with JavaScript and without: another e-mail, taken back too; somebody invited; and going for good."""

import pytest
from playwright.async_api import Page

from models.database import close, connect
from tests.databases import run_apart
from tests.journeys.conftest import PASSWORD, Site
from tests.mailbox import Delivered, deliver_all

pytestmark = pytest.mark.journey
with_and_without = pytest.mark.parametrize("javascript", [True, False], ids=["js", "plain"])


async def letters(url: str) -> list[Delivered]:
    async def read() -> list[Delivered]:
        await connect(url)
        try:
            return await deliver_all()
        finally:
            await close()

    return run_apart(read())


def here(site: Site, letter: Delivered) -> str:
    """The letter's link, at this server."""
    assert letter.link is not None
    return site.base + letter.link.partition("/o/vodokanal")[2]


async def said(page: Page, heading: str) -> None:
    """The news, which has the focus where scripts run."""
    await page.get_by_role("heading", name=heading).wait_for()


@with_and_without
async def test_an_email_is_changed_and_taken_back(site: Site, database_url: str, javascript: bool):
    phone = {"width": 360, "height": 640, "java_script_enabled": javascript}
    page = await site.signed_in("aigul", **phone)
    await page.get_by_role("link", name="Профиль").click()
    await page.get_by_role("link", name="Электронная почта").click()
    await page.fill("#email", "neu@example.kz")
    await page.fill("#password", "falsch-falsch")
    await page.get_by_role("button", name="Отправить письмо").click()
    await page.locator("#password-error").wait_for()
    assert (await page.input_value("#email"), await page.input_value("#password")) == ("neu@example.kz", "")
    await page.fill("#password", PASSWORD)
    await page.get_by_role("button", name="Отправить письмо").click()
    await said(page, "Письмо отправлено на neu@example.kz")
    new, old = await letters(database_url)
    elsewhere = await (await site.opened(**phone)).new_page()
    await elsewhere.goto(here(site, new))
    await elsewhere.get_by_role("button", name="Подтвердить").click()
    await said(elsewhere, "Электронная почта изменена")
    await page.reload()
    assert "neu@example.kz" in await page.inner_text("main .sub")
    await elsewhere.goto(here(site, old))
    await elsewhere.get_by_role("button", name="Это не я").click()
    await said(elsewhere, "Прежняя почта восстановлена")
    await page.goto(f"{site.base}/profile")
    await page.get_by_role("heading", name="Вход в кабинет").wait_for()


@with_and_without
async def test_a_guest_is_invited_and_the_owner_goes_for_good(site: Site, database_url: str, javascript: bool):
    phone = {"width": 360, "height": 640, "java_script_enabled": javascript}
    page = await site.signed_in("aigul", **phone)
    await page.get_by_role("link", name="Лицевой счёт", exact=True).click()
    await page.get_by_role("link", name="У кого есть доступ").click()
    await page.get_by_role("link", name="передаёт показания, денег не видит").click()
    await page.fill("#email", "gost@example.kz")
    await page.get_by_role("button", name="Отправить приглашение").click()
    await said(page, "Приглашение отправлено")
    [letter] = await letters(database_url)
    guest = await site.signed_in("firma", **phone)
    await guest.goto(here(site, letter))
    assert "передавать показания" in await guest.inner_text("main")
    await guest.get_by_role("button", name="Принять").click()
    await said(guest, "Приглашение принято")
    await page.goto(f"{site.base}/profile/delete")
    await page.fill("#password", PASSWORD)
    await page.get_by_role("button", name="Удалить мой профиль").click()
    await said(page, "Ваш профиль удалён")
    await page.goto(f"{site.base}/profile")
    await page.fill("#login", "aigul")
    await page.fill("#password", PASSWORD)
    await page.get_by_role("button", name="Войти").click()
    await page.locator("#problems").wait_for()
