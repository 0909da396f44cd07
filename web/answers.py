"""Running a page's document and answering with its template: the whole page, or the block that htmx asks for."""

import re
from collections.abc import Iterable
from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse

from adapters.rendering import has_block, render, surrounded
from adapters.stages import RENDER, stage
from schema import operations
from schema.operations import NotFound, SignInRequired
from web.frames import frame_of
from web.sessions import viewer

BLOCK = re.compile(r"[a-z_]{1,40}")
MONTH = re.compile(r"(199\d|20\d\d|21\d\d)-(0[1-9]|1[0-2])", re.ASCII)


class BadAddress(Exception):
    """The address cannot be meant: month 13, a page number that is none. What is wrong may be said in the reader's words."""


async def ask(request: Request, operation: str, *, as_viewer: operations.Viewer | None = None, **variables: Any) -> Any:
    """Run one of the pages' documents as this request's viewer, or as another; raises what the schema raises."""
    state = request.scope["state"]
    return await operations.run(
        operation,
        as_viewer or await viewer(request),
        variables,
        language=state["language"],
        source_ip=request.client.host if request.client else None,
        device=request.headers.get("user-agent", "")[:120],
    )


def slug_of(request: Request) -> str:
    """Of the organization whose pages these are; raises NotFound."""
    organization = request.scope["state"].get("organization")
    if organization is None:
        raise NotFound
    return str(organization.slug)


async def own_slug(request: Request) -> str:
    """The same for somebody who is signed in; raises SignInRequired."""
    slug = slug_of(request)
    if await viewer(request) is None:
        raise SignInRequired
    return slug


def answer(request: Request, template: str, status: int = 200, **context: Any) -> HTMLResponse:
    """Render for this request. Block, id and htmx target share one name, so the target says which block is wanted."""
    with stage(RENDER), surrounded(frame_of(request)):
        html = render(template, block=wanted_block(request, template), **context)
    return HTMLResponse(html, status, headers={"vary": "HX-Request, HX-Target, Cookie, Accept-Language"})


def wanted_block(request: Request, template: str) -> str | None:
    """The block that a fragment request names, None where the whole page is wanted."""
    target = request.headers.get("hx-target", "")
    if request.headers.get("hx-request") != "true" or request.headers.get("hx-history-restore-request") == "true":
        return None
    return target if BLOCK.fullmatch(target) and has_block(template, target) else None


def refuse(problems: Iterable[Any]) -> None:
    """Raises BadAddress where there are problems of what the address has: a file has no form to tell them beside a field."""
    if said := " ".join(f"{'.'.join(map(str, problem.path))} — {problem.message}" for problem in problems):
        raise BadAddress(said)


def month(request: Request) -> str | None:
    """``?period=2026-10``, None where it is left out; raises BadAddress."""
    text = request.query_params.get("period")
    if not text:
        return None
    if not is_month(text):
        raise BadAddress
    return text


def is_month(text: str) -> bool:
    return MONTH.fullmatch(text) is not None


def cursor(request: Request, name: str = "after") -> str | None:
    """``?after=`` of a paged list."""
    return request.query_params.get(name) or None


def months_to_choose(known: Any, chosen: Any) -> list[Any]:
    """The months of a picker, newest first, with the chosen one even where it has no statement."""
    found = list(known or [])
    return found if chosen is None or str(chosen) in map(str, found) else sorted([*found, chosen], key=str, reverse=True)
