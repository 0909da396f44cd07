"""The door for partners and apps: POST /graphql with a bearer token. Cookies are never looked at.

What arrives is checked to be a GraphQL request before GraphQL sees it, so that whatever a stranger sends gets an answer in JSON and
never a fault of ours.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from adapters.texts import speaking
from schema import operations

PATH = "/graphql"
LONGEST_BODY = 64 * 1024
LONGEST_BATCH = 256 * 1024  # 500 readings, for whoever shows a token that is one
METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
HINT = 'Send POST with a JSON body {"query": …} and the header `Authorization: Bearer abn_…`.'
STATUS = {"UNAVAILABLE": 503, "THROTTLED": 429}


class Unusable(Exception):
    """What came is no GraphQL request."""

    def __init__(self, message: str, status: int = 400, **headers: str) -> None:
        super().__init__(message)
        self.message, self.status, self.headers = message, status, headers


@dataclass(frozen=True, slots=True)
class Question:
    query: str
    variables: dict[str, Any] | None
    operation: str | None


async def graphql(request: Request) -> Response:
    """One answer in JSON for whatever comes."""
    language = request.scope.get("state", {}).get("language", "en")
    try:
        if request.method != "POST":
            raise Unusable(f"This address takes POST only. {HINT}", 405, allow="POST")
        question = read(await _body(request), request.headers.get("content-type", ""))
        viewer = await bearer(request)
        if "accept-language" not in request.headers:
            language = getattr(viewer, "language", None) or language
    except Unusable as problem:
        code = "UNAUTHENTICATED" if problem.status == 401 else "BAD_REQUEST"
        return _json({"errors": [_error(problem.message, code)]}, problem.status, problem.headers)
    except operations.Unavailable:
        return refusal(503, "The service cannot answer right now.", operations.RETRY_AFTER)
    source = request.client.host if request.client else None
    with speaking(language):
        answer = await operations.answer(question.query, question.variables, viewer, operation=question.operation, source_ip=source)
    return _json(answer.body, *_status(answer))


def read(body: bytes, content_type: str) -> Question:
    """The question in a request's body; raises Unusable for anything else."""
    if content_type.partition(";")[0].strip().lower() not in ("application/json", "application/graphql-response+json"):
        raise Unusable(f"The content type must be application/json. {HINT}")
    try:
        parsed = orjson.loads(body)  # refuses wrong UTF-8, half characters, NaN, and nesting beyond reason
    except orjson.JSONDecodeError:
        raise Unusable(f"The body is no JSON. {HINT}") from None
    if not isinstance(parsed, dict):
        raise Unusable(f"The body must be one JSON object. {HINT}")
    query, variables, operation = parsed.get("query"), parsed.get("variables"), parsed.get("operationName")
    if not isinstance(query, str) or not query.strip():
        raise Unusable("`query` must be a text.")
    if "\x00" in query:
        raise Unusable("`query` holds NUL.")
    if not isinstance(variables, dict | None):
        raise Unusable("`variables` must be an object or null.")
    if not isinstance(operation, str | None):
        raise Unusable("`operationName` must be a text or null.")
    return Question(query, variables, operation or None)


async def _body(request: Request) -> bytes:
    parts, size, most = [], 0, LONGEST_BODY
    async for part in request.stream():
        size += len(part)
        if most < size <= LONGEST_BATCH and await bearer(request) is not None:
            most = LONGEST_BATCH
        if size > most:
            raise Unusable(f"The body may have at most {LONGEST_BODY} bytes, with a token {LONGEST_BATCH}.", 413)
        parts.append(part)
    return b"".join(parts)


async def bearer(request: Request) -> Any:
    """Who holds the token; None without one, for the public part of the schema."""
    header = request.headers.get("authorization")
    if header is None:
        return None
    scheme, _, token = header.partition(" ")
    viewer = await operations.bearer_viewer(token.strip()) if scheme.lower() == "bearer" else None
    if viewer is None:
        challenge = {"www-authenticate": 'Bearer error="invalid_token"'}
        raise Unusable("The token is unknown, revoked or expired.", 401, **challenge)
    return viewer


def _status(answer: Any) -> tuple[int, dict[str, str]]:
    """200 for whatever was executed; else the status that says who has to do what."""
    for error in answer.errors:
        extensions = error["extensions"]
        if extensions["code"] in STATUS:
            return STATUS[extensions["code"]], {"retry-after": str(extensions.get("retryAfterSeconds", operations.RETRY_AFTER))}
    return (400 if answer.errors and answer.data is None and "path" not in answer.errors[0] else 200), {}


def refusal(status: int, message: str, retry_after: int | None = None) -> Response:
    """An answer in this door's form for what went wrong before it was reached."""
    if retry_after is None:
        return _json({"errors": [_error(message, "BAD_REQUEST" if status < 500 else "INTERNAL")]}, status, {})
    return _json({"errors": [_error(message, "UNAVAILABLE", retryAfterSeconds=retry_after)]}, status, {"retry-after": str(retry_after)})


def _error(message: str, code: str, **more: Any) -> dict[str, Any]:
    return {"message": message, "extensions": {"code": code, "retryable": bool(more), **more}}


def _json(body: dict[str, Any], status: int, headers: dict[str, str]) -> Response:
    return Response(orjson.dumps(body), status, {"cache-control": "no-store", **headers}, "application/json")


routes = [Route(PATH, graphql, methods=METHODS)]
