"""Bills on paper: the figures of the page, a QR that an independent reader takes, the same bytes for the same words, nobody's name where none is wanted."""

import io
import re
import subprocess

import pytest
import zxingcpp

from adapters import payment_qr, pdf
from models import AccountFacts, BankDetails, Organization, PersonalAccount, Statement
from models.enums import TokenScope
from models.money import Currency
from resolvers.tokens import create_token
from tests.web.conftest import BASE, Browser
from tests.web.reader import Page
from tests.web.test_figures import missing, pdf_of

RUB = {"payee": "ООО «Водоканал», «Ә Ғ Қ» & Ко", "taxNumber": "7606066274", "bank": "ПАО СБЕРБАНК", "bic": "044525225", "account": "40702 810 1 3825 0123017",
       "correspondentAccount": "30101810400000000225", "kpp": "760601001"}  # fmt: skip
KZT = {"payee": "ТОО «Водоканал»", "taxNumber": "990340005977", "bank": "АО «Банк»", "bic": "TSESKZKA", "account": "KZ86 125K ZT50 0410 0100", "kbe": "17"}


@pytest.fixture
async def owing(site, operator) -> None:
    """In roubles, with details, and something to pay."""
    await Organization.filter(slug="vodokanal").update(currency=Currency.RUB)
    await Statement.filter(period="2020-05-01").update(closing=123_451)
    await PersonalAccount.filter(number="02015213").update(balance=123_451)
    assert (await operator.send("/bank-details", **RUB)).status_code == 303


@pytest.mark.parametrize(("field", "wrong"), [("account", "40702810938250123017"), ("correspondentAccount", "30101810400000000226")])
async def test_a_mistyped_account_is_told_by_its_key(site, operator, field: str, wrong: str):
    """It would be on every bill, and the money would come back after days or to somebody else."""
    await Organization.filter(slug="vodokanal").update(currency=Currency.RUB)
    answer = await operator.send("/bank-details", **RUB | {field: wrong})
    page = Page(answer.text)
    assert answer.status_code == 422
    assert [one.get("name") for one in page.named("input") if one.get("aria-invalid")] == [field]
    assert wrong in answer.text
    assert "не подходит к БИК" in answer.text, "the digit may be wrong in either"


def url(site, **query: str) -> str:
    return f"/accounts/{site.account}/bill.pdf?period=2020-05" + "".join(f"&{name}={value}" for name, value in query.items())


@pytest.mark.parametrize("size", ["a4", "a5"])
async def test_the_bill_says_what_the_page_says_and_its_qr_is_read(aigul, site, owing, size: str):
    reader, text = await pdf_of(aigul, url(site, size=size))
    assert missing(text, ["Квитанция за май 2020", "02015213", "Красина, 3-1", "К оплате 1 234,51 ₽", "180,84 ₽", "−641,06 ₽", "40702810138250123017", "044525225",
                          "31883423", "115,408"]) == []  # fmt: skip
    assert round(float(reader.pages[0].mediabox.width)) == {"a4": 595, "a5": 420}[size]
    fonts = {font.get_object()["/BaseFont"] for page in reader.pages for font in page["/Resources"]["/Font"].values()}
    assert all("+DejaVuSans" in name for name in fonts), fonts
    [code] = [code for page in reader.pages for image in page.images for code in zxingcpp.read_barcodes(image.image)]
    found = payment_qr.read(code.text)
    assert (found.account, found.amount, found.period) == ("02015213", 123_451, "2020-05")
    assert found.values["name"] == RUB["payee"]
    assert found.values["personalacc"] == "40702810138250123017"
    assert "Орынбасарова" not in code.text


async def test_the_same_words_make_the_same_bytes_in_another_process_too(aigul, site, owing):
    first = (await aigul.get(url(site))).content
    pdf.close()
    assert (await aigul.get(url(site))).content == first


async def test_a_partner_takes_it_with_a_token(site, owing):
    client, query = Browser(site.app).client, "?period=2020-05&lang=kk"
    for owner, status in (({"user_login": "aigul"}, 200), ({"organization_slug": "vodokanal"}, 200), ({"organization_slug": "teplo"}, 404)):
        token = await create_token(**owner, scopes=[TokenScope.READ_ACCOUNTS, TokenScope.READ_MONEY])
        headers = {"authorization": f"Bearer {token}"}
        assert (await client.get(f"{BASE}/accounts/{site.account}/bill.pdf{query}", headers=headers)).status_code == status, owner
        assert (await client.get(f"{BASE}/bills.pdf{query}&account={site.account}", headers=headers)).status_code == status, owner
    assert (await client.get(f"{BASE}/bills.pdf?account={site.account}", headers={"authorization": "Bearer abn_x"})).status_code == 401


async def test_without_personal_data(aigul, site, owing):
    _, text = await pdf_of(aigul, url(site, redacted="1"))
    assert "02015213" in text
    assert missing(text, ["Красина", "Адрес", "Численность", "Владелец"]) == ["Красина", "Адрес", "Численность", "Владелец"]


async def test_a_bill_that_was_paid_since_asks_for_nothing(aigul, site, owing):
    """Who finds last month's bill in a drawer and points a phone at it pays twice."""
    await PersonalAccount.filter(number="02015213").update(balance=0)
    reader, text = await pdf_of(aigul, url(site))
    assert missing(text, ["К оплате 1 234,51 ₽", "Уже оплачено: сейчас по этому счёту долга нет."]) == []
    assert "40702810138250123017" not in text
    assert [image for page in reader.pages for image in page.images] == []
    await PersonalAccount.filter(number="02015213").update(balance=None)
    assert "Уже оплачено" not in (await pdf_of(aigul, url(site)))[1], "where the balance is not known nothing is said of it"


