"""The door for billing systems: every answer is JSON with a code, and docs/api.md's own lines run."""

import base64
import hashlib
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import httpx2
import pytest

from models import ImportRun, ImportUpload
from models.enums import TokenScope
from resolvers.imports import taking
from resolvers.organizations import create_organization
from resolvers.tokens import create_token
from settings import settings
from tests import commands
from tests.conftest import ROOT
from tests.databases import run_apart
from tests.web.conftest import BASE, SLUG

ACCOUNTS = "Лицевой счёт;Фамилия\r\n1;А\r\n2;Б\r\n;В\r\n".encode()
SHA = hashlib.sha256(ACCOUNTS).hexdigest()
CHUNK = {"content-type": "application/offset+octet-stream"}
GUIDE = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")


def digest(data: bytes) -> dict[str, str]:
    return {"content-digest": f"sha-256=:{base64.b64encode(hashlib.sha256(data).digest()).decode()}:"}


@pytest.fixture
async def system(app):
    """A client with the organization's token."""
    await create_organization(SLUG, "Водоканал", "KZT", "Asia/Almaty")
    await create_organization("teplo", "Теплосеть", "KZT", "Asia/Almaty")
    token = await create_token(None, SLUG, ["import_registers"])
    transport = httpx2.ASGITransport(app, raise_app_exceptions=False)
    headers = {"authorization": f"Bearer {token}"}
    async with httpx2.AsyncClient(transport=transport, base_url=f"http://127.0.0.1:8000{BASE}", headers=headers) as client:
        yield client


async def put(system, data: bytes = ACCOUNTS, name: str = "accounts.csv", **headers: str):
    return await system.put(f"/uploads/{hashlib.sha256(data).hexdigest()}?name={name}", content=data, headers=headers)


async def start(system, *hashes: str, **given):
    headers = given.pop("headers", {})
    return await system.post("/imports", json={"uploads": list(hashes) or [SHA], **given}, headers=headers)


def told(answer) -> tuple[int, str]:
    assert answer.headers["content-type"] == "application/json", answer.text
    return answer.status_code, answer.json()["error"]["code"]


async def test_from_the_file_to_the_result(system):
    answer = await put(system, **digest(ACCOUNTS))
    assert (answer.status_code, answer.headers["upload-offset"], answer.headers["location"]) == (201, str(len(ACCOUNTS)), f"{BASE}/uploads/{SHA}")
    assert (await put(system)).status_code == 200, "here already"
    answer = await start(system)
    assert answer.status_code == 202
    found = answer.json()
    assert (found["state"], found["working"], answer.headers["location"]) == ("WAITING", True, found["links"]["self"])
    await taking.take((await ImportRun.get()).id)
    again = await start(system, headers={"prefer": "wait=5"})
    assert (again.status_code, again.json()["id"], again.json()["state"]) == (200, found["id"], "DONE")
    page = await system.get("/imports")
    assert [one["id"] for one in page.json()["imports"]] == [found["id"]]
    run = await system.get(f"/imports/{found['id']}?language=en")
    assert run.json()["codes"][0]["message"] == "The account number is missing."
    assert "who" not in run.json()
    for kind in ("csv", "xlsx"):
        assert (await system.get(f"/imports/{found['id']}/result.{kind}")).status_code == 200
    assert "Дербес шот" in (await system.get(f"/imports/{found['id']}/result.csv?language=kk")).text


async def test_the_runs_language_is_that_of_its_result(system):
    await put(system)
    found = (await start(system, language="kk", preview=True)).json()
    await taking.take((await ImportRun.get()).id)
    assert "Дербес шот" in (await system.get(f"/imports/{found['id']}/result.csv")).text
    assert told(await start(system, language="xx")) == (422, "INVALID")


