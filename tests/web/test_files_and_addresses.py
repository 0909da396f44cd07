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
