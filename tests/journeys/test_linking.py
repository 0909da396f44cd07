"""A person without accounts links one by each proof, and home shows it: with and without JavaScript, on a phone."""

import asyncio
import contextlib
import re

import pytest
from playwright.async_api import Error

from models import AccountCode, AccountFacts, MailedSecret, Membership, Organization, PersonalAccount
from models.database import close, connect
from models.enums import CodeSource
from resolvers import account_codes, mailed_secrets
from resolvers.users import create_user
from tests import factories as make
from tests.databases import run_apart
from tests.journeys.conftest import PASSWORD, SLUG, Site, focused, sessions

pytestmark = pytest.mark.journey
NUMBER, OTHER = "02000028", "02000035"
YESTERDAY = make.dt.datetime.now(make.dt.UTC).date() - make.dt.timedelta(days=1)
JAVASCRIPT = pytest.mark.parametrize("javascript", [True, False], ids=["javascript", "without"])


@pytest.fixture
def proofs(peopled: str, site: Site) -> dict[str, str]:
    """What the holder of an account knows; a newcomer without accounts; and a code of staff for another account."""
    known, newcomer = run_apart(_prepare(peopled))
    site.sessions.update(newcomer)
    return known


async def _prepare(url: str) -> tuple[dict[str, str], dict[str, str]]:
    await connect(url)
    of = await Organization.get(slug=SLUG)
    await create_user("newcomer", "newcomer@example.com", PASSWORD)
    newcomer = await sessions("newcomer")
    await Organization.filter(id=of.id).update(step_ups="email staff bill_code")
    account = await PersonalAccount.get(organization=of, number=NUMBER)
    facts = await AccountFacts.filter(account=account).order_by("-valid_from").first()
    await AccountFacts.filter(account=account).update(email="holder@example.com", tax_number="900101300811")
    await make.payment(account, 105298, str(YESTERDAY))
    code = account_codes.new_code()
    other = await PersonalAccount.get(organization=of, number=OTHER)
    values = {"source": CodeSource.STAFF, "code_hash": account_codes.code_hash(code), "issued_by": "user:1"}
    await AccountCode.create(organization=of, account=other, created_at=make.NOW, expires_at=make.NOW.replace(year=2099), **values)
    await close()
    return {"surname": facts.surname.lower(), "code": account_codes.shown(code)}, newcomer


async def choose_by_number(page, site: Site, number: str) -> None:
    await page.goto(f"{site.base}/link")
    await page.fill("#number", number)
    await page.get_by_role("button", name="Продолжить").click()
    await page.get_by_role("button", name="Привязать", exact=True).wait_for()


@JAVASCRIPT
async def test_surname_and_last_payment_link_and_home_shows_it(proofs, site: Site, javascript: bool):
    page = await site.signed_in("newcomer", width=360, height=640, java_script_enabled=javascript)
    await page.goto(f"{site.base}/link")
    await page.fill("#number", f"ST00012|Name=Водоканал|PersAcc={NUMBER}|Sum=100")
    await page.get_by_role("button", name="Продолжить").click()
    await page.fill("#proofs-surname", "Совсемдругая")
    await page.fill("#proofs-paidOn", f"{YESTERDAY:%d.%m.%Y}")
    await page.fill("#proofs-paidAmount", "1 052,98")
    await page.get_by_role("button", name="Привязать", exact=True).click()
    await page.get_by_role("heading", name="Пока ничего не привязано").wait_for()
    assert await page.locator("#proofs-paidAmount").input_value() == "1 052,98"
    if javascript:
        await focused(page, "problems")
    await page.fill("#proofs-surname", proofs["surname"])
    await page.get_by_role("button", name="Привязать", exact=True).click()
    await page.get_by_role("heading", name="Счёт привязан").wait_for()
    await page.get_by_role("link", name="К моим счетам").click()
    await page.get_by_text(NUMBER).first.wait_for()


