"""What a file's address does to the pages, and what is said of an address that cannot be meant."""

import pytest

from models import AccountFacts, Organization
from models.enums import LookUp
from tests.web.conftest import Browser, signed_in
from tests.web.reader import Page

FILES = ("bill.pdf?period=2020-05&lang=kk", "settlements.csv?lang=kk", "movements.xlsx?lang=kk", "bill.pdf?period=1990-01&lang=kk")


@pytest.mark.parametrize("file", FILES)
async def test_a_file_in_another_language_leaves_the_pages_in_theirs(aigul, site, file: str):
    answer = await aigul.get(f"/accounts/{site.account}/{file}")
    assert "set-cookie" not in answer.headers
    assert Page((await aigul.get("/")).text).named("html")[0].get("lang") == "ru"
    assert "abonent-language=kk" in (await aigul.get("/?lang=kk")).headers["set-cookie"], "pages are asked for it"


GENERAL = "проверьте, что стоит после знака вопроса"
WRONG = {
    "bill.pdf?period=2020-05&size=a3": GENERAL, "bill.pdf?period=2020-05&redacted=yes": GENERAL, "statement?period=2020-13": GENERAL,
    "payments?after=xxxx": GENERAL, "reconciliation.pdf?from=2020-05-01&to=2199-01-01": "проверьте, что стоит после знака вопроса: to — Этот день ещё не наступил.",
    "movements.csv?from=май": "from — Введите месяц",
}  # fmt: skip


@pytest.mark.parametrize("path", WRONG)
async def test_a_wrong_address_says_what_is_wrong_and_signs_nobody_out(aigul, site, path: str):
    page = await aigul.page(f"/accounts/{site.account}/{path}", 400)
    text = page.text()
    assert WRONG[path] in text.replace("Проверьте", "проверьте")
    assert "месяц указан" not in text
    assert "Выйти" in text, "the frame of somebody who is signed in"
    assert page.problems() == []


async def test_a_stranger_s_wrong_address_is_a_stranger_s_page(stranger, site):
    text = (await stranger.page("/bills.pdf", 400)).text()
    assert (GENERAL in text, "Выйти" in text) == (True, False)


@pytest.mark.parametrize("who", ["aigul", "firma", "look_up"])
async def test_a_past_month_without_statement_is_not_promised(site, who: str):
    """Whoever waits for it waits for nothing: others have come since."""
    browser = Browser(site.app) if who == "look_up" else await signed_in(site.app, who)
    if who == "look_up":
        await Organization.filter(slug="vodokanal").update(look_up=LookUp.ON)
        await AccountFacts.filter(account__number="02015213").update(surname="Ким")
        await browser.send("/look-up", street="ул. Красина", house="3", flat="1", **{"proofs.surname": "Ким"})
    address, past, new = {
        "aigul": (f"/accounts/{site.account}/statement?", "2020-04", "2020-06"), "firma": (f"/contracts/{site.contract}?", "2019-10", "2019-12"),
        "look_up": ("/look-up/statement?number=02015213&", "2020-04", "2020-06"),
    }[who]  # fmt: skip
    sent_none, will_appear = "Поставщик не прислал её за этот месяц. Выберите другой месяц выше.", "Новый месяц появится"
    for month, said, other in ((past, sent_none, will_appear), (new, will_appear, sent_none)):
        text = (await browser.page(f"{address}period={month}")).text()
        assert (said in text, other in text) == (True, False), month
