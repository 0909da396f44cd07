"""What people mistype, what robots try, and a database that refuses: each has a clear answer, and never a 500."""

import itertools
import re
import sqlite3

import pytest

from models import Reading
from models.database import connection
from models.errors import Unavailable
from schema import operations
from tests.web.conftest import BASE, signed_in
from tests.web.reader import Page

MONTHS = ["2020-13", "2020-00", "2020-5", "20200-01", "1989-12", "2200-01", "май", "2020-05-01", "' OR 1=1", "\0", "٢٠٢٠-٠٥", "9" * 500]


async def test_a_month_that_is_none_is_400(site, aigul, firma):
    pages = ((aigul, f"/accounts/{site.account}/statement"), (aigul, f"/accounts/{site.account}/statement.pdf"), (firma, f"/contracts/{site.contract}"))
    for month, (browser, path) in itertools.product(MONTHS, pages):
        answer = await browser.get(path, params={"period": month})
        assert answer.status_code == 400, month
        assert "Адрес непонятен" in answer.text
        assert Page(answer.text).problems() == []


async def test_a_month_without_data_says_so_and_offers_the_others(aigul, site):
    page = await aigul.page(f"/accounts/{site.account}/statement?period=2011-03")
    assert "Нет расшифровки за март 2011" in page.text()
    assert {option.get("value") for option in page.named("option")} == {"2011-03", "2020-05"}
    assert (await aigul.get(f"/accounts/{site.account}/statement.pdf?period=2011-03")).status_code == 404


UNKNOWN = ["acc_AAAAAAAAAAAAAAAAAAAAAA", "acc_", "x", "1", "con_AAAAAAAAAAAAAAAAAAAAAA", "a" * 900, "%00", "%F0%9F%98%80", "acc_%2e%2e%2f", "٣", "' OR 1=1 --"]


async def test_unknown_accounts_and_contracts_are_404(aigul):
    paths = ("/accounts/{}", "/accounts/{}/statement", "/accounts/{}/readings", "/accounts/{}/payments", "/accounts/{}/statement.pdf", "/contracts/{}",
             "/contracts/{}/statement.pdf")  # fmt: skip
    for identity, path in itertools.product(UNKNOWN, paths):
        answer = await aigul.get(path.format(identity))
        assert answer.status_code == (400 if "%00" in identity else 404), (path, identity)
        assert Page(answer.text).problems() == []


async def test_foreign_accounts_are_as_unknown_ones(site, aigul):
    foreign = await signed_in(site.app, "nobody")
    for path in ("/accounts/{}", "/accounts/{}/statement", "/accounts/{}/readings", "/accounts/{}/payments", "/accounts/{}/statement.pdf"):
        theirs = await foreign.get(path.format(site.account))
        unknown = await foreign.get(path.format(UNKNOWN[0]))
        assert theirs.status_code == unknown.status_code == 404
        assert sameness(theirs.text, site.account) == sameness(unknown.text, UNKNOWN[0])
    assert (await aigul.get(f"/contracts/{site.contract}")).status_code == 404


async def test_an_account_is_not_found_under_another_organization(site, aigul):
    assert (await aigul.get(f"http://127.0.0.1:8000/o/teplo/accounts/{site.account}")).status_code in (200, 404)


async def test_a_made_up_place_in_a_list_is_400(site, aigul, operator):
    pages = ((aigul, f"/accounts/{site.account}/payments"), (operator, "/"))
    for after, (browser, path) in itertools.product(["x", "zzzz", "\0", "a" * 2000, "МТ", "1", "eyJ9"], pages):
        answer = await browser.get(path, params={"after": after})
        assert answer.status_code == 400


async def test_what_is_not_here_is_404(stranger):
    paths = ("/no-such", "/accounts", "/accounts/", "/o/", "/static/none.css", "/static/../web/app.py", "/favicon.ico", "/.env", "/%00")
    for start, path in itertools.product(("http://127.0.0.1:8000", f"http://127.0.0.1:8000{BASE}"), paths):
        assert (await stranger.get(start + path)).status_code == 404, start + path


async def test_an_unknown_organization_has_its_own_page(stranger):
    for slug in ("nix", "nix/accounts/x", "a" * 63, "nix/sign-in"):
        answer = await stranger.get(f"http://127.0.0.1:8000/o/{slug}{'' if '/' in slug else '/'}")
        assert answer.status_code == 404
        assert "Такого поставщика нет" in answer.text
        assert Page(answer.text).problems() == []


async def test_an_unknown_host_is_not_answered(stranger):
    for host in ("evil.example", "127.0.0.1.evil.example", "", "a" * 300, "[::1", "xn--"):
        answer = await stranger.client.get("/", headers={"host": host})
        assert answer.status_code == 404, host


