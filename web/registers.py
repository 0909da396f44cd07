"""The door for billing systems: `PUT /uploads/<sha256>`, `POST /imports`, with a bearer token; every answer is JSON. docs/api.md tells how.

A file is known by the hash of its content: `HEAD` says how much of it has come, `PATCH` goes on from there.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import re
import time
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import unquote

import orjson
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from adapters.pdf import Overloaded
from adapters.texts import LANGUAGES
from schema import operations, registers
from web import graphql
from web.answers import BadAddress
from web.pages.imports import handed_out

SECONDS_BETWEEN_LOOKS, LONGEST_WAIT = 0.5, 120
STATUS = {
    "WRONG_OFFSET": 409, "WRONG_STATE": 409, "KEY_REUSED": 409, "UPLOAD_TOO_LARGE": 413, "NO_ROOM": 507, "WRONG_DIGEST": 422,
}  # fmt: skip
TABLE = {
    operations.NotFound: (404, "NOT_FOUND", "There is nothing here, or it is not yours to see."),
    operations.Forbidden: (403, "FORBIDDEN", "The token lacks the scope for this."),
    operations.Unavailable: (503, "UNAVAILABLE", "The service cannot answer right now. Please try again."),
    Overloaded: (503, "UNAVAILABLE", "The service cannot make this file right now. Please try again."),
}
CHUNK_TYPE = "application/offset+octet-stream"
Handler = Callable[[Request, Any, str], Awaitable[Response]]


class Unusable(Exception):
    """What came cannot be answered otherwise than by this status."""

    def __init__(self, status: int, code: str, message: str, **headers: str) -> None:
        super().__init__(message)
        self.status, self.code, self.message, self.headers = status, code, message, headers


def asks(request: Request) -> bool:
    """Whether a system asks, not a browser: only systems send a token."""
    return "authorization" in request.headers


def door(handler: Handler) -> Callable[[Request], Awaitable[Response]]:
    """The handler for whoever holds a token; whatever goes wrong becomes JSON with a code."""

    async def answered(request: Request) -> Response:
        try:
            viewer = await _viewer(request)
            organization = request.scope["state"].get("organization")
            if organization is None:
                raise operations.NotFound
            return await handler(request, viewer, organization.slug)
        except (Unusable, BadAddress, Overloaded, operations.AbonentError) as error:
            if (told := _told(request, error)) is None:
                raise
            return told
        except ClientDisconnect:
            return Response(status_code=499)  # nobody reads it; what came before is kept

    return answered


def _told(request: Request, error: Exception) -> Response | None:
    if isinstance(error, Unusable):
        return refusal(error.status, error.code, error.message, **error.headers)
    if isinstance(error, registers.Refused):
        return rejected(registers.problems_of(error, request.scope["state"]["language"]))
    if isinstance(error, BadAddress):
        return refusal(400, "BAD_REQUEST", f"The address is wrong: check what stands after the question mark. {error}".rstrip())
    if isinstance(error, operations.BadRequest):
        return refusal(400, "BAD_REQUEST", str(error))
    return next((refusal(*told) for kind, told in TABLE.items() if isinstance(error, kind)), None)


async def imports(request: Request, viewer: Any, slug: str) -> Response:
    """GET /imports lists the newest runs, POST starts one."""
    if request.method == "POST":
        return await start(request, viewer, slug)
    after = request.query_params.get("after") or None
    organization = (await operations.data("imports/index", viewer, {"slug": slug, "after": after}))["organization"]
    if organization is None or organization["importRuns"] is None:
        raise operations.Forbidden if organization else operations.NotFound
    page = organization["importRuns"]
    return answer(
        {"imports": [_shown(request, one) for one in page["nodes"]], "next": page["pageInfo"]["endCursor"] if page["pageInfo"]["hasNextPage"] else None}, 200
    )


async def send(request: Request, viewer: Any, slug: str) -> Response:
    """POST /uploads: a whole file, its hash in `Content-Digest` or `Repr-Digest`."""
    digest = _digest(request, "repr-digest") or _digest(request, "content-digest")
    if digest is None:
        raise Unusable(400, "DIGEST_REQUIRED", "The header Content-Digest: sha-256=:…: is missing.")
    return await _put(request, viewer, slug, digest.hex())


async def upload(request: Request, viewer: Any, slug: str) -> Response:
    """GET and HEAD say how much has come, PUT sends the whole file, PATCH goes on."""
    sha256 = request.path_params["sha256"].lower()
    if request.method == "PUT":
        return await _put(request, viewer, slug, sha256)
    found = await registers.find_upload(viewer, slug, sha256)
    if request.method == "PATCH":
        if request.headers.get("content-type", "").partition(";")[0].strip().lower() != CHUNK_TYPE:
            raise Unusable(415, "UNSUPPORTED_MEDIA_TYPE", f"The content type must be {CHUNK_TYPE}.")
        offset = _number(request, "upload-offset")
        if offset is None:
            raise Unusable(400, "OFFSET_REQUIRED", "The header Upload-Offset is missing.")
        if not (found.is_whole and offset == found.size):
            found = await registers.append(viewer, found, offset, request.stream(), _digest(request, "content-digest"))
    return _upload(request, found, 200)


async def start(request: Request, viewer: Any, slug: str) -> Response:
    """POST /imports: import files that have come; 202, or after `Prefer: wait=60` the outcome."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        raise Unusable(415, "UNSUPPORTED_MEDIA_TYPE", "The content type must be application/json.")
    given = await _json(request)
    key = request.headers.get("idempotency-key")
    chosen = {"organizationSlug": slug, "uploads": given["uploads"], "preview": given["preview"], "language": given["language"], "idempotencyKey": key}
    result = (await operations.data("imports/start", viewer, {"input": chosen}, language=_language(request)))["startImport"]
    if result["__typename"] == "Rejected":
        return rejected(result["problems"])
    found = await _waited(request, viewer, result["run"]["id"])
    headers = {"location": f"{request.scope['root_path']}/imports/{found['id']}"}
    return answer(_shown(request, found), 202 if found["working"] else 200, **headers)


