"""Linking on pages: with and without JavaScript, what is typed stays, and nobody learns what there is."""

import re

import pytest

from models import AccountFacts, Letter, Membership, Organization, PersonalAccount, User
from models.enums import LookUp
from resolvers import gate, mailed_secrets
from resolvers.viewer import viewer_of_user
from schema import ids
from tests import factories as make
from tests.web.conftest import BASE, SLUG, Browser, signed_in
from tests.web.reader import Page

RIGHT = {"proofs.surname": "иманова", "proofs.paidOn": "12.11.2026", "proofs.paidAmount": "1 052,98"}


@pytest.fixture
async def nobody(site) -> Browser:
    """Signed in, without any account; and an account that can be proved."""
    of = await Organization.get(slug=SLUG)
    account = await make.account(of, "02999001", street="Қабанбай батыр", house="7", flat="12", surname="Иманова")
    await make.payment(account, 105298, "2026-11-12")
    await AccountFacts.filter(account=account).update(email="holder@example.kz")
    return await signed_in(site.app, "nobody")


async def proof_page(browser: Browser, number: str) -> tuple[Page, dict[str, str]]:
    start = await browser.page("/link")
    answer = await browser.post("/link", start.fields("/link") | {"number": number})
    assert answer.status_code == 200
    page = Page(answer.text)
    assert page.problems() == []
    return page, page.fields("/link")


async def used_up(browser: Browser, fields: dict[str, str]):
    """The answer after the day's tries; as if they came from many sources, of which none was asked for a human check."""
    for _ in range(6):
        gate.clear()
        answer = await browser.post("/link", fields | RIGHT | {"step": "prove", "proofs.surname": "Петрова"})
    gate.clear()
    return answer


async def test_a_number_and_its_proof_link_and_home_shows_it(nobody):
    _, fields = await proof_page(nobody, "02999001")
    answer = await nobody.post("/link", fields | RIGHT | {"step": "prove"})
    assert answer.status_code == 303
    done = await nobody.page(answer.headers["location"].removeprefix(BASE))
    assert "02999001" in done.text()
    assert done.problems() == []
    assert "02999001" in (await nobody.page("/")).text()


async def test_with_javascript_the_block_is_swapped(nobody):
    _, fields = await proof_page(nobody, "02999001")
    wrong = await nobody.post("/link", fields | RIGHT | {"step": "prove", "proofs.surname": "Петрова"}, htmx="linking")
    assert wrong.status_code == 422
    fragment = Page(wrong.text, fragment=True)
    assert fragment.by_id("linking") is not None
    assert fragment.value("proofs.surname") == "Петрова"
    right = await nobody.post("/link", fields | RIGHT | {"step": "prove"}, htmx="linking")
    assert right.status_code == 200
    assert "02999001" in right.text


@pytest.mark.parametrize("pasted", ["ST00012|Name=Водоканал|PersAcc=02999001|lastName=Иманова|Sum=100", " 0299 9001 "])
async def test_a_pasted_bill_goes_on_as_its_number_alone(nobody, pasted):
    page, fields = await proof_page(nobody, pasted)
    assert fields["number"].replace(" ", "") == "02999001"
    assert "Sum=100" not in page.text()


@pytest.mark.parametrize("typed", ["", "ST00012|Name=x", "9" * 41])
async def test_what_is_no_number_is_said_at_once(nobody, typed):
    answer = await nobody.post("/link", (await nobody.page("/link")).fields("/link") | {"number": typed})
    assert answer.status_code == 422
    assert Page(answer.text).problems() == []


async def test_street_house_flat_and_account_lead_there_without_javascript(nobody):
    page = await nobody.page("/link?search=кабанбай")
    for _ in range(3):
        following = [link.get("href") for link in page.named("a") if re.search(r"link[?](street|house|flat)=[^&]+$", link.get("href", ""))]
        page = await nobody.page(following[0].removeprefix(BASE))
        assert page.problems() == []
    assert "••9001" in page.text()
    assert "02999001" not in page.text()
    assert "Иманова" not in page.text()
    answer = await nobody.post("/link", page.fields("/link") | RIGHT | {"step": "prove"})
    assert answer.status_code == 303


async def test_several_accounts_of_a_flat_are_chosen_by_their_end(nobody):
    of = await Organization.get(slug=SLUG)
    account = await PersonalAccount.get(number="02999001")
    other = await PersonalAccount.create(organization=of, number="02999002", premises_id=account.premises_id)
    flat = ids.encode("flt", account.premises_id)
    page = await nobody.page(f"/link?flat={flat}")
    assert {"••9001", "••9002"} <= {page.text(link) for link in page.named("a")}
    chosen = await nobody.page(f"/link?flat={flat}&candidate={ids.encode('cnd', other.id)}")
    assert "••9002" in chosen.text()


async def test_existing_and_missing_numbers_look_the_same(nobody):
    pages = []
    for number in ("02999001", "02999009"):
        _, fields = await proof_page(nobody, number)
        answer = await used_up(nobody, fields)
        text = answer.text.replace(number, "N").replace(fields["idempotencyKey"], "K")
        pages.append((answer.status_code, re.sub(r'name="csrf" value="[^"]+"', "", text)))
    assert pages[0] == pages[1]
    assert "больше" in pages[0][1] or "any more today" in pages[0][1]


