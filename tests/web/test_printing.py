"""Bills that staff print: by numbers, in their order, with codes that link the account, and nothing printed where a number is wrong."""

import datetime as dt
import io
import re

import pytest
from pypdf import PdfReader

from models import AccountCode, Organization, PersonalAccount
from models.enums import CodeSource
from resolvers import account_codes
from tests import factories as make
from tests.web.test_figures import pdf_of

CODE = re.compile(r"\b[A-Z2-7]{4}-[A-Z2-7]{4}-[A-Z2-7]{4}\b")


def words_of(answer) -> str:
    assert answer.status_code == 200, answer.text[:500]
    assert answer.headers["content-type"] == "application/pdf"
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(answer.content)).pages)


@pytest.fixture
async def asking(site) -> None:
    """The organization asks for the code on the bill."""
    await Organization.filter(slug="vodokanal").update(link_proofs="bill_code")


async def test_bills_come_in_the_order_of_the_numbers_with_a_code_each(operator, site, asking):
    text = words_of(await operator.send("/print-bills", period="2020-05", numbers="02015213", size="a5", codes="true"))
    [code] = CODE.findall(text)
    assert "/o/vodokanal/link" in text
    account = await PersonalAccount.get(number="02015213")
    now = dt.datetime.now(dt.UTC)
    found = await account_codes.find(code, account.id, None, now)
    assert found is not None
    assert found.source is CodeSource.BILL
    assert await account_codes.find(code, account.id, None, now + dt.timedelta(days=91)) is None
    again = CODE.findall(words_of(await operator.send("/print-bills", period="2020-05", numbers="02015213", codes="true")))
    assert again != [code]
    assert await account_codes.find(code, account.id, None, now), "people hold older bills"


async def test_without_the_box_there_is_no_code(operator, site, asking):
    assert CODE.findall(words_of(await operator.send("/print-bills", period="2020-05", numbers="02015213"))) == []
    assert await AccountCode.all().count() == 0


async def test_what_a_member_downloads_carries_no_code(aigul, operator, site, asking):
    await operator.send("/print-bills", period="2020-05", numbers="02015213", codes="true")
    _, text = await pdf_of(aigul, f"/accounts/{site.account}/bill.pdf?period=2020-05")
    assert CODE.findall(text) == []


@pytest.mark.parametrize(("numbers", "said"), [
    ("02015213\n777", "Нет счёта с таким номером: 777."),
    ("", "Заполните"),
    ("\n".join(str(number) for number in range(51)), "не больше 50"),
    ("9" * 41, "Нет счёта с таким номером: 9999"),
    ("<b>", "Нет счёта с таким номером: &lt;b&gt;."),
])  # fmt: skip
async def test_a_wrong_number_prints_nothing_and_stays_on_the_form(operator, site, asking, numbers: str, said: str):
    answer = await operator.send("/print-bills", period="2020-05", numbers=numbers, codes="true")
    assert answer.status_code == 422
    assert said in answer.text
    assert numbers.partition("\n")[0].replace("<b>", "&lt;b&gt;") in answer.text
    assert await AccountCode.all().count() == 0


async def test_what_is_wrong_is_said_in_the_readers_language(operator, site, asking):
    await operator.get("/print-bills?lang=kk")
    for numbers, said in (("777", "Мұндай нөмірлі шот жоқ: 777."), ("", "Осы жолды толтырыңыз"), ("\n".join(map(str, range(51))), "50 шоттан артық болмайды")):
        answer = await operator.send("/print-bills", period="2020-05", numbers=numbers)
        assert answer.status_code == 422
        assert said in answer.text, answer.text[:3000]
        assert "Нет счёта" not in answer.text


async def test_an_account_without_a_bill_of_the_month_is_named(operator, site, asking):
    of = await Organization.get(slug="vodokanal")
    await make.account(of, "02999999", house="99")
    answer = await operator.send("/print-bills", period="2020-05", numbers="02015213 02999999", codes="true")
    assert answer.status_code == 422
    assert "По счёту 02999999 нет квитанции за этот месяц." in answer.text
    assert await AccountCode.all().count() == 0


async def test_codes_are_not_offered_where_nobody_asks_for_them(operator, aigul, site):
    assert 'name="codes"' not in (await operator.get("/print-bills")).text
    answer = await operator.send("/print-bills", period="2020-05", numbers="02015213", codes="true")
    assert answer.status_code == 422
    assert await AccountCode.all().count() == 0
    assert (await aigul.get("/print-bills")).status_code == 404


async def test_another_suppliers_accounts_are_unknown(operator, site, asking):
    other = await make.organization("gaz")
    await make.account(other, "02777777")
    assert "Нет счёта" in (await operator.send("/print-bills", period="2020-05", numbers="02777777")).text
