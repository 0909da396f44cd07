"""Nothing runs off a small or enlarged screen, fingers find their targets, and pages that a walk does not reach are open to everybody."""

import re

import pytest

from tests.journeys.conftest import Site, focused
from tests.journeys.looks import SMALL, findings, too_wide, walk

pytestmark = [pytest.mark.journey, pytest.mark.usefixtures("once")]


@pytest.mark.parametrize("browser_options", [["--blink-settings=defaultFontSize=32"]], ids=["large-text"], indirect=True)
async def test_nothing_runs_off_the_screen_with_large_letters(site: Site):
    """Twice as large, which the browser's own setting makes: styles are in rem, queries too. With usual ones: test_access.py."""
    wide = []
    page = await site.signed_in("aigul")
    for login in ("aigul", "firma", "operator"):
        await site.enter(page, login)
        wide += await walk(page, site.base, too_wide, "kk")
    assert wide == []


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
    "/readings-link?token=x",
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
              "/profile/accounts", "/profile/delete", "/link", "/link?by=address", "/accounts/{account}/statement/why", "{bill_to_me}", "/accounts/{account}/payments", "/accounts/{account}/settlements", "/accounts/{account}/members", "/accounts/{account}/report?attribute=HOLDER_NAME"),
    "firma": (
        "/contracts/{contract}", "/contracts/{contract}/settlements", "/contracts/{contract}/movements", "/contracts/{contract}/payments",
        "/contracts/{contract}/reconciliation", "/contracts/{contract}/entries",
    ),
    "operator": ("/letters", "/mailings", "/print-bills", "/paying-rules", "/periods", "/bank-details", "/reports", "/access", "/accounts/{account}/code", "/profile/delete"),
}  # fmt: skip


@pytest.mark.parametrize("login", OWN)
async def test_ones_own_pages_are_open_to_everybody(site: Site, login: str):
    """axe, every width, and fingers."""
    page = await site.signed_in(login, width=360, height=640, bypass_csp=True, has_touch=True)
    links = await page.eval_on_selector_all("a[href*='/accounts/']", "links => links.map(link => link.pathname)")
    account = next((part for link in links for part in re.findall(r"/accounts/(acc_[^/]+)", link)), "")
    contracts = await page.eval_on_selector_all("a[href*='/contracts/']", "links => links.map(link => link.pathname)")
    contract = next((part for link in contracts for part in re.findall(r"/contracts/(con_[^/]+)", link)), "")
    await page.goto(f"{site.base}/accounts/{account}/statement") if account else None
    bill_to_me = next(iter(await page.eval_on_selector_all("a[href*='/bill/mail']", "links => links.map(link => link.pathname + link.search)")), "")
    places = {"account": account, "contract": contract, "bill_to_me": bill_to_me.removeprefix("/o/vodokanal")}
    found = []
    for path in OWN[login]:
        address = f"{site.base}{path.format(**places)}"
        answer = await page.goto(f"{address}{'&' if '?' in address else '?'}lang=kk")
        assert answer.status == 200, path
        found += await findings(page) + await page.evaluate(SMALL) + await too_wide(page)
    assert found == []