async def test_an_upload_goes_on(system):
    url = f"/uploads/{SHA}"
    assert told(await system.get(url)) == (404, "NOT_FOUND")
    announced = await system.put(f"{url}?name=accounts.csv", content=b"", headers={"upload-length": str(len(ACCOUNTS))})
    assert (announced.status_code, announced.headers["upload-offset"]) == (201, "0")
    assert (await system.patch(url, content=ACCOUNTS[:7], headers={**CHUNK, "upload-offset": "0"})).headers["upload-offset"] == "7"
    assert told(await system.patch(url, content=ACCOUNTS[9:], headers={**CHUNK, "upload-offset": "9"})) == (409, "WRONG_OFFSET")
    assert told(await put(system)) == (409, "WRONG_OFFSET")
    assert told(await start(system)) == (422, "UPLOAD_INCOMPLETE")
    assert told(await system.patch(url, content=b"xx", headers={**CHUNK, "upload-offset": "7", **digest(b"yy")})) == (422, "WRONG_DIGEST")
    head = await system.head(url)
    assert (head.status_code, head.headers["upload-offset"], head.headers["upload-length"]) == (200, "7", str(len(ACCOUNTS)))
    done = await system.patch(url, content=ACCOUNTS[7:], headers={**CHUNK, "upload-offset": "7", **digest(ACCOUNTS[7:])})
    assert done.json()["complete"]
    assert (await system.patch(url, content=b"", headers={**CHUNK, "upload-offset": str(len(ACCOUNTS))})).status_code == 200, "a lost answer, asked again"


async def test_post_names_the_file_by_its_headers(system):
    headers = {"content-disposition": "attachment; filename*=UTF-8''%D0%BD%D0%B0%D1%87.csv"}
    answer = await system.post("/uploads", content=ACCOUNTS, headers={**headers, **digest(ACCOUNTS)})
    assert (answer.status_code, answer.json()["name"]) == (201, "нач.csv")
    assert told(await system.post("/uploads", content=ACCOUNTS, headers=headers)) == (400, "DIGEST_REQUIRED")
    assert told(await system.post("/uploads?name=a.csv", content=ACCOUNTS, headers=digest(b"other"))) == (422, "WRONG_DIGEST")


async def test_statuses(system, monkeypatch: pytest.MonkeyPatch):
    async def endless():
        yield b"x"

    url = f"/uploads/{SHA}?name=a.csv"
    assert told(await system.put(url, content=endless())) == (411, "LENGTH_REQUIRED")
    assert told(await system.put(url, content=ACCOUNTS, headers={"content-digest": "md5=:x:"})) == (400, "WRONG_DIGEST")
    assert told(await system.put(url, content=ACCOUNTS, headers={"upload-length": "-1"})) == (400, "BAD_REQUEST")
    assert told(await system.put(f"/uploads/{SHA}?name=..", content=ACCOUNTS)) == (422, "INVALID")
    assert told(await system.put("/uploads/abc?name=a.csv", content=ACCOUNTS)) == (422, "INVALID")
    assert told(await system.put(f"/uploads/{'0' * 64}?name=a.csv", content=ACCOUNTS)) == (422, "WRONG_DIGEST")
    await put(system)
    assert told(await system.patch(f"/uploads/{SHA}", content=b"x")) == (415, "UNSUPPORTED_MEDIA_TYPE")
    assert told(await system.patch(f"/uploads/{SHA}", content=b"x", headers=CHUNK)) == (400, "OFFSET_REQUIRED")
    assert told(await system.post("/imports", content=b"{}")) == (415, "UNSUPPORTED_MEDIA_TYPE")
    for body in (b"", b"null", b"[]", b"{", b'{"uploads": "x"}', b'{"uploads": [1]}', b'{"uploads": [], "preview": 1}', b'{"uploads": [], "more": 1}', b"\xff"):
        assert told(await system.post("/imports", content=body, headers={"content-type": "application/json"})) == (400, "BAD_REQUEST"), body
    assert told(await system.post("/imports", content=b" " * 70_000, headers={"content-type": "application/json"})) == (413, "TOO_LARGE")
    assert told(await start(system, "1" * 64)) == (422, "UNKNOWN_UPLOAD")
    assert told(await system.get("/imports/imp_AAAAAAAAAAAAAAAAAAAAAA")) == (404, "NOT_FOUND")
    assert told(await system.get("/imports/x/result.csv")) == (404, "NOT_FOUND")
    monkeypatch.setenv("ABONENT_UPLOAD_LIMIT_MB", "1")
    settings.cache_clear()
    assert told(await put(system, b"x" * 1_100_000)) == (413, "UPLOAD_TOO_LARGE")
    assert await ImportRun.all().count() == 0


