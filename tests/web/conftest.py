"""A small supplier, imported from the two printed screens, with people who may see it, and a browser without JavaScript."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import httpx2
import pytest

from models import Contract, PersonalAccount
from models.database import close, connect
from resolvers import gate, sessions
from resolvers.imports import run_import
from resolvers.organizations import create_organization
from resolvers.users import create_user, grant_membership
from schema import ids, operations
from tests.databases import Fill, Template
from tests.web.reader import Page
from web.app import create_app

FIGURES = Path(__file__).parents[2] / "samples" / "figures"
INDIVIDUAL, LEGAL = FIGURES / "water_individual_2020_05", FIGURES / "water_legal_2019_11"
SLUG, BASE, PASSWORD = "vodokanal", "/o/vodokanal", "chistaya-voda"


class Browser:
    """Keeps cookies and sends forms as they stand on the page; `htmx` sends them as htmx would."""

    def __init__(self, app) -> None:
        transport = httpx2.ASGITransport(app, raise_app_exceptions=False)
        self.client = httpx2.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000", headers={"accept-language": "ru"})

    async def get(self, path: str, **options):
        return await self.client.get(path if path.startswith("http") else BASE + path, **options)

    async def page(self, path: str, status: int = 200) -> Page:
        answer = await self.get(path)
        assert answer.status_code == status, answer.text[:2000]
        return Page(answer.text)

    async def fragment(self, path: str, target: str):
        return await self.get(path, headers={"hx-request": "true", "hx-target": target})

    async def send(self, path: str, htmx: str | None = None, headers: dict | None = None, **changed: str):
        """Open the page, change some of its form's fields, send it."""
        fields = (await self.page(path)).fields(path.partition("?")[0])
        return await self.post(path.partition("?")[0], fields | changed, htmx, headers)

    async def post(self, path: str, fields: dict[str, str], htmx: str | None = None, headers: dict | None = None):
        extra = {"hx-request": "true", "hx-target": htmx} if htmx else {}
        return await self.client.post(BASE + path, data=fields, headers={**extra, **(headers or {})})

    async def sign_in(self, login: str, password: str = PASSWORD, path: str = "/sign-in", **changed: str):
        return await self.send(path, login=login, password=password, **changed)


@pytest.fixture(scope="session")
def documents() -> None:
    """The pages' documents, read and checked once: it takes most of a second."""
    operations.load()


@pytest.fixture
async def ready(documents, database) -> None:
    """What a process does before it answers."""
    await ids.load()


@pytest.fixture
async def app(ready):
    gate.clear()
    return create_app()


@pytest.fixture
def database_template(request: pytest.FixtureRequest, migrated_template: Template, filled: Callable[[Fill], Template]) -> Template:
    """The small supplier for who asks for the `site`, or for somebody who has signed in there; nothing for the others."""
    return filled(supplier) if "site" in request.fixturenames else migrated_template


async def supplier(url: str) -> SimpleNamespace:
    """Gives the ids of what there is; copies have the same."""
    await connect(url)
    await create_organization(SLUG, "Водоканал", "KZT", "Asia/Almaty")
    await create_organization("teplo", "Теплосеть", "KZT", "Asia/Almaty")
    for folder in (INDIVIDUAL, LEGAL):
        await run_import(SLUG, [folder])
    await create_user("aigul", "aigul@example.com", PASSWORD, name="Айгүл")
    await create_user("firma", "firma@example.com", PASSWORD, name="ТОО «Берег»")
    await create_user("operator", "operator@example.com", PASSWORD, SLUG, name="Оператор")
    await create_user("nobody", "nobody@example.com", PASSWORD)
    await grant_membership("aigul", SLUG, "02015213")
    await grant_membership("firma", SLUG, contract="2666")
    await ids.load()
    account = await PersonalAccount.get(organization__slug=SLUG, number="02015213")
    contract = await Contract.get(organization__slug=SLUG, number="2666")
    recipient = await PersonalAccount.filter(contract=contract).order_by("number").first()
    await close()
    return SimpleNamespace(account=ids.encode("acc", account.id), contract=ids.encode("con", contract.id), recipient=ids.encode("acc", recipient.id))


@pytest.fixture
async def site(app, database_template: Template):
    """Ids of what there is; nobody is signed in."""
    return SimpleNamespace(app=app, **vars(database_template.given))


async def signed_in(app, login: str) -> Browser:
    """As if through the form, which test_sessions.py is about: with its two pages it took longer than many a test."""
    browser = Browser(app)
    device, now = browser.client.headers["user-agent"], dt.datetime.now(dt.UTC)
    session = await sessions.sign_in(login, PASSWORD, slug=SLUG, remember=False, source=None, now=now, device=device)
    browser.client.cookies.set("abonent", session.token, "127.0.0.1", "/")
    return browser


@pytest.fixture
async def stranger(site) -> Browser:
    return Browser(site.app)


@pytest.fixture
async def aigul(site) -> Browser:
    """A resident with one account and two meters."""
    return await signed_in(site.app, "aigul")


@pytest.fixture
async def firma(site) -> Browser:
    """A legal payer with two recipients."""
    return await signed_in(site.app, "firma")


@pytest.fixture
async def operator(site) -> Browser:
    return await signed_in(site.app, "operator")
