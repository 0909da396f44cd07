"""axe on every page and state, by day and by night; and nothing runs off a small or enlarged screen."""

import re
from pathlib import Path

import pytest

from tests.journeys.conftest import Site, focused, followed

pytestmark = pytest.mark.journey
AXE = Path(__file__).parent / "axe" / "axe-4.14.1.min.js"
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
PARTS = re.compile(r"lang=|\.pdf|after=")
WIDTHS = (320, 360, 700, 740, 1024, 1152, 1160, 1280)
WIDER = """() => [document.documentElement, ...document.querySelectorAll('.card')].filter(one => one.scrollWidth > one.clientWidth)
  .map(one => `${location.pathname} at ${innerWidth}: ${one.textContent.trim().slice(0, 40)} ${one.scrollWidth} > ${one.clientWidth}`)"""
SMALL = """() => [...document.querySelectorAll('button:not(.unseen), input:not([type=hidden]):not([type=checkbox]), .tick label, select, .btn, .tabs a, .langs a, .brand')]
  .filter(one => one.getBoundingClientRect().height < 43.5).map(one => `${location.pathname}: ${one.outerHTML.slice(0, 120)}`)"""


@pytest.fixture(autouse=True)
def once(database_kind: str) -> None:
    """How pages look does not depend on the database; test_resident.py walks through them on both."""
    if database_kind != "sqlite":
        pytest.skip("looks are checked once, on SQLite")


async def walk(page, base: str, look, language: str = "ru") -> list:
    """What ``look`` finds on each of this person's pages, reached by following links."""
    found, seen, waiting = [], set(), [f"{base}/"]
    while waiting and len(seen) < 8:
        address = waiting.pop(0)
        seen.add(address.partition("?")[0])
        await page.goto(f"{address}{'&' if '?' in address else '?'}lang={language}")
        found += await look(page)
        links = await page.eval_on_selector_all("a[href]", "links => links.map(link => link.href.split('#')[0])")
        pages = [link for link in dict.fromkeys(links) if link.startswith(base) and not {"lang=", ".pdf", "after="} & set(PARTS.findall(link))]
        waiting += [link for link in pages if link.partition("?")[0] not in seen and link not in waiting]
    return found


async def findings(page) -> list[str]:
    await page.wait_for_load_state()
    await page.evaluate(AXE.read_text(encoding="utf-8"))
    found = await page.evaluate("rules => axe.run(document, rules)", RULES)
    return [f"{page.url} {each['id']} ({each['impact']}): {each['nodes'][0]['html'][:160]}" for each in found["violations"]]


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_axe_finds_nothing(site: Site, scheme: str):
    found = []
    for login, width in (("aigul", 360), ("marat", 1280), ("firma", 1280), ("operator", 360)):
        page = await site.signed_in(login, width=width, color_scheme=scheme, bypass_csp=True)
        found += await walk(page, site.base, findings)
        await page.context.close()
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


async def too_wide(page) -> list[str]:
    found = []
    for width in WIDTHS:
        await page.set_viewport_size({"width": width, "height": 800})
        found += await page.evaluate(WIDER)
    return found


@pytest.mark.parametrize("browser_options", [[], ["--blink-settings=defaultFontSize=32"]], ids=["", "large-text"], indirect=True)
async def test_nothing_runs_off_the_screen(site: Site):
    """Also with letters twice as large, which the browser's own setting makes: styles are in rem, queries too."""
    wide = []
    for login in ("aigul", "firma", "operator"):
        page = await site.signed_in(login)
        wide += await walk(page, site.base, too_wide, "kk")
        await page.context.close()
    assert wide == []


async def test_fingers_find_their_targets(site: Site):
    page = await site.signed_in("aigul", width=360, height=640, has_touch=True)
    assert await walk(page, site.base, lambda shown: shown.evaluate(SMALL)) == []


DOORS = (
    "/sign-in",
    "/register",
    "/register?kind=legal",
    "/confirm",
    "/confirm?token=x",
    "/confirm/resend",
    "/recover",
    "/recover/new",
    "/agreement",
    "/look-up",
)


async def test_the_doors_are_open_to_everybody(site: Site):
    """axe, every width, and fingers: on each page for strangers and on a form that was refused."""
    found = []
    stranger = await (await site.opened(360, 640, bypass_csp=True, has_touch=True)).new_page()
    for path in DOORS:
        await stranger.goto(f"{site.base}{path}{'&' if '?' in path else '?'}lang=kk")
        found += await findings(stranger) + await stranger.evaluate(SMALL) + await too_wide(stranger)
    await stranger.goto(f"{site.base}/register?lang=kk")
    await stranger.evaluate("document.querySelector('#registration-form').noValidate = true")
    await stranger.click("#registration-form .main")
    await stranger.locator("#problems").wait_for()
    await stranger.wait_for_timeout(300)  # until nothing fades any more
    await focused(stranger, "problems")
    found += await findings(stranger) + await too_wide(stranger)
    assert found == []


OWN = {  # pages of one's own that a walk of eight pages does not reach; {account} is the person's first one
    "aigul": ("/profile", "/profile/data", "/profile/email", "/profile/password", "/profile/sessions", "/profile/tokens", "/profile/subscriptions",
              "/profile/accounts", "/profile/delete", "/link", "/link?by=address", "/accounts/{account}/members", "/accounts/{account}/report?attribute=HOLDER_NAME"),
    "operator": ("/letters", "/reports", "/access", "/accounts/{account}/code", "/profile/delete"),
}  # fmt: skip


@pytest.mark.parametrize("login", OWN)
async def test_ones_own_pages_are_open_to_everybody(site: Site, login: str):
    """axe, every width, and fingers."""
    page = await site.signed_in(login, width=360, height=640, bypass_csp=True, has_touch=True)
    links = await page.eval_on_selector_all("a[href*='/accounts/']", "links => links.map(link => link.pathname)")
    account = next(part for link in links for part in re.findall(r"/accounts/(acc_[^/]+)", link))
    found = []
    for path in OWN[login]:
        address = f"{site.base}{path.format(account=account)}"
        answer = await page.goto(f"{address}{'&' if '?' in address else '?'}lang=kk")
        assert answer.status == 200, path
        found += await findings(page) + await page.evaluate(SMALL) + await too_wide(page)
    assert found == []
