"""Staff send registers, look, take, discard and undo: by plain forms, and as a fragment that asks for itself."""

import csv
import io
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from openpyxl import load_workbook
from starlette.requests import Request

from models import AuditRecord, ImportRun, ImportUpload
from models.enums import ImportState
from resolvers.imports import taking
from settings import settings
from tests.web.conftest import BASE, SLUG, Browser, signed_in
from tests.web.reader import Page
from web import multipart

ACCOUNTS = "Лицевой счёт;Фамилия;Площадь\r\n777;Первый;45,5\r\n778;Вторая;сорок\r\n;Третий;1\r\n".encode("cp1251")
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


async def send(browser: Browser, *files: tuple[str, bytes], **changed: str):
    """The form as a browser sends it: hidden fields first, then the files."""
    fields = (await browser.page("/imports")).fields("/imports") | changed
    fields.pop("files", None)
    uploads = [("files", (name, data, "text/csv")) for name, data in files]
    return await browser.client.post(f"{BASE}/imports", data=fields, files=uploads)


async def looked(operator: Browser, *files: tuple[str, bytes]) -> tuple[str, int]:
    """Files sent and looked at by a worker: the run's address and number."""
    answer = await send(operator, *(files or (("accounts.csv", ACCOUNTS),)))
    assert answer.status_code == 303, answer.text[:2000]
    run = await ImportRun.all().order_by("-id").first()
    assert await taking.take(run.id)
    return answer.headers["location"].removeprefix(BASE), run.id


async def state_of(pk: int) -> ImportState:
    return ImportState((await ImportRun.get(id=pk)).state)


@pytest.mark.parametrize("language", ["ru", "kk", "en"])
async def test_look_take_and_undo_without_javascript(site, operator, language: str):
    assert "Первый" not in (await operator.get("/?search=777")).text
    address, pk = await looked(operator)
    page = await operator.page(f"{address}?lang={language}")
    assert page.problems() == []
    assert "777" in page.text()
    assert "778;Вторая;сорок" in page.text(), "the refused row as it came"
    assert await state_of(pk) is ImportState.PREVIEWED
    assert "Первый" not in (await operator.get("/?search=777")).text, "a look writes nothing"
    assert (await approve(operator, address)).status_code == 303
    assert "data-focus" not in (await operator.get(address)).text
    assert await taking.take(pk)
    assert await state_of(pk) is ImportState.DONE
    assert "Первый" in (await operator.get("/?search=777")).text
    confirm = await operator.page(f"{address}/undo")
    assert confirm.problems() == []
    assert (await operator.send(f"{address}/undo")).status_code == 303
    assert await taking.take(pk)
    assert await state_of(pk) is ImportState.UNDONE
    assert "Первый" not in (await operator.get("/?search=777")).text
    actions = await AuditRecord.filter(action__startswith="import.").order_by("id").values_list("action", flat=True)
    assert actions == ["import.upload", "import.start", "import.approve", "import.undo"]


def without_tokens(html: str) -> str:
    """Each page has forms' tokens of its own."""
    return " ".join(re.sub(r'name="csrf" value="[^"]+"', "", html).split())


async def approve(browser: Browser, address: str):
    fields = (await browser.page(address)).fields("/approve")
    return await browser.post(f"{address}/approve", fields)


@pytest.mark.parametrize("language", ["ru", "kk", "en"])
async def test_what_cannot_be_taken_is_not_offered(site, operator, language: str):
    address, pk = await looked(operator, ("notes.csv", b"nothing;known\r\n1;2\r\n"))
    page = await operator.page(f"{address}?lang={language}")
    assert page.problems() == []
    assert await state_of(pk) is ImportState.PREVIEWED
    assert 'type="submit" class="btn main"' not in (await operator.get(address)).text
    assert f"{address}/discard" in (await operator.get(address)).text
    if language == "en":
        assert "None of these files can be taken" in page.text()


async def test_a_run_that_waits_to_be_undone_says_so(site, operator):
    address, pk = await looked(operator)
    await approve(operator, address)
    await taking.take(pk)
    await operator.send(f"{address}/undo")
    text = (await operator.page(f"{address}?lang=en")).text()
    assert "This import waits its turn to be undone." in text
    assert "The files are here" not in text


async def test_discarding_asks_first(site, operator):
    address, pk = await looked(operator)
    page = await operator.page(f"{address}/discard")
    assert page.problems() == []
    assert await state_of(pk) is ImportState.PREVIEWED
    assert (await operator.send(f"{address}/discard")).status_code == 303
    assert await state_of(pk) is ImportState.DISCARDED
    assert "approve" not in (await operator.get(address)).text
    run = await ImportRun.get(id=pk)
    await run.update_from_dict({"state": "preview"}).save()  # as a page that was open before shows it
    fields = {"csrf": (await operator.page("/imports")).value("csrf")}
    late = await operator.post(f"{address}/approve", fields)
    assert late.status_code == 422
    assert "больше не хранятся" in late.text


