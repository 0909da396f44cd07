"""From a reminder's letter to the receipt on a phone, without signing in: with and without JavaScript."""

import datetime as dt
import zoneinfo

import pytest

from models import Organization, Reading, Subscription, User
from models.database import close, connect
from models.enums import Topic
from resolvers.reading_reminders import remind
from tests.databases import run_apart
from tests.journeys.conftest import ACCOUNT, SLUG, Site, previous
from tests.mailbox import deliver_one

pytestmark = pytest.mark.journey
HERE = zoneinfo.ZoneInfo("Asia/Almaty")


@pytest.fixture
def link(peopled: str) -> str:
    """Of the letter that aigul gets on the window's last day."""
    return run_apart(_reminded(peopled))


async def _reminded(url: str) -> str:
    morning = dt.datetime.now(HERE).replace(hour=10, minute=0)
    await connect(url)
    await Organization.filter(slug=SLUG).update(window_first_day=1, window_last_day=morning.day)
    await Subscription.create(user=await User.get(login="aigul"), topic=Topic.READINGS, created_at=morning)
    assert await remind(morning.astimezone(dt.UTC)) == {"letters": 1}
    letter = await deliver_one()
    await close()
    assert letter.link
    return letter.link


async def _sent(url: str) -> set[tuple[str, str]]:
    await connect(url)
    found = {(one.user.login, one.source_label) for one in await Reading.filter(by_resident=True, is_current=True).select_related("user")}
    await close()
    return found


@pytest.mark.parametrize("javascript", [True, False], ids=["javascript", "without"])
async def test_from_the_letter_to_the_receipt(link: str, site: Site, database_url: str, javascript: bool):
    context = await site.opened(360, 640, java_script_enabled=javascript)
    page = await context.new_page()
    await page.goto(site.base.partition("/o/")[0] + "/o/" + link.partition("/o/")[2])
    await page.get_by_text("показана только эта форма").wait_for()
    assert ACCOUNT in await page.inner_text("main")
    assert await page.get_by_role("button", name="Выйти").count() == 0
    assert await page.evaluate("document.documentElement.scrollWidth") <= 360
    before = await previous(page)
    await page.fill("#value-0", "сто")
    await page.get_by_role("button", name="Передать показания").click()
    await page.get_by_role("heading", name="Ничего не отправлено").wait_for()
    for row, value in enumerate(before):
        await page.fill(f"#value-{row}", f"{value + 2.5 + row:.3f}".replace(".", ","))
    await page.get_by_role("button", name="Передать показания").click()
    await page.get_by_role("heading", name="Ваши показания в обработке!").wait_for()
    assert await page.get_by_text("Квитанция о приёме").count() == len(before)
    assert run_apart(_sent(database_url)) == {("aigul", "Ссылка из письма")}
    await page.get_by_role("link", name="Қаз").click()
    await page.get_by_text("тек осы нысан көрсетіледі").wait_for()
    await page.goto(page.url.replace("token=abr_", "token=abr_x"))
    await page.locator("#over").wait_for()
    await context.close()
