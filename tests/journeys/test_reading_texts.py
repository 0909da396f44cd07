"""Everything in one line: written, understood, chosen, sent; on a phone with JavaScript, at a desk without."""

import pytest

from tests.journeys.conftest import ACCOUNT, Site, focused, followed, previous

pytestmark = pytest.mark.journey


@pytest.mark.parametrize(("width", "height", "javascript"), [(360, 640, True), (1280, 800, False)], ids=["phone", "without"])
async def test_one_line_fills_the_form_and_the_form_is_sent(site: Site, width: int, height: int, javascript: bool):
    page = await site.signed_in("aigul", width=width, height=height, java_script_enabled=javascript)
    await followed(page, "Показания", "**/readings*", exact=True)
    before = await previous(page)
    cold, hot = (f"{value + 2:.3f}".replace(".", ",") for value in before)

    await page.fill("#text", f"Добрый день! лс {ACCOUNT} хвс {cold} гвс без изменений, 1e5")
    await page.get_by_role("button", name="Заполнить поля").click()
    await page.get_by_text("Ещё ничего не отправлено").wait_for()
    if javascript:
        await focused(page, "text-read")
    assert await page.locator("#value-0").input_value() == cold
    assert await page.locator("#value-1").input_value() == ""
    assert "1e5" in await page.locator("#text").input_value()
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth") is True

    await page.fill("#text", f"хвс {cold} гвс без изменений")
    await page.get_by_role("button", name="Заполнить поля").click()
    await page.locator("#text-problems").wait_for(state="detached")
    choice = page.locator("#text-read button")
    assert await choice.count() == 1
    assert (await choice.bounding_box())["height"] >= 44
    await choice.click()
    await choice.wait_for(state="detached")
    assert float((await page.locator("#value-1").input_value()).replace(",", ".")) == before[1]

    await page.fill("#text", f"хвс {cold} гвс {hot}")
    await page.get_by_role("button", name="Заполнить поля").click()
    await page.locator(f"#text-read b:text-is('{hot}')").wait_for()
    assert await page.locator("#value-1").input_value() == hot
    await page.get_by_role("button", name="Передать показания").click()
    await page.get_by_text("Ваши показания в обработке!").wait_for()
    assert await page.get_by_text("Квитанция о приёме").count() == 2