async def test_a_method_that_is_not_meant_is_405(site, aigul):
    assert (await aigul.client.delete(f"{BASE}/accounts/{site.account}")).status_code == 405
    assert (await aigul.client.get(f"{BASE}/sign-out")).status_code == 405


async def test_bodies_beyond_the_limit_are_413(aigul, site):
    fields = (await aigul.page("/")).fields("/sign-out") | {"filler": "x" * 70_000}
    assert (await aigul.post("/sign-out", fields)).status_code == 413

    async def endless():
        for _ in range(100):
            yield b"a=" + b"b" * 1000 + b"&"

    headers = {"content-type": "application/x-www-form-urlencoded"}
    assert (await aigul.client.post(f"{BASE}/sign-out", content=endless(), headers=headers)).status_code == 413


CONTENTS = [b"", b"\xff\xfe\x00", b"=&=&&&", b"csrf", b"%zz=%", b"a" * 60_000, b"x=1&" * 10_000]
KINDS = ["application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "multipart/form-data", "application/json", "", "x"]


async def test_broken_forms_do_nothing(aigul, site):
    for content, kind in itertools.product(CONTENTS, KINDS):
        answer = await aigul.client.post(f"{BASE}/accounts/{site.account}/readings", content=content, headers={"content-type": kind})
        assert answer.status_code in (400, 403, 413), (content[:20], kind)


@pytest.mark.parametrize("htmx", [None, "readings"])
async def test_a_database_that_refuses_is_503_with_a_page_that_asks_nothing(site, aigul, monkeypatch, htmx: str | None):
    path = f"/accounts/{site.account}/readings"
    fields = (await aigul.page(path)).fields(path) | {"readings.0.value": "117.5", "readings.1.value": "198"}

    async def refuses(*_, **__):
        raise Unavailable from sqlite3.OperationalError("attempt to write a readonly database")

    monkeypatch.setattr(operations, "run", refuses)
    monkeypatch.setattr(operations, "session_viewer", refuses)
    for answer in (await aigul.post(path, fields, htmx=htmx), await aigul.get(path), await aigul.get("/sign-in")):
        assert answer.status_code in (200, 503)
        if answer.status_code == 503:
            assert int(answer.headers["retry-after"]) > 0
            assert "Кабинет сейчас не работает" in answer.text
            assert Page(answer.text).problems() == []
    assert answer.headers["cache-control"] == "no-store"


async def test_a_fault_of_ours_shows_its_number_and_nothing_else(site, aigul, monkeypatch):
    async def fails(*_, **__):
        raise RuntimeError("secret words")

    monkeypatch.setattr(operations, "run", fails)
    answer = await aigul.get(f"/accounts/{site.account}")
    assert answer.status_code == 500
    assert "У нас что-то сломалось" in answer.text
    assert "secret words" not in answer.text
    assert Page(answer.text).problems() == []


async def test_health_says_whether_the_database_answers(stranger, monkeypatch):
    for path, status in (("/health/live", 200), ("/health/ready", 200)):
        assert (await stranger.get(f"http://127.0.0.1:8000{path}")).status_code == status

    async def refuses(*_, **__):
        raise Unavailable

    monkeypatch.setattr(operations, "run", refuses)
    assert (await stranger.get("http://127.0.0.1:8000/health/ready")).status_code == 503
    assert (await stranger.get("http://127.0.0.1:8000/health/live")).status_code == 200


def sameness(html: str, identity: str) -> str:
    """The page without what differs by itself: the address asked for and the form's token."""
    return re.sub(r'value="[^"]*"', "", html.replace(identity, ""))


async def test_a_database_that_takes_no_writing_is_503_and_still_shows_pages(site, aigul, database_kind):
    if database_kind != "sqlite":
        pytest.skip("SQLite's own switch; schema's tests do the same with PostgreSQL's")
    path = f"/accounts/{site.account}/readings"
    fields = (await aigul.page(path)).fields(path) | {"readings.0.value": "117.5", "readings.1.value": "198"}
    await connection().execute_script("PRAGMA query_only=ON")
    try:
        answer = await aigul.post(path, fields)
        assert answer.status_code == 503
        assert int(answer.headers["retry-after"]) > 0
        assert "Кабинет сейчас не работает" in answer.text
        assert (await aigul.post(path, fields, htmx="readings")).status_code == 503
        assert (await aigul.get(f"/accounts/{site.account}/statement")).status_code == 200
    finally:
        await connection().execute_script("PRAGMA query_only=OFF")
    assert await Reading.filter(by_resident=True).count() == 0
    assert (await aigul.post(path, fields)).status_code == 303
