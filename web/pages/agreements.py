"""The agreement that users consent to, in all its versions."""

from starlette.requests import Request
from starlette.responses import Response

from schema.operations import NotFound
from web.answers import answer, ask
from web.sessions import viewer
from web.strangers import slug


async def agreement(request: Request) -> Response:
    """GET the present text, or that of ``?version=``."""
    await viewer(request)
    version = request.query_params.get("version", "")[:32] or None
    found = (await ask(request, "agreements/index", slug=slug(request), language=request.state.language, version=version)).agreement
    if found is None:
        raise NotFound
    return answer(request, "agreements/index.html", agreement=found, paragraphs=paragraphs(found.text))


def paragraphs(text: str) -> list[tuple[bool, str]]:
    """(whether it is a heading, its words): headings are lines that begin with ``# ``, paragraphs stand between them and blank lines."""
    found: list[tuple[bool, str]] = []
    for block in text.replace("\r\n", "\n").split("\n\n"):
        lines = block.strip().split("\n")
        while lines and lines[0].startswith("# "):
            found.append((True, lines.pop(0)[2:].strip()))
        if any(line.strip() for line in lines):
            found.append((False, "\n".join(lines).strip()))
    return found