async def test_a_run_at_work_asks_for_itself_and_says_how_far_it_is(site, operator):
    from adapters import shelf

    answer = await send(operator, ("accounts.csv", ACCOUNTS))
    address = answer.headers["location"].removeprefix(BASE)
    run = await ImportRun.all().order_by("-id").first()
    shelf.desk(run.id).mkdir(parents=True)
    shelf.write_json(shelf.desk(run.id) / "progress.json", {"stage": "accounts", "done": 1, "total": 4})
    fragment = await operator.fragment(address, "run")
    part = Page(fragment.text, fragment=True)
    assert part.by_id("run").get("hx-get") == f"{BASE}{address}"
    assert part.by_id("progress").get("value") == "1"
    assert "<html" not in fragment.text
    await taking.take(run.id)
    done = await operator.fragment(address, "run")
    assert "hx-trigger" not in done.text.partition(">")[0]
    whole = await operator.get(address)
    assert without_tokens(done.text) in without_tokens(whole.text)


async def test_downloads_are_in_the_readers_language_and_on_record(site, operator):
    address, pk = await looked(operator)
    for language, word in (("ru", "Не указан лицевой счёт."), ("kk", "Дербес шот көрсетілмеген."), ("en", "The account number is missing.")):
        answer = await operator.get(f"{address}/result.csv?lang={language}")
        rows = list(csv.reader(io.StringIO(answer.text, newline=""), delimiter=";"))
        refused = [row for row in rows[1:] if row[2] != "notice"]  # the accounts that this register lacks come before its rows
        assert [row[:4] for row in refused] == [["accounts", "3", "refused", "not_a_number"], ["accounts", "4", "refused", "account_number_missing"]]
        assert refused[1][4] == word
        assert {row[3] for row in rows[1:] if row[2] == "notice"} == {"vanished"}
        assert answer.headers["content-disposition"] == f'attachment; filename="{SLUG}-import-{pk}.csv"'
    answer = await operator.get(f"{address}/result.xlsx")
    assert answer.headers["content-type"] == XLSX
    assert load_workbook(io.BytesIO(answer.content)).sheetnames == ["rows", "sums per code", "vanished"]
    assert not list((settings().data_dir.resolve() / "tmp").iterdir()), "nothing is left behind"
    assert await AuditRecord.filter(action="import.download").count() == 4
    assert (await operator.get(f"{address}/result.pdf")).status_code == 404


async def test_only_staff_of_the_organization(site, operator, aigul, firma):
    from resolvers.users import create_user

    address, _ = await looked(operator)
    await create_user("other", "other@example.com", "chistaya-voda", "teplo")
    other = await signed_in(site.app, "other")
    for browser in (aigul, firma, other):
        for path in ("/imports", address, f"{address}/undo", f"{address}/discard", f"{address}/result.csv", f"{address}/result.xlsx"):
            assert (await browser.get(path)).status_code == 404, path
        fields = {"csrf": (await browser.page("/")).value("csrf")}
        files = [("files", ("a.csv", ACCOUNTS, "text/csv"))]
        assert (await browser.client.post(f"{BASE}/imports", data=fields, files=files)).status_code == 404
        for verb in ("approve", "discard", "undo"):
            assert (await browser.post(f"{address}/{verb}", fields)).status_code == 404
    assert (await other.client.get(f"/o/teplo{address}")).status_code == 404, "by the other's own pages neither"
    stranger = Browser(site.app)
    for path in ("/imports", address, f"{address}/result.csv"):
        assert (await stranger.get(path)).status_code == 303
    assert (await stranger.client.post(f"{BASE}/imports", data={"csrf": "x"}, files=[("files", ("a.csv", ACCOUNTS))])).status_code == 303
    assert await ImportUpload.all().count() == 1


async def test_forged_and_broken_forms_leave_nothing(site, operator):
    page = await operator.page("/imports")
    token, files = page.value("csrf"), [("files", ("a.csv", ACCOUNTS, "text/csv"))]
    url = f"{BASE}/imports"
    post = operator.client.post
    assert (await post(url, data={"csrf": "x"}, files=files)).status_code == 403
    assert (await post(url, files=files)).status_code == 403, "files before the token"
    assert (await post(url, data={"csrf": token}, files=files, headers={"sec-fetch-site": "cross-site"})).status_code == 403
    assert (await post(url, data={"csrf": token})).status_code == 400, "no form with files"
    kind = {"content-type": "multipart/form-data; boundary=x"}
    for body in (b"", b"--x", b"--x\r\n\r\n", b"--y\r\n", b'--x\r\ncontent-disposition: form-data; name="csrf"\r\n\r\n' + token.encode()):
        assert (await post(url, content=body, headers=kind)).status_code in (400, 403), body
    assert await ImportUpload.all().count() == 0
    assert await ImportRun.filter(source="page").count() == 0