@JAVASCRIPT
async def test_street_house_and_flat_lead_to_a_proof_by_tax_number(proofs, site: Site, peopled: str, javascript: bool):
    street = run_apart(_ask_for(peopled, "tax_number"))
    page = await site.signed_in("newcomer", width=360, height=640, java_script_enabled=javascript)
    await page.goto(f"{site.base}/link")
    if javascript:
        await slow(page)
    await page.fill("#search", street[0])
    await page.get_by_role("button", name="Найти").click()
    for text in street:
        await page.locator(".choices a", has_text=re.compile(rf"^\s*{re.escape(text)}\s*$")).first.click()
    await page.fill("#proofs-taxNumber", "900101 300811")
    await page.get_by_role("button", name="Привязать", exact=True).click()
    await page.get_by_role("heading", name="Счёт привязан").wait_for()
    await page.get_by_text(NUMBER).first.wait_for()


async def slow(page) -> None:
    """The list of streets that was searched for comes after one was chosen from the former list, and before the houses: the choice counts."""
    chosen = asyncio.Event()

    async def streets(route) -> None:
        await chosen.wait()
        with contextlib.suppress(Error):  # the browser has given the request up, as it should
            await route.continue_()

    async def houses(route) -> None:
        chosen.set()
        await asyncio.sleep(0.7)
        await route.continue_()

    await page.route("**/link?search=*", streets)
    await page.route("**/link?street=*", houses)


async def _ask_for(url: str, words: str) -> list[str]:
    """Change what is asked for; gives street, house and flat of the account."""
    await connect(url)
    await Organization.filter(slug=SLUG).update(link_proofs=words)
    account = await PersonalAccount.get(number=NUMBER).prefetch_related("premises__house")
    premises, house = account.premises, account.premises.house
    await close()
    return [house.street, house.number, f"{premises.flat}{premises.flat_prefix}"]


@JAVASCRIPT
async def test_a_code_of_staff_and_a_letter_open_what_strangers_used_up(proofs, site: Site, peopled: str, javascript: bool):
    page = await site.signed_in("newcomer", width=360, height=640, java_script_enabled=javascript)
    run_apart(_use_up(peopled))
    await choose_by_number(page, site, NUMBER)
    await page.fill("#proofs-surname", proofs["surname"])
    await page.fill("#proofs-paidOn", str(YESTERDAY))
    await page.fill("#proofs-paidAmount", "1052.98")
    await page.get_by_role("button", name="Привязать", exact=True).click()
    await page.get_by_role("heading", name="Сегодня этот счёт больше нельзя пробовать").wait_for()
    await page.get_by_role("button", name="Отправить письмо").click()
    await page.get_by_role("heading", name="Письмо отправлено").wait_for()
    assert await page.locator("#proofs-surname").input_value() == proofs["surname"]
    await page.fill("#stepUp", run_apart(_mailed_code(peopled)))
    await page.get_by_role("button", name="Привязать", exact=True).click()
    await page.get_by_role("heading", name="Счёт привязан").wait_for()

    run_apart(_ask_for(peopled, "bill_code"))
    await choose_by_number(page, site, OTHER)
    await page.fill("#proofs-code", proofs["code"].lower())
    await page.get_by_role("button", name="Привязать", exact=True).click()
    await page.get_by_role("heading", name="Счёт привязан").wait_for()
    await page.goto(f"{site.base}/")
    assert run_apart(_memberships(peopled)) == 2
    for number in (NUMBER, OTHER):
        await page.get_by_text(number).first.wait_for()


async def _use_up(url: str) -> None:
    from models import ProofBudget

    await connect(url)
    of = await Organization.get(slug=SLUG)
    for days in (-1, 0, 1):  # whatever day it is where the organization is
        day = make.dt.datetime.now(make.dt.UTC).date() + make.dt.timedelta(days=days)
        await ProofBudget.create(organization=of, door="link", target=f"number:{NUMBER}", day=day, reserve=False, misses=5)
    await close()


async def _mailed_code(url: str) -> str:
    await connect(url)
    code = mailed_secrets.code_of(await MailedSecret.get(purpose="step_up"))
    await close()
    return str(code)


async def _memberships(url: str) -> int:
    await connect(url)
    found = await Membership.filter(user__login="newcomer").count()
    await close()
    return found
