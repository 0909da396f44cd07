"""Files that people send: taken from forms and from systems, handed out to keep, and only to whoever may see the account's files."""

import asyncio
import errno
import re

import orjson
import pytest

from adapters import document_files, shelf
from models import AuditRecord, Document, Membership, PersonalAccount, User
from models.enums import Right, TokenScope
from resolvers import document_uploads
from resolvers.housekeeping import forget_files
from resolvers.tokens import create_token
from resolvers.users import create_user, grant_membership
from settings import settings
from tests import factories as make
from tests.adapters.test_file_contents import GOOD_PDF, HTML, picture
from tests.web.conftest import BASE, PASSWORD, SLUG, Browser, signed_in
from tests.web.reader import Page

NOTICE = "Установлен теплосчётчик: Да. Необходимо предоставить распечатку суточных параметров теплоснабжения"
PDF = ("распечатка.pdf", GOOD_PDF, "application/pdf")


@pytest.fixture
async def heated(site) -> str:
    """The address of the readings of an account with a heat meter."""
    await PersonalAccount.filter(number="02015213").update(heat_meter=True)
    return f"/accounts/{site.account}/readings"


async def send(browser: Browser, page: str, file: tuple | None = PDF, htmx: bool = False, **changed: str):
    """The form as it stands on the page, as a browser sends it."""
    address = page.partition("?")[0].rpartition("/")[0] + "/documents"
    fields = (await browser.page(page)).fields(address) | changed
    fields.pop("file", None)
    headers = {"hx-request": "true", "hx-target": "documents"} if htmx else {}
    body = {"files": {"file": file}} if file else {"files": {"nothing": ("", b"")}}
    return await browser.client.post(BASE + address, data=fields, headers=headers, **body)


def on_disk() -> list[str]:
    folder = settings().data_dir / "documents"
    return [path.name for path in folder.rglob("*") if path.is_file() and path.suffix != ".json"]


async def test_the_printout_is_asked_for_sent_and_listed_without_javascript(heated, aigul, operator, site):
    page = await aigul.page(heated)
    assert NOTICE in page.text()
    assert page.problems() == []
    answer = await send(aigul, heated)
    assert (answer.status_code, answer.headers["location"]) == (303, f"{BASE}{heated}?uploaded=1#documents")
    page = await aigul.page(f"{heated}?uploaded=1")
    assert page.problems() == []
    assert "распечатка.pdf" in page.text()
    row = await Document.get()
    window = re.search(r"Распечатка за ([^<]+)<", (await aigul.get(heated)).text)[1]
    assert (row.kind.value, row.media_type, row.name, row.size) == ("heat_printout", "application/pdf", "распечатка.pdf", len(GOOD_PDF))
    assert row.period is not None
    assert window
    assert "распечатка" not in "".join(on_disk())
    staff = await operator.page(f"/accounts/{site.account}/documents")
    assert staff.problems() == []
    assert "распечатка.pdf" in staff.text()


async def test_htmx_draws_the_block_again(heated, aigul):
    answer = await send(aigul, heated, htmx=True)
    assert answer.status_code == 200
    block = Page(answer.text, fragment=True)
    assert block.by_id("documents") is not None
    assert "распечатка.pdf" in block.text()
    assert block.having("data-focus")
    answer = await send(aigul, heated, ("x.pdf", HTML, "application/pdf"), htmx=True)
    assert answer.status_code == 422
    assert "Выберите PDF" in Page(answer.text, fragment=True).text()


@pytest.mark.parametrize("language", ["ru", "kk", "en"])
async def test_accounts_without_heat_meter_are_asked_for_nothing(site, aigul, language):
    page = await aigul.page(f"/accounts/{site.account}/readings?lang={language}")
    assert page.by_id("documents") is None


async def test_a_file_is_handed_out_to_keep(heated, aigul, operator):
    await send(aigul, heated, ('Фото "1".png', picture("PNG"), "image/png"))
    address = re.search(r"/documents/(doc_[^\"]+)\"", (await aigul.get(heated)).text)[0].rstrip('"')
    answer = await aigul.get(address)
    assert answer.content.startswith(b"\x89PNG")
    assert answer.headers["content-type"] == "image/png"
    assert answer.headers["content-disposition"].startswith("attachment; filename=\"document.png\"; filename*=UTF-8''")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "private, no-store"
    assert "sandbox" in answer.headers["content-security-policy"]
    assert not await AuditRecord.filter(action="document.open").exists()
    assert (await operator.get(address)).status_code == 200
    assert await AuditRecord.filter(action="document.open").count() == 1, "staff who look into somebody's paper are written down"


