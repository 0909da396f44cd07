"""Every page in every language for those who may see it, and every fragment against its page."""

import datetime as dt

import pytest

from adapters.rendering import environment
from models import Membership, Organization, PersonalAccount
from models.enums import Right
from tests.web.conftest import BASE, signed_in
from tests.web.reader import Page

PAGES = {
    "aigul": ["/", "/accounts/{account}", "/accounts/{account}/statement", "/accounts/{account}/statement?period=2020-05",
              "/accounts/{account}/statement?period=2020-01", "/accounts/{account}/statement/why?period=2020-05", "/accounts/{account}/readings", "/accounts/{account}/payments"],
    "firma": ["/", "/contracts/{contract}", "/contracts/{contract}/why", "/contracts/{contract}/settlements", "/contracts/{contract}/movements", "/contracts/{contract}?period=2019-11", "/contracts/{contract}?period=2011-01",
              "/accounts/{recipient}", "/accounts/{recipient}/statement", "/accounts/{recipient}/readings", "/accounts/{recipient}/payments"],
    "operator": ["/", "/?search=0201", "/?search=Красина", "/?search=нет+такого", "/accounts/{account}", "/contracts/{contract}"],
    "nobody": ["/"],
}  # fmt: skip
FRAGMENTS = [
    ("aigul", "/accounts/{account}/statement?period=2020-05", "statement"), ("aigul", "/accounts/{account}/statement?period=2020-01", "statement"),
    ("aigul", "/accounts/{account}/payments", "payments"), ("firma", "/contracts/{contract}?period=2019-11", "breakdown"),
    ("operator", "/?search=0201", "results"),
]  # fmt: skip


@pytest.mark.parametrize("language", ["ru", "kk", "en"])
@pytest.mark.parametrize("login", PAGES)
async def test_pages_are_sound(site, login: str, language: str):
    browser = await signed_in(site.app, login)
    for path in PAGES[login]:
        address = path.format(**vars(site))
        page = await browser.page(f"{address}{'&' if '?' in address else '?'}lang={language}")
        assert page.problems() == [], address
        assert page.named("html")[0].get("lang") == language


async def test_pages_for_strangers_are_sound(stranger):
    for path in (f"http://127.0.0.1:8000{'/'}", "/sign-in", "/sign-in?expired=1", "/sign-in?gone=1"):
        assert (await stranger.page(path)).problems() == []


@pytest.mark.parametrize(("login", "path", "block"), FRAGMENTS)
async def test_a_fragment_is_its_part_of_the_page(site, login: str, path: str, block: str):
    browser = await signed_in(site.app, login)
    whole = (await browser.get(path.format(**vars(site)))).text
    answer = await browser.fragment(path.format(**vars(site)), block)
    assert "<html" not in answer.text
    assert f'id="{block}"' in answer.text[:200]
    assert answer.text.strip() in whole
    assert "HX-Request" in answer.headers["vary"]
    Page(answer.text, fragment=True)


async def test_a_restored_history_entry_is_a_whole_page(aigul, site):
    headers = {"hx-request": "true", "hx-history-restore-request": "true", "hx-target": "statement"}
    assert "<html" in (await aigul.get(f"/accounts/{site.account}/statement", headers=headers)).text


async def test_an_unknown_target_gets_the_whole_page(aigul, site):
    for target in ("nothing", "../x", "content"):
        answer = await aigul.fragment(f"/accounts/{site.account}/payments", target)
        assert "<h1>" in answer.text


async def test_one_account_opens_its_own_home(aigul):
    page = await aigul.page("/")
    assert "Красина, 3-1" in page.heading
    assert "Переплата" in page.text()
    assert "460,21 ₸" in page.text().replace("\u00a0", " ")


async def test_home_says_that_the_day_to_pay_by_is_over_and_the_local_day_of_its_data(aigul, site):
    """Data of the evening in UTC are of the next day in Almaty."""
    await Organization.filter(slug="vodokanal").update(payment_due_day=25)
    await PersonalAccount.filter(number="02015213").update(balance=10_000, balance_as_of=dt.datetime(2026, 11, 28, 20, 30, tzinfo=dt.UTC))
    page = (await aigul.page("/?lang=ru")).text()
    assert "Срок оплаты был 25 июня 2020" in page
    assert "Оплатите до" not in page
    assert "данные на 29 ноября 2026, 01:30" in page


async def test_home_of_a_payer_leads_to_the_breakdown(firma, site):
    assert f'href="{BASE}/contracts/{site.contract}"' in (await firma.get("/")).text