async def test_who_may(system, app):
    await put(system)
    found = (await start(system)).json()
    tokens = {
        "abn_wrong": (401, "UNAUTHENTICATED"),
        await create_token(None, "teplo"): (404, "NOT_FOUND"),
        await create_token(None, SLUG, [TokenScope.READ_MONEY]): (403, "FORBIDDEN"),
    }
    for token, expected in tokens.items():
        headers = {"authorization": f"Bearer {token}"}
        assert told(await system.put(f"/uploads/{SHA}?name=a.csv", content=ACCOUNTS, headers=headers)) == expected
        assert told(await system.get(f"/uploads/{SHA}", headers=headers)) == expected
        assert told(await start(system, headers=headers)) == expected
        assert told(await system.get("/imports", headers=headers))[0] in (expected[0], 403)
        for path in (f"/imports/{found['id']}", f"/imports/{found['id']}/result.csv"):
            assert told(await system.get(path, headers=headers))[0] in (expected[0], 404)
    transport = httpx2.ASGITransport(app, raise_app_exceptions=False)
    async with httpx2.AsyncClient(transport=transport, base_url=f"http://127.0.0.1:8000{BASE}") as nobody:
        assert told(await nobody.put(f"/uploads/{SHA}?name=a.csv", content=ACCOUNTS)) == (401, "UNAUTHENTICATED")
    assert await ImportUpload.all().count() == 1


async def test_keys_make_it_exact(system):
    other = ACCOUNTS + b"4;D\r\n"
    await put(system)
    await put(system, other, "other.csv")
    key = {"idempotency-key": "monday"}
    first = await start(system, headers=key)
    assert (await start(system, headers=key)).json()["id"] == first.json()["id"]
    assert told(await start(system, hashlib.sha256(other).hexdigest(), headers=key)) == (409, "KEY_REUSED")


EXAMPLES = [block for block in re.findall(r"^```sh\n(.*?)^```", GUIDE, re.DOTALL | re.MULTILINE) if "$ADDRESS" in block]


@pytest.mark.skipif(not (shutil.which("curl") and shutil.which("openssl")), reason="the guide's lines use curl and openssl")
def test_the_guides_lines_run(served: str, database_url: str, tmp_path: Path):
    assert len(EXAMPLES) == 2
    token = run_apart(_token(database_url))
    for name in ("accounts.csv", "charges.csv"):
        (tmp_path / name).write_bytes(ACCOUNTS + name.encode() + b";x\r\n")
    with commands.started("jobs.cli", "imports", "watch", stderr=sys.__stderr__):
        for block in EXAMPLES:
            variables = {**os.environ, "ADDRESS": f"{served}/o/{SLUG}", "TOKEN": token}
            done = subprocess.run(["bash", "-euc", block], cwd=tmp_path, env=variables, capture_output=True, text=True, timeout=90)
            assert done.returncode == 0, done.stderr
    assert '"state":"DONE"' in (tmp_path / "run.json").read_text()
    assert "Дербес шот" in (tmp_path / "result.csv").read_text(encoding="utf-8")
    assert (tmp_path / "result.xlsx").read_bytes()[:2] == b"PK"
    assert '"complete":true' in done.stdout


async def _token(url: str) -> str:
    from models.database import close, connect

    await connect(url)
    await create_organization(SLUG, "Водоканал", "KZT", "Asia/Almaty")
    token = await create_token(None, SLUG, ["import_registers"])
    await close()
    return token
