"""From a reading to its receipt, to a stranger who verifies it, to staff who refuse it, and back: with and without JavaScript."""

import pytest

from tests.journeys.conftest import Site, focused, previous
from tests.journeys.looks import SMALL, findings, too_wide

pytestmark = pytest.mark.journey


async def sent(page) -> None:
    """Both meters of the account, by a little more than before."""
    before = await previous(page)
    for place, value in enumerate(before):
        await page.fill(f"#value-{place}", f"{value + 3:.3f}")
    await page.get_by_role("button", name="Передать показания").click()
    await page.locator("#sent").wait_for()


@pytest.mark.parametrize("javascript", [True, False], ids=["javascript", "without"])
async def test_a_receipt_is_verified_and_a_refusal_is_told(site: Site, javascript: bool):
    page = await site.signed_in("aigul", width=360, height=640, java_script_enabled=javascript)
    await page.get_by_role("link", name="Показания", exact=True).click()
    await page.wait_for_url("**/readings*")
    await sent(page)
    readings = page.url.partition("?")[0]

    await page.locator("#sent a").first.click()
    await page.wait_for_url("**/receipts/*")
    assert await page.locator(".receipt").count() == 2
    assert await page.get_by_role("button", name="Напечатать").count() == javascript
    assert await page.evaluate("document.documentElement.scrollWidth") <= 360
    address = await page.locator("a.qr").first.get_attribute("href")
    value = (await page.locator(".receipt dd b").first.inner_text()).strip()

    stranger = await (await site.opened(360, 640, java_script_enabled=javascript)).new_page()
    await stranger.goto(site.base.partition("/o/")[0] + "/o/" + address.partition("/o/")[2])
    await stranger.get_by_role("heading", name="Квитанция настоящая").wait_for()
    assert value in await stranger.locator("#receipt").inner_text()
    await stranger.fill("#code", "AAAAAAAA")
    await stranger.get_by_role("button", name="Проверить").click()
    await stranger.get_by_role("heading", name="Такой квитанции нет").wait_for()

    clerk = await site.signed_in("operator", java_script_enabled=javascript)
    await clerk.goto(f"{site.base}/readings")
    await clerk.locator("#chosen-0").check()
    await clerk.get_by_role("button", name="Отклонить отмеченные").click()
    await clerk.locator("#problems").wait_for()
    assert await clerk.locator("#chosen-0").is_checked()
    await clerk.fill("#reason", "Цифры не читаются")
    await clerk.get_by_role("button", name="Отклонить отмеченные").click()
    await clerk.locator("#done").wait_for()
    if javascript:
        await focused(clerk, "done")
    assert await clerk.locator("tbody tr").count() == 1

    await page.goto(readings)
    await page.get_by_text("Причина: Цифры не читаются").wait_for()
    await page.get_by_text("передайте показание снова").wait_for()


async def test_everybody_can_use_these_pages(site: Site, database_kind: str):
    """axe, every width, and fingers: the queue, what it asks, receipts, and the page that verifies them."""
    if database_kind != "sqlite":
        pytest.skip("looks are checked once, on SQLite")
    found = []

    async def look(page) -> None:
        await page.wait_for_timeout(300)  # until nothing fades any more
        found.extend([*await findings(page), *await page.evaluate(SMALL), *await too_wide(page)])

    page = await site.signed_in("aigul", width=360, height=640, bypass_csp=True, has_touch=True)
    await page.get_by_role("link", name="Показания", exact=True).click()
    await page.wait_for_url("**/readings*")
    await sent(page)
    receipt = await page.locator("#sent a").first.get_attribute("href")
    await page.goto(f"{site.base.partition('/o/')[0]}{receipt}?lang=kk")
    await look(page)
    query = (await page.locator("a.qr").first.get_attribute("href")).partition("?")[2]
    for path in ("/check-receipt", f"/check-receipt?{query}", "/check-receipt?number=1&code=2"):
        await page.goto(f"{site.base}{path}")
        await look(page)

    clerk = await site.signed_in("operator", width=360, height=640, bypass_csp=True, has_touch=True)
    for path in ("/readings?lang=kk", "/readings?state=BILLED", "/reading-rules/hook"):
        await clerk.goto(f"{site.base}{path}")
        await look(clerk)
    await clerk.goto(f"{site.base}/readings")
    await clerk.locator("#all").check()
    await clerk.locator("button[name=verdict][value=REFUSE]").click()
    await clerk.locator("#problems").wait_for()
    await look(clerk)
    assert found == []
