"""Files about an account: the print-outs of heat meters and what else residents and staff send. Handed out to keep, never to be shown here."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import FileResponse, Response

from adapters.texts import gettext, speaking
from schema import files
from schema.operations import Forbidden, SignInRequired
from web import multipart, protection
from web.answers import answer, ask, cursor, own_slug, slug_of
from web.pages.accounts import ours
from web.pages.profile import back
from web.registers import answer as json_answer
from web.sendings import new_key
from web.sessions import viewer

KINDS = ("HEAT_PRINTOUT", "ACT", "CERTIFICATE", "PHOTO", "OTHER")
FIELDS = ("csrf", "idempotencyKey", "kind", "meter", "event")
HEADERS = {"cache-control": "private, no-store", "x-content-type-options": "nosniff", "content-security-policy": "default-src 'none'; sandbox"}


async def documents(request: Request) -> Response:
    """GET lists the files and offers to send one; POST takes one."""
    identity = request.path_params["id"]
    if request.method == "GET":
        return await _list(request, dict(request.query_params), uploaded="uploaded" in request.query_params)
    account = await _account(request)  # of this organization, or not found, before anything is read
    if "SEND_READINGS" not in account.may:
        raise Forbidden
    given: dict[str, str] = {}
    try:
        upload = await _receive(request, given)
        problems = [] if upload else [_nothing_chosen(request)]
    except files.Refused as refused:
        problems = [Told(str(one["message"])) for one in files.problems_of(refused, request.scope["state"]["language"])]
        await multipart.drained(request)
    if not problems:
        result = (await ask(request, "documents/attach", input=_input(identity, given, str(upload)))).attachDocument
        if result.typename != "Rejected":
            return await _done(request, identity, given)
        problems = result.problems
    return await _list(request, given, 422, problems)


async def document(request: Request) -> Response:
    """GET a file, to keep."""
    asking, slug = await viewer(request), slug_of(request)
    if asking is None:
        raise SignInRequired
    return _file(await files.opened(asking, slug, request.path_params["id"]))


async def handed(request: Request, asking: Any, slug: str) -> Response:
    """The same for systems."""
    return _file(await files.opened(asking, slug, request.path_params["id"]))


async def send(request: Request, asking: Any, slug: str) -> Response:
    """POST /documents?name=: the bytes of one file; what names it for `attachDocument`."""
    upload = await files.receive(asking, request.query_params.get("name", ""), request.stream())
    return json_answer({"upload": upload}, 201)


@dataclass(frozen=True, slots=True)
class Told:
    message: str


def _input(account: str, given: dict[str, str], upload: str) -> dict[str, Any]:
    kind = given.get("kind") if given.get("kind") in KINDS else "OTHER"
    of = {name: given[name] for name in ("meter", "event") if given.get(name)}
    return {"account": account, "upload": upload, "kind": kind, "idempotencyKey": given.get("idempotencyKey", "")[:100] or new_key(), **of}


def _nothing_chosen(request: Request) -> Told:
    with speaking(request.scope["state"]["language"]):
        return Told(gettext("Please choose a file."))


async def _receive(request: Request, given: dict[str, str]) -> str | None:
    """The file goes to disk only after the form's token: nothing is taken from whoever lacks it."""
    protection.check_origin(request)
    await own_slug(request)
    checked, upload = False, None
    async for part in multipart.parts(request):
        if part.name == "csrf":
            protection.check_token(await part.text(), request.scope["state"].get("csrf_subject", ""))
            checked = True
        elif not checked:
            raise protection.Forged
        elif part.name in FIELDS:
            given[part.name] = await part.text()
        elif part.name == "file" and part.filename and upload is None:
            upload = await files.receive(await viewer(request), part.filename, part.body)
    return upload


async def _done(request: Request, identity: str, given: dict[str, str]) -> Response:
    """Back to where the file was asked for; a fragment is drawn again in its place."""
    if request.headers.get("hx-request") == "true":
        return await _list(request, {"kind": given.get("kind", "")}, uploaded=True)
    if given.get("meter") and given.get("event"):
        return back(request, f"/meters/{quote(given['meter'])}?done=1")
    page = "readings" if given.get("kind") == "HEAT_PRINTOUT" else "documents"
    return back(request, f"/accounts/{identity}/{page}?uploaded=1#documents")


async def _account(request: Request) -> Any:
    await own_slug(request)
    return ours(request, (await ask(request, "documents/index", id=request.path_params["id"], after=cursor(request))).account)


async def _list(request: Request, given: dict[str, str], status: int = 200, problems: Any = (), *, uploaded: bool = False) -> Response:
    account = await _account(request)
    if account.documents is None:
        raise Forbidden
    kind = given.get("kind") if given.get("kind") in KINDS else ("ACT" if given.get("event") else "HEAT_PRINTOUT" if account.needsHeatPrintout else "OTHER")
    context: dict[str, Any] = {"kind": kind, "kinds": KINDS, "meter": given.get("meter", ""), "event": given.get("event", ""), "key": new_key()}
    context["part"] = request.headers.get("hx-request") == "true" and kind == "HEAT_PRINTOUT"  # as it stands on the page of readings
    return answer(request, "documents/index.html", status, account=account, problems=problems, uploaded=uploaded, **context)


def _file(file: files.File) -> Response:
    plain = f"document{file.name[file.name.rfind('.') :]}"
    disposition = f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(file.name, safe='')}"
    return FileResponse(file.path, media_type=file.media_type, headers={**HEADERS, "content-disposition": disposition})