async def test_staff_find_accounts_by_number_surname_and_address(operator):
    for search in ("0201", "красина"):
        assert "02015213" in (await operator.get("/", params={"search": search})).text
    assert "02015213" not in (await operator.get("/", params={"search": "0300"})).text


async def test_the_current_tab_is_marked(aigul, site):
    page = await aigul.page(f"/accounts/{site.account}/payments")
    assert [page.text(link) for link in page.named("a") if link.get("aria-current")] == ["Платежи"]


async def test_the_styles_page_shows_all_parts(stranger):
    page = await stranger.page("http://127.0.0.1:8000/styles")
    assert page.problems() == []


async def test_someone_without_money_sees_the_rest_and_is_told(site, aigul):
    await Membership.filter(account_id__not_isnull=True).update(rights=Right.reader())
    for path in ("/", f"/accounts/{site.account}", f"/accounts/{site.account}/statement", f"/accounts/{site.account}/payments",
                 f"/accounts/{site.account}/readings"):  # fmt: skip
        page = await aigul.page(path)
        assert page.problems() == []
        assert "460,21" not in page.text()
        assert "180,84" not in page.text()
    for path in ("/", *(f"/accounts/{site.account}/{name}" for name in ("statement", "payments", "settlements", "certificates"))):
        assert "не включает суммы" in (await aigul.page(path)).text(), path
    assert (await aigul.get(f"/accounts/{site.account}/statement.pdf?period=2020-05")).status_code == 404
    assert "не включает передачу показаний" in (await aigul.page(f"/accounts/{site.account}/readings")).text()


async def test_a_former_owner_keeps_his_past_and_sees_nothing_newer(site, aigul):
    await Membership.filter(account_id__not_isnull=True).update(until_on=dt.date(2020, 3, 31))
    for path in ("/", f"/accounts/{site.account}", f"/accounts/{site.account}/statement?period=2020-05", f"/accounts/{site.account}/readings",
                 f"/accounts/{site.account}/payments"):  # fmt: skip
        page = await aigul.page(path)
        assert page.problems() == []
        assert "460,21" not in page.text()


async def test_a_former_owner_sees_his_months_and_is_not_sent_to_ask_for_them(site, aigul):
    await Membership.filter(account_id__not_isnull=True).update(until_on=dt.date(2020, 6, 10))
    page = await aigul.page(f"/accounts/{site.account}/statement")
    assert "180,84" in page.text()
    for path in ("statement?period=2020-05", "payments"):
        assert "не включает суммы" not in (await aigul.page(f"/accounts/{site.account}/{path}")).text(), path
    for path in ("/", *(f"/accounts/{site.account}/{name}" for name in ("settlements", "certificates"))):
        page = await aigul.page(path)
        assert "не включает суммы" not in page.text(), path
        assert f"{BASE}/accounts/{site.account}/statement" in {link.get("href") for link in page.named("a")}
        assert ("закончился" in page.text(), page.problems()) == (True, [])
    await Membership.filter(account_id__not_isnull=True).update(until_on=dt.date(2019, 6, 10))
    for path in ("/statement", "/payments"):
        page = await aigul.page(f"/accounts/{site.account}{path}")
        assert ("За время вашего доступа" in page.text(), page.problems()) == (True, [])


async def test_readings_outside_the_window_are_shown_and_not_taken(site, aigul):
    day = (dt.datetime.now(dt.UTC).day + 14) % 28 + 1  # half a month away
    await Organization.filter(slug="vodokanal").update(window_first_day=day, window_last_day=day)
    page = await aigul.page(f"/accounts/{site.account}/readings")
    assert page.problems() == []
    assert "Приём показаний" in page.text()
    assert page.by_id("value-0") is None


@pytest.mark.parametrize("login", PAGES)
async def test_no_name_in_a_header_breaks_a_page(site, login: str):
    """Whoever names a part of the layout, or of another page, gets the whole page; a page's own part stands by itself."""
    made = environment()
    names = {name for template in made.list_templates(extensions=("html",)) for name in made.get_template(template).blocks}
    assert {"content", "title", "payments"} <= names
    browser = await signed_in(site.app, login)
    for path in PAGES[login]:
        for name in sorted(names):
            answer = await browser.fragment(path.format(**vars(site)), name)
            assert answer.status_code == 200, (path, name)
            assert name not in {"content", "title", "nav"} or "<html" in answer.text, (path, name)