async def run(request: Request, viewer: Any, slug: str) -> Response:
    """GET /imports/<id>."""
    found = await _waited(request, viewer, request.path_params["id"])
    if found["organizationSlug"] != slug:
        raise operations.NotFound
    return answer(_shown(request, found), 200)


async def result(request: Request, viewer: Any, slug: str) -> Response:
    """GET /imports/<id>/result.csv, .xlsx; `?language=` chooses that of the sentences."""
    language = request.query_params.get("language")
    return handed_out(await registers.result(viewer, slug, request.path_params["id"], request.path_params["kind"], language))


def answer(body: Any, status: int, **headers: str) -> Response:
    return Response(orjson.dumps(body), status, {"cache-control": "no-store", **headers}, "application/json")


def refusal(status: int, code: str, message: str, **headers: str) -> Response:
    return answer({"error": {"code": code, "message": message}}, status, **headers)


def rejected(problems: list[dict[str, Any]]) -> Response:
    status = next((STATUS[one["code"]] for one in problems if one["code"] in STATUS), 422)
    first = problems[0]
    return answer({"error": {"code": first["code"], "message": first["message"], "problems": problems}}, status)


async def _viewer(request: Request) -> Any:
    try:
        viewer = await graphql.bearer(request)
    except graphql.Unusable as problem:
        raise Unusable(401, "UNAUTHENTICATED", problem.message, **problem.headers) from None
    if viewer is None:
        raise Unusable(401, "UNAUTHENTICATED", "Send the header Authorization: Bearer abn_….", **{"www-authenticate": "Bearer"})
    return viewer


async def _put(request: Request, viewer: Any, slug: str, sha256: str) -> Response:
    length = _number(request, "content-length")
    size = _number(request, "upload-length", length)
    if size is None or length is None:
        raise Unusable(411, "LENGTH_REQUIRED", "The header Content-Length is missing.")
    found = await registers.announce(viewer, slug, sha256, _name(request), size)
    if found.is_whole and found.size:
        return _upload(request, found, 200)
    announced_only = length == 0 and size > 0
    if not announced_only:
        if found.received:
            raise Unusable(409, "WRONG_OFFSET", "A part of it is here already: go on with PATCH.", **{"upload-offset": str(found.received)})
        found = await registers.append(viewer, found, 0, request.stream(), _digest(request, "content-digest"))
    return _upload(request, found, 201)


