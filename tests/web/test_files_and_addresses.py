"""What a file's address does to the pages, and what is said of an address that cannot be meant."""

import pytest

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
    "payments?after=xxxx": GENERAL, "reconciliation.pdf?from=2020-05-01&to=2199-01-01": "to: ", "movements.csv?from=май": "from: Введите месяц",
}  # fmt: skip


@pytest.mark.parametrize("path", WRONG)
async def test_a_wrong_address_says_what_is_wrong_and_signs_nobody_out(aigul, site, path: str):
    page = await aigul.page(f"/accounts/{site.account}/{path}", 400)
    text = page.text()
    assert WRONG[path] in text
    assert "месяц указан" not in text
    assert "Выйти" in text, "the frame of somebody who is signed in"
    assert page.problems() == []


async def test_a_stranger_s_wrong_address_is_a_stranger_s_page(stranger, site):
    text = (await stranger.page("/bills.pdf", 400)).text()
    assert (GENERAL in text, "Выйти" in text) == (True, False)
