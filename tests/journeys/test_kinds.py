"""A flat at a housing company and at a heat supplier: axe, no page wider than its screen, no label cut in two, and readings of two zones without JavaScript."""

import tempfile
from collections.abc import Callable
from dataclasses import replace

import pytest

from models.database import close, connect
from resolvers.imports import run_import
from resolvers.organizations import create_organization
from resolvers.users import create_user, grant_membership
from tests.databases import Fill, Template
from tests.journeys.conftest import PASSWORD, Site, followed, registers, sessions
from tests.journeys.looks import WIDER, by_day_and_night, walk

pytestmark = pytest.mark.journey
BROKEN = """() => [...document.querySelectorAll("dt")].flatMap(term => {
    const text = term.firstChild, range = document.createRange();
    return text ? [...text.data.matchAll(/[^\\s-]+/g)].filter(word => {
        range.setStart(text, word.index);
        range.setEnd(text, word.index + word[0].length);
        return new Set([...range.getClientRects()].map(one => Math.round(one.top))).size > 1;
    }).map(word => `${location.pathname} at ${innerWidth}: ${word[0]} is broken`) : [];
})"""  # words of a list's labels that go on in the next line
KINDS = {"dom": ("housing", "60000021"), "teplo": ("energy", "0007000002")}


@pytest.fixture(autouse=True)
def once(database_kind: str) -> None:
    if database_kind != "sqlite":
        pytest.skip("looks are checked once, on SQLite")


@pytest.fixture
def database_template(filled: Callable[[Fill], Template]) -> Template:
    return filled(people)


async def people(url: str) -> dict[str, str]:
    await connect(url)
    await create_user("olga", "olga@example.com", PASSWORD, name="Ольга")
    with tempfile.TemporaryDirectory() as folder:
        for slug, (kind, number) in KINDS.items():
            await create_organization(slug, slug.capitalize(), "RUB", "Asia/Yekaterinburg")
            await run_import(slug, [registers(folder, kind, accounts=10)])
            await grant_membership("olga", slug, number)
    found = await sessions("olga")
    await close()
    return found


def at(site: Site, slug: str) -> Site:
    return replace(site, base=site.base.rpartition("/")[0] + f"/{slug}")


async def fitting(page) -> list[str]:
    found = []
    for width in (320, 360, 740, 1024, 1280):
        await page.set_viewport_size({"width": width, "height": 800})
        found += await page.evaluate(WIDER)
        found += await page.evaluate(BROKEN)
    return found


async def open_to_everybody(page) -> list[str]:
    return [*await by_day_and_night(page), *await fitting(page)]


@pytest.mark.parametrize("slug", KINDS)
async def test_every_page_fits_every_screen_and_axe_finds_nothing(site: Site, slug: str):
    """In three languages; axe looks at the longest one, by day and by night."""
    page = await at(site, slug).signed_in("olga", width=360, bypass_csp=True)
    for language, look in (("kk", open_to_everybody), ("ru", fitting), ("en", fitting)):
        assert await walk(page, at(site, slug).base, look, language) == []


@pytest.mark.parametrize("javascript", [True, False], ids=["javascript", "without"])
async def test_both_zones_of_a_meter_are_sent(site: Site, javascript: bool):
    page = await at(site, "dom").signed_in("olga", width=360, height=640, java_script_enabled=javascript)
    await followed(page, "Показания", "**/readings*", exact=True)
    before = [float(text) for text in await page.locator(".meters td.n .digits").all_text_contents()]
    assert len(before) == 4
    for place, value in enumerate(before):
        await page.fill(f"#value-{place}", f"{value + 3:.1f}".replace(".", ","))
    await page.get_by_role("button", name="Передать показания").click()
    await page.locator("#sent").get_by_text("Электроэнергия, ночь").wait_for()
    assert await page.get_by_text("Квитанция о приёме").count() == 4
