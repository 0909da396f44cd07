"""axe on every page and state, by day and by night."""

import pytest

from tests.journeys.conftest import Site, followed
from tests.journeys.looks import SMALL, by_day_and_night, findings, too_wide, walk

pytestmark = [pytest.mark.journey, pytest.mark.usefixtures("once")]


async def test_every_page_by_day_by_night_and_at_every_width(site: Site):
    """axe, targets too small for a finger, and nothing runs off a screen; in Kazakh, whose words are the longest. Each page is opened once for all of it."""
    found = []

    async def look(page) -> list[str]:
        size = page.viewport_size
        seen = [*await by_day_and_night(page), *(await page.evaluate(SMALL) if size["width"] == 360 else []), *await too_wide(page)]
        await page.set_viewport_size(size)
        return seen

    page = await site.signed_in("aigul", bypass_csp=True, has_touch=True)
    for login, width in (("aigul", 360), ("marat", 1280), ("firma", 1280), ("operator", 360)):
        await page.set_viewport_size({"width": width, "height": 800})
        await site.enter(page, login)
        found += await walk(page, site.base, look, "kk")
    assert found == []


async def test_axe_finds_nothing_in_errors_and_answers(site: Site):
    page = await site.signed_in("aigul", width=360, bypass_csp=True)
    found = []
    await followed(page, "Показания", "**/readings*", exact=True)
    for typed in ("x", "1", "99999"):
        await page.fill("#value-0", typed)
        await page.fill("#value-1", typed)
        async with page.expect_response(lambda answer: answer.request.method == "POST"):
            await page.get_by_role("button", name="ередать").click()
        await page.wait_for_function("document.activeElement.matches('#problems, #questions')")
        found += await findings(page)
    for address in ("/no-such", "/accounts/x", "/?after=zzz", "/sign-in"):
        await page.goto(site.base + address)
        found += await findings(page)
    stranger = await (await site.opened(bypass_csp=True)).new_page()
    for address in (f"{site.base}/sign-in", site.base.rpartition("/o/")[0] + "/", f"{site.base}x/", site.base.rpartition("/o/")[0] + "/styles"):
        await stranger.goto(address)
        found += await findings(stranger)
    await stranger.goto(f"{site.base}/sign-in")
    await stranger.fill("#login", "aigul")
    await stranger.fill("#password", "wrong-password")
    await stranger.click("main button")
    await stranger.locator("#problems").wait_for()
    found += await findings(stranger)
    assert found == []


async def test_the_past_of_meters_is_open_to_everybody(site: Site):
    """Charts and tables, the meter's own page folded and unfolded on a phone, and two years or ten."""
    page = await site.signed_in("aigul", width=360, bypass_csp=True)
    await followed(page, "Показания", "**/readings*", exact=True)
    await followed(page, "История и графики", "**/readings/history")
    found = await findings(page)
    await followed(page, "все показания", "**/readings/history/mtr_*")
    assert not await page.locator(".folded").is_visible()
    await page.check("#unfolded")
    await page.locator(".folded").wait_for()
    found += [*await findings(page), *await page.evaluate(SMALL)]
    await followed(page, "Десять лет", "**months=120")
    found += [*await findings(page), *await too_wide(page)]
    assert found == []