async def test_in_tenge_the_details_are_text_and_no_code(aigul, site, operator):
    await Statement.filter(period="2020-05-01").update(closing=123_451)
    await PersonalAccount.filter(number="02015213").update(balance=123_451)
    assert (await operator.send("/bank-details", **KZT)).status_code == 303
    _, text = await pdf_of(aigul, url(site, lang="kk"))
    assert missing(text, ["KZ86125KZT5004100100", "БСН", "2020 ж. мамыр айының түбіртегі", "1 234,51 ₸"]) == []
    page = (await aigul.get(url(site))).content
    assert b"/Subtype /Image" not in page


async def test_who_owes_nothing_is_not_asked_to_pay(aigul, site, operator):
    assert (await operator.send("/bank-details", **KZT)).status_code == 303
    _, text = await pdf_of(aigul, url(site))
    assert missing(text, ["Переплата 460,21 ₸", "Отрывная часть"]) == ["Отрывная часть"]


async def test_hostile_names_stand_as_they_are(aigul, site, owing):
    name = "<b>\"Қ'аби' & 😀𝔘|" + "Я" * 200
    await BankDetails.all().update(payee=name[:160])
    await AccountFacts.all().update(surname=name[:200])
    reader, text = await pdf_of(aigul, url(site))
    assert "<b>" in text
    assert missing(text, ["😀"]) == ["😀"]
    assert missing(text, ["& ?U|"]) == [], "what no font of ours draws leaves a mark, as does no letter that is lost"
    assert text.count("Я") >= 180 + 140, "the holder's and the payee's"
    assert furthest(reader) <= reader.pages[0].mediabox.width - 40, "no name runs off the sheet"


def furthest(reader) -> float:
    """How far to the right a text goes, in points: by its letters' widths, as pdftotext measures them."""
    stream = io.BytesIO()
    reader.stream.seek(0)
    stream.write(reader.stream.read())
    boxes = subprocess.run(["pdftotext", "-bbox", "-", "-"], input=stream.getvalue(), capture_output=True, check=True).stdout.decode()
    return max(float(found) for found in re.findall(r'xMax="([\d.]+)"', boxes))


async def test_several_accounts_in_one_file(firma, aigul, site):
    both = list(dict.fromkeys(re.findall(r"/accounts/(acc_[\w-]+)", (await firma.get("/")).text)))
    assert len(both) == 2
    query = "&".join(f"account={identity}" for identity in both)
    _, text = await pdf_of(firma, f"/bills.pdf?{query}&period=2019-11")
    assert " ".join(text.split()).count("Квитанция за ноябрь 2019") == 2
    for query in ("", "account=x", f"account={site.account}", f"account={site.recipient}&account={site.account}", f"account={site.recipient}&period=2019-10"):
        assert (await firma.get(f"/bills.pdf?{query}")).status_code in (400, 404), query
    assert (await aigul.get("/bills.pdf?" + "&".join(f"account={n}" for n in range(31)))).status_code == 400


async def test_home_leads_to_the_bills_of_several_accounts_in_one_file(firma, aigul, site):
    page = await firma.page("/")
    assert page.problems() == []
    [link] = [link for link in page.named("a") if "/bills.pdf" in link.get("href", "")]
    assert " ".join(page.text(link).split()) == "2 квитанции за ноябрь 2019 в одном PDF"
    _, text = await pdf_of(firma, link.get("href").removeprefix(BASE))
    assert missing(text, ["00009177", "00010129", "ноябрь 2019"]) == []
    assert "/bills.pdf" not in (await aigul.get("/")).text, "who has one account has its bill there"


async def test_what_there_is_no_bill_for(aigul, firma, stranger, site):
    for query in ("period=2199-01", "period=1990-01"):
        assert (await aigul.get(f"/accounts/{site.account}/bill.pdf?{query}")).status_code == 404
    for query in ("size=a0", "redacted=true", "redacted=yes", "redacted="):
        assert (await aigul.get(f"/accounts/{site.account}/bill.pdf?period=2020-05&{query}")).status_code == 400, query
    assert (await firma.get(url(site))).status_code == 404
    assert (await stranger.get(url(site))).status_code == 303


async def test_details_are_checked_beside_their_fields(operator, site):
    answer = await operator.send("/bank-details", **KZT | {"account": "KZ86125KZT5004100101", "taxNumber": "12", "payee": " ", "kbe": "x"})
    assert answer.status_code == 422
    for shown in ("taxNumber-error", "account-error", "payee-error", "kbe-error", "KZ86125KZT5004100101"):
        assert shown in answer.text, shown
    assert await BankDetails.all().count() == 0
    assert (await operator.send("/bank-details", **KZT)).headers["location"] == f"{BASE}/bank-details?saved=1"
    assert (await BankDetails.get()).account == "KZ86125KZT5004100100"


async def test_only_staff_say_where_to_pay(aigul, site):
    assert (await aigul.get("/bank-details")).status_code == 404


def test_a_payment_code_needs_what_the_standard_needs():
    with pytest.raises(ValueError, match="BIC"):
        payment_qr.written({"Name": "А", "PersonalAcc": "1", "BankName": "Б", "CorrespAcc": "0"})
    assert io.StringIO(payment_qr.written({"Name": "А|Б", "PersonalAcc": "1", "BankName": "Б", "CorrespAcc": "0", "BIC": "1"})).read(9) == "ST00012#N"
