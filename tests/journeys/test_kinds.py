"""A flat at a housing company and at a heat supplier: axe, no page wider than its screen, no label cut in two, and readings of two zones without JavaScript."""

import tempfile
from collections.abc import Callable

import pytest

from models.database import close, connect
from resolvers.imports import run_import
from resolvers.organizations import create_organization
from resolvers.users import create_user, grant_membership
from tests.databases import Fill, Template
from tests.journeys.conftest import PASSWORD, Site, followed, registers
from tests.journeys.looks import WIDER, findings, walk

pytestmark = pytest.mark.journey
BROKEN = """() => [...document.querySelectorAll("dt")].flatMap(term => {
    const text = term.firstChild, range = document.createRange();
    return text ? [...text.data.matchAll(/[^\\s-]+/g)].filter(word => {
        range.setStart(text, word.index);
        range.setEnd(text, word.index + word[0].length);
        return new Set([...range.getClientRects()].map(one => Math.round(one.top))).size > 1;
    }).map(word => `${location.pathname} at ${innerWidth}: ${word[0]} is broken`) : [];
})"""  # words of a list's labels that go on in the next line
KINDS = {"housing": ("dom", "60000021"), "energy": ("teplo", "0007000002")}


@pytest.fixture(autouse=True)
def once(database_kind: str) -> None:
    if database_kind != "sqlite":
        pytest.skip("looks are checked once, on SQLite")


@pytest.fixture
def database_template(filled: Callable[[Fill], Template]) -> Template:
    return filled(people)


async def people(url: str) -> None:
    await connect(url)
    await create_user("olga", "olga@example.com", PASSWORD, name="Ольга")
    with tempfile.TemporaryDirectory() as folder:
        for kind, (slug, number) in KINDS.items():
            await create_organization(slug, slug.capitalize(), "RUB", "Asia/Yekaterinburg")
            await run_import(slug, [registers(folder, kind, accounts=10)])
            await grant_membership("olga", slug, number)
    await close()


def at(site: Site, slug: str) -> Site:
    return Site(site.base.rpartition("/")[0] + f"/{slug}", site.browser)


@pytest.mark.parametrize("slug", ["dom", "teplo"])
@pytest.mark.parametrize(("language", "scheme"), [("ru", "dark"), ("kk", "light"), ("en", None)], ids=["ru", "kk", "en"])
async def test_every_page_fits_every_screen_and_axe_finds_nothing(site: Site, slug: str, language: str, scheme: str | None):
    page = await at(site, slug).signed_in("olga", width=360, color_scheme=scheme, bypass_csp=True)

    async def look(page) -> list[str]:
        found = await findings(page) if scheme else []
        for width in (320, 360, 740, 1024, 1280):
            await page.set_viewport_size({"width": width, "height": 800})
            found += await page.evaluate(WIDER)
            found += await page.evaluate(BROKEN)
        return found

    found = await walk(page, at(site, slug).base, look, language)
    assert not found, found


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
