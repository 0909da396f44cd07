"""Registers for staff: sending them, looking at what they would change, taking, discarding and undoing."""

from dataclasses import dataclass
from typing import Any

from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import FileResponse, RedirectResponse, Response, StreamingResponse

from adapters.texts import gettext, speaking
from schema import registers
from schema.operations import NotFound
from web import multipart, protection
from web.answers import answer, ask, cursor, own_slug
from web.forms import form
from web.sendings import new_key
from web.sessions import viewer

ONLY_WRONG = ["REFUSED", "WARNING"]
TYPES = {"csv": "text/csv; charset=utf-8", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}


async def imports(request: Request) -> Response:
    """GET shows the form and the runs; POST takes files and looks at them, without writing anything."""
    if request.method == "GET":
        return await _list(request)
    slug, sent = await own_slug(request), Sent()
    try:
        await _receive(request, slug, sent)
        if not sent.uploads:
            return await _list(request, 422, problems=[_nothing_chosen(request)])
        result = (await ask(request, "imports/start", input=sent.input(slug))).startImport
        problems = result.problems if result.typename == "Rejected" else []
    except registers.Refused as refused:
        problems = registers.problems_of(refused, request.scope["state"]["language"])
        await multipart.drained(request)
    if problems:
        return await _list(request, 422, problems=problems)
    return RedirectResponse(f"{request.scope['root_path']}/imports/{result.run.id}", 303)


async def run(request: Request) -> Response:
    """One run: what it changes or has changed, rows refused, and what may be done with it. The block asks for itself while work goes on."""
    found = await _run(request)
    return answer(request, "imports/run.html", run=found, problems=found.problems, told=[])


async def approve(request: Request) -> Response:
    """POST takes a run that was looked at."""
    return await _verb(request, "imports/approve", "approveImport")


async def discard(request: Request) -> Response:
    """GET asks, POST drops the run."""
    if request.method == "GET":
        return answer(request, "imports/confirm.html", run=await _run(request), verb="discard")
    return await _verb(request, "imports/discard", "discardImport")


async def undo(request: Request) -> Response:
    """GET says what will be reversed, POST asks for it."""
    if request.method == "GET":
        return answer(request, "imports/confirm.html", run=await _run(request), verb="undo")
    return await _verb(request, "imports/undo", "undoImport")


async def result(request: Request) -> Response:
    """GET what was said of rows, as CSV or XLSX, in the reader's language."""
    slug = await own_slug(request)
    language = request.scope["state"]["language"]
    return handed_out(await registers.result(await viewer(request), slug, request.path_params["id"], request.path_params["kind"], language))


async def profile(request: Request) -> Response:
    """How the organization's own registers are to be read: TOML, with what is wrong beside it."""
    slug, typed, problems, saved = await own_slug(request), None, [], "saved" in request.query_params
    if request.method == "POST":
        typed = (await form(request)).get("text", "").replace("\r\n", "\n")
        result = (await ask(request, "imports/save_profile", input={"organizationSlug": slug, "text": typed})).saveImportProfile
        if result.typename != "Rejected":
            return RedirectResponse(f"{request.url.path}?saved=1", 303)
        problems, saved = result.problems, False
    found = (await ask(request, "imports/profile", slug=slug)).organization
    if found is None or found.importProfile is None:
        raise NotFound
    text = found.importProfile if typed is None else typed
    return answer(request, "imports/profile.html", 422 if problems else 200, text=text, problems=problems, saved=saved)


def handed_out(found: registers.Result) -> Response:
    kind = TYPES[found.name.rpartition(".")[2]]
    headers = {"content-disposition": f'attachment; filename="{found.name}"'}
    if found.path is not None:
        return FileResponse(found.path, media_type=kind, headers=headers, background=BackgroundTask(found.path.unlink, missing_ok=True))
    assert found.parts is not None
    return StreamingResponse(found.parts, media_type=kind, headers=headers)


@dataclass(frozen=True, slots=True)
class Told:
    """A problem that no document had to be asked about."""

    message: str


class Sent:
    """What a form with files has brought."""

    def __init__(self) -> None:
        self.key = new_key()
        self.uploads: list[str] = []

    def input(self, slug: str) -> dict[str, Any]:
        return {"organizationSlug": slug, "uploads": list(dict.fromkeys(self.uploads)), "preview": True, "idempotencyKey": self.key}


def _nothing_chosen(request: Request) -> Told:
    with speaking(request.scope["state"]["language"]):
        return Told(gettext("Please choose at least one file."))


async def _receive(request: Request, slug: str, sent: Sent) -> None:
    """Each file goes to disk as it comes. The form's token stands before the files: nothing is taken from whoever lacks it."""
    protection.check_origin(request)
    checked = False
    async for part in multipart.parts(request):
        if part.name == "csrf":
            protection.check_token(await part.text(), request.scope["state"].get("csrf_subject", ""))
            checked = True
        elif not checked:
            raise protection.Forged
        elif part.name == "idempotencyKey":
            sent.key = (await part.text())[:100] or sent.key
        elif part.name == "files" and part.filename:
            sent.uploads.append((await registers.receive(await viewer(request), slug, part.filename, part.body)).sha256)


async def _list(request: Request, status: int = 200, problems: Any = ()) -> Response:
    slug = await own_slug(request)
    found = (await ask(request, "imports/index", slug=slug, after=cursor(request))).organization
    if found is None or found.importRuns is None:
        raise NotFound
    return answer(request, "imports/index.html", status, runs=found.importRuns, problems=problems, key=new_key())


async def _run(request: Request) -> Any:
    slug = await own_slug(request)
    found = (await ask(request, "imports/run", id=request.path_params["id"], after=cursor(request), severities=ONLY_WRONG)).node
    if found is None or found.typename != "ImportRun" or found.organizationSlug != slug:
        raise NotFound
    return found


async def _verb(request: Request, document: str, mutation: str) -> Response:
    await form(request)
    await _run(request)  # of this organization, or not found
    outcome = getattr(await ask(request, document, input={"run": request.path_params["id"]}), mutation)
    if outcome.typename == "Rejected":
        found = await _run(request)
        return answer(request, "imports/run.html", 422, run=found, problems=found.problems, told=outcome.problems)
    return RedirectResponse(f"{request.scope['root_path']}/imports/{request.path_params['id']}", 303)