async def test_nobody_else_gets_a_file(heated, aigul, firma, site, app):
    await send(aigul, heated)
    row = await Document.get()
    address = re.search(r"/documents/doc_[^\"]+", (await aigul.get(heated)).text)[0]
    org = await make.organization("other")
    other_clerk, reader, former = await make.user("oc"), await make.user("rd"), await make.user("fo")
    for who in (other_clerk, reader, former):
        await User.filter(id=who.id).update(password_hash=(await User.get(login="aigul")).password_hash)
    await make.staff(other_clerk, org)
    account = await PersonalAccount.get(id=row.account_id)
    await make.member(reader, account, Right.reader())
    await make.member(former, account, until_on=row.uploaded_at.date().replace(year=2020))
    browsers = [firma, *[await signed_in(app, login) for login in ("oc", "rd", "fo", "nobody")]]
    for browser in browsers:
        assert (await browser.get(address)).status_code == 404
        assert (await browser.get(f"/accounts/{site.account}/documents")).status_code in (403, 404)
    assert (await Browser(app).get(address)).status_code in (302, 303), "a stranger signs in first"
    assert (await aigul.client.get(f"/o/teplo{address}")).status_code == 404, "nor under another organization's name"


@pytest.mark.parametrize(
    "file", [("x.pdf", HTML, "application/pdf"), ("x.svg", b"<svg onload=alert(1)>", "image/svg+xml"), ("x.pdf", b"", "application/pdf"), None]
)
async def test_what_is_refused_is_told_and_not_kept(heated, aigul, file):
    answer = await send(aigul, heated, file)
    assert answer.status_code == 422
    page = Page(answer.text)
    assert page.problems() == []
    assert page.by_id("file").get("aria-invalid") == "true"
    assert not await Document.exists()
    assert on_disk() == []


async def test_a_huge_file_and_a_full_disk_are_refused_clearly(heated, aigul, monkeypatch):
    answer = await send(aigul, heated, ("x.pdf", b"%PDF-1.4\n" + b"0" * (10 * 1024 * 1024), "application/pdf"))
    assert (answer.status_code, "не больше 10" in answer.text or "10 МБ" in answer.text) == (422, True)
    monkeypatch.setattr(shelf, "has_room", lambda size: False)
    assert "нет места" in (await send(aigul, heated)).text
    monkeypatch.undo()

    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(document_files, "wait", full)
    answer = await send(aigul, heated)
    assert (answer.status_code, "нет места" in answer.text) == (422, True)
    assert not await Document.exists()
    assert on_disk() == []


async def test_the_same_file_twice_is_kept_once(heated, aigul):
    for _ in range(2):
        assert (await send(aigul, heated)).status_code == 303
    assert await Document.all().count() == 1
    assert len(on_disk()) == 1
    document_files.path_of(1, "f" * 48).write_bytes(b"of no row")
    assert await forget_files(make.NOW.replace(year=2040)) == {"incoming": 2, "strays": 1}
    assert len(on_disk()) == 1


async def test_a_forged_form_brings_nothing(heated, aigul):
    answer = await send(aigul, heated, csrf="x")
    assert answer.status_code == 403
    assert on_disk() == []