def _upload(request: Request, found: Any, status: int) -> Response:
    location = f"{request.scope['root_path']}/uploads/{found.sha256}"
    headers = {"location": location, "upload-offset": str(found.received), "upload-length": str(found.size)}
    body = {"sha256": found.sha256, "name": found.name, "size": found.size, "received": found.received, "complete": found.is_whole}
    return answer(body, status, **headers)


def _name(request: Request) -> str:
    """From `?name=`, else from `Content-Disposition`."""
    if given := request.query_params.get("name"):
        return given
    header = request.headers.get("content-disposition", "")
    if match := re.search(r"filename\*=UTF-8''([^;]+)", header, re.IGNORECASE):
        return unquote(match[1])
    match = re.search(r'filename="?([^";]+)"?', header)
    return match[1] if match else ""


def _digest(request: Request, header: str) -> bytes | None:
    """The SHA-256 of RFC 9530's dictionary `sha-256=:base64:`; None where the header is missing."""
    text = request.headers.get(header)
    if text is None:
        return None
    match = re.search(r"(?:^|,)\s*sha-256=:([A-Za-z0-9+/=]+):", text)
    try:
        found = base64.b64decode(match[1], validate=True) if match else b""
    except binascii.Error:
        found = b""
    if len(found) != 32:
        raise Unusable(400, "WRONG_DIGEST", f"The header {header} must say sha-256=:…: in base64.")
    return found


def _number(request: Request, header: str, otherwise: int | None = None) -> int | None:
    text = request.headers.get(header)
    if text is None:
        return otherwise
    if not re.fullmatch(r"[0-9]{1,15}", text):
        raise Unusable(400, "BAD_REQUEST", f"The header {header} is no number.")
    return int(text)


async def _json(request: Request) -> dict[str, Any]:
    parts, size = [], 0
    async for part in request.stream():
        size += len(part)
        if size > graphql.LONGEST_BODY:
            raise Unusable(413, "TOO_LARGE", f"The body may have at most {graphql.LONGEST_BODY} bytes.")
        parts.append(part)
    try:
        given = orjson.loads(b"".join(parts))
    except orjson.JSONDecodeError:
        given = None
    wanted: dict[str, Any] = {"uploads": None, "preview": False, "language": None}
    if not isinstance(given, dict) or not given.keys() <= wanted.keys():
        raise Unusable(400, "BAD_REQUEST", 'The body must be {"uploads": ["<sha256>", …], "preview": false, "language": "ru"}.')
    found = wanted | given
    uploads, preview, language = found["uploads"], found["preview"], found["language"]
    if not (isinstance(uploads, list) and all(isinstance(one, str) for one in uploads) and isinstance(preview, bool) and isinstance(language, str | None)):
        raise Unusable(400, "BAD_REQUEST", "`uploads` must be a list of texts, `preview` true or false, `language` a text.")
    return found


async def _waited(request: Request, viewer: Any, run_id: str) -> dict[str, Any]:
    """The run, when its work is over or as long as `Prefer: wait=` says."""
    match = re.search(r"(?:^|[,;\s])wait=(\d{1,4})", request.headers.get("prefer", ""))
    until = time.monotonic() + (min(int(match[1]), LONGEST_WAIT) if match else 0)
    while True:
        variables = {"id": run_id, "after": None, "severities": None}
        found = (await operations.data("imports/run", viewer, variables, language=_language(request)))["node"]
        if not found or found["__typename"] != "ImportRun":
            raise operations.NotFound
        if not found["working"] or time.monotonic() >= until:
            return dict(found)
        await asyncio.sleep(SECONDS_BETWEEN_LOOKS)


def _language(request: Request) -> str:
    asked = request.query_params.get("language")
    return asked if asked in LANGUAGES else str(request.scope["state"]["language"])


def _shown(request: Request, found: dict[str, Any]) -> dict[str, Any]:
    base = f"{request.scope['root_path']}/imports/{found['id']}"
    kept = {name: value for name, value in found.items() if name not in ("__typename", "organizationSlug", "who")}
    return {**kept, "links": {"self": base, "csv": f"{base}/result.csv", "xlsx": f"{base}/result.xlsx"}}