async def test_the_letter_of_the_register_opens_further_tries(nobody, site):
    _, fields = await proof_page(nobody, "02999001")
    answer = await used_up(nobody, fields)
    assert "letter" in [button.get("value") for button in Page(answer.text).named("button")]
    sent = await nobody.post("/link", fields | RIGHT | {"step": "letter"})
    assert sent.status_code == 200
    page = Page(sent.text)
    assert page.problems() == []
    assert page.value("proofs.surname") == "иманова"
    letter = await Letter.get(template="step_up").prefetch_related("secret")
    token = mailed_secrets.token_of(letter.secret)
    opened = await nobody.page(f"/link?token={token}")
    answer = await nobody.post("/link", opened.fields("/link") | RIGHT | {"step": "prove"})
    assert answer.status_code == 303
    assert (await nobody.page(f"/link?token={token}")).by_id("number") is not None, "a used link leads to the beginning"
    assert await Membership.filter(user=await User.get(login="nobody")).count() == 1


async def test_a_stranger_signs_in_first_and_chooses_a_supplier(stranger, nobody):
    assert (await stranger.get("/link?number=02999001")).status_code == 303
    assert "/o/teplo/link" in (await nobody.client.get("/link")).text


async def test_staff_set_the_rules_and_give_codes(operator, nobody, site):
    page = await operator.page("/access")
    assert page.problems() == []
    fields = {"csrf": page.value("csrf"), "proofs.BILL_CODE": "true", "stepUps.STAFF": "true", "lookUp": "ON", "lookUpProof": "LAST_PAYMENT"}
    assert (await operator.post("/access", fields)).status_code == 303
    of = await Organization.get(slug=SLUG)
    assert (of.link_proofs, of.step_ups, of.look_up) == ("bill_code", "staff", LookUp.ON)
    refused = await operator.post("/access", {"csrf": page.value("csrf"), "proofs.SURNAME": "true", "lookUp": "OFF", "lookUpProof": "LAST_PAYMENT"})
    assert refused.status_code == 422
    assert Page(refused.text).problems() == []
    account = ids.encode("acc", (await PersonalAccount.get(number="02999001")).id)
    asked = await operator.page(f"/accounts/{account}/code")
    given = await operator.post(f"/accounts/{account}/code", {"csrf": asked.value("csrf")})
    code = re.search(r"[A-Z2-7]{4}-[A-Z2-7]{4}-[A-Z2-7]{4}", given.text)[0]
    _, fields = await proof_page(nobody, "02999001")
    assert (await nobody.post("/link", fields | {"proofs.code": code, "step": "prove"})).status_code == 303
    for path in ("/access", f"/accounts/{account}/code"):
        assert (await nobody.get(path)).status_code == 404


async def test_a_code_for_a_contract_is_given_on_its_page_and_links_it(operator, nobody):
    await Organization.filter(slug=SLUG).update(link_proofs="surname last_payment", step_ups="staff")
    made = await make.contract(await Organization.get(slug=SLUG), "2777")
    contract = ids.encode("con", made.id)
    page = await operator.page(f"/contracts/{contract}")
    [link] = [link.get("href") for link in page.named("a") if link.get("href", "").endswith("/code")]
    asked = await operator.page(link.removeprefix(BASE))
    assert asked.problems() == []
    given = await operator.post(f"/contracts/{contract}/code", {"csrf": asked.value("csrf")})
    assert Page(given.text).problems() == []
    code = re.search(r"[A-Z2-7]{4}-[A-Z2-7]{4}-[A-Z2-7]{4}", given.text)[0]
    page = await nobody.page("/link?contractNumber=2777")
    assert "formnovalidate" in [attribute for button in page.named("button") for attribute in button.attrib], "the other fields may stay empty"
    done = await nobody.post("/link", page.fields("/link") | {"stepUp": code, "step": "prove"})
    assert done.status_code == 303, done.text
    assert await Membership.filter(contract_id=made.id, user__login="nobody", proved_by="step_up:staff").count() == 1
    assert (await nobody.get(f"/contracts/{contract}/code")).status_code == 404
    assert "/code" not in (await nobody.get(f"/contracts/{contract}")).text


async def test_staff_are_told_where_their_codes_link_nothing(operator, nobody):
    await Organization.filter(slug=SLUG).update(link_proofs="surname last_payment", step_ups="email")
    account = ids.encode("acc", (await PersonalAccount.get(number="02999001")).id)
    page = await operator.page(f"/accounts/{account}/code")
    assert page.problems() == []
    assert not [form for form in page.named("form") if form.get("action", "").endswith("/code")]
    assert f"{BASE}/access" in [link.get("href") for link in page.named("a")]


async def test_the_viewer_of_a_link_is_who_linked(nobody, aigul):
    _, fields = await proof_page(nobody, "02999001")
    assert (await nobody.post("/link", fields | RIGHT | {"step": "prove"})).status_code == 303
    viewer = await viewer_of_user((await User.get(login="aigul")).id, make.TODAY)
    account = await PersonalAccount.get(number="02999001")
    assert viewer.access(account.id, None, account.organization_id) is None
