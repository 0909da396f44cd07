"""Sign in, look at last month, send readings, see them, keep the PDF: with JavaScript on a phone, without at a desk."""

import io

import pytest
from pypdf import PdfReader

from tests.journeys.conftest import ACCOUNT, Site, focused, followed

pytestmark = pytest.mark.journey


@pytest.mark.parametrize(("width", "height", "javascript"), [(360, 640, True), (1280, 800, False)], ids=["phone", "without"])
async def test_from_sign_in_to_the_pdf(site: Site, width: int, height: int, javascript: bool):
    page = await site.through_the_door("aigul", width=width, height=height, java_script_enabled=javascript)
    broken: list[str] = []
    page.on("console", lambda message: broken.append(message.text) if message.type == "error" and "422" not in message.text else None)
    page.on("pageerror", lambda error: broken.append(str(error)))

    await page.get_by_role("link", name="Начисления", exact=True).click()
    await page.get_by_role("heading", name="Расшифровка начислений").wait_for()
    earlier = await page.locator("#period option").nth(1).get_attribute("value")
    await page.select_option("#period", earlier)
    if not javascript:
        await page.get_by_role("button", name="Показать").click()
    await page.wait_for_url(f"**/statement?period={earlier}")
    closing = (await page.locator("#statement .due strong").inner_text()).replace("\u00a0", " ")

    async with page.expect_download() as started:
        await page.get_by_role("link", name="PDF").click()
    path = await (await started.value).path()
    text = " ".join(PdfReader(io.BytesIO(path.read_bytes())).pages[0].extract_text().split())
    assert (await started.value).suggested_filename == f"statement-{earlier}.pdf"
    assert closing in text
    assert ACCOUNT in text

    await followed(page, "Показания", "**/readings*", exact=True)
    await send_readings(page)
    assert await page.get_by_text("Квитанция о приёме").count() == 2
    await page.reload()
    assert await page.locator("#value-0").input_value() != ""
    await page.get_by_role("link", name="Главная", exact=True).click()
    await page.get_by_text("Показания переданы.").wait_for()
    await page.get_by_role("button", name="Выйти").click()
    await page.get_by_text("Вы вышли").wait_for()
    assert broken == []


async def send_readings(page) -> None:
    """First a slip in the second field, then the same values put right: nothing typed is lost in between."""
    before = [float(text) for text in await page.locator(".meters td.n .digits").all_text_contents()]
    await page.fill("#value-0", f"{before[0] + 4.2:.3f}".replace(".", ","))
    await page.fill("#value-1", "сто")
    await page.get_by_role("button", name="Передать показания").click()
    await page.get_by_role("heading", name="Ничего не отправлено").wait_for()
    assert await page.locator("#value-1").input_value() == "сто"
    assert await page.locator("#value-0").input_value() == f"{before[0] + 4.2:.3f}".replace(".", ",")
    await page.fill("#value-1", f"{before[1] + 3.1:.3f}")
    await page.get_by_role("button", name="Передать показания").click()
    await page.get_by_role("heading", name="Ваши показания в обработке!").wait_for()


async def test_the_keyboard_alone_is_enough(site: Site):
    page = await site.signed_in("aigul")
    await page.keyboard.press("Tab")
    assert await page.evaluate("document.activeElement.className") == "skip"
    await page.keyboard.press("Enter")
    await focused(page, "main")
    await page.keyboard.press("Tab")
    assert await page.evaluate("document.activeElement.textContent") == "Передать показания"
    await page.keyboard.press("Enter")
    await page.get_by_role("heading", name="Показания счётчиков").wait_for()
    await page.fill("#value-0", "x")
    await page.keyboard.press("Enter")
    await page.get_by_role("heading", name="Ничего не отправлено").wait_for()
    await focused(page, "problems")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await focused(page, "value-0")


async def test_going_back_shows_the_former_month(site: Site):
    page = await site.signed_in("aigul")
    await page.get_by_role("link", name="Начисления", exact=True).click()
    first = await page.locator("#statement").get_attribute("data-said")
    await page.select_option("#period", index=1)
    await page.wait_for_url("**?period=*")
    assert await page.locator("#statement").get_attribute("data-said") != first
    chosen = await page.locator("#period").input_value()
    assert f"period={chosen}" in await page.get_by_title("Қазақша").get_attribute("href")
    await page.go_back()
    await page.wait_for_function("said => document.querySelector('#statement').dataset.said === said", arg=first)


async def test_staff_find_an_account(site: Site):
    page = await site.signed_in("operator")
    await page.fill("#search", ACCOUNT[:7])
    await page.get_by_role("button", name="Найти").click()
    await page.wait_for_url("**search=*")
    await page.get_by_role("link", name=ACCOUNT).click()
    await page.get_by_role("heading", level=1).wait_for()
    assert ACCOUNT in await page.locator(".sub").inner_text()
