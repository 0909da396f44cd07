"""A real server over a small imported supplier, and a real browser."""

import datetime as dt
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, Page, async_playwright

from models.database import close, connect
from models.period import Period
from resolvers.imports import run_import
from resolvers.organizations import create_organization
from resolvers.sessions import sign_in
from resolvers.users import create_user, grant_membership
from tests.conftest import ROOT
from tests.databases import Fill, Template
from web.sessions import cookie_name

SLUG, PASSWORD = "vodokanal", "chistaya-voda"
QUIET = ["--no-sandbox", "--disable-quic", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run"]
LAST_MONTH = Period.of(dt.datetime.now(dt.UTC).date()).previous
ACCOUNT = "02000007"
HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Browsers live as long as their event loop: these stories share one."""
    for item in items:
        if item.path.is_relative_to(HERE) and pytest_asyncio.is_async_test(item):
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


@dataclass
class Site:
    """Where it is served, and the browser to look at it with."""

    base: str
    browser: Browser
    sessions: dict[str, str] = field(default_factory=dict)  # tokens by login

    async def opened(self, width: int = 1280, height: int = 800, **options) -> BrowserContext:
        context = await self.browser.new_context(viewport={"width": width, "height": height}, locale="ru-RU", accept_downloads=True, **options)
        context.set_default_timeout(60_000)  # a busy machine is no fault of the page
        return context

    async def signed_in(self, login: str, **options) -> Page:
        """At home, by a session that stands already: a sign-in costs two passwords in earnest, a third of a second of work."""
        page = await (await self.opened(**options)).new_page()
        await self.enter(page, login)
        return page

    async def enter(self, page: Page, login: str) -> None:
        """This browser is another person's from now on."""
        await page.context.add_cookies([{"name": cookie_name(), "value": self.sessions[login], "url": self.base, "httpOnly": True, "sameSite": "Lax"}])
        await page.goto(f"{self.base}/")

    async def through_the_door(self, login: str, **options) -> Page:
        page = await (await self.opened(**options)).new_page()
        await page.goto(f"{self.base}/sign-in")
        await page.fill("#login", login)
        await page.fill("#password", PASSWORD)
        await page.click("main button")
        await page.wait_for_url(f"{self.base}/")
        return page


async def followed(page: Page, name: str, path: str, *, exact: bool = False) -> None:
    """Follow a link to the page at `path`, a pattern as Playwright takes them, until all of it is there.

    A click alone comes back before the next page does: what is looked at afterwards without waiting may still be the old page.
    """
    await page.get_by_role("link", name=name, exact=exact).first.click()
    await page.wait_for_url(path)


async def focused(page: Page, name: str) -> None:
    """Wait until the element with this id has the focus: scripts give it after they have put new blocks in."""
    await page.wait_for_function("name => document.activeElement.id === name", arg=name)


async def previous(page: Page) -> list[float]:
    """The previous values in the table of readings, as their dials show them."""
    return [float(text) for text in await page.locator("td.n .digits").all_text_contents()]


@pytest.fixture
def database_template(filled: Callable[[Fill], Template]) -> Template:
    """Three months of forty accounts, up to last month, and people."""
    return filled(people)


@pytest.fixture
def peopled(database_url: str) -> str:
    """The database with people in it; closed again."""
    return database_url


def registers(folder: str, kind: str = "water", accounts: int = 40) -> Path:
    """Three months up to the last one."""
    generator = [sys.executable, str(ROOT / "samples" / "make_registers.py"), "--kind", kind, "--accounts", str(accounts), "--months", "3"]
    out = Path(folder) / kind
    subprocess.run([*generator, "--until", str(LAST_MONTH), "--out", str(out)], check=True, capture_output=True)
    return out


async def sessions(*logins: str) -> dict[str, str]:
    """A session of each, in the database that is open."""
    now = dt.datetime.now(dt.UTC)
    return {login: (await sign_in(login, PASSWORD, slug=None, remember=False, source=None, now=now)).token for login in logins}


async def people(url: str) -> dict[str, str]:
    await connect(url)
    await create_organization(SLUG, "Водоканал", "KZT", "Asia/Almaty")
    with tempfile.TemporaryDirectory() as folder:
        made = registers(folder)
        contract = (made / "contracts.csv").read_text(encoding="cp1251").splitlines()[1].split(";")[0].strip('"')
        await run_import(SLUG, [made])
    for login, staff in (("aigul", None), ("marat", None), ("firma", None), ("operator", SLUG)):
        await create_user(login, f"{login}@example.com", PASSWORD, staff, name=login.capitalize())
    await grant_membership("aigul", SLUG, ACCOUNT)
    for number in (ACCOUNT, "02000014", "02000021"):
        await grant_membership("marat", SLUG, number)
    await grant_membership("firma", SLUG, contract=contract)
    found = await sessions("aigul", "marat", "firma", "operator")
    await close()
    return found


@pytest.fixture
def browser_options(request: pytest.FixtureRequest) -> list[str]:
    """More of Chromium's options; parametrize it indirectly."""
    return getattr(request, "param", [])


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browsers(chromium: str) -> AsyncIterator[Callable[[list[str]], Awaitable[Browser]]]:
    """Gives the browser that was started with these options, once for all tests of a process: a test's contexts are its own."""
    started: dict[tuple[str, ...], Browser] = {}
    async with async_playwright() as playwright:

        async def browser(options: list[str]) -> Browser:
            if tuple(options) not in started:
                started[tuple(options)] = await playwright.chromium.launch(executable_path=chromium, args=[*QUIET, *options])
            return started[tuple(options)]

        yield browser
        for one in started.values():
            await one.close()


@pytest_asyncio.fixture(loop_scope="session")
async def site(
    peopled: str, served: str, browsers: Callable[[list[str]], Awaitable[Browser]], browser_options: list[str], database_template: Template
) -> AsyncIterator[Site]:
    browser = await browsers(browser_options)
    yield Site(f"{served}/o/{SLUG}", browser, dict(database_template.given))
    for context in browser.contexts:
        await context.close()


@pytest.fixture
def once(database_kind: str) -> None:
    """How pages look does not depend on the database; test_resident.py walks through them on both."""
    if database_kind != "sqlite":
        pytest.skip("looks are checked once, on SQLite")
