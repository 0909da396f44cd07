"""Finding an account without registration, as a stranger with and without JavaScript."""

import re

import pytest

from models import AccountFacts, Organization
from models.enums import Factor, LookUp
from resolvers import gate
from tests.web.conftest import SLUG, Browser
from tests.web.reader import Page

WHERE = {"street": "ул. Красина", "house": "3", "flat": "1", "proofs.surname": "Қабдолова"}
NAMES = ("Қабдолова", "Кабдолова", "Сәуле", "910101400000")


@pytest.fixture
async def town(site):
    gate.clear()
    await Organization.filter(slug=SLUG).update(look_up=LookUp.ON)
    await AccountFacts.filter(account__number="02015213").update(surname="Қабдолова", name="Сәуле", tax_number="910101400000")
    return site


async def test_a_stranger_finds_the_number_and_its_charges_without_a_name(town):
    browser = Browser(town.app)
    answer = await browser.send("/look-up", **WHERE)
    page = Page(answer.text)
    assert page.problems() == []
    assert "02015213" in page.text()
    assert f"/o/{SLUG}/register?kind=individual&accountNumber=02015213" in [link.get("href") for link in page.named("a")]
    form = await browser.page("/register?kind=individual&accountNumber=02015213")
    assert form.value("accountNumber") == "02015213"
    shown = await browser.page("/look-up/statement?number=02015213&period=2020-05")
    assert shown.problems() == []
    assert "-460,21" in shown.text().replace("−", "-").replace("\u2212", "-") or "460,21" in shown.text()
    assert not [name for name in NAMES if name in answer.text + "".join(shown.root.itertext())]
    pdf = await browser.get("/look-up/statement.pdf?number=02015213&period=2020-05")
    assert pdf.headers["content-type"] == "application/pdf"
    assert not [name for name in NAMES if name in text_of(pdf.content)]
    assert "460,21" in text_of(pdf.content)


async def test_the_fragment_is_the_same_block(town):
    browser = Browser(town.app)
    answer = await browser.send("/look-up", htmx="look_up", **WHERE)
    assert answer.text.lstrip().startswith('<div id="look_up">')
    assert "02015213" in answer.text
    assert "abonent-view" in answer.headers["set-cookie"]


@pytest.mark.parametrize(
    ("typed", "found"), [("крас", ["Красина"]), ("КРАСИНА", ["Красина"]), ("ул. крас", ["Красина"]), ("к", []), ("нет такой", []), ("%%", []), ("", [])]
)
async def test_streets_are_offered_while_one_is_typed(town, typed, found):
    answer = await Browser(town.app).get("/look-up/streets", params={"street": typed}, headers={"hx-request": "true", "hx-target": "streets"})
    assert answer.status_code == 200
    assert re.findall(r'<option value="([^"]*)"', answer.text) == found
    await Organization.filter(slug=SLUG).update(look_up=LookUp.OFF)
    closed = await Browser(town.app).get("/look-up/streets", params={"street": typed}, headers={"hx-request": "true", "hx-target": "streets"})
    assert "<option" not in closed.text


async def test_a_miss_keeps_what_was_typed(town):
    browser = Browser(town.app)
    answer = await browser.send("/look-up", **{**WHERE, "proofs.surname": "Иванова"})
    page = Page(answer.text)
    assert answer.status_code == 422
    assert page.problems() == []
    assert (page.value("street"), page.value("proofs.surname")) == ("ул. Красина", "Иванова")
    assert "set-cookie" not in answer.headers or "abonent-view" not in answer.headers["set-cookie"]


async def test_existing_and_missing_places_are_answered_alike(town):
    browser, answers = Browser(town.app), []
    for street in ("Красина", "Крысина"):
        answer = await browser.send("/look-up", **{**WHERE, "street": street, "proofs.surname": "Иванова"})
        answers.append((answer.status_code, re.sub(r'name="csrf" value="[^"]*"', "", answer.text).replace(street, "")))
    assert answers[0] == answers[1]


async def test_without_a_view_one_is_sent_to_look(town):
    browser = Browser(town.app)
    answer = await browser.get("/look-up/statement?number=02015213")
    assert (answer.status_code, answer.headers["location"]) == (303, f"/o/{SLUG}/look-up")
    assert (await browser.get("/look-up/statement.pdf?number=02015213")).status_code == 404


async def test_a_view_shows_no_other_account_and_no_other_page(town):
    browser = Browser(town.app)
    await browser.send("/look-up", **WHERE)
    for number in ("02015214", "", "x" * 99):
        assert (await browser.get(f"/look-up/statement?number={number}")).status_code in (303, 400)
    assert (await browser.get("/")).headers["location"].startswith(f"/o/{SLUG}/sign-in")
    assert (await browser.get(f"/accounts/{town.account}/payments")).status_code == 303


@pytest.mark.parametrize(
    ("policy", "proof", "field"),
    [
        (LookUp.PROOF, Factor.LAST_PAYMENT, "proofs.paidOn"),
        (LookUp.PROOF, Factor.TAX_NUMBER, "proofs.taxNumber"),
        (LookUp.PROOF, Factor.BILL_CODE, "proofs.code"),
    ],
)
async def test_the_form_asks_for_the_further_proof(town, policy, proof, field):
    await Organization.filter(slug=SLUG).update(look_up=policy, look_up_proof=proof)
    page = await Browser(town.app).page("/look-up")
    assert page.problems() == []
    assert page.value(field) == ""
    assert (await Browser(town.app).send("/look-up", **WHERE)).status_code == 422


async def test_where_it_is_not_offered_there_is_no_form(town):
    await Organization.filter(slug=SLUG).update(look_up=LookUp.OFF)
    page = await Browser(town.app).page("/look-up")
    assert page.problems() == []
    assert page.named("input") == []


async def test_partners_do_the_same_by_graphql(town):
    browser = Browser(town.app)
    given = {"organizationSlug": SLUG, "street": "Красина", "house": "3", "flat": "1", "proofs": {"surname": "КАБДОЛОВА"}}
    ask = "mutation ($input: FindAccountInput!) { findAccount(input: $input) { __typename ... on FindAccountDone { numbers token } } }"
    answer = (await browser.client.post("/graphql", json={"query": ask, "variables": {"input": given}})).json()
    done = answer["data"]["findAccount"]
    assert done["numbers"] == ["02015213"]
    query = '{ viewer { kind } account(organizationSlug: "vodokanal", number: "02015213") { holderName balance { amount } statement(period: "2020-05") { closing { amount } head { holderName } } payments(first: 1) { nodes { id } } } }'
    seen = (await browser.client.post("/graphql", json={"query": query}, headers={"authorization": f"Bearer {done['token']}"})).json()
    assert seen["data"]["viewer"] == {"kind": "VISITOR"}
    account = seen["data"]["account"]
    assert account["statement"] == {"closing": {"amount": "-460.21"}, "head": {"holderName": None}}
    assert (account["holderName"], account["balance"], account["payments"]) == (None, None, None)


def text_of(content: bytes) -> str:
    import io

    from pypdf import PdfReader

    return "".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)
