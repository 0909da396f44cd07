"""What pages weigh over the wire, compressed as phones ask for it, headers not counted. The budget: a first visit 40 KB, a page 12, a fragment 4."""

import re

import httpx2
import pytest

from models import Contract, Organization
from models.enums import AccountKind
from tests import factories as make
from tests.web.conftest import BASE, Browser, signed_in

FIRST_VISIT, PAGE_MOVE, FRAGMENT = 40 * 1024, 12 * 1024, 4 * 1024


async def weight(browser: Browser, path: str, **headers: str) -> int:
    """Bytes of the body as sent."""
    async with browser.client.stream("GET", path, headers={"accept-encoding": "gzip, deflate, br", **headers}) as answer:
        assert answer.status_code == 200, path
        assert answer.headers.get("content-encoding") == "br" or int(answer.headers["content-length"]) < 300
        return sum([len(chunk) async for chunk in answer.aiter_raw()])


async def everything(browser: Browser, path: str) -> tuple[int, int]:
    """(the page alone, with all that it loads)."""
    page = await weight(browser, path)
    html = (await browser.client.get(path)).text
    return page, page + sum([await weight(browser, address) for address in set(re.findall(r'(?:src|href)="(/static/[^"]+)"', html))])


@pytest.mark.parametrize("language", ["ru", "kk"])
async def test_pages_keep_their_budget(site, language: str):
    for login in ("aigul", "firma"):
        browser = await signed_in(site.app, login)
        profile = [f"/profile{part}" for part in ("", "/data", "/email", "/password", "/sessions", "/tokens", "/subscriptions", "/accounts", "/delete")]
        pages = {"aigul": [*profile, "/link", f"/accounts/{site.account}/members", "/", f"/accounts/{site.account}", f"/accounts/{site.account}/statement", f"/accounts/{site.account}/readings",
                           f"/accounts/{site.account}/payments"],
                 "firma": ["/", f"/contracts/{site.contract}"]}[login]  # fmt: skip
        for path in pages:
            alone, first = await everything(browser, f"{BASE}{path}?lang={language}")
            print(f"{path.rsplit('/', 1)[-1] or 'home':12} {language}: {alone} bytes, with all it loads {first}")  # noqa: T201 - shown with -s and on failure
            assert first <= FIRST_VISIT, f"first visit of {path}: {first}"
            assert alone <= PAGE_MOVE, f"{path}: {alone}"


async def test_the_first_visit_of_a_stranger_fits(stranger):
    for path in ("/sign-in", "/register", "/register?kind=legal", "/recover", "/confirm", "/agreement", "/look-up", "/check-receipt"):
        alone, first = await everything(stranger, BASE + path)
        assert first <= FIRST_VISIT, path
        assert alone <= PAGE_MOVE, path


async def test_fragments_keep_their_budget(site, aigul, firma):
    for browser, path, block in ((aigul, f"/accounts/{site.account}/statement?period=2020-05", "statement"),
                                 (aigul, f"/accounts/{site.account}/payments", "payments"),
                                 (firma, f"/contracts/{site.contract}?period=2019-11", "breakdown")):  # fmt: skip
        size = await weight(browser, BASE + path, **{"hx-request": "true", "hx-target": block})
        assert size <= FRAGMENT, f"{block}: {size}"


async def test_a_second_visit_loads_no_files(site, aigul):
    html = (await aigul.get("/")).text
    for address in set(re.findall(r'"(/static/[^"]+)"', html)):
        assert (await aigul.client.get(address)).headers["cache-control"].endswith("immutable")


async def test_a_browser_without_compression_is_served(aigul):
    answer = await aigul.client.get(f"{BASE}/", headers={"accept-encoding": "identity"})
    assert "content-encoding" not in answer.headers
    assert isinstance(answer, httpx2.Response)


async def test_a_full_page_of_a_long_breakdown_keeps_the_budget_too(site, firma):
    of = await Organization.get(slug="vodokanal")
    contract = await Contract.get(number="2666")
    for index in range(60):
        recipient = await make.account(of, contract=contract, surname=f"Объект {index * 7919 % 1000}", street=f"Проезд {index}", kind=AccountKind.LEGAL)
        await make.charge(recipient, "2026-10", 1000 + index * 7919 % 100_000, quantity=1_000_000 + index * 104_729_000)
        await make.statement(recipient, "2026-10", charged=0, closing=0)
    path = f"{BASE}/contracts/{site.contract}?period=2026-10"
    page = await firma.page(path.removeprefix(BASE))
    assert len(page.named("tbody")[0].findall("*")) == 50
    assert page.problems() == []
    following = next(link.get("href") for link in page.named("a") if "after=" in link.get("href", ""))
    assert len((await firma.page(following.removeprefix(BASE))).named("tbody")[0].findall("*")) == 10
    assert await weight(firma, path) <= PAGE_MOVE
    assert await weight(firma, path, **{"hx-request": "true", "hx-target": "breakdown"}) <= FRAGMENT