async def test_an_upload_is_its_senders_alone_and_limited(heated, aigul, site, monkeypatch):
    tokens = {name: await create_token(user_login=name, scopes=list(TokenScope)) for name in ("aigul", "firma")}
    client = Browser(site.app).client

    async def upload(token, data=GOOD_PDF):
        return await client.post(f"{BASE}/documents?name=a.pdf", content=data, headers={"authorization": f"Bearer {token}"})

    async def attach(token, name, key="k", **more):
        query = """mutation ($i: AttachDocumentInput!) { attachDocument(input: $i) { ... on AttachDocumentDone { document { id name period byStaff } }
            ... on Rejected { problems { code path } } } }"""
        given = {"account": site.account, "upload": name, "kind": "HEAT_PRINTOUT", "idempotencyKey": key, **more}
        body = orjson.dumps({"query": query, "variables": {"i": given}})
        answer = await client.post(
            "http://127.0.0.1:8000/graphql", content=body, headers={"authorization": f"Bearer {token}", "content-type": "application/json"}
        )
        return answer.json()["data"]["attachDocument"]

    answer = await upload(tokens["aigul"])
    assert answer.status_code == 201
    name = answer.json()["upload"]
    assert await attach(tokens["aigul"], "0" * 48) == {"problems": [{"code": "UNKNOWN_UPLOAD", "path": ["upload"]}]}
    assert await attach(tokens["aigul"], "../../../etc/passwd") == {"problems": [{"code": "UNKNOWN_UPLOAD", "path": ["upload"]}]}
    assert (await attach(tokens["aigul"], name, period="2001-01"))["problems"] == [{"code": "DATE_OUTSIDE_PERIOD", "path": ["period"]}]
    assert (await attach(tokens["aigul"], name, kind="ACT", period="2026-01"))["problems"] == [{"code": "INVALID", "path": ["period"]}]
    assert (await attach(tokens["aigul"], name, validateOnly=True)) == {"document": None}
    assert not await Document.exists()
    done = await attach(tokens["aigul"], name)
    assert done["document"]["name"] == "a.pdf"
    assert await attach(tokens["aigul"], name) == done, "the same key gives the first answer"
    assert (await attach(tokens["aigul"], name, kind="OTHER"))["problems"] == [{"code": "KEY_REUSED", "path": ["idempotencyKey"]}]
    assert (await upload(tokens["firma"])).json()["upload"] != name
    for broken, code in ((HTML, "WRONG_FILE"), (b"", "REQUIRED")):
        answer = await upload(tokens["aigul"], broken)
        assert (answer.status_code, answer.json()["error"]["code"]) == (422, code)
    monkeypatch.setattr(document_uploads, "MOST_WAITING", 0)
    answer = await upload(tokens["aigul"])
    assert answer.json()["error"]["code"] == "TOO_MANY_ROWS"
    narrow = await create_token(user_login="aigul", scopes=[TokenScope.READ_ACCOUNTS])
    assert (await upload(narrow)).status_code == 403
    assert (await client.post(f"{BASE}/documents", content=GOOD_PDF)).status_code == 401
    got = re.search(r"/documents/doc_[^\"]+", (await aigul.get(heated)).text)[0]
    assert (await client.get(BASE + got, headers={"authorization": f"Bearer {tokens['aigul']}"})).content == GOOD_PDF
    assert (await client.get(BASE + got, headers={"authorization": f"Bearer {tokens['firma']}"})).status_code == 404
    assert (await client.get(BASE + got, headers={"authorization": f"Bearer {narrow}"})).status_code == 404


async def test_a_day_has_a_limit_for_those_who_are_not_staff(heated, aigul, monkeypatch):
    monkeypatch.setattr(document_uploads, "MOST_A_DAY", 0)
    answer = await send(aigul, heated)
    assert answer.status_code == 422
    assert not await Document.exists()


async def test_two_at_once_keep_one(heated, aigul):
    answers = await asyncio.gather(*(send(aigul, heated) for _ in range(3)))
    assert {answer.status_code for answer in answers} == {303}
    assert await Document.all().count() == 1


async def test_a_new_owner_sees_no_file_of_the_former_one(heated, aigul, app):
    await send(aigul, heated)
    row = await Document.get()
    await create_user("buyer", "buyer@example.com", PASSWORD)
    await grant_membership("buyer", SLUG, "02015213")
    buyer = await signed_in(app, "buyer")
    address = re.search(r"/documents/doc_[^\"]+", (await aigul.get(heated)).text)[0]
    assert (await buyer.get(address)).status_code == 200
    await Membership.filter(user__login="buyer").update(from_on=row.uploaded_at.date())
    await Document.filter(id=row.id).update(uploaded_at=row.uploaded_at.replace(year=2020))
    assert (await buyer.get(address)).status_code == 404
    assert "распечатка.pdf" not in (await buyer.get(heated)).text
    assert "распечатка.pdf" in (await aigul.get(heated)).text
