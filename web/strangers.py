"""Pages with forms that strangers fill in."""

from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse

from settings import Mode, settings
from web import sessions
from web.answers import answer


async def page(request: Request, template: str, status: int = 200, **context: Any) -> HTMLResponse:
    """Render with something that the form's token can be bound to; `mailbox` says that letters can be read here (in the demo alone)."""
    await sessions.viewer(request)
    name = sessions.greet_visitor(request)
    response = answer(request, template, status, mailbox=settings().mode is Mode.DEMO, **context)
    sessions.keep_visitor(response, name)
    return response


def slug(request: Request) -> str | None:
    """The organization on whose pages this happens."""
    organization = request.state.organization
    return organization.slug if organization is not None else None
