"""In by the front door: register, confirm by the letter, sign in; and back in after forgetting. With JavaScript and without."""

import pytest
from playwright.async_api import Page

from models.database import close, connect
from tests.databases import run_apart
from tests.journeys.conftest import ACCOUNT, Site
from tests.mailbox import Delivered, deliver_one

pytestmark = pytest.mark.journey
PASSWORD = "svetlaya-reka"
with_and_without = pytest.mark.parametrize("javascript", [True, False], ids=["js", "plain"])


async def letter(url: str) -> Delivered:
    """The only letter that waits, read in this process: its link's path is what counts, the server's port is another."""

    async def read() -> Delivered:
        await connect(url)
        try:
            return await deliver_one()
        finally:
            await close()

    return run_apart(read())


async def opened(site: Site, *, javascript: bool) -> Page:
    return await (await site.opened(360, 640, java_script_enabled=javascript)).new_page()


async def passwords_typed(page: Page) -> None:
    await page.fill("#password", PASSWORD)
    await page.fill("#repeat", PASSWORD)


async def in_the_cabinet(page: Page) -> None:
    await page.fill("#password", PASSWORD)
    await page.get_by_role("button", name="Войти").click()
    await page.locator("form[action$='/sign-out']").first.wait_for(state="attached")


@with_and_without
async def test_a_person_registers_confirms_and_signs_in(site: Site, database_url: str, javascript: bool):
    page = await opened(site, javascript=javascript)
    await page.goto(f"{site.base}/sign-in")
    await page.get_by_role("link", name="Зарегистрироваться").click()
    await page.fill("#accountNumber", ACCOUNT)
    await page.press("#accountNumber", "Tab")
    if javascript:
        await page.locator("#login_result b", has_text=ACCOUNT).wait_for()
    await page.fill("#email", "novaya@example.kz")
    await passwords_typed(page)
    await page.get_by_role("button", name="Зарегистрироваться").click()
    await page.locator("#agreementVersion-error").wait_for()
    assert await page.input_value("#email") == "novaya@example.kz"
    assert await page.input_value("#password") == (PASSWORD if javascript else ""), "only the browser itself remembers it"
    await passwords_typed(page)
    await page.check("#agreementVersion")
    await page.get_by_role("button", name="Зарегистрироваться").click()
    await page.get_by_role("heading", name="Мы отправили вам письмо").wait_for()
    assert ACCOUNT in await page.inner_text("main")
    link = (await letter(database_url)).link
    await page.goto(site.base + link.partition("/o/vodokanal")[2])
    await page.get_by_role("button", name="Подтвердить регистрацию").click()
    await page.get_by_role("heading", name="Регистрация подтверждена").wait_for()
    assert await page.input_value("#login") == "novaya@example.kz"
    await in_the_cabinet(page)


@with_and_without
async def test_a_company_registers_and_types_the_code(site: Site, database_url: str, javascript: bool):
    page = await opened(site, javascript=javascript)
    await page.goto(f"{site.base}/register")
    if javascript:
        await page.fill("#email", "firma@example.kz")
    await page.get_by_role("link", name="Юрлицо").click()
    await page.locator("#contractNumber").wait_for()
    if javascript:
        assert await page.input_value("#email") == "firma@example.kz"
    for field, value in (("name", "ТОО «Берег»"), ("taxNumber", "940140000385"), ("contractNumber", "123"), ("email", "firma@example.kz")):
        await page.fill(f"#{field}", value)
    await passwords_typed(page)
    await page.check("#agreementVersion")
    await page.get_by_role("button", name="Зарегистрироваться").click()
    await page.locator("#code").wait_for()
    assert "vk123" in await page.inner_text("main")
    await page.fill("#code", (await letter(database_url)).code.lower())
    await page.get_by_role("button", name="Подтвердить").click()
    await in_the_cabinet(page)


@with_and_without
async def test_who_has_forgotten_comes_back(site: Site, database_url: str, javascript: bool):
    page = await opened(site, javascript=javascript)
    await page.goto(f"{site.base}/sign-in")
    await page.get_by_role("link", name="Забыли логин или пароль?").click()
    await page.fill("#loginOrEmail", ACCOUNT)
    await page.get_by_role("button", name="Отправить письмо").click()
    await page.get_by_role("heading", name="Письмо отправлено").wait_for()
    link = (await letter(database_url)).link
    await page.goto(site.base + link.partition("/o/vodokanal")[2])
    await passwords_typed(page)
    await page.get_by_role("button", name="Сохранить новый пароль").click()
    await page.get_by_role("heading", name="Новый пароль сохранён").wait_for()
    assert await page.input_value("#login") == "aigul"
    await in_the_cabinet(page)
