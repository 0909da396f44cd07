"""Staff print bills by keyboard: a wrong number is told and stays, the file comes, and more may be asked for from the same page."""

import pytest

from tests.journeys.conftest import ACCOUNT, Site
from tests.journeys.looks import findings, too_wide

pytestmark = pytest.mark.journey


@pytest.mark.parametrize("javascript", [True, False], ids=["javascript", "without"])
async def test_two_files_from_one_page(site: Site, javascript: bool):
    page = await site.signed_in("operator", width=360, height=640, java_script_enabled=javascript, bypass_csp=True)
    await page.goto(f"{site.base}/print-bills?lang=kk")
    await page.focus("#numbers")
    await page.keyboard.type("777")
    for _ in range(3):  # the paper, the way to the rules of access, the button
        await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await page.locator("#numbers-error").wait_for()
    assert await page.input_value("#numbers") == "777"
    if javascript:
        assert await findings(page) + await too_wide(page) == []
    await page.fill("#numbers", ACCOUNT)
    for _ in range(2):
        async with page.expect_download() as download:
            await page.locator("main button[type=submit]").press("Enter")
        assert (await download.value).suggested_filename.startswith("bills-")
    assert await page.locator("#problems").count() == (0 if javascript else 1)