@pytest.mark.parametrize("name", [".x", "a" * 300 + ".csv", "\x01.csv"])
async def test_a_name_that_can_be_none_is_told(site, operator, name: str):
    form = {"csrf": (await operator.page("/imports")).value("csrf")}
    lines = [f'--x\r\nContent-Disposition: form-data; name="csrf"\r\n\r\n{form["csrf"]}\r\n']
    lines.append(f'--x\r\nContent-Disposition: form-data; name="files"; filename="{name}"\r\n\r\nabc\r\n--x--\r\n')
    kind = {"content-type": "multipart/form-data; boundary=x"}
    for content in ("".join(lines).encode(), pieces(*lines)):  # all at once, and as it comes
        answer = await operator.client.post(f"{BASE}/imports", content=content, headers=kind)
        assert answer.status_code == 422, answer.text[:500]
        assert Page(answer.text).problems() == []
    assert await ImportUpload.all().count() == 0


async def pieces(*lines: str) -> AsyncIterator[bytes]:
    for line in lines:
        yield line.encode()


async def test_a_form_that_came_in_one_packet_is_drained_already():
    async def receive() -> dict[str, object]:
        return {"type": "http.request", "body": b"--x--", "more_body": False}

    request = Request({"type": "http", "method": "POST", "headers": []}, receive)
    assert [part async for part in request.stream()] == [b"--x--", b""]
    await multipart.drained(request)


async def test_a_boundary_that_is_too_long_is_a_bad_form(site, operator):
    kind = {"content-type": f"multipart/form-data; boundary={'x' * 5000}"}
    assert (await operator.client.post(f"{BASE}/imports", content=b"a=b", headers=kind)).status_code == 400


async def test_refusals_are_told_on_the_page(site, operator, monkeypatch: pytest.MonkeyPatch):
    empty = await send(operator, ("", b""))
    assert empty.status_code == 422
    assert "хотя бы один файл" in empty.text
    assert Page(empty.text).problems() == []
    twice = await send(operator, ("a.csv", ACCOUNTS), ("A.csv", ACCOUNTS + b"779;x;1\r\n"))
    assert twice.status_code == 422
    monkeypatch.setenv("ABONENT_UPLOAD_LIMIT_MB", "1")
    settings.cache_clear()
    large = await send(operator, ("a.csv", b"x" * 1_100_000))
    assert large.status_code == 422
    assert "не больше 1 МБ" in large.text


async def test_the_same_form_sent_twice_is_one_run(site, operator):
    page = await operator.page("/imports")
    fields = {name: page.value(name) for name in ("csrf", "idempotencyKey")}
    answers = [await operator.client.post(f"{BASE}/imports", data=fields, files=[("files", ("a.csv", ACCOUNTS))]) for _ in range(2)]
    assert answers[0].headers["location"] == answers[1].headers["location"]
    assert await ImportRun.filter(source="page").count() == 1


async def test_a_file_larger_than_memory_would_like_is_streamed(site, operator, tmp_path: Path):
    lines = b"".join(b"%d;x;1\r\n" % number for number in range(100_000, 400_000))
    data = "Лицевой счёт;Фамилия;Площадь\r\n".encode("cp1251") + lines
    assert len(data) > 3_000_000
    answer = await send(operator, ("big.csv", data))
    assert answer.status_code == 303
    [upload] = await ImportUpload.all()
    assert (upload.size, upload.received) == (len(data), len(data))


async def test_the_list_shows_who_and_what(site, operator):
    await looked(operator)
    page = await operator.page("/imports")
    assert page.problems() == []
    text = page.text()
    assert re.search(r"№ \d+, \d+ \w+ \d{4}", text)
    assert "Оператор · эта страница" in text
    assert "командная строка" in text
    assert "ждёт решения" in text


PROFILE = """[[register]]
files = "bank*"
kind = "accounts"

[register.columns]
account = 1
surname = 2
"""


async def test_the_profile_is_kept_or_told_what_is_wrong(site, operator, aigul):
    page = await operator.page("/imports/profile")
    assert page.problems() == []
    token = {"csrf": page.value("csrf")}
    wrong = await operator.post("/imports/profile", {**token, "text": PROFILE.replace('kind = "accounts"', 'kind = "songs"')})
    assert wrong.status_code == 422
    assert Page(wrong.text).problems() == []
    assert "songs" in wrong.text, "what was typed stays"
    assert "register.1.kind" in wrong.text or "register.0.kind" in wrong.text
    assert (await operator.post("/imports/profile", {**token, "text": "= x"})).status_code == 422
    kept = await operator.post("/imports/profile", {**token, "text": PROFILE.replace("\n", "\r\n")})
    assert kept.status_code == 303, kept.text[:3000]
    assert "bank*" in (await operator.page("/imports/profile?saved=1")).text()
    assert (await aigul.get("/imports/profile")).status_code == 404
    assert (await aigul.post("/imports/profile", {"csrf": (await aigul.page("/")).value("csrf"), "text": ""})).status_code == 404
